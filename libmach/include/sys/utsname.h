/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the system calls itself.
 */
#pragma once

#include <mach/abi.h>

#define _SYS_NAMELEN 256

struct utsname {
    char sysname[_SYS_NAMELEN];
    char nodename[_SYS_NAMELEN];
    char release[_SYS_NAMELEN];
    char version[_SYS_NAMELEN];
    char machine[_SYS_NAMELEN];
};

MACH_BEGIN_DECLS

/* Fill NAMES; 0. */
int uname(struct utsname *names);

MACH_END_DECLS
