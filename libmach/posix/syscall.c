/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * syscall(): the functions behind the numbers of <sys/syscall.h>. All arguments are fetched, as many as the longest takes: a caller
 * that passes fewer leaves others undefined, which nobody looks at.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/select.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include "errors.h"

#define ARGUMENT_COUNT 6

static int thread_selfid(void)
{
    __uint64_t id = 0;
    (void)pthread_threadid_np(NULL, &id);
    return (int)id;
}

/* Calls about identity, which have no arguments. Returns: false, NUMBER is none. */
static bool ask_identity(int number, int *result)
{
    switch (number) {
    case SYS_getpid: *result = getpid(); return true;
    case SYS_getppid: *result = getppid(); return true;
    case SYS_getuid: *result = (int)getuid(); return true;
    case SYS_geteuid: *result = (int)geteuid(); return true;
    case SYS_getgid: *result = (int)getgid(); return true;
    case SYS_getegid: *result = (int)getegid(); return true;
    case SYS_issetugid: *result = issetugid(); return true;
    case SYS_getdtablesize: *result = getdtablesize(); return true;
    case SYS_thread_selfid: *result = thread_selfid(); return true;
    case SYS_fork: *result = fork(); return true;
    default: return false;
    }
}

/* Calls about memory. Returns: false, NUMBER is none. */
static bool ask_memory(int number, const long *a, int *result)
{
    switch (number) {
    case SYS_munmap: *result = munmap((void *)a[0], (size_t)a[1]); return true;
    case SYS_mprotect: *result = mprotect((void *)a[0], (size_t)a[1], (int)a[2]); return true;
    case SYS_madvise: *result = madvise((void *)a[0], (size_t)a[1], (int)a[2]); return true;
    case SYS_getentropy: *result = getentropy((void *)a[0], (size_t)a[1]); return true;
    default: return false;
    }
}

static int ask_files(int number, const long *a)
{
    int fd = (int)a[0];
    switch (number) {
    case SYS_exit: _exit(fd);
    case SYS_read: return (int)read(fd, (void *)a[1], (size_t)a[2]);
    case SYS_write: return (int)write(fd, (const void *)a[1], (size_t)a[2]);
    case SYS_open: return open((const char *)a[0], (int)a[1], (int)a[2]);
    case SYS_close: return close(fd);
    case SYS_access: return access((const char *)a[0], (int)a[1]);
    case SYS_kill: return kill((pid_t)a[0], (int)a[1]);
    case SYS_dup: return dup(fd);
    case SYS_dup2: return dup2(fd, (int)a[1]);
    case SYS_fcntl: return fcntl(fd, (int)a[1], (int)a[2]);
    case SYS_ioctl: return ioctl(fd, (unsigned long)a[1], (void *)a[2]);
    case SYS_lseek: return (int)lseek(fd, a[1], (int)a[2]);
    case SYS_poll: return poll((struct pollfd *)a[0], (nfds_t)a[1], (int)a[2]);
    case SYS_select:
        return select(fd, (fd_set *)a[1], (fd_set *)a[2], (fd_set *)a[3], (struct timeval *)a[4]);
    case SYS_gettimeofday: return gettimeofday((struct timeval *)a[0], (void *)a[1]);
    default: return fail_errno(ENOSYS);
    }
}

int syscall(int number, ...)
{
    long all[ARGUMENT_COUNT];
    int result;
    va_list arguments;
    va_start(arguments, number);
    for (int i = 0; i < ARGUMENT_COUNT; i++) {
        all[i] = va_arg(arguments, long);
    }
    va_end(arguments);
    if (ask_identity(number, &result) || ask_memory(number, all, &result)) {
        return result;
    }
    return ask_files(number, all);
}
