/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Threads of tasks: sched/ lets them run; here they get a task, a port, and an end.
 *
 * Invariants
 *  - Only the thread itself runs its end, on its way to user code; everybody else asks (is_active
 *    = false).  A thread that was never started is started for it.
 *  - thread->task, space and map are the thread's own: from outside, whoever only has a reference
 *    on the thread may not follow them.  The task's list holds a reference on each of its threads
 *    until the thread takes itself off.
 *  - thread->self is taken out once, by whoever terminates, under the gate.
 *
 * Gates.  Whether a thread may go to user code is decided at a gate, a spin lock with a wait queue,
 * shared by threads with the same hash; it protects suspend_count, user_suspend_count, is_active,
 * is_started, self, lesser and exceptions.  Held threads wait at the gate and look again whenever it is
 * opened for one of them.
 *
 * Locks: task -> gate -> run queue.
 */
#pragma once

#include <stdint.h>

#include <mach/kern_return.h>

#include <lib/compiler.h>
#include <sched/thread.h>
#include <kern/object_access.h>

struct exception_ports;
struct ipc_port;
struct task;

/*
 * Create a thread in TASK that is held once (user_suspend_count 1), with a reference for the
 * caller.  Context: may sleep.
 * Returns: KERN_SUCCESS and *THREAD; KERN_INVALID_TASK, TASK has ended; KERN_RESOURCE_SHORTAGE,
 * memory or quota.
 */
[[nodiscard]] kern_return_t thread_create_in_task(struct task *task, struct thread **thread);

/* Tell THREAD to end; its port dies at once.  Returns: KERN_SUCCESS; KERN_TERMINATED, somebody was
 * first. */
kern_return_t thread_terminate_object(struct thread *thread);

/*
 * Keep THREAD from user code once more, or once less; the first release of a new thread starts it.
 */
void thread_hold(struct thread *thread);
void thread_unhold(struct thread *thread);

/* The most that task_suspend() and thread_suspend() count: what thread_info() can tell. */
#define SUSPEND_COUNT_MAX INT32_MAX

/* The same for users, who cannot release more than they held.
 * Returns: KERN_SUCCESS; KERN_FAILURE, not held; KERN_TERMINATED; KERN_RESOURCE_SHORTAGE, held
 * SUSPEND_COUNT_MAX times. */
[[nodiscard]] kern_return_t thread_user_hold(struct thread *thread);
[[nodiscard]] kern_return_t thread_user_unhold(struct thread *thread);

/* Wait until THREAD, which the caller holds, is in the kernel or off the processors, and has left the trap that it was
 * told to break off: its user registers stand still. Context: may sleep. */
void thread_wait_held(struct thread *thread);

/* A send right to THREAD's kernel port; null after termination. */
struct ipc_port *thread_make_send(struct thread *thread);

/*
 * A send right to THREAD's port that allows ACCESS, as task_make_send_of_kind().
 * Returns: KERN_SUCCESS and *RIGHT; KERN_TERMINATED, THREAD has ended; KERN_RESOURCE_SHORTAGE.
 */
[[nodiscard]] kern_return_t thread_make_send_with(struct thread *thread, enum object_access access,
                                                  struct ipc_port **right);

/* THREAD's exception ports, with a reference for the caller; null if it has none. */
struct exception_ports *thread_exception_ports(struct thread *thread);

/* The same, made if there are none.  Returns: KERN_SUCCESS and *PORTS; KERN_RESOURCE_SHORTAGE;
 * KERN_TERMINATED, THREAD has ended. */
[[nodiscard]] kern_return_t thread_exception_ports_need(struct thread *thread,
                                                        struct exception_ports **ports);
void thread_exception_ports_release(struct exception_ports *ports);

/* True if the running thread was told to end: a wait that was interrupted for it is not to be
 * repeated. */
bool thread_is_ending(void);

/* Set up gates and the zone, and tell sched/ what to do before a thread goes to user code.  Once,
 * at boot. */
void thread_control_init(void);
