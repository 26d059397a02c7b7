/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Routines of idl/thread_act.defs, and those of idl/task.defs that make threads.
 */
#include <task_server.h>
#include <thread_act_server.h>

#include <mach/thread_special_ports.h>

#include <stdatomic.h>

#include <arch/context.h>
#include <sched/policy.h>
#include <sched/waitq.h>
#include <kern/kernel_port.h>
#include <kern/task.h>
#include <kern/thread_control.h>
#include <kern/thread_gate.h>

/* Make a thread in TASK for the running thread. */
static kern_return_t create_thread(task_t task, thread_t *thread)
{
    kern_return_t result = thread_create_in_task(task, thread);
    if (result == KERN_SUCCESS && task != current_task()) {
        atomic_fetch_add(&task->external.threads_by_others, 1);
        atomic_fetch_add(&current_task()->external.threads_for_others, 1);
    }
    return result;
}

kern_return_t task_create_thread(task_t parent_task, thread_t *child_act)
{
    return parent_task == nullptr ? KERN_INVALID_TASK : create_thread(parent_task, child_act);
}

kern_return_t thread_create_running(task_t parent_task, thread_state_flavor_t flavor,
                                    thread_state_t new_state, mach_msg_type_number_t new_stateCnt,
                                    thread_t *child_act)
{
    if (parent_task == nullptr) {
        return KERN_INVALID_TASK;
    }
    struct thread *thread;
    kern_return_t result = create_thread(parent_task, &thread);
    if (result != KERN_SUCCESS) {
        return result;
    }
    result = context_set_state(&thread->context, flavor, new_state, new_stateCnt);
    if (result == KERN_SUCCESS) {
        result = thread_user_unhold(thread);
    }
    if (result != KERN_SUCCESS) {
        thread_terminate_object(thread);
        thread_release(thread);
        return result;
    }
    *child_act = thread;
    return KERN_SUCCESS;
}

kern_return_t thread_terminate(thread_t target_act)
{
    return target_act == nullptr ? KERN_INVALID_ARGUMENT : thread_terminate_object(target_act);
}

kern_return_t thread_suspend(thread_t target_act)
{
    if (target_act == nullptr) {
        return KERN_INVALID_ARGUMENT;
    }
    kern_return_t result = thread_user_hold(target_act);
    if (result == KERN_SUCCESS) {
        thread_wait_held(target_act);
    }
    return result;
}

kern_return_t thread_resume(thread_t target_act)
{
    return target_act == nullptr ? KERN_INVALID_ARGUMENT : thread_user_unhold(target_act);
}

/* Keep THREAD where its registers can be looked at; the caller's own stand still anyway. */
static void hold_still(thread_t thread)
{
    if (thread != current_thread()) {
        thread_hold(thread);
        thread_wait_held(thread);
    }
}

static void let_go(thread_t thread)
{
    if (thread != current_thread()) {
        thread_unhold(thread);
    }
}

kern_return_t thread_get_state(thread_t target_act, thread_state_flavor_t flavor,
                               thread_state_t old_state, mach_msg_type_number_t *old_stateCnt)
{
    if (target_act == nullptr) {
        return KERN_INVALID_ARGUMENT;
    }
    hold_still(target_act);
    kern_return_t result = context_get_state(&target_act->context, flavor, old_state, old_stateCnt);
    let_go(target_act);
    return result;
}

/* Count that the running thread sets the registers of THREAD, if that is another task's.  A thread that was
 * not told to end still has its task. */
static void count_set_state(thread_t thread)
{
    struct gate *gate = thread_gate(thread);
    interrupt_state_t state = spin_lock_save(&gate->lock);
    if (thread->is_active && thread->task != current_task()) {
        atomic_fetch_add(&thread->task->external.states_by_others, 1);
        atomic_fetch_add(&current_task()->external.states_for_others, 1);
    }
    spin_unlock_restore(&gate->lock, state);
}

kern_return_t thread_set_state(thread_t target_act, thread_state_flavor_t flavor,
                               thread_state_t new_state, mach_msg_type_number_t new_stateCnt)
{
    if (target_act == nullptr) {
        return KERN_INVALID_ARGUMENT;
    }
    hold_still(target_act);
    kern_return_t result = context_set_state(&target_act->context, flavor, new_state, new_stateCnt);
    let_go(target_act);
    if (result == KERN_SUCCESS) {
        count_set_state(target_act);
    }
    return result;
}

kern_return_t act_get_state(thread_t target_act, int flavor, thread_state_t old_state,
                            mach_msg_type_number_t *old_stateCnt)
{
    return thread_get_state(target_act, flavor, old_state, old_stateCnt);
}

kern_return_t act_set_state(thread_t target_act, int flavor, thread_state_t new_state,
                            mach_msg_type_number_t new_stateCnt)
{
    return thread_set_state(target_act, flavor, new_state, new_stateCnt);
}

/* True if THREAD was not told to end. */
static bool is_active(thread_t thread)
{
    struct gate *gate = thread_gate(thread);
    interrupt_state_t state = spin_lock_save(&gate->lock);
    bool active = thread->is_active;
    spin_unlock_restore(&gate->lock, state);
    return active;
}

/* End THREAD's depression.  Returns: false if it is not depressed. */
static bool end_depression(thread_t thread)
{
    interrupt_state_t state = spin_lock_save(&thread->lock);
    bool is_depressed = thread->policy.is_depressed;
    spin_unlock_restore(&thread->lock, state);
    if (is_depressed) {
        thread_set_depressed(thread, false);
    }
    return is_depressed;
}

/* Make the request AST, one to give up a wait, of THREAD: the one it is in, or the next one of the trap
 * it is in.  It also gets the processor back that it left to all others. */
static kern_return_t abort_by(thread_t thread, uint32_t ast)
{
    if (thread == nullptr) {
        return KERN_INVALID_ARGUMENT;
    }
    if (!is_active(thread)) {
        return KERN_TERMINATED;
    }
    interrupt_state_t state = interrupts_save();
    thread_set_ast(thread, ast);
    thread_abort_wait(thread, ast);
    interrupts_restore(state);
    (void)end_depression(thread);
    return KERN_SUCCESS;
}

kern_return_t thread_abort(thread_t target_act)
{
    return abort_by(target_act, THREAD_AST_ABORT);
}

kern_return_t thread_abort_safely(thread_t target_act)
{
    return abort_by(target_act, THREAD_AST_ABORT_SAFELY);
}

kern_return_t thread_depress_abort(thread_t thread)
{
    if (thread == nullptr) {
        return KERN_INVALID_ARGUMENT;
    }
    if (!is_active(thread)) {
        return KERN_TERMINATED;
    }
    return end_depression(thread) ? KERN_SUCCESS : KERN_NOT_DEPRESSED;
}

/* What the special port WHICH_PORT, a valid number, allows. */
static enum object_access special_access(int which_port)
{
    static const enum object_access access[] = {
        [THREAD_KERNEL_PORT] = ACCESS_CONTROL,
        [THREAD_INSPECT_PORT] = ACCESS_INSPECT,
        [THREAD_READ_PORT] = ACCESS_READ,
    };
    return access[which_port];
}

kern_return_t thread_get_special_port(ipc_port_t thr_act, int which_port, ipc_port_t *special_port)
{
    enum object_access access;
    struct thread *thread = convert_port_to_thread_access(thr_act, &access);
    kern_return_t result = KERN_INVALID_ARGUMENT;
    if (thread != nullptr && which_port >= THREAD_KERNEL_PORT &&
        which_port <= THREAD_MAX_SPECIAL_PORT) {
        result = special_access(which_port) < access
                     ? KERN_INVALID_CAPABILITY
                     : thread_make_send_with(thread, special_access(which_port), special_port);
    }
    thread_deallocate(thread);
    return result;
}

/* All there are stand for the thread itself, which cannot be replaced. */
kern_return_t thread_set_special_port([[maybe_unused]] thread_t thr_act,
                                      [[maybe_unused]] int which_port,
                                      [[maybe_unused]] ipc_port_t special_port)
{
    return KERN_INVALID_ARGUMENT;
}
