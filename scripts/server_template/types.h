/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Types of idl/@name@.defs.
 */
#pragma once

#include <mach_r/server_errors.h>

/* The service's bootstrap name. */
#define @NAME@_SERVICE "@name@"

#define @NAME@_TEXT_MAX 128

typedef char @name@_text_t[@NAME@_TEXT_MAX]; /* with the null at its end */
