/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Semaphores of the test's task, and bare threads that wait for them.
 */
#pragma once

#include <stdint.h>

#include <mach/mach.h>

#include "systest_task.h"

/* Times of waits. */
extern const mach_timespec_t no_time;
extern const mach_timespec_t short_time;
extern const mach_timespec_t long_time;

/* A semaphore with the count VALUE; its end, with which the caller's right goes along. */
semaphore_t semaphore_make(int policy, int value);
void semaphore_end(semaphore_t semaphore);

/* The count of SEMAPHORE, which nobody waits for: it is 0 afterwards. */
uint32_t semaphore_drain(semaphore_t semaphore);

/* A thread that waits once, and what it found. */
struct waiter {
    struct worker worker;
    semaphore_t semaphore;
    semaphore_t signal; /* null: plain wait */
    bool is_timed;      /* for a long time */
    int priority;       /* importance */
    _Atomic kern_return_t result;
    _Atomic uint32_t place; /* 1: it was the first to come back */
};

#define NO_RESULT (-1)

/* Start WAITER, in TASK or the test's own, and let it come to wait. */
void waiter_start_in(struct waiter *waiter, mach_port_t task);
void waiter_start(struct waiter *waiter);

/* The same in HELPER, whose only right is one to SEMAPHORE. */
void waiter_start_in_helper(struct waiter *waiter, const struct helper *helper,
                            semaphore_t semaphore);

/* The next waiter that comes back is the first. */
void waiters_begin(void);

/* Start COUNT waiters for SEMAPHORE, one after the other, each other one of them for a long time. */
void waiters_start(struct waiter *waiters, int count, semaphore_t semaphore);

/* Wait until WAITER has ended, which has to have found RESULT. */
void waiter_join(struct waiter *waiter, kern_return_t result);
