/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Text for the error codes of the kernel, of messages, of MIG and of the bootstrap server.
 */
#pragma once

#include <mach/abi.h>
#include <mach/error.h>

MACH_BEGIN_DECLS

/* What ERROR means, in a few words; never null, and a constant that must not be changed. */
char *mach_error_string(mach_error_t error);

/* Which part of the system ERROR comes from, for example "(ipc/send)". */
char *mach_error_type(mach_error_t error);

/* Print "MESSAGE text (code)" on standard error, as Darwin does. */
void mach_error(const char *message, mach_error_t error);

MACH_END_DECLS
