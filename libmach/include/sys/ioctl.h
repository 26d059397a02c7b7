/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ioctl() with Darwin's numbers.
 */
#pragma once

#include <mach/abi.h>
#include <sys/filio.h>
#include <sys/ioccom.h>
#include <sys/ttycom.h>

MACH_BEGIN_DECLS

/*
 * Returns: -1 with errno EBADF; ENOTTY, no such order or not for this object; ENOTSUP, FIONCLEX.
 */
int ioctl(int fd, unsigned long order, ...);

MACH_END_DECLS
