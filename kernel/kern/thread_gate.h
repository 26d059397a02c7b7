/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The gates of kern/thread_control.h, for the files that implement it.
 */
#pragma once

#include <arch/spinlock.h>
#include <sched/waitq.h>

#define GATE_COUNT 16

struct gate {
    struct spinlock lock;
    struct waitq held; /* (lock) threads that may not go to user code */
};

extern struct gate thread_gates[GATE_COUNT];

/* The gate that THREAD passes. */
static inline struct gate *thread_gate(const struct thread *thread)
{
    return &thread_gates[thread->id % GATE_COUNT];
}

/* Take THREAD's port from it, if it still has one, and let the port die. */
void thread_drop_port(struct thread *thread);

/* Close THREAD's exception ports, if it has any. */
void thread_drop_exceptions(struct thread *thread);

/* Set up thread_exceptions.c. */
void thread_exceptions_init(void);
