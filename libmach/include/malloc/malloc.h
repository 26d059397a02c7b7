/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Darwin's name for questions about allocated memory. There is one zone, which is not described.
 */
#pragma once

#include <malloc.h>
#include <stddef.h>

/* Usable bytes of an allocation. */
static inline size_t malloc_size(const void *memory)
{
    return malloc_usable_size((void *)memory);
}
