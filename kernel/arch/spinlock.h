/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The spin lock, lowest of the kernel's locks.  One rule makes it safe against interrupts and
 * preemption: it is only held with interrupts disabled.  Debug builds check the rule, the owner,
 * and double locking. The order of all locks stands in docs/locking.md.
 */
#pragma once

#include <stdint.h>

#include <lib/compiler.h>
#include <arch/cpu.h>

struct CAPABILITY("spinlock") spinlock {
    _Atomic uint32_t locked; /* 0 free, 1 held */
    uint32_t owner;          /* debug builds: index of the holder + 1 */
};

/* A free lock, for static initialisation. */
#define SPINLOCK_INITIALIZER ((struct spinlock){ 0, 0 })

/* Make LOCK a free lock. */
static inline void spinlock_init(struct spinlock *lock);

/* Take LOCK, waiting for it.  Context: interrupts off. */
static inline void spin_lock(struct spinlock *lock) ACQUIRE(*lock);

/* Take LOCK if it is free.  Returns: true if it was.  Context: interrupts off. */
static inline bool spin_trylock(struct spinlock *lock) TRY_ACQUIRE(true, *lock);

/* Give LOCK back.  Context: interrupts off. */
static inline void spin_unlock(struct spinlock *lock) RELEASE(*lock);

/* Disable interrupts, take LOCK, return the interrupt state for spin_unlock_restore(). */
static inline interrupt_state_t spin_lock_save(struct spinlock *lock) ACQUIRE(*lock);

/* Give LOCK back and return to interrupt state STATE. */
static inline void spin_unlock_restore(struct spinlock *lock, interrupt_state_t state)
    RELEASE(*lock);

/* True if LOCK is held by anyone; for assertions. */
static inline bool spinlock_is_held(const struct spinlock *lock);

/* Take two locks of one class in the order of their addresses; A and B may be the same lock. */
void spin_lock_pair(struct spinlock *a, struct spinlock *b) ACQUIRE(*a, *b);

/* Give both back. */
void spin_unlock_pair(struct spinlock *a, struct spinlock *b) RELEASE(*a, *b);

#include <machine/spinlock.h>
