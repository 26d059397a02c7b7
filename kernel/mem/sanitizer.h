/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Free memory under AddressSanitizer: what an allocator hides, nobody may touch until it is
 * revealed.  In builds without the sanitizer both do nothing.
 */
#pragma once

#include <stddef.h>

#include <lib/compiler.h>

#if __has_feature(address_sanitizer)
#include <sanitizer/asan_interface.h>

#define memory_hide(address, size)   ASAN_POISON_MEMORY_REGION(address, size)
#define memory_reveal(address, size) ASAN_UNPOISON_MEMORY_REGION(address, size)
#else
/* Forbid the access to SIZE bytes at ADDRESS, and allow it again. */
static inline void memory_hide([[maybe_unused]] void *address, [[maybe_unused]] size_t size)
{
}

static inline void memory_reveal([[maybe_unused]] void *address, [[maybe_unused]] size_t size)
{
}
#endif
