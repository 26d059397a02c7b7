/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The lock checker of debug builds: who holds locks (a processor its spin locks, a thread its
 * mutexes) has a list of them, and each acquisition is compared with the list first.  A violation
 * panics with the classes of both locks and the places where they were taken.  Locks are told apart
 * by their addresses alone, so spin locks and mutexes share all of this.
 *
 * Nothing here takes a lock.  Context: nobody else uses the list meanwhile (interrupts off, or it is
 * the running thread's own), but for a non-maskable interrupt, which leaves it as it was.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <lib/compiler.h>
#include <lib/lock_class.h>

/* The most locks that one processor or thread holds. */
#define HELD_LOCKS_MAX 16

/* What a function that takes locks for others passes on as the place; null in release builds. */
#ifdef MACH_R_DEBUG
#define LOCK_PLACE() __builtin_return_address(0)
/* A function that takes locks is one of its own, so that its return address is the caller's. */
#define LOCK_FUNCTION NOINLINE
#else
#define LOCK_PLACE() nullptr
#define LOCK_FUNCTION
#endif

struct held_lock {
    const void *lock;
    const void *place; /* the return address of who took it */
    uint64_t since;    /* nanoseconds since boot */
    enum lock_class class;
};

struct held_locks {
    uint32_t count;
    struct held_lock locks[HELD_LOCKS_MAX]; /* oldest first */
};

/* What a class has seen, on one processor. */
struct lock_statistics {
    uint64_t acquisitions;
    uint64_t contended;        /* acquisitions that had to wait */
    uint64_t spins;            /* rounds of waiting */
    uint64_t longest_hold;     /* nanoseconds */
    const void *longest_place; /* where the lock was taken that was held so long */
};

/* A place in the source. */
struct lock_place {
    const char *file; /* from the root of the tree; "?": not known */
    uint32_t line;
};

/* Where the code is that RETURN_ADDRESS returns to. */
struct lock_place lock_place(const void *return_address);

/* The name of CLASS. */
const char *lock_class_name(enum lock_class class);

/* Panic if waiting for LOCK, of CLASS, at PLACE is wrong for one who holds HELD. */
void lock_check_order(const struct held_locks *held, const void *lock, enum lock_class class,
                      const void *place);

/* Panic if one who holds HELD, but for ALLOWED (or null), must not do WHAT. */
void lock_check_none(const struct held_locks *held, const void *allowed, const char *what);

/* LOCK was taken at PLACE at the time NOW. */
void lock_check_push(struct held_locks *held, const void *lock, enum lock_class class,
                     const void *place, uint64_t now);

/* LOCK is given back at the time NOW; STATISTICS are those of its class. */
void lock_check_pop(struct held_locks *held, const void *lock, uint64_t now,
                    struct lock_statistics *statistics);
