/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sets of descriptors, in place of newlib's, which are too small: as large as Darwin's.
 */
#pragma once

#if __has_include(<newlib.h>)

#include <sys/_sigset.h>
#include <sys/_timeval.h>
#include <sys/cdefs.h>
#include <sys/timespec.h>

#if !defined(_SIGSET_T_DECLARED)
#define _SIGSET_T_DECLARED
typedef __sigset_t sigset_t;
#endif

#define _SYS_TYPES_FD_SET

#ifndef FD_SETSIZE
#define FD_SETSIZE 1024
#endif

#define NFDBITS 32

typedef struct fd_set {
    unsigned int fds_bits[(FD_SETSIZE + NFDBITS - 1) / NFDBITS];
} fd_set;

#define _FD_BIT(fd)       (1u << ((unsigned)(fd) % NFDBITS))
#define _FD_WORD(fd, set) ((set)->fds_bits[(unsigned)(fd) / NFDBITS])
#define FD_SET(fd, set)   ((void)(_FD_WORD(fd, set) |= _FD_BIT(fd)))
#define FD_CLR(fd, set)   ((void)(_FD_WORD(fd, set) &= ~_FD_BIT(fd)))
#define FD_ISSET(fd, set) ((_FD_WORD(fd, set) & _FD_BIT(fd)) != 0)
#define FD_ZERO(set)      __builtin_memset((set), 0, sizeof(*(set)))
#define FD_COPY(from, to) __builtin_memcpy((to), (from), sizeof(*(from)))

__BEGIN_DECLS

/*
 * Wait until a descriptor below COUNT of READING can be read or one of WRITING be written without waiting; null
 * TIMEOUT: for ever. Nothing exceptional ever happens: EXCEPTIONAL becomes empty. pselect() has the signals of MASK
 * blocked meanwhile.
 * Returns: how many are in the sets then; 0, the time is over; -1 with errno EBADF, EINVAL, EINTR, ENOMEM.
 */
int select(int count, fd_set *reading, fd_set *writing, fd_set *exceptional,
           struct timeval *timeout);
int pselect(int count, fd_set *reading, fd_set *writing, fd_set *exceptional,
            const struct timespec *timeout, const sigset_t *mask);

__END_DECLS

#else /* a program for another system, of what mig makes: its own */
#include_next <sys/select.h>
#endif
