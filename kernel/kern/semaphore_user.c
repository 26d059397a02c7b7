/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Semaphores as programs see them: two routines of idl/task.defs, those of
 * idl/semaphore.defs, and the traps.
 */
#include <semaphore_server.h>
#include <task_server.h>

#include <mach/clock_types.h>
#include <mach/sync_policy.h>

#include <arch/clock_device.h>
#include <kern/convert.h>
#include <kern/semaphore.h>

kern_return_t semaphore_create(task_t task, semaphore_t *semaphore, int policy, int value)
{
    if (task == nullptr || value < 0 || (policy & ~SYNC_POLICY_ORDER_MASK) != 0) {
        return KERN_INVALID_ARGUMENT;
    }
    return semaphore_create_object(task, policy, value, semaphore);
}

kern_return_t semaphore_destroy(task_t task, semaphore_t semaphore)
{
    if (task == nullptr || semaphore == nullptr || semaphore->owner != task) {
        return KERN_INVALID_ARGUMENT;
    }
    return semaphore_end(semaphore);
}

kern_return_t semaphore_signal(semaphore_t semaphore)
{
    return semaphore == nullptr ? KERN_INVALID_ARGUMENT : semaphore_post(semaphore);
}

kern_return_t semaphore_signal_all(semaphore_t semaphore)
{
    return semaphore == nullptr ? KERN_INVALID_ARGUMENT : semaphore_post_all(semaphore);
}

kern_return_t semaphore_signal_thread(semaphore_t semaphore, thread_t thread)
{
    return semaphore == nullptr ? KERN_INVALID_ARGUMENT : semaphore_post_thread(semaphore, thread);
}

/* When a wait of TIME ends: 0 if it is none.  Returns: KERN_SUCCESS; KERN_INVALID_VALUE, there is no
 * such time. */
static kern_return_t deadline_after(mach_timespec_t time, uint64_t *deadline)
{
    if (BAD_MACH_TIMESPEC(&time)) {
        return KERN_INVALID_VALUE;
    }
    uint64_t length = time.tv_sec * NSEC_PER_SEC + (uint64_t)time.tv_nsec;
    *deadline = length != 0 ? clock_now() + length : 0;
    return KERN_SUCCESS;
}

kern_return_t semaphore_wait(semaphore_t semaphore)
{
    return semaphore == nullptr ? KERN_INVALID_ARGUMENT
                                : semaphore_take(semaphore, nullptr, WAIT_FOREVER);
}

kern_return_t semaphore_timedwait(semaphore_t semaphore, mach_timespec_t wait_time)
{
    uint64_t deadline;
    kern_return_t result = deadline_after(wait_time, &deadline);
    if (result != KERN_SUCCESS) {
        return result;
    }
    return semaphore == nullptr ? KERN_INVALID_ARGUMENT
                                : semaphore_take(semaphore, nullptr, deadline);
}

/* Wait for one and signal the other, unless one is null. */
static kern_return_t wait_signal(semaphore_t wait, semaphore_t signal, uint64_t deadline)
{
    return wait == nullptr || signal == nullptr ? KERN_INVALID_ARGUMENT
                                                : semaphore_take(wait, signal, deadline);
}

kern_return_t semaphore_wait_signal(semaphore_t wait_semaphore, semaphore_t signal_semaphore)
{
    return wait_signal(wait_semaphore, signal_semaphore, WAIT_FOREVER);
}

kern_return_t semaphore_timedwait_signal(semaphore_t wait_semaphore, semaphore_t signal_semaphore,
                                         mach_timespec_t wait_time)
{
    uint64_t deadline;
    kern_return_t result = deadline_after(wait_time, &deadline);
    return result == KERN_SUCCESS ? wait_signal(wait_semaphore, signal_semaphore, deadline)
                                  : result;
}

/* The semaphore that the caller calls NAME, with a reference. */
static kern_return_t semaphore_lookup(uint64_t name, struct semaphore **semaphore)
{
    struct ipc_port *port;
    kern_return_t result = convert_name_to_port((mach_port_name_t)name, &port);
    if (result != KERN_SUCCESS) {
        return result;
    }
    *semaphore = convert_port_to_semaphore(port);
    ipc_port_release(port);
    return *semaphore != nullptr ? KERN_SUCCESS : KERN_INVALID_ARGUMENT;
}

TRAP_HANDLER(semaphore_signal_trap)
{
    struct semaphore *semaphore;
    kern_return_t result = semaphore_lookup(a1, &semaphore);
    if (result == KERN_SUCCESS) {
        result = semaphore_post(semaphore);
        semaphore_release(semaphore);
    }
    return trap_result(result);
}

TRAP_HANDLER(semaphore_signal_all_trap)
{
    struct semaphore *semaphore;
    kern_return_t result = semaphore_lookup(a1, &semaphore);
    if (result == KERN_SUCCESS) {
        result = semaphore_post_all(semaphore);
        semaphore_release(semaphore);
    }
    return trap_result(result);
}

/* semaphore_signal_thread(semaphore, thread) */
TRAP_HANDLER(semaphore_signal_thread_trap)
{
    struct thread *thread = convert_name_to_thread((mach_port_name_t)a2);
    struct semaphore *semaphore;
    bool is_wrong = thread == nullptr && (mach_port_name_t)a2 != MACH_PORT_NULL;
    kern_return_t result = is_wrong ? KERN_INVALID_ARGUMENT : KERN_SUCCESS;
    if (result == KERN_SUCCESS) {
        result = semaphore_lookup(a1, &semaphore);
    }
    if (result == KERN_SUCCESS) {
        result = semaphore_post_thread(semaphore, thread);
        semaphore_release(semaphore);
    }
    thread_deallocate(thread);
    return trap_result(result);
}

/* Wait for the semaphore WAIT until DEADLINE, as semaphore_take() does. */
static kern_return_t wait_by_name(uint64_t wait, uint64_t deadline)
{
    struct semaphore *semaphore;
    kern_return_t result = semaphore_lookup(wait, &semaphore);
    if (result == KERN_SUCCESS) {
        result = semaphore_take(semaphore, nullptr, deadline);
        semaphore_release(semaphore);
    }
    return result;
}

/* The same, and signal SIGNAL. */
static kern_return_t wait_signal_by_name(uint64_t wait, uint64_t signal, uint64_t deadline)
{
    struct semaphore *signalled;
    struct semaphore *semaphore;
    kern_return_t result = semaphore_lookup(signal, &signalled);
    if (result != KERN_SUCCESS) {
        return result;
    }
    result = semaphore_lookup(wait, &semaphore);
    if (result == KERN_SUCCESS) {
        result = semaphore_take(semaphore, signalled, deadline);
        semaphore_release(semaphore);
    }
    semaphore_release(signalled);
    return result;
}

/* A time of two arguments of a trap. */
static mach_timespec_t timespec_of(uint64_t seconds, uint64_t nanoseconds)
{
    return (mach_timespec_t){ (uint32_t)seconds, (clock_res_t)nanoseconds };
}

TRAP_HANDLER(semaphore_wait_trap)
{
    return trap_result(wait_by_name(a1, WAIT_FOREVER));
}

/* semaphore_wait_signal(wait, signal) */
TRAP_HANDLER(semaphore_wait_signal_trap)
{
    return trap_result(wait_signal_by_name(a1, a2, WAIT_FOREVER));
}

/* semaphore_timedwait(semaphore, seconds, nanoseconds) */
TRAP_HANDLER(semaphore_timedwait_trap)
{
    uint64_t deadline;
    kern_return_t result = deadline_after(timespec_of(a2, a3), &deadline);
    return trap_result(result == KERN_SUCCESS ? wait_by_name(a1, deadline) : result);
}

/* semaphore_timedwait_signal(wait, signal, seconds, nanoseconds) */
TRAP_HANDLER(semaphore_timedwait_signal_trap)
{
    uint64_t deadline;
    kern_return_t result = deadline_after(timespec_of(a3, a4), &deadline);
    return trap_result(result == KERN_SUCCESS ? wait_signal_by_name(a1, a2, deadline) : result);
}
