/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Atomic reference counts.  An object is alive while its count is above zero; a count never comes
 * back from zero, and one that runs away (2^31 references) stops the kernel before it can wrap and
 * free what is in use.
 */
#pragma once

#include <stdatomic.h>
#include <stdint.h>

#include <lib/assert.h>
#include <lib/compiler.h>

#define REFCOUNT_MAX (UINT32_C(1) << 31)

struct refcount {
    _Atomic uint32_t count;
};

/* Begin with COUNT references. */
static inline void refcount_init(struct refcount *refcount, uint32_t count)
{
    atomic_store_explicit(&refcount->count, count, memory_order_relaxed);
}

/* Count one reference more; the caller already has one, or a lock that keeps the object alive. */
static inline void refcount_acquire(struct refcount *refcount)
{
    uint32_t old = atomic_fetch_add_explicit(&refcount->count, 1, memory_order_relaxed);
    /* One comparison for both ends: zero wraps to the top. */
    assert(old - 1 < REFCOUNT_MAX);
}

/* Count one reference more unless there is none left.  Returns: true if it was counted. */
[[nodiscard]] static inline bool refcount_acquire_if_alive(struct refcount *refcount)
{
    uint32_t old = atomic_load_explicit(&refcount->count, memory_order_relaxed);
    do {
        if (old == 0) {
            return false;
        }
        assert(old < REFCOUNT_MAX);
    } while (!atomic_compare_exchange_weak_explicit(&refcount->count, &old, old + 1,
                                                    memory_order_relaxed, memory_order_relaxed));
    return true;
}

/*
 * Give one reference back.  Returns: true if it was the last: nobody else can reach the object any
 * more.
 */
[[nodiscard]] static inline bool refcount_release(struct refcount *refcount)
{
    uint32_t old = atomic_fetch_sub_explicit(&refcount->count, 1, memory_order_acq_rel);
    /* One comparison for the common case: some are left, and it did not underflow. */
    if (LIKELY(old - 2 < REFCOUNT_MAX - 1)) {
        return false;
    }
    assert(old == 1);
    return true;
}

/* The number of references, which may be another one by now; for assertions and statistics. */
static inline uint32_t refcount_value(const struct refcount *refcount)
{
    return atomic_load_explicit(&refcount->count, memory_order_relaxed);
}
