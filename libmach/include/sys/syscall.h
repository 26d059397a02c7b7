/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Numbers for syscall(): those that it answers, each as the function of the same name does. There are no such calls of
 * the kernel: any other number is ENOSYS.
 */
#pragma once

#include <mach/abi.h>

#define SYS_exit          1
#define SYS_fork          2
#define SYS_read          3
#define SYS_write         4
#define SYS_open          5
#define SYS_close         6
#define SYS_getpid        20
#define SYS_getuid        24
#define SYS_geteuid       25
#define SYS_access        33
#define SYS_kill          37
#define SYS_getppid       39
#define SYS_dup           41
#define SYS_getegid       43
#define SYS_getgid        47
#define SYS_ioctl         54
#define SYS_munmap        73
#define SYS_mprotect      74
#define SYS_madvise       75
#define SYS_getdtablesize 89
#define SYS_dup2          90
#define SYS_fcntl         92
#define SYS_select        93
#define SYS_gettimeofday  116
#define SYS_lseek         199
#define SYS_poll          230
#define SYS_issetugid     327
#define SYS_thread_selfid 372
#define SYS_getentropy    500

MACH_BEGIN_DECLS

/* Returns: as the function; of those that return more than an int, the low half. */
int syscall(int number, ...);

MACH_END_DECLS
