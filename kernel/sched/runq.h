/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The runnable threads of one processor: a list for each priority, served in the order of arrival,
 * and a bitmap of the lists that are not empty.
 */
#pragma once

#include <stdatomic.h>
#include <stdint.h>

#include <lib/bitmap.h>
#include <lib/list.h>
#include <arch/spinlock.h>
#include <sched/thread.h>

#define RUNQ_PRIORITIES (THREAD_PRIORITY_MAX + 1)

/* `best` of an empty queue. */
#define RUNQ_EMPTY (-1)

struct runq {
    struct spinlock lock;
    _Atomic uint32_t count; /* (lock) threads on it; anybody may read */
    int32_t best; /* (lock) highest priority that waits; the owner may read it as a hint */
    uint64_t bitmap[BITMAP_WORDS(RUNQ_PRIORITIES)]; /* (lock) lists that have members */
    struct list lists[RUNQ_PRIORITIES];             /* (lock) */
};

/* Make RUNQ empty. */
void runq_init(struct runq *runq);

/* Insert THREAD by its priority, behind the others of that priority, or AT_HEAD of them. */
void runq_insert(struct runq *runq, struct thread *thread, bool at_head) REQUIRES(runq->lock);

/* Take THREAD off RUNQ.  Returns: false if it is on no queue. */
bool runq_remove(struct runq *runq, struct thread *thread) REQUIRES(runq->lock);

/*
 * Take a thread off RUNQ, another processor's, that may run on CPUS: the best, and of those the one
 * that waits longest.  *AGAIN becomes true if there is one that has not left its processor yet.
 * Returns: the thread, locked; null if there is none.  Context: interrupts off.
 */
struct thread *runq_steal(struct runq *runq, cpu_mask_t cpus, bool *again);

/* The thread to run next, and the last one of all; null if RUNQ is empty.  Both stay on it. */
struct thread *runq_first(const struct runq *runq) REQUIRES(runq->lock);
struct thread *runq_worst(const struct runq *runq) REQUIRES(runq->lock);

/* The thread to run next, taken off RUNQ; null if it is empty. */
struct thread *runq_pop(struct runq *runq) REQUIRES(runq->lock);
