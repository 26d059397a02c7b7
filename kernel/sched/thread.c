/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What can be done to a thread from outside, and its end.
 */
#include <sched/thread.h>

#include <stdatomic.h>

#include <lib/assert.h>
#include <arch/irq.h>
#include <sched/runq.h>
#include <sched/sched.h>
#include <sched/sched_internal.h>

void thread_exit(void)
{
    interrupts_disable();
    struct thread *self = current_thread();
    assert(!sched_thread_is_idle(self));
    thread_check_mutexes(self, "end of a thread");
    spin_lock(&self->lock);
    self->state = THREAD_DEAD;
    sched_switch(self);
    panic("thread %p runs after its end", (void *)self);
}

void thread_set_ast(struct thread *thread, uint32_t bits)
{
    atomic_fetch_or(&thread->ast, bits);
    if (thread == current_thread()) {
        percpu_write(ast_pending, 1);
        return;
    }
    /* Under the lock it either runs, and must be told, or will see the bits when it comes to run:
     * a switch marks it as running under the same lock and looks afterwards. */
    spin_lock(&thread->lock);
    bool is_running = thread->state == THREAD_RUNNING;
    uint32_t cpu = thread->cpu;
    spin_unlock(&thread->lock);
    if (is_running) {
        cpu_poke(cpu);
    }
}

/* Let processor CPU weigh who is to run. */
static void sched_poke(uint32_t cpu)
{
    if (cpu == cpu_index()) {
        percpu_write(ast_pending, 1);
    } else {
        cpu_poke(cpu);
    }
}

void thread_bind(struct thread *thread, uint32_t cpu)
{
    assert(cpu < cpu_count());
    interrupt_state_t state = spin_lock_save(&thread->lock);
    thread->cpu_mask = CPU_BIT(cpu);
    spin_unlock_restore(&thread->lock, state);
}

void thread_set_priority(struct thread *thread, uint8_t priority)
{
    assert(priority <= THREAD_PRIORITY_MAX);
    interrupt_state_t state = spin_lock_save(&thread->lock);
    thread->base_priority = priority;
    struct runq *runq = &percpu_ptr_of(thread->cpu, sched_cpu)->runq;
    spin_lock(&runq->lock);
    bool was_queued = runq_remove(runq, thread);
    thread->priority = priority;
    spin_unlock(&runq->lock);
    if (was_queued) {
        sched_make_runnable(thread);
    } else if (thread->state == THREAD_RUNNING) {
        /* Somebody may be better than it now. */
        sched_poke(thread->cpu);
    }
    spin_unlock(&thread->lock);
    sched_restore_interrupts(state);
}
