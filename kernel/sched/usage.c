/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A thread that runs holds its own lock while it leaves the processor and charges itself only then,
 * or under its lock here: so whoever has the lock and finds it running may add what is not charged
 * yet.  A processor's sums have no lock; they are read again if they were changed meanwhile.
 */
#include <sched/usage.h>

#include <stdatomic.h>

#include <arch/clock_device.h>
#include <arch/cpu.h>
#include <arch/upcalls.h>
#include <sched/policy.h>
#include <sched/sched_internal.h>

/* After so many halvings nothing is left of what was used before. */
#define DECAYS_MAX 40

/* Cycles since CHARGED_UNTIL.  Another processor's counter may be a little ahead of ours. */
static uint64_t cycles_since(uint64_t charged_until)
{
    uint64_t now = cpu_cycles();
    return now > charged_until ? now - charged_until : 0;
}

/* What THREAD, which runs, was not charged for yet. */
static uint64_t cycles_uncharged(const struct thread *thread) REQUIRES(thread->lock)
{
    return cycles_since(percpu_ptr_of(thread->cpu, sched_cpu)->charged_until);
}

uint64_t sched_cycles(const struct thread *thread)
{
    uint64_t cycles = thread->run_cycles[THREAD_SIDE_USER] + thread->run_cycles[THREAD_SIDE_SYSTEM];
    return cycles + (thread->state == THREAD_RUNNING ? cycles_uncharged(thread) : 0);
}

struct usage thread_usage(struct thread *thread)
{
    uint64_t cycles[THREAD_SIDES] = {};
    interrupt_state_t state = spin_lock_save(&thread->lock);
    cycles[THREAD_SIDE_USER] = thread->run_cycles[THREAD_SIDE_USER];
    cycles[THREAD_SIDE_SYSTEM] = thread->run_cycles[THREAD_SIDE_SYSTEM];
    if (thread->state == THREAD_RUNNING) {
        cycles[thread->side] += cycles_uncharged(thread);
    }
    struct usage usage = {
        .voluntary_switches = thread->voluntary_switches,
        .involuntary_switches = thread->involuntary_switches,
        .migrations = thread->migrations,
    };
    spin_unlock_restore(&thread->lock, state);
    usage.user_time = clock_duration(cycles[THREAD_SIDE_USER]);
    usage.system_time = clock_duration(cycles[THREAD_SIDE_SYSTEM]);
    return usage;
}

/* The part of the time from BEGIN to END that is after SINCE. */
static uint64_t time_after(uint64_t since, uint64_t begin, uint64_t end)
{
    uint64_t first = begin > since ? begin : since;
    return end > first ? end - first : 0;
}

/*
 * The recent use of POLICY, of a thread that has run since SINCE without being charged, up to NOW.  One
 * that never stops has used SCHED_DECAY_NS when that was halved last, and all since then.
 */
static uint64_t recent_share(const struct sched_policy *policy, uint64_t since, uint64_t now,
                             uint64_t scale)
{
    uint64_t used = policy->usage;
    uint64_t begin = policy->decayed_at;
    if (now > begin + DECAYS_MAX * SCHED_DECAY_NS) {
        begin = now - DECAYS_MAX * SCHED_DECAY_NS;
        used = 0;
    }
    for (; now > begin && now - begin >= SCHED_DECAY_NS; begin += SCHED_DECAY_NS) {
        used = (used + time_after(since, begin, begin + SCHED_DECAY_NS)) / 2;
    }
    used += time_after(since, begin, now);
    uint64_t whole = SCHED_DECAY_NS + time_after(begin, begin, now);
    return used < whole ? used * scale / whole : scale;
}

uint64_t thread_recent_share(struct thread *thread, uint64_t scale)
{
    interrupt_state_t state = spin_lock_save(&thread->lock);
    uint64_t now = clock_now();
    uint64_t since = now;
    if (thread->state == THREAD_RUNNING) {
        since = percpu_ptr_of(thread->cpu, sched_cpu)->use_until;
    }
    uint64_t share = recent_share(&thread->policy, since, now, scale);
    spin_unlock_restore(&thread->lock, state);
    return share;
}

void sched_sum(struct sched_cpu *cpu, uint64_t now, enum thread_side side)
{
    uint64_t cycles = now - atomic_load_explicit(&cpu->summed_until, memory_order_relaxed);
    atomic_store(&cpu->summed_until, 0);
    cpu->run_cycles[cpu->side] += cycles;
    atomic_store_explicit(&cpu->side, side, memory_order_relaxed);
    atomic_store_explicit(&cpu->summed_until, now, memory_order_release);
}

struct cpu_usage cpu_usage(uint32_t index)
{
    const struct sched_cpu *cpu = percpu_ptr_of(index, sched_cpu);
    uint64_t cycles[THREAD_SIDES];
    uint64_t begin;
    do {
        begin = atomic_load(&cpu->summed_until);
        for (uint32_t side = 0; side < THREAD_SIDES; side++) {
            cycles[side] = ((volatile const uint64_t *)cpu->run_cycles)[side];
        }
        if (!cpu->is_parked) {
            cycles[cpu->side] += cycles_since(begin);
        }
    } while (begin == 0 || begin != atomic_load(&cpu->summed_until));
    return (struct cpu_usage){
        .user_time = clock_duration(cycles[THREAD_SIDE_USER]),
        .system_time = clock_duration(cycles[THREAD_SIDE_SYSTEM]),
        .idle_time = clock_duration(cycles[THREAD_SIDE_IDLE]),
    };
}

void upcall_sample(bool in_user)
{
    struct thread *self = current_thread();
    struct sched_cpu *cpu = percpu_ptr(sched_cpu);
    enum thread_side side = in_user ? THREAD_SIDE_USER : THREAD_SIDE_SYSTEM;
    if (self->side == THREAD_SIDE_IDLE || (self->side == side && cpu->side == side)) {
        return;
    }
    uint64_t now = cpu_cycles();
    spin_lock(&self->lock);
    sched_charge(cpu, self, now);
    self->side = side;
    spin_unlock(&self->lock);
    sched_sum(cpu, now, side);
}
