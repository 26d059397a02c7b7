/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Names of files: root and working directory of the program, and following a path to a node.
 */
#pragma once

#include <stddef.h>

#include <mach/mach_types.h>
#include <mach_r/fs_types.h>

/*
 * Follow PATH, from the root if it begins with a slash, else from the working directory, over
 * however many servers it leads. FLAGS are FS_LOOKUP_FLAG_*. If a server on the way has died, the
 * look-up starts again once.
 *
 * References: on success the caller owns *NODE, a send right.
 */
kern_return_t path_lookup(const char *path, int flags, mach_port_t *node);

/*
 * Write PATH, taken from the working directory if it is relative, to RESULT: absolute, without
 * "." and "..". Returns: 0; an errno.
 */
int path_absolute(const char *path, char *result, size_t size);

/*
 * Bring the absolute path in PATH into shortest form: one slash between names, no "." or "..".
 * Pure: tested on the host.
 */
void path_normalize(char *path);

/* Rights to pass on to a child. References: none given. */
mach_port_t path_root_port(void);
mach_port_t path_cwd_port(void);

/* The working directory's path, without a trailing slash except for "/". */
const char *path_cwd(void);
