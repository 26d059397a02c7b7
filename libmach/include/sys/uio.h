/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reading into and writing from several places by one call.
 */
#pragma once

#include <sys/types.h>

#include <mach/abi.h>

/* The most places of one call. */
#define UIO_MAXIOV 1024

struct iovec {
    void *iov_base;
    size_t iov_len;
};

MACH_BEGIN_DECLS

/*
 * As one read() or write() of all places together, in their order.
 *
 * Returns: -1 with errno as those, or EINVAL: COUNT is not from 1 to UIO_MAXIOV, or the places are larger
 * than SSIZE_MAX together; ENOMEM: the bytes go through memory of the library's, and there is none.
 */
ssize_t readv(int fd, const struct iovec *places, int count);
ssize_t writev(int fd, const struct iovec *places, int count);

MACH_END_DECLS
