/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the scheduler needs of the played processors: stacks and contexts of threads, a clock, an alarm for
 * each processor, and interrupts that make it look.  Time stands still while anybody has something to do;
 * when all sleep, it goes on to the next alarm.
 */
#pragma once

#include <stdint.h>

#include <sched/thread.h>

/* The processors are there, each on its idle thread.  No threads. */
void sched_machine_begin(void);

/* A thread that will run FUNCTION(ARGUMENT), at PRIORITY; it has run on processor CPU.  No more than
 * eight.  It is not started. */
struct thread *sched_machine_thread(uint32_t cpu, void (*function)(void *argument), void *argument,
                                    uint8_t priority);

/* The same, and it waits on the run queue of CPU when all begins. */
struct thread *sched_machine_runnable(uint32_t cpu, void (*function)(void *argument),
                                      void *argument, uint8_t priority);

/* The program of each processor: its idle thread. */
void sched_machine_run(void);

/* Expect, when all sleep, that all threads that were started have ended, and no queue has one. */
void sched_machine_check(void);
