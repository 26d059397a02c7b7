/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Calls of POSIX that no server offers. They fail, each with the errno that says why; none
 * pretends.
 */
#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "errors.h"

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
