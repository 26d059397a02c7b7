/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Time slices are kept without a periodic tick: as long as a thread has its processor to itself,
 * nothing is armed.  When another becomes runnable, the slice timer is set for the end of the
 * running thread's slice, and it looks then who runs and whether his slice is over.  So neither
 * hand-off nor a wake-up on a busy processor touches the clock.
 *
 * Running time is charged at every switch, in cycles of the time-stamp counter: see usage.h.
 *
 * A thread that is preempted before the end of its slice goes to the head of its list and keeps the
 * rest; one that used it up goes to the tail.
 */
#include <sched/sched.h>

#include <lib/assert.h>
#include <arch/clock_device.h>
#include <arch/irq.h>
#include <arch/upcalls.h>
#include <sched/load.h>
#include <sched/sched_internal.h>
#include <sched/test_hook.h>

PERCPU_DEFINE(uint32_t, ast_pending);
PERCPU_DEFINE(struct thread *, current_thread_pointer);
PERCPU_DEFINE(struct sched_cpu, sched_cpu);

#define AFFINITY_PLACES 64

_Atomic cpu_mask_t sched_idle_cpus;

_Atomic cpu_mask_t online_cpus;

void (*sched_thread_ast_handler)(struct thread *thread, uint32_t ast);

bool sched_thread_is_idle(const struct thread *thread)
{
    return thread == &percpu_ptr(sched_cpu)->idle;
}

void sched_finish_switch(struct thread *previous)
{
    switch_finish(current_thread(), previous);
}

/* Watch the slice of THREAD, which runs while others wait.  The timer may be armed for a thread that
 * ran before: that one's slice may have been longer than what a real-time thread may compute. */
static void slice_watch(struct sched_cpu *cpu, const struct thread *thread)
{
    if (cpu->slice_timer.is_armed) {
        if (LIKELY(cpu->slice_timer.deadline <= thread->slice_end)) {
            return;
        }
        timer_cancel(&cpu->slice_timer);
    }
    timer_arm(&cpu->slice_timer, thread->slice_end, 0);
}

/* Where threads of each affinity tag ran last; tags that share a place share a processor. */
static _Atomic uint8_t affinity_cpus[AFFINITY_PLACES];

/* The processor of THREAD's tag; one that may not run there takes the tag elsewhere. */
static uint32_t affinity_cpu(const struct thread *thread) REQUIRES(thread->lock)
{
    _Atomic uint8_t *place = &affinity_cpus[thread->policy.affinity_tag % AFFINITY_PLACES];
    uint32_t cpu = atomic_load_explicit(place, memory_order_relaxed);
    if (cpu >= cpu_count() || (thread->cpu_mask & CPU_BIT(cpu)) == 0) {
        cpu = thread->cpu;
        atomic_store_explicit(place, (uint8_t)cpu, memory_order_relaxed);
    }
    return cpu;
}

/*
 * The processor that THREAD is to wait for: the one that it ran on, where its data may still be
 * cached, unless that is busy and another one idle.  A thread all of whose processors are stopped
 * runs anywhere.
 */
static uint32_t choose_cpu(const struct thread *thread) REQUIRES(thread->lock)
{
    uint32_t preferred = thread->policy.affinity_tag == 0 ? thread->cpu : affinity_cpu(thread);
    cpu_mask_t last = CPU_BIT(preferred);
    cpu_mask_t online = atomic_load_explicit(&online_cpus, memory_order_relaxed);
    cpu_mask_t usable = thread->cpu_mask & online;
    usable = LIKELY(usable != 0) ? usable : online;
    cpu_mask_t idle = atomic_load_explicit(&sched_idle_cpus, memory_order_relaxed) & usable;
    if (UNLIKELY(idle != 0) && (idle & last) == 0) {
        return (uint32_t)__builtin_ctzll(idle);
    }
    if (UNLIKELY((usable & last) == 0)) {
        return (uint32_t)__builtin_ctzll(usable);
    }
    return preferred;
}

/*
 * Poke one idle processor of CPUS, unless PLACE is idle itself, to come and take the thread that was
 * just put on PLACE's queue.  The fence puts the queue before the look, as sched_sleep() puts its
 * mark before its look.
 */
static void call_idle(cpu_mask_t cpus, uint32_t place)
{
    atomic_thread_fence(memory_order_seq_cst);
    cpu_mask_t idle = atomic_load_explicit(&sched_idle_cpus, memory_order_relaxed) & cpus;
    if (UNLIKELY(idle != 0) && (idle & CPU_BIT(place)) == 0) {
        cpu_poke((uint32_t)__builtin_ctzll(idle));
    }
}

/* This processor, idle until now, has taken a thread.  Several may have called it, and each counts
 * on it: if more threads wait, it calls another. */
static void call_for_more(void)
{
    uint32_t count = cpu_count();
    for (uint32_t index = 0; index < count; index++) {
        if (percpu_ptr_of(index, sched_cpu)->runq.best != RUNQ_EMPTY) {
            call_idle(CPU_SET_ALL, cpu_index());
            return;
        }
    }
}

void sched_make_runnable(struct thread *thread)
{
    uint64_t now = clock_now();
    if (policy_is_due(thread)) {
        policy_activate(thread, now);
        period_watch(thread);
    }
    uint32_t index = choose_cpu(thread);
    sched_hook(SCHED_HOOK_PLACED, thread);
    thread->migrations += index != thread->cpu;
    thread->cpu = index;
    thread->policy.queued_at = now;
    struct sched_cpu *cpu = percpu_ptr_of(index, sched_cpu);
    spin_lock(&cpu->runq.lock);
    runq_insert(&cpu->runq, thread, thread->policy.is_hurried);
    spin_unlock(&cpu->runq.lock);
    thread->policy.is_hurried = false;
    if (UNLIKELY(index != cpu_index())) {
        /* Its upcall_ast() weighs the two threads and watches the slice. */
        cpu_poke(index);
        call_idle(thread->cpu_mask, index);
        return;
    }
    struct thread *self = current_thread();
    if (policy_goes_before(thread, self) || self == &cpu->idle) {
        percpu_write(ast_pending, 1);
    } else {
        slice_watch(cpu, self);
        call_idle(thread->cpu_mask, index);
    }
}

/* The thread to run next on this processor, off the run queue and marked as running. */
static struct thread *sched_pick(struct sched_cpu *cpu, struct thread *self)
{
    struct thread *next = cpu->chosen;
    if (UNLIKELY(next != nullptr)) {
        /* It runs, although better ones may wait: its slice is watched. */
        cpu->chosen = nullptr;
        percpu_write(ast_pending, 0);
    } else if (LIKELY(!atomic_load_explicit(&cpu->is_stopped, memory_order_relaxed))) {
        spin_lock(&cpu->runq.lock);
        next = runq_pop(&cpu->runq);
        spin_unlock(&cpu->runq.lock);
    }
    next = next != nullptr ? next : &cpu->idle;
    if (next == self) {
        next->state = THREAD_RUNNING;
        return next;
    }
    if (self == &cpu->idle) {
        call_for_more();
    }
    spin_lock(&next->lock);
    next->state = THREAD_RUNNING;
    spin_unlock(&next->lock);
    return next;
}

/* Count what SELF, which runs and was charged for it, ran up to TIME (nanoseconds) in its recent use.
 * What others ran that came by hand-off counts in that too, but not in a real-time thread's period. */
static void use_charge(struct sched_cpu *cpu, struct thread *self, uint64_t time)
    REQUIRES(self->lock)
{
    uint64_t ran = time - cpu->use_until;
    cpu->use_until = time;
    policy_charge(self, LIKELY(self->policy.mode != SCHED_REAL_TIME) ? ran : period_ran(self),
                  time);
}

/* Begin a slice of NEXT at NOW (nanoseconds). */
static void slice_begin(struct sched_cpu *cpu, struct thread *next, uint64_t now)
{
    next->slice_end = now + next->slice_left;
    next->slice_left = SCHED_QUANTUM_NS;
    if (cpu->runq.best != RUNQ_EMPTY) {
        slice_watch(cpu, next);
    }
}

/* sched_switch(), counted at *COUNTER if another thread runs. */
static void sched_switch_counted(struct thread *self, uint64_t *counter) RELEASE(self->lock)
{
    spin_lock_check_none(&self->lock, "switch of threads");
    struct sched_cpu *cpu = percpu_ptr(sched_cpu);
    uint64_t now = cpu_cycles();
    uint64_t time = clock_at(now);
    sched_charge(cpu, self, now); /* before another one counts as running */
    use_charge(cpu, self, time);
    struct thread *next = sched_pick(cpu, self);
    sched_sum(cpu, now, next->side);
    slice_begin(cpu, next, time);
    if (next == self) {
        spin_unlock(&self->lock);
        return;
    }
    ++*counter;
    cpu->switched_from = self;
    switch_to(self, next);
}

void sched_switch(struct thread *self)
{
    sched_switch_counted(self, &self->voluntary_switches);
}

void sched_requeue(struct sched_cpu *cpu, struct thread *self, bool at_head, uint64_t *counter)
{
    spin_lock(&self->lock);
    self->state = THREAD_RUNNABLE;
    self->policy.queued_at = clock_now();
    if (self != &cpu->idle) {
        spin_lock(&cpu->runq.lock);
        runq_insert(&cpu->runq, self, at_head);
        spin_unlock(&cpu->runq.lock);
        call_idle(self->cpu_mask, cpu_index());
    } else {
        /* An interrupt may have taken the processor out of sched_sleep(). */
        sched_load_note();
        atomic_fetch_and(&sched_idle_cpus, ~CPU_BIT(cpu_index()));
    }
    sched_switch_counted(self, counter);
}

bool thread_yield(void)
{
    interrupt_state_t state = interrupts_save();
    struct sched_cpu *cpu = percpu_ptr(sched_cpu);
    struct thread *self = current_thread();
    bool has_other = cpu->chosen != nullptr || cpu->runq.best >= self->priority;
    if (has_other) {
        sched_requeue(cpu, self, false, &self->voluntary_switches);
    }
    interrupts_restore(state);
    return has_other;
}

/*
 * Let a time-sharing thread run that has waited for so long that it would starve: the one that came
 * first among those of the lowest priority gets the priority of those who have the processor, until
 * the end of its slice.
 */
static void sched_rescue(struct sched_cpu *cpu, const struct thread *self,
                         uint64_t now) NO_LOCK_ANALYSIS
{
    struct runq *runq = &cpu->runq;
    spin_lock(&runq->lock);
    struct thread *thread = runq_worst(runq);
    if (thread != nullptr && thread->policy.mode == SCHED_TIMESHARE &&
        now - thread->policy.queued_at >= SCHED_STARVE_NS && spin_trylock(&thread->lock)) {
        if (!thread->policy.is_depressed && thread->priority < self->priority) {
            runq_remove(runq, thread);
            thread->priority = self->priority;
            runq_insert(runq, thread, true);
        }
        spin_unlock(&thread->lock);
    }
    spin_unlock(&runq->lock);
}

/*
 * The slice of SELF is over while others wait: what it used shows in its priority now.  Only then is
 * that a measure for those who are rescued: a thread that was rescued itself has gone back, or the
 * highest priority that was ever lent so would be handed on for ever.  A thread above all users is
 * not what they wait for.
 */
static void slice_over(struct sched_cpu *cpu, struct thread *self, uint64_t now)
{
    spin_lock(&self->lock);
    sched_charge(cpu, self, cpu_cycles());
    use_charge(cpu, self, now);
    policy_refresh(self, now);
    period_watch(self);
    spin_unlock(&self->lock);
    if (self->priority <= THREAD_PRIORITY_USER_MAX) {
        sched_rescue(cpu, self, now);
    }
}

/* True if a thread waits that is to run instead of SELF, whose slice may be over. */
static bool other_goes_before(struct runq *runq, const struct thread *self, bool is_over)
{
    spin_lock(&runq->lock);
    const struct thread *best = runq_first(runq);
    bool result = best != nullptr &&
                  (policy_goes_before(best, self) || (best->priority == self->priority && is_over));
    spin_unlock(&runq->lock);
    return result;
}

/* Switch if a better thread waits, or one as good and SELF's slice is over, or the processor was
 * stopped. */
static void sched_preempt(struct thread *self)
{
    struct sched_cpu *cpu = percpu_ptr(sched_cpu);
    bool is_stopped = atomic_load_explicit(&cpu->is_stopped, memory_order_relaxed);
    if (UNLIKELY(is_stopped) && self != &cpu->idle) {
        sched_requeue(cpu, self, true, &self->involuntary_switches);
        return;
    }
    if (cpu->runq.best == RUNQ_EMPTY || is_stopped) {
        return;
    }
    if (self == &cpu->idle) {
        sched_requeue(cpu, self, false, &self->involuntary_switches);
        return;
    }
    uint64_t now = clock_now();
    bool is_over = now >= self->slice_end || policy_is_due_again(self, now);
    if (is_over) {
        slice_over(cpu, self, now);
    }
    if (other_goes_before(&cpu->runq, self, is_over)) {
        self->slice_left = is_over ? policy_slice(self) : self->slice_end - now;
        sched_requeue(cpu, self, !is_over, &self->involuntary_switches);
        return;
    }
    if (is_over) {
        self->slice_end = now + policy_slice(self);
    }
    slice_watch(cpu, self);
}

void upcall_ast(bool to_user)
{
    struct thread *self = current_thread();
    uint32_t ast;
    do {
        percpu_write(ast_pending, 0);
        sched_preempt(self);
        ast = atomic_load(&self->ast);
        if (to_user && ast != 0) {
            thread_check_mutexes(self, "return to user code");
            sched_thread_ast_handler(self, ast);
            ast = atomic_load(&self->ast);
        }
    } while (percpu_read(ast_pending) != 0);
    if (ast != 0) {
        /* Not for here: the way back to user code must come by again. */
        percpu_write(ast_pending, 1);
    }
}

void sched_let_in(void)
{
    interrupts_let_in();
    if (percpu_read(ast_pending) != 0) {
        upcall_ast(false);
    }
}

void sched_restore_slowly(interrupt_state_t state)
{
    interrupts_restore(state);
    if (interrupts_enabled()) {
        interrupts_disable();
        upcall_ast(false);
        interrupts_enable();
    }
}
