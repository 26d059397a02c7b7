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

struct refcount {
    _Atomic int32_t count;
};

/* Begin with COUNT references. */
static inline void refcount_init(struct refcount *refcount, uint32_t count)
{
    atomic_store_explicit(&refcount->count, (int32_t)count, memory_order_relaxed);
}

/* Count one reference more; the caller already has one, or a lock that keeps the object alive. */
static inline void refcount_acquire(struct refcount *refcount)
{
    int32_t old = atomic_fetch_add_explicit(&refcount->count, 1, memory_order_relaxed);
    debug_assert(old != 0);
    /* The processor's flags say this of the increment itself. */
    assert(old >= 0);
}

/* Count one reference more unless there is none left.  Returns: true if it was counted. */
[[nodiscard]] static inline bool refcount_acquire_if_alive(struct refcount *refcount)
{
    int32_t old = atomic_load_explicit(&refcount->count, memory_order_relaxed);
    do {
        if (old == 0) {
            return false;
        }
        assert(old > 0);
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
    int32_t left = atomic_fetch_sub_explicit(&refcount->count, 1, memory_order_acq_rel) - 1;
    if (LIKELY(left > 0)) {
        return false;
    }
    assert(left == 0);
    return true;
}

/* The number of references, which may be another one by now; for assertions and statistics. */
static inline uint32_t refcount_value(const struct refcount *refcount)
{
    return (uint32_t)atomic_load_explicit(&refcount->count, memory_order_relaxed);
}
