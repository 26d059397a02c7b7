/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the language lacks and clang offers: branch hints, layout attributes, and the lock contracts
 * that -Wthread-safety checks.  The contracts name the lock through the function's own parameters.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define LIKELY(x)   __builtin_expect(!!(x), 1)
#define UNLIKELY(x) __builtin_expect(!!(x), 0)
#define ALIGNED(n)  __attribute__((aligned(n)))
#define PACKED      __attribute__((packed))
/* A function called on a rare way out of a hot function: it saves all registers that it uses, so the
 * hot one saves none for it. */
#define RARE_CALL __attribute__((cold, noinline, preserve_most))
#define COLD      __attribute__((cold, noinline))
/* Before a call statement on the message path: inline this call, across files with link-time
 * optimisation.  The function stays one function for everybody else. */
#define INLINE_CALL       [[clang::always_inline]]
#define NOINLINE          __attribute__((noinline))
#define ALWAYS_INLINE     inline __attribute__((always_inline))
#define PRINTF_LIKE(f, a) __attribute__((format(printf, f, a)))
#define SECTION(name)     __attribute__((section(name), used))

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

/* The structure of TYPE whose MEMBER is at POINTER. */
#define container_of(pointer, type, member) ((type *)((char *)(pointer) - offsetof(type, member)))

/* Lock contracts (clang, Thread Safety Analysis).  A lock's type is a CAPABILITY. */
#define CAPABILITY(name) __attribute__((capability(name)))
#define REQUIRES(...)    __attribute__((requires_capability(__VA_ARGS__)))
#define EXCLUDES(...)    __attribute__((locks_excluded(__VA_ARGS__)))
#define ACQUIRE(...)     __attribute__((acquire_capability(__VA_ARGS__)))
#define RELEASE(...)     __attribute__((release_capability(__VA_ARGS__)))
#define TRY_ACQUIRE(...) __attribute__((try_acquire_capability(__VA_ARGS__)))
#define ASSERT_HELD(...) __attribute__((assert_capability(__VA_ARGS__)))
/* For a function whose locking the analysis cannot follow; each use says why. */
#define NO_LOCK_ANALYSIS __attribute__((no_thread_safety_analysis))
