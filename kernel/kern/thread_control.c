/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A thread begins in thread_begin() on its own kernel stack and goes from there to user code; it
 * ends in thread_end(), called when it is about to return to user code and finds that it was told
 * to.  On that way it also stops at its gate while it is held.
 */
#include <kern/thread_control.h>

#include <stdatomic.h>

#include <lib/assert.h>
#include <arch/clock_device.h>
#include <mem/quota.h>
#include <sched/sched.h>
#include <vm/vm_map.h>
#include <ipc/ipc_donation.h>
#include <kern/guard_exception.h>
#include <kern/kernel_port.h>
#include <kern/task.h>
#include <kern/thread_gate.h>
#include <kern/voucher_user.h>

/* How often to look whether a thread has left its processor, which takes an interrupt. */
#define HELD_POLL_NS UINT64_C(50000)

struct gate thread_gates[GATE_COUNT];
static _Atomic uint64_t last_id;

/* Start THREAD if it was not. */
static void thread_start_once(struct thread *thread)
{
    if (!thread->is_started) {
        thread->is_started = true;
        thread_start(thread);
    }
}

/* Wait at the gate while the running thread is held.  Returns: false if it was told to end. */
static bool gate_pass(struct thread *self)
{
    struct gate *gate = thread_gate(self);
    spin_lock(&gate->lock);
    while (self->is_active && self->suspend_count > 0) {
        waitq_enqueue(&gate->held, WAIT_ARMED);
        spin_unlock(&gate->lock);
        thread_block(WAIT_FOREVER);
        spin_lock(&gate->lock);
    }
    bool is_active = self->is_active;
    spin_unlock(&gate->lock);
    return is_active;
}

void thread_drop_port(struct thread *thread)
{
    struct gate *gate = thread_gate(thread);
    interrupt_state_t state = spin_lock_save(&gate->lock);
    struct ipc_port *port = thread->self;
    thread->self = nullptr;
    spin_unlock_restore(&gate->lock, state);
    if (port != nullptr) {
        kernel_port_destroy(port);
        for (uint32_t i = 0; i < ARRAY_SIZE(thread->lesser); i++) {
            kernel_port_destroy(thread->lesser[i]); /* none is made any more */
        }
        thread_release(thread); /* the kernel port's reference */
    }
}

/* Take the running thread off its task's list.  Returns: the task, with the thread's reference. */
static struct task *thread_leave_task(struct thread *self)
{
    struct task *task = self->task;
    mutex_lock(&task->lock);
    list_remove(&self->task_link);
    task->thread_count--;
    quota_uncharge(task->space->quota, QUOTA_THREADS, 1);
    struct usage usage = thread_usage(self);
    usage_add(&task->ended_usage, &usage);
    task->ended_threads++;
    mutex_unlock(&task->lock);
    return task;
}

/*
 * The end of the running thread.  The task's map may go with the last reference on the task, so its
 * page tables are left first.
 */
[[noreturn]] static void thread_end(struct thread *self)
{
    interrupts_enable();
    thread_drop_exceptions(self);
    if (UNLIKELY(self->voucher != nullptr)) {
        thread_drop_voucher(self);
    }
    struct task *task = thread_leave_task(self);

    interrupts_disable();
    ipc_donation_leave(self);
    context_set_pmap(&self->context, nullptr);
    pmap_activate(kernel_pmap);
    ipc_space_enter(nullptr, self);
    self->map = nullptr;
    self->task = nullptr;
    interrupts_enable();

    task_release(task);
    thread_release(self); /* the task list's; sched/ has its own */
    interrupts_disable();
    thread_exit();
}

/* Before user code: tell of a violation, end, or wait while held.  An abort ends with the trap it was meant
 * for. */
static void thread_ast(struct thread *self, uint32_t ast)
{
    atomic_fetch_and(&self->ast, ~(THREAD_AST_SUSPEND | THREAD_AST_ABORT | THREAD_AST_ABORT_SAFELY |
                                   THREAD_AST_VIOLATION));
    if (UNLIKELY(ast & THREAD_AST_VIOLATION)) {
        guard_exception_raise(self);
    }
    if (!gate_pass(self)) {
        thread_end(self);
    }
}

/* First function of every thread of a task, on its own kernel stack. */
static void thread_begin([[maybe_unused]] void *argument)
{
    struct thread *self = current_thread();
    thread_ast(self, 0);
    context_return_to_user(&self->context);
}

void thread_control_init(void)
{
    thread_exceptions_init();
    for (uint32_t i = 0; i < GATE_COUNT; i++) {
        spinlock_init(&thread_gates[i].lock, LOCK_CLASS_GATE);
        waitq_init(&thread_gates[i].held);
    }
    sched_thread_ast_handler = thread_ast;
}

/* Enter THREAD in TASK's list, held if the task is. */
static kern_return_t thread_join_task(struct thread *thread, struct task *task)
{
    kern_return_t result = KERN_SUCCESS;
    mutex_lock(&task->lock);
    if (!task->is_active) {
        result = KERN_INVALID_TASK;
    } else if (!quota_charge(task->space->quota, QUOTA_THREADS, 1)) {
        result = KERN_RESOURCE_SHORTAGE;
    } else {
        task_reference(task);
        list_insert_tail(&task->threads, &thread->task_link);
        task->thread_count++;
        thread->suspend_count = 1 + (task->suspend_count > 0);
        if (UNLIKELY(task->model != nullptr)) {
            context_give(&thread->context, task->model);
        }
    }
    mutex_unlock(&task->lock);
    return result;
}

kern_return_t thread_create_in_task(struct task *task, struct thread **threadp)
{
    struct thread *thread = thread_create(thread_begin, nullptr, THREAD_PRIORITY_DEFAULT);
    if (thread == nullptr) {
        return KERN_RESOURCE_SHORTAGE;
    }
    thread->id = atomic_fetch_add(&last_id, 1) + 1;
    thread->side = THREAD_SIDE_USER;
    thread->task = task;
    ipc_space_enter(task->space, thread);
    thread->map = task->map;
    context_set_pmap(&thread->context, task->map->pmap);
    thread->policy.mode = SCHED_TIMESHARE;
    thread->vm_privilege = task == current_task() && current_thread()->vm_privilege;
    thread->user_suspend_count = 1;
    thread->is_active = true;
    list_init(&thread->task_link);
    thread->self = kernel_port_create(IPC_KOBJECT_THREAD, thread);
    if (thread->self == nullptr) {
        thread_release(thread);
        return KERN_RESOURCE_SHORTAGE;
    }
    thread_reference(thread); /* the kernel port's */
    thread_reference(thread); /* the caller's; the first is the task list's */
    kern_return_t result = thread_join_task(thread, task);
    if (result != KERN_SUCCESS) {
        thread_drop_port(thread);
        thread_release(thread);
        thread_release(thread);
        return result;
    }
    *threadp = thread;
    return KERN_SUCCESS;
}

kern_return_t thread_terminate_object(struct thread *thread)
{
    struct gate *gate = thread_gate(thread);
    interrupt_state_t state = spin_lock_save(&gate->lock);
    bool is_mine = thread->is_active;
    if (is_mine) {
        thread->is_active = false;
        thread_set_ast(thread, THREAD_AST_TERMINATE);
        thread_start_once(thread);
        waitq_wake_all(&gate->held, 0);
    }
    spin_unlock(&gate->lock);
    if (is_mine) {
        thread_abort_wait(thread, THREAD_AST_TERMINATE);
    }
    interrupts_restore(state);
    if (!is_mine) {
        return KERN_TERMINATED;
    }
    thread_drop_port(thread);
    return KERN_SUCCESS;
}

static void hold_locked(struct thread *thread)
{
    if (thread->suspend_count++ == 0) {
        thread_set_ast(thread, THREAD_AST_SUSPEND);
    }
}

static void unhold_locked(struct thread *thread, struct gate *gate)
{
    assert(thread->suspend_count > 0);
    if (--thread->suspend_count == 0) {
        thread_start_once(thread);
        waitq_wake_all(&gate->held, 0);
    }
}

void thread_hold(struct thread *thread)
{
    struct gate *gate = thread_gate(thread);
    interrupt_state_t state = spin_lock_save(&gate->lock);
    hold_locked(thread);
    spin_unlock_restore(&gate->lock, state);
}

void thread_unhold(struct thread *thread)
{
    struct gate *gate = thread_gate(thread);
    interrupt_state_t state = spin_lock_save(&gate->lock);
    unhold_locked(thread, gate);
    spin_unlock_restore(&gate->lock, state);
}

kern_return_t thread_user_hold(struct thread *thread)
{
    struct gate *gate = thread_gate(thread);
    interrupt_state_t state = spin_lock_save(&gate->lock);
    kern_return_t result = KERN_TERMINATED;
    if (UNLIKELY(thread->user_suspend_count == SUSPEND_COUNT_MAX)) {
        result = KERN_RESOURCE_SHORTAGE;
    } else if (thread->is_active) {
        thread->user_suspend_count++;
        hold_locked(thread);
        result = KERN_SUCCESS;
    }
    spin_unlock_restore(&gate->lock, state);
    return result;
}

kern_return_t thread_user_unhold(struct thread *thread)
{
    kern_return_t result = KERN_SUCCESS;
    struct gate *gate = thread_gate(thread);
    interrupt_state_t state = spin_lock_save(&gate->lock);
    if (!thread->is_active) {
        result = KERN_TERMINATED;
    } else if (thread->user_suspend_count == 0) {
        result = KERN_FAILURE;
    } else {
        thread->user_suspend_count--;
        unhold_locked(thread, gate);
    }
    spin_unlock_restore(&gate->lock, state);
    return result;
}

/* Do THREAD's registers change?  They do also when its wait was broken off and it has not left the trap yet, whose
 * result is in none of them until then. */
static bool thread_moves(struct thread *thread)
{
    interrupt_state_t state = spin_lock_save(&thread->lock);
    uint32_t ast = atomic_load(&thread->ast);
    bool leaves_trap = thread->state == THREAD_RUNNABLE &&
                       (ast & (THREAD_AST_ABORT | THREAD_AST_ABORT_SAFELY)) != 0;
    bool moves = thread->state == THREAD_RUNNING || leaves_trap;
    spin_unlock_restore(&thread->lock, state);
    return moves;
}

void thread_wait_held(struct thread *thread)
{
    while (thread != current_thread() && thread_moves(thread)) {
        thread_sleep_until(clock_now() + HELD_POLL_NS);
    }
}

/* A send right to THREAD's port in *SLOT, one of its own; null if there is none. */
static struct ipc_port *make_send_of(struct thread *thread, struct ipc_port **slot)
{
    struct gate *gate = thread_gate(thread);
    interrupt_state_t state = spin_lock_save(&gate->lock);
    struct ipc_port *port = thread->self != nullptr ? *slot : nullptr;
    if (port != nullptr) {
        ipc_port_reference(port); /* it may die, but not vanish, when the gate is open */
    }
    spin_unlock(&gate->lock);
    struct ipc_port *right = nullptr;
    if (port != nullptr) {
        right = ipc_port_make_send(port);
        ipc_port_release(port);
    }
    interrupts_restore(state);
    return right;
}

struct ipc_port *thread_make_send(struct thread *thread)
{
    return make_send_of(thread, &thread->self);
}

/* Make THREAD's port in *SLOT, of KIND, unless it has one.  Returns: false without memory. */
static bool lesser_port_make(struct thread *thread, struct ipc_port **slot,
                             enum ipc_kobject_kind kind)
{
    struct gate *gate = thread_gate(thread);
    interrupt_state_t state = spin_lock_save(&gate->lock);
    bool is_there = *slot != nullptr || thread->self == nullptr;
    spin_unlock_restore(&gate->lock, state);
    if (is_there) {
        return true;
    }
    struct ipc_port *port = kernel_port_create(kind, thread);
    if (port == nullptr) {
        return false;
    }
    state = spin_lock_save(&gate->lock);
    bool is_used = *slot == nullptr && thread->self != nullptr;
    if (is_used) {
        *slot = port;
    }
    spin_unlock_restore(&gate->lock, state);
    if (!is_used) {
        kernel_port_destroy(port);
    }
    return true;
}

kern_return_t thread_make_send_with(struct thread *thread, enum object_access access,
                                    struct ipc_port **right)
{
    if (access == ACCESS_CONTROL) {
        *right = thread_make_send(thread);
    } else {
        struct ipc_port **slot = &thread->lesser[access - ACCESS_READ];
        if (!lesser_port_make(thread, slot, IPC_KOBJECT_THREAD + access)) {
            return KERN_RESOURCE_SHORTAGE;
        }
        *right = make_send_of(thread, slot);
    }
    return *right != nullptr ? KERN_SUCCESS : KERN_TERMINATED;
}

bool thread_is_ending(void)
{
    return (atomic_load_explicit(&current_thread()->ast, memory_order_relaxed) &
            THREAD_AST_TERMINATE) != 0;
}
