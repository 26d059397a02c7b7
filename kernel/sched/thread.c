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
    policy_end(self);
    timer_cancel(&self->period_timer);
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

void sched_poke(uint32_t cpu)
{
    if (cpu == cpu_index()) {
        percpu_write(ast_pending, 1);
    } else {
        cpu_poke(cpu);
    }
}

bool sched_take_off(struct thread *thread)
{
    struct runq *runq = &percpu_ptr_of(thread->cpu, sched_cpu)->runq;
    spin_lock(&runq->lock);
    bool was_queued = runq_remove(runq, thread);
    spin_unlock(&runq->lock);
    return was_queued;
}

void sched_put_back(struct thread *thread, bool was_queued)
{
    if (was_queued) {
        sched_make_runnable(thread);
    } else if (thread->state == THREAD_RUNNING) {
        sched_poke(thread->cpu); /* somebody may be better than it now */
    }
}

/* Bring THREAD, which is on no queue any more, to processor CPU. */
static void move_to(struct thread *thread, uint32_t cpu) REQUIRES(thread->lock)
{
    if (thread->cpu != cpu) {
        thread->cpu = cpu;
        thread->migrations++;
    }
}

/* A thread that is chosen counts as runnable, but nobody finds it on a queue. */
void thread_choose(struct thread *target)
{
    struct sched_cpu *cpu = percpu_ptr(sched_cpu);
    debug_assert(cpu->chosen == nullptr);
    if (cpu->is_stopped || cpu->runq.best > THREAD_PRIORITY_USER_MAX) {
        return;
    }
    spin_lock(&target->lock);
    if ((target->cpu_mask & CPU_BIT(cpu_index())) != 0 && sched_take_off(target)) {
        move_to(target, cpu_index());
        cpu->chosen = target;
    }
    spin_unlock(&target->lock);
}

void thread_choose_end(void)
{
    struct sched_cpu *cpu = percpu_ptr(sched_cpu);
    struct thread *chosen = cpu->chosen;
    if (UNLIKELY(chosen != nullptr)) {
        cpu->chosen = nullptr;
        spin_lock(&chosen->lock);
        sched_make_runnable(chosen);
        spin_unlock(&chosen->lock);
    }
}

void thread_bind(struct thread *thread, uint32_t cpu)
{
    assert(cpu < cpu_count());
    interrupt_state_t state = spin_lock_save(&thread->lock);
    thread->cpu_mask = CPU_BIT(cpu);
    policy_limit_handoff(thread);
    spin_unlock_restore(&thread->lock, state);
}
