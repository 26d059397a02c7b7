/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Stopping processors and letting them work again.  A processor that is stopped runs its idle thread
 * only, which sleeps with interrupts enabled: so it still answers cross calls, and whatever somebody
 * gives it who had not noticed (the choice of a processor takes no lock) is passed on, as it comes
 * with a poke.
 */
#include <sched/sched.h>

#include <stdatomic.h>

#include <lib/assert.h>
#include <arch/clock_device.h>
#include <arch/cpu.h>
#include <arch/irq.h>
#include <arch/pmap.h>
#include <sched/sched_internal.h>

/* How often to look whether a processor has come to rest, which takes an interrupt there. */
#define PARK_POLL_NS UINT64_C(50000)

cpu_mask_t sched_online_cpus(void)
{
    return atomic_load(&online_cpus);
}

static struct thread *runq_take(struct runq *runq)
{
    spin_lock(&runq->lock);
    struct thread *thread = runq_pop(runq);
    spin_unlock(&runq->lock);
    return thread;
}

/* Give what waits for this processor, which is stopped, to others.  Once it is not, a thread may be
 * given back to it, and stays. */
static void sched_evacuate(struct sched_cpu *cpu)
{
    struct thread *thread;
    while (cpu->is_stopped && (thread = runq_take(&cpu->runq)) != nullptr) {
        spin_lock(&thread->lock);
        sched_make_runnable(thread);
        spin_unlock(&thread->lock);
        interrupts_let_in();
    }
}

void sched_park(struct sched_cpu *cpu)
{
    pmap_activate(kernel_pmap);
    timer_cancel(&cpu->slice_timer);
    sched_evacuate(cpu);
    sched_sum(cpu, cpu_cycles(), THREAD_SIDE_IDLE);
    atomic_store(&cpu->is_parked, true);
    while (cpu->is_stopped) {
        cpu_idle();
        sched_evacuate(cpu);
    }
    /* The time in which it was stopped is nobody's. */
    cpu->charged_until = cpu_cycles();
    cpu->summed_until = cpu->charged_until;
    cpu->use_until = clock_now();
    atomic_store(&cpu->is_parked, false);
}

/* Make processor INDEX look at what it is to do, and wait until it has. */
static void park_or_unpark(uint32_t index, bool park)
{
    const struct sched_cpu *cpu = percpu_ptr_of(index, sched_cpu);
    interrupt_state_t state = interrupts_save();
    if (index == cpu_index()) {
        percpu_write(ast_pending, 1);
    } else {
        cpu_poke(index);
    }
    sched_restore_interrupts(state);
    while (cpu->is_parked != park) {
        (void)thread_sleep_until(clock_now() + PARK_POLL_NS);
    }
}

void sched_stop_cpu(uint32_t index)
{
    struct sched_cpu *cpu = percpu_ptr_of(index, sched_cpu);
    assert(index != 0 && index < cpu_count() && !cpu->is_stopped);
    atomic_fetch_and(&online_cpus, ~CPU_BIT(index));
    atomic_store(&cpu->is_stopped, true);
    park_or_unpark(index, true);
    timers_adopt(index);
}

void sched_start_cpu(uint32_t index)
{
    struct sched_cpu *cpu = percpu_ptr_of(index, sched_cpu);
    assert(index < cpu_count() && cpu->is_stopped);
    atomic_store(&cpu->is_stopped, false);
    atomic_fetch_or(&online_cpus, CPU_BIT(index));
    park_or_unpark(index, false);
}
