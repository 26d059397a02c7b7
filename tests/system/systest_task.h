/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Helper tasks and bare threads.
 *
 * A helper task shares all memory that exists when it is made with the test (inheritance SHARE), so
 * that both see the same variables, and has a name space of its own. Its threads, like all threads
 * started here, are bare: they have a stack and no thread-local storage. So they can use traps,
 * mach_msg(), EXPECT() and the functions of systest_msg.h, but neither stubs nor the C library's
 * streams and heap. mach_task_self() is right in both: a helper has its own task under the name
 * that the test has its task under.
 */
#pragma once

#include <stdint.h>

#include <mach/mach.h>

/* A task that the test made; send right. */
struct helper {
    mach_port_t task;
};

/* A bare thread in some task. */
struct worker {
    mach_port_t task;   /* no reference of its own */
    mach_port_t thread; /* send right */
    mach_vm_address_t stack;
};

/* The names helpers get their rights under; the first is the test's choice of port. */
#define HELPER_PORT(i) ((mach_port_name_t)0x00800000u + ((mach_port_name_t)(i) << 8))

#define WORKER_STACK_SIZE (64 * 1024)

/* Make HELPER. Returns: false if that failed, which is noted. */
[[nodiscard]] bool helper_create(struct helper *helper);

/* Give HELPER the right NAME of the test by DISPOSITION, under HELPER_PORT(i). */
void helper_give(const struct helper *helper, uint32_t i, mach_port_t name,
                 mach_msg_type_name_t disposition);

/* End HELPER, if it has not ended, and forget it. */
void helper_destroy(struct helper *helper);

/* Run FUNCTION(ARGUMENT) in a bare thread of TASK; when it returns, the thread ends itself. */
[[nodiscard]] bool worker_start(struct worker *worker, mach_port_t task,
                                void (*function)(void *argument), void *argument);

/* The same, suspended before its first instruction. */
[[nodiscard]] bool worker_create(struct worker *worker, mach_port_t task,
                                 void (*function)(void *argument), void *argument);

/* Wait until the thread has ended, and free it. Its task may have ended. */
void worker_join(struct worker *worker);

/* End the thread, and free it. */
void worker_kill(struct worker *worker);

/* Wait until WORKER waits in the kernel. */
bool worker_wait_blocked(const struct worker *worker);

/* Wait until the thing behind NAME, a send right, is dead. */
bool wait_dead(mach_port_t name);

/* For bare threads: end the own thread, or the own task. */
[[noreturn]] void bare_thread_exit(void);
[[noreturn]] void bare_task_exit(void);

/* Let all be made that is made once: reply port, tables; and what the first thread of the library leaves. */
void task_warm_up(void);
void thread_warm_up(void);
