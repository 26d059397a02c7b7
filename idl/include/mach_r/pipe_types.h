/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Types of idl/pipe.defs.
 */
#pragma once

#include <mach_r/io_types.h>

/* Bytes that a pipe holds. What is written in one io_write stays together. */
#define PIPE_CAPACITY (4 * IO_INLINE_MAX)
