/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Darwin's calls for programs that write code. Caches of x86 look after themselves, so the compiler has
 * only to have stored what was written.
 */
#pragma once

#include <stddef.h>

static inline void sys_icache_invalidate(void *start, size_t size)
{
    __builtin___clear_cache((char *)start, (char *)start + size);
}

static inline void sys_dcache_flush(void *start, size_t size)
{
    __builtin___clear_cache((char *)start, (char *)start + size);
}
