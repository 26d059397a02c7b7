/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The spin lock, lowest of the kernel's locks.  One rule makes it safe against interrupts and
 * preemption: it is only held with interrupts disabled.  Debug builds check the rule, the owner,
 * and that locks are taken in the order of their classes (lib/lock_class.h, docs/locking.md).
 */
#pragma once

#include <stdint.h>

#include <lib/compiler.h>
#include <lib/lock_check.h>
#include <arch/clock_device.h>
#include <arch/cpu.h>
#include <arch/percpu.h>

struct CAPABILITY("spinlock") spinlock {
    _Atomic uint32_t locked; /* 0 free, 1 held */
    uint32_t owner;          /* debug builds: index of the holder + 1 */
#ifdef MACH_R_DEBUG
    enum lock_class class;
#endif
};

/* A free lock of CLASS, for static initialisation. */
#ifdef MACH_R_DEBUG
#define SPINLOCK_INITIALIZER(lock_class) { .class = (lock_class) }
#else
#define SPINLOCK_INITIALIZER(lock_class) { 0 }
#endif

/* Make LOCK a free lock of CLASS. */
static inline void spinlock_init(struct spinlock *lock, enum lock_class class);

/* Take LOCK, waiting for it.  Context: interrupts off. */
static inline void spin_lock(struct spinlock *lock) ACQUIRE(*lock);

/* The same, for a function that takes the lock for its own caller: LOCK_PLACE(). */
static inline void spin_lock_at(struct spinlock *lock, const void *place) ACQUIRE(*lock);

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
static inline void spin_lock_pair(struct spinlock *a, struct spinlock *b) ACQUIRE(*a, *b);

/* Give both back. */
static inline void spin_unlock_pair(struct spinlock *a, struct spinlock *b) RELEASE(*a, *b);

/* Debug builds: panic if this processor holds a spin lock other than ALLOWED (or null) and is about
 * to do WHAT.  Context: interrupts off. */
static inline void spin_lock_check_none(const struct spinlock *allowed, const char *what);

/* Debug builds, for <machine/spinlock.h>: this processor is about to wait for LOCK; has taken it,
 * after SPINS rounds of waiting (0: it was free); is about to give it back. */
static inline void spinlock_note_wanted(const struct spinlock *lock, const void *place);
static inline void spinlock_note_taken(struct spinlock *lock, const void *place, uint64_t spins);
static inline void spinlock_note_given(struct spinlock *lock);

#ifdef MACH_R_DEBUG
/* What the checker keeps for each processor. */
struct lock_cpu {
    struct held_locks held; /* its spin locks */
    struct lock_statistics statistics[LOCK_CLASS_COUNT];
};

PERCPU_DECLARE(struct lock_cpu, lock_cpu);

static inline void spinlock_note_wanted(const struct spinlock *lock, const void *place)
{
    lock_check_order(&percpu_ptr(lock_cpu)->held, lock, lock->class, place);
}

static inline void spinlock_note_taken(struct spinlock *lock, const void *place, uint64_t spins)
{
    struct lock_cpu *cpu = percpu_ptr(lock_cpu);
    struct lock_statistics *statistics = &cpu->statistics[lock->class];
    lock->owner = cpu_index() + 1;
    statistics->acquisitions++;
    statistics->contended += spins != 0;
    statistics->spins += spins;
    lock_check_push(&cpu->held, lock, lock->class, place, clock_now());
}

static inline void spinlock_note_given(struct spinlock *lock)
{
    struct lock_cpu *cpu = percpu_ptr(lock_cpu);
    lock->owner = 0;
    lock_check_pop(&cpu->held, lock, clock_now(), &cpu->statistics[lock->class]);
}

static inline void spin_lock_check_none(const struct spinlock *allowed, const char *what)
{
    lock_check_none(&percpu_ptr(lock_cpu)->held, allowed, what);
}
#else
static inline void spinlock_note_wanted([[maybe_unused]] const struct spinlock *lock,
                                        [[maybe_unused]] const void *place)
{
}

static inline void spinlock_note_taken([[maybe_unused]] struct spinlock *lock,
                                       [[maybe_unused]] const void *place,
                                       [[maybe_unused]] uint64_t spins)
{
}

static inline void spinlock_note_given([[maybe_unused]] struct spinlock *lock)
{
}

static inline void spin_lock_check_none([[maybe_unused]] const struct spinlock *allowed,
                                        [[maybe_unused]] const char *what)
{
}
#endif

#include <machine/spinlock.h>

/* The analysis cannot follow two names for one lock, nor the exchange. */
static inline LOCK_FUNCTION void spin_lock_pair(struct spinlock *a,
                                                struct spinlock *b) NO_LOCK_ANALYSIS
{
    bool is_in_order = (uintptr_t)a <= (uintptr_t)b;
    spin_lock_at(is_in_order ? a : b, LOCK_PLACE());
    if (a != b) {
        spin_lock_at(is_in_order ? b : a, LOCK_PLACE());
    }
}

static inline void spin_unlock_pair(struct spinlock *a, struct spinlock *b) NO_LOCK_ANALYSIS
{
    spin_unlock(a);
    if (a != b) {
        spin_unlock(b);
    }
}
