/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Helpers for the headers of this folder: compile-time checks of layouts that the kernel and every
 * user program must agree on, in C17, C23 and C++ alike.
 */
#pragma once

#include <stddef.h>

#ifdef __cplusplus
#define MACH_STATIC_ASSERT(condition) static_assert(condition, #condition)
#define MACH_BEGIN_DECLS              extern "C" {
#define MACH_END_DECLS                }
#else
#define MACH_STATIC_ASSERT(condition) _Static_assert(condition, #condition)
#define MACH_BEGIN_DECLS
#define MACH_END_DECLS
#endif

/* TYPE occupies exactly SIZE bytes. */
#define MACH_ABI_SIZE(type, size) MACH_STATIC_ASSERT(sizeof(type) == (size))

/* MEMBER of TYPE begins OFFSET bytes from its start. */
#define MACH_ABI_OFFSET(type, member, offset) MACH_STATIC_ASSERT(offsetof(type, member) == (offset))

/* Length of an info structure in the words that info calls count in. */
#define MACH_WORD_COUNT(type) ((natural_t)(sizeof(type) / sizeof(integer_t)))
