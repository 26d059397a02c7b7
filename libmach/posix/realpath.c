/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * realpath(): file servers have no links, so a path is what its text says if there is something at its end.
 */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "errors.h"
#include "path.h"

char *realpath(const char *restrict path, char *restrict result)
{
    char absolute[FS_PATH_MAX];
    if (path == NULL || path[0] == '\0') {
        errno = path == NULL ? EINVAL : ENOENT;
        return NULL;
    }
    int error = path_absolute(path, absolute, sizeof(absolute));
    if (error != 0) {
        errno = error;
        return NULL;
    }
    if (access(path, F_OK) != 0) {
        return NULL;
    }
    if (result == NULL) {
        return strdup(absolute);
    }
    return strcpy(result, absolute);
}
