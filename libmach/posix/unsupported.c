/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Calls of POSIX that no server offers. They fail, each with the errno that says why; none
 * pretends.
 */
#include <errno.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/time.h>
#include <unistd.h>

#include "errors.h"
#include "files.h"

/* Changing a directory: no file server can. PATH must exist for the answer to be "read-only". */
static int refuse_change(const char *path)
{
    return access(path, F_OK) == 0 ? fail_errno(EROFS) : -1;
}

int unlink(const char *path)
{
    return refuse_change(path);
}

int rmdir(const char *path)
{
    return refuse_change(path);
}

int _rename(const char *from, const char *to);

/* newlib's rename() ends here. */
int _rename(const char *from, const char *to)
{
    (void)to;
    return refuse_change(from);
}

int link(const char *from, const char *to)
{
    (void)to;
    return refuse_change(from);
}

int mkdir(const char *path, mode_t mode)
{
    (void)mode;
    return access(path, F_OK) == 0 ? fail_errno(EEXIST) : fail_errno(EROFS);
}

int chmod(const char *path, mode_t mode)
{
    (void)mode;
    return refuse_change(path);
}

int truncate(const char *path, off_t length)
{
    return length < 0 ? fail_errno(EINVAL) : refuse_change(path);
}

int utimes(const char *path, const struct timeval *times)
{
    (void)times;
    return refuse_change(path);
}

/* The same for an open file; descriptors of other kinds have no length and no times. */
static int refuse_open_file(int descriptor)
{
    struct open_file *file = file_get(descriptor);
    if (file == NULL) {
        return -1;
    }
    bool is_file = file_type(file) == IO_TYPE_FILE;
    file_put(file);
    return fail_errno(is_file ? EROFS : EINVAL);
}

int ftruncate(int descriptor, off_t length)
{
    return length < 0 ? fail_errno(EINVAL) : refuse_open_file(descriptor);
}

int futimes(int descriptor, const struct timeval *times)
{
    (void)times;
    return refuse_open_file(descriptor);
}

/* Telling of the file system of PATH, or of FD. */
static int refuse_description(const char *path)
{
    return access(path, F_OK) == 0 ? fail_errno(ENOTSUP) : -1;
}

static int refuse_open_description(int fd)
{
    struct open_file *file = file_get(fd);
    if (file == NULL) {
        return -1;
    }
    file_put(file);
    return fail_errno(ENOTSUP);
}

int statfs(const char *path, struct statfs *result)
{
    (void)result;
    return refuse_description(path);
}

int statvfs(const char *path, struct statvfs *result)
{
    (void)result;
    return refuse_description(path);
}

int fstatfs(int fd, struct statfs *result)
{
    (void)result;
    return refuse_open_description(fd);
}

int fstatvfs(int fd, struct statvfs *result)
{
    (void)result;
    return refuse_open_description(fd);
}

int getfsstat(struct statfs *results, int bytes, int mode)
{
    (void)results;
    (void)bytes;
    (void)mode;
    return fail_errno(ENOTSUP);
}

int getmntinfo(struct statfs **results, int mode)
{
    (void)results;
    (void)mode;
    errno = ENOTSUP;
    return 0;
}

int ptrace(int request, pid_t pid, caddr_t address, int data)
{
    (void)request;
    (void)pid;
    (void)address;
    (void)data;
    return fail_errno(ENOTSUP);
}
