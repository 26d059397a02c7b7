/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * newlib's declarations, and what Darwin has here beside them.
 */
#pragma once

#include_next <stdlib.h>

#include <alloca.h>
#include <sys/signal.h>
#include <sys/wait.h>

#include <mach/abi.h>

MACH_BEGIN_DECLS

/* The last part of the path that the program was started by, or what was set. The text of
 * setprogname() has to stay. */
const char *getprogname(void);
void setprogname(const char *name);

/* malloc() at the beginning of a page. */
void *valloc(size_t size);

MACH_END_DECLS
