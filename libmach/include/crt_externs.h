/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Darwin's way to a program's arguments and environment from outside main(). Each function gives the
 * address of the variable, which a program may change.
 */
#pragma once

#include <mach/abi.h>

MACH_BEGIN_DECLS

char ***_NSGetArgv(void);
int *_NSGetArgc(void);
char ***_NSGetEnviron(void);
char **_NSGetProgname(void);

MACH_END_DECLS
