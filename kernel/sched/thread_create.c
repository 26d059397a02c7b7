/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Making threads and freeing them.
 */
#include <sched/thread.h>

#include <lib/assert.h>
#include <arch/clock_device.h>
#include <mem/kernel_stack.h>
#include <mem/zone.h>
#include <sched/sched.h>
#include <sched/sched_internal.h>

static struct zone thread_zone;

void thread_zone_init(void)
{
    zone_init(&thread_zone, "threads", sizeof(struct thread));
}

/* Where every thread begins, on its own stack. */
static void thread_begin(void *argument)
{
    struct thread *self = argument;
    sched_finish_switch(percpu_ptr(sched_cpu)->switched_from);
    self->entry(self->entry_argument);
    thread_exit();
}

struct thread *thread_create(void (*entry)(void *argument), void *argument, uint8_t priority)
{
    assert(priority <= THREAD_PRIORITY_MAX);
    struct thread *thread = zone_alloc_zeroed(&thread_zone);
    if (thread == nullptr) {
        return nullptr;
    }
    thread->stack = kernel_stack_allocate();
    if (thread->stack == nullptr) {
        zone_free(&thread_zone, thread);
        return nullptr;
    }
    spinlock_init(&thread->lock, LOCK_CLASS_THREAD);
    thread->state = THREAD_NEW;
    list_init(&thread->wait_link);
    list_init(&thread->run_link);
    list_init(&thread->task_link);
    timer_init(&thread->wait_timer, thread_wait_timed_out);
    timer_init(&thread->period_timer, period_begins);
    thread->priority = priority;
    thread->base_priority = priority;
    thread->importance = priority;
    list_init(&thread->server_link);
    thread->policy.mode = SCHED_FIXED;
    thread->policy.limit = THREAD_PRIORITY_USER_MAX;
    thread->policy.decayed_at = clock_now();
    thread->cpu = cpu_index();
    thread->cpu_mask = CPU_SET_ALL;
    thread->handoff_mask = sched_handoff_mask;
    thread->slice_left = SCHED_QUANTUM_NS;
    thread->side = THREAD_SIDE_SYSTEM;
    refcount_init(&thread->references, 1);
    thread->entry = entry;
    thread->entry_argument = argument;
    context_init(&thread->context, (char *)thread->stack + KERNEL_STACK_SIZE, thread_begin, thread);
    return thread;
}

void thread_start(struct thread *thread)
{
    thread_reference(thread);
    interrupt_state_t state = spin_lock_save(&thread->lock);
    assert(thread->state == THREAD_NEW);
    thread->state = THREAD_RUNNABLE;
    sched_make_runnable(thread);
    spin_unlock(&thread->lock);
    sched_restore_interrupts(state);
}

struct thread *thread_create_kernel(void (*entry)(void *argument), void *argument, uint8_t priority)
{
    struct thread *thread = thread_create(entry, argument, priority);
    if (thread == nullptr) {
        panic("no memory for a kernel thread");
    }
    thread_start(thread);
    thread_release(thread);
    return thread;
}

void thread_reference(struct thread *thread)
{
    refcount_acquire(&thread->references);
}

void thread_release(struct thread *thread)
{
    if (LIKELY(!refcount_release(&thread->references))) {
        return;
    }
    assert(thread->state == THREAD_DEAD || thread->state == THREAD_NEW);
    debug_assert(list_empty(&thread->wait_link));
    if (UNLIKELY(thread->policy.mode == SCHED_REAL_TIME)) {
        policy_end(thread); /* it never ran, or it would have been done at its end */
    }
    context_destroy(&thread->context);
    kernel_stack_free(thread->stack);
    zone_free(&thread_zone, thread);
}
