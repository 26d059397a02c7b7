/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From result codes of servers and the kernel to errno.
 */
#pragma once

#include <stdbool.h>

#include <mach/kern_return.h>

/* The errno that says the same as RESULT; 0 for success. */
int errno_of(kern_return_t result);

/* Set errno. Returns: -1. */
int fail(kern_return_t result);
int fail_errno(int error);

/* Is RESULT the sign that the server behind a right is gone? */
bool server_died(kern_return_t result);
