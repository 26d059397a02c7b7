/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The idle thread of a processor, which is what runs at boot: it takes work from the others, and else
 * sleeps until somebody calls it.
 */
#include <sched/sched.h>

#include <stdatomic.h>

#include <lib/assert.h>
#include <lib/string.h>
#include <arch/clock_device.h>
#include <arch/cpu.h>
#include <arch/irq.h>
#include <arch/pmap.h>
#include <arch/upcalls.h>
#include <mem/kernel_stack.h>
#include <sched/load.h>
#include <sched/sched_internal.h>
#include <sched/watchdog.h>

/* The slice of somebody may be over: let upcall_ast() see. */
static void slice_timer_fired([[maybe_unused]] struct timer *timer)
{
    percpu_write(ast_pending, 1);
}

void sched_init_cpu(void)
{
    struct sched_cpu *cpu = percpu_ptr(sched_cpu);
    runq_init(&cpu->runq);
    timer_init_cpu();
    timer_init(&cpu->slice_timer, slice_timer_fired);
    cpu->charged_until = cpu_cycles();
    cpu->summed_until = cpu->charged_until;
    cpu->use_until = clock_now();
    cpu->side = THREAD_SIDE_IDLE;
    if (cpu_index() == 0) {
        thread_zone_init();
    }

    struct thread *idle = &cpu->idle;
    memset(idle, 0, sizeof(*idle));
    spinlock_init(&idle->lock, LOCK_CLASS_THREAD);
    list_init(&idle->wait_link);
    list_init(&idle->run_link);
    refcount_init(&idle->references, 1);
    idle->state = THREAD_RUNNING;
    idle->priority = THREAD_PRIORITY_IDLE;
    idle->base_priority = THREAD_PRIORITY_IDLE;
    idle->cpu = cpu_index();
    idle->cpu_mask = CPU_BIT(cpu_index());
    idle->side = THREAD_SIDE_IDLE;
    percpu_write(current_thread_pointer, idle);
    atomic_fetch_or(&online_cpus, CPU_BIT(cpu_index()));
}

/*
 * Bring a thread that waits for another processor to this one, which has nothing to do.
 * Returns: true if one was brought, or one is about to leave its processor and worth another try.
 */
static bool sched_steal(struct sched_cpu *cpu) NO_LOCK_ANALYSIS
{
    uint32_t self = cpu_index();
    uint32_t count = cpu_count();
    bool again = false;
    for (uint32_t step = 1; step < count; step++) {
        struct runq *victim = &percpu_ptr_of((self + step) % count, sched_cpu)->runq;
        if (victim->best == RUNQ_EMPTY) {
            continue;
        }
        /* The thread comes locked: nobody can have put it elsewhere meanwhile. */
        struct thread *thread = runq_steal(victim, CPU_BIT(self), &again);
        if (thread != nullptr) {
            thread->cpu = self;
            thread->migrations++;
            spin_lock(&cpu->runq.lock);
            runq_insert(&cpu->runq, thread, false);
            spin_unlock(&cpu->runq.lock);
            spin_unlock(&thread->lock);
            return true;
        }
    }
    return again;
}

/*
 * Sleep until there may be something to do.  A processor says that it is idle before it looks for
 * work the last time, and whoever has work to give away looks for idle ones after it has put that
 * on a queue: one of the two sees the other.
 */
static void sched_sleep(struct sched_cpu *cpu)
{
    cpu_mask_t self = CPU_BIT(cpu_index());
    pmap_activate(kernel_pmap); /* nobody needs to tell this processor about user memory */
    sched_load_note();
    atomic_fetch_or(&sched_idle_cpus, self);
    if (cpu->runq.best == RUNQ_EMPTY && !sched_steal(cpu)) {
        cpu_idle();
        sched_load_note();
    }
    atomic_fetch_and(&sched_idle_cpus, ~self);
}

void sched_idle(void)
{
    interrupts_disable();
    struct sched_cpu *cpu = percpu_ptr(sched_cpu);
    assert(current_thread() == &cpu->idle);
    watchdog_start_cpu();
    for (;;) {
        interrupts_enable();
        while (kernel_stack_trim()) {
        }
        interrupts_disable();
        while (!cpu->is_stopped && (cpu->runq.best != RUNQ_EMPTY || sched_steal(cpu))) {
            sched_requeue(cpu, &cpu->idle, false, &cpu->idle.voluntary_switches);
        }
        if (UNLIKELY(cpu->is_stopped)) {
            sched_park(cpu);
        } else {
            sched_sleep(cpu);
        }
    }
}

void upcall_cpu_init(void)
{
    sched_init_cpu();
}

void upcall_cpu_main(void)
{
    sched_idle();
}
