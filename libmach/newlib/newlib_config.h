/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What Mach_R adds to newlib's generated configuration: reentrancy state per thread, found by
 * __getreent(); the POSIX options that libmach supplies; the usual types of read() and write(); and,
 * as on Darwin, numbers of users, files and devices of 32 and 64 bits, and all declarations visible
 * whichever C standard the compiler is set to.
 */
#ifndef _MACH_R_NEWLIB_CONFIG
#define _MACH_R_NEWLIB_CONFIG 1
#ifndef _GNU_SOURCE
#define _GNU_SOURCE 1
#endif
#define __DYNAMIC_REENT__               1
#define _READ_WRITE_RETURN_TYPE         _ssize_t
#define _READ_WRITE_BUFSIZE_TYPE        size_t
#define _POSIX_THREADS                  1
#define _POSIX_THREAD_SAFE_FUNCTIONS    1
#define _POSIX_TIMERS                   1
#define _POSIX_MONOTONIC_CLOCK          1
#define _POSIX_TIMEOUTS                 1
#define _UNIX98_THREAD_MUTEX_ATTRIBUTES 1
#ifndef __ASSEMBLER__
#define __machine_dev_t_defined 1
#define __machine_uid_t_defined 1
#define __machine_gid_t_defined 1
#define __machine_ino_t_defined 1
typedef int __dev_t;
typedef unsigned int __uid_t;
typedef unsigned int __gid_t;
typedef unsigned long long __ino_t;
#endif
#endif
