/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Quotas: how much of what the kernel has only so much of a task may use.  Each task has one of its
 * own, with the limits that its parent had; who charges it for something that may outlive the task
 * holds a reference as long.
 *
 * All functions take a null quota, which allows everything.
 * Context: any; no locks.
 */
#pragma once

#include <stdatomic.h>
#include <stdint.h>

#include <lib/compiler.h>
#include <lib/refcount.h>

enum quota_kind {
    QUOTA_PORTS,        /* ports that the task has made, wherever their receive rights are */
    QUOTA_QUEUED_BYTES, /* bytes of messages in queues: see ipc/ipc_charge.h */
    QUOTA_KERNEL_BYTES, /* name tables, port sets and their members, regions of memory */
    QUOTA_THREADS,
    QUOTA_KINDS,
};

struct quota {
    struct refcount references;
    struct {
        _Atomic uint64_t used;
        _Atomic uint64_t limit;
        _Atomic uint64_t returned; /* how much was given back so far */
    } kinds[QUOTA_KINDS];
};

/* Set up the zone of quotas.  Once, at boot. */
void quota_init(void);

/* A quota of which nothing is used, with the limits of PARENT, or the system's.  References: the
 * caller has one.  Returns: null without memory. */
[[nodiscard]] struct quota *quota_create(const struct quota *parent);

static inline void quota_reference(struct quota *quota)
{
    if (quota != nullptr) {
        refcount_acquire(&quota->references);
    }
}

void quota_free(struct quota *quota);

static inline void quota_release(struct quota *quota)
{
    if (quota != nullptr && refcount_release(&quota->references)) {
        quota_free(quota);
    }
}

/* Use AMOUNT more, whatever the limit is. */
static inline void quota_add(struct quota *quota, enum quota_kind kind, uint64_t amount)
{
    if (quota != nullptr) {
        atomic_fetch_add_explicit(&quota->kinds[kind].used, amount, memory_order_relaxed);
    }
}

/* Use AMOUNT less. */
static inline void quota_uncharge(struct quota *quota, enum quota_kind kind, uint64_t amount)
{
    if (quota != nullptr) {
        atomic_fetch_sub_explicit(&quota->kinds[kind].used, amount, memory_order_relaxed);
        atomic_fetch_add_explicit(&quota->kinds[kind].returned, amount, memory_order_relaxed);
    }
}

/* Use AMOUNT more if that stays within the limit.  Returns: false if not. */
[[nodiscard]] static inline bool quota_charge(struct quota *quota, enum quota_kind kind,
                                              uint64_t amount)
{
    if (quota == nullptr) {
        return true;
    }
    uint64_t old =
        atomic_fetch_add_explicit(&quota->kinds[kind].used, amount, memory_order_relaxed);
    if (LIKELY(old + amount <=
               atomic_load_explicit(&quota->kinds[kind].limit, memory_order_relaxed))) {
        return true;
    }
    atomic_fetch_sub_explicit(&quota->kinds[kind].used, amount, memory_order_relaxed);
    return false;
}

/* True if nothing is left. */
static inline bool quota_is_used_up(const struct quota *quota, enum quota_kind kind)
{
    return quota != nullptr &&
           atomic_load_explicit(&quota->kinds[kind].used, memory_order_relaxed) >=
               atomic_load_explicit(&quota->kinds[kind].limit, memory_order_relaxed);
}
