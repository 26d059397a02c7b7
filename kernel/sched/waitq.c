/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Blocking and waking.  thread_block_handoff() is the switch of the message path: two locks that
 * nobody else wants, no run queue, no clock.  All that makes it impossible (the wait is over, the
 * target has not finished blocking, a better thread waits) leads to the ordinary way.
 */
#include <sched/waitq.h>

#include <lib/assert.h>
#include <arch/clock_device.h>
#include <arch/cpu.h>
#include <sched/sched_internal.h>
#include <sched/test_hook.h>

/* Mark the wait of THREAD, claimed by the caller, as over. */
static inline void wait_end(struct thread *thread) REQUIRES(thread->lock)
{
    uint64_t word = atomic_load_explicit(&thread->wait_word, memory_order_relaxed);
    debug_assert((word & WAIT_STATE_MASK) != WAIT_ENDED && (word & WAIT_OPEN) == 0);
    atomic_store_explicit(&thread->wait_word, word & ~WAIT_STATE_MASK, memory_order_relaxed);
}

static inline bool wait_has_ended(const struct thread *thread)
{
    uint64_t word = atomic_load_explicit(&thread->wait_word, memory_order_relaxed);
    return (word & WAIT_STATE_MASK) == WAIT_ENDED;
}

void thread_wake(struct thread *thread)
{
    sched_hook(SCHED_HOOK_CLAIMED, thread);
    spin_lock(&thread->lock);
    wait_end(thread);
    if (LIKELY(thread->state == THREAD_BLOCKED)) {
        thread->state = THREAD_RUNNABLE;
        sched_make_runnable(thread);
    }
    spin_unlock(&thread->lock);
}

/* The same with OUTCOME. */
static void thread_wake_with(struct thread *thread, enum wait_outcome outcome)
{
    thread->wait_outcome = outcome;
    thread_wake(thread);
}

void waitq_forget(struct thread *thread)
{
    spin_lock(&thread->lock);
    thread->wait_lock = nullptr;
    spin_unlock(&thread->lock);
}

void waitq_leave(void)
{
    struct thread *self = current_thread();
    for (;;) {
        spin_lock(&self->lock);
        /* Who takes the thread off needs its lock before he can go on to free the queue. */
        struct spinlock *lock = self->wait_lock;
        bool is_alone = lock == nullptr;
        if (!is_alone && spin_trylock(lock)) {
            waitq_remove_self();
            spin_unlock(lock);
            is_alone = true;
        }
        spin_unlock(&self->lock);
        if (is_alone) {
            return;
        }
        cpu_pause();
    }
}

void waitq_wake_all(struct waitq *waitq, uintptr_t value)
{
    struct thread *thread;
    while ((thread = waitq_claim_one(waitq)) != nullptr) {
        thread->wait_value = value;
        thread_wake(thread);
    }
}

void waitq_claim_all(struct waitq *waitq, uintptr_t value, struct list *woken)
{
    struct thread *thread;
    while ((thread = waitq_claim_one(waitq)) != nullptr) {
        thread->wait_value = value;
        list_insert_tail(woken, &thread->wait_link);
    }
}

void waitq_wake_claimed(struct list *woken)
{
    for (uint32_t i = 0; !list_empty(woken); i++) {
        thread_wake(container_of(list_remove_first(woken), struct thread, wait_link));
        sched_let_in_after(i);
    }
}

/* True if the requests AST may end a wait whose claim word is WORD. */
static bool may_abort(uint64_t word, uint32_t ast)
{
    switch (word & WAIT_STATE_MASK) {
    case WAIT_ARMED_RESTARTABLE: return (ast & THREAD_AST_ENDS_WAIT) != 0;
    case WAIT_ARMED_INTERRUPTIBLE:
        return (ast & THREAD_AST_ENDS_WAIT & ~THREAD_AST_ABORT_SAFELY) != 0;
    default: return false;
    }
}

bool thread_abort_wait(struct thread *thread, uint32_t ast)
{
    uint64_t word = atomic_load(&thread->wait_word);
    do {
        if (!may_abort(word, ast)) {
            return false;
        }
    } while (!atomic_compare_exchange_weak(&thread->wait_word, &word, word & ~WAIT_OPEN));
    interrupt_state_t state = interrupts_save();
    thread_wake_with(thread, WAIT_INTERRUPTED);
    sched_restore_interrupts(state);
    return true;
}

/* The time-out of a wait.  It is cancelled before the thread's next wait can begin, so the armed
 * word it finds is that of its own wait. */
void thread_wait_timed_out(struct timer *timer)
{
    struct thread *thread = container_of(timer, struct thread, wait_timer);
    if (thread_claim_wait(thread)) {
        thread_wake_with(thread, WAIT_TIMED_OUT);
    }
}

/* How the wait of SELF, the running thread, has ended. */
static inline enum wait_outcome take_outcome(struct thread *self)
{
    enum wait_outcome outcome = self->wait_outcome;
    if (UNLIKELY(outcome != WAIT_WOKEN)) {
        self->wait_outcome = WAIT_WOKEN;
    }
    return outcome;
}

/* Leave the processor, unless the wait has ended. */
static inline void block(struct thread *self)
{
    spin_lock(&self->lock);
    if (UNLIKELY(wait_has_ended(self))) {
        spin_unlock(&self->lock);
        return;
    }
    self->state = THREAD_BLOCKED;
    sched_switch(self);
}

/* Leave the processor to TARGET.  Returns: false, with nothing done, if that cannot be. */
static inline bool hand_off(struct thread *self, struct thread *target) NO_LOCK_ANALYSIS
{
    /* The analysis cannot follow SELF's lock into the other thread. */
    spin_lock(&self->lock);
    if (UNLIKELY(wait_has_ended(self) || !spin_trylock(&target->lock))) {
        spin_unlock(&self->lock);
        return false;
    }
    struct sched_cpu *cpu = percpu_ptr(sched_cpu);
    if (UNLIKELY(target->state != THREAD_BLOCKED || target->priority < cpu->runq.best ||
                 (target->handoff_mask & cpu_self()) == 0)) {
        spin_unlock(&target->lock);
        spin_unlock(&self->lock);
        return false;
    }
    sched_charge(cpu, self, cpu_cycles());
    self->voluntary_switches++;
    wait_end(target);
    target->state = THREAD_RUNNING;
    if (UNLIKELY(target->cpu != self->cpu)) {
        target->cpu = self->cpu;
        target->migrations++;
    }
    target->slice_end = self->slice_end;
    spin_unlock(&target->lock);
    self->state = THREAD_BLOCKED;
    switch_to(self, target);
    return true;
}

/* The time-outs of user code, but for real-time threads, need not be exact. */
static COLD void wait_timer_arm(struct thread *self, uint64_t deadline)
{
    uint64_t leeway = 0;
    if (self->task != nullptr && self->policy.mode != SCHED_REAL_TIME) {
        uint64_t now = clock_now();
        uint64_t part = deadline > now ? (deadline - now) / WAIT_LEEWAY_PART : 0;
        leeway = part < WAIT_LEEWAY_MAX ? part : WAIT_LEEWAY_MAX;
    }
    timer_arm(&self->wait_timer, deadline, leeway);
}

enum wait_outcome thread_block(uint64_t deadline)
{
    struct thread *self = current_thread();
    spin_lock_check_none(nullptr, "wait");
    sched_hook(SCHED_HOOK_BEFORE_BLOCK, self);
    if (UNLIKELY(deadline != WAIT_FOREVER)) {
        wait_timer_arm(self, deadline);
    }
    block(self);
    if (UNLIKELY(deadline != WAIT_FOREVER)) {
        timer_cancel(&self->wait_timer);
    }
    return take_outcome(self);
}

enum wait_outcome thread_block_handoff(uint64_t deadline, struct thread *target)
{
    struct thread *self = current_thread();
    spin_lock_check_none(nullptr, "hand-off");
    sched_hook(SCHED_HOOK_BEFORE_HANDOFF, target);
    if (UNLIKELY(deadline != WAIT_FOREVER)) {
        wait_timer_arm(self, deadline);
    }
    if (UNLIKELY(!sched_handoff_is_enabled() || !hand_off(self, target))) {
        thread_wake(target);
        block(self);
    }
    if (UNLIKELY(deadline != WAIT_FOREVER)) {
        timer_cancel(&self->wait_timer);
    }
    return take_outcome(self);
}

enum wait_outcome thread_sleep_until(uint64_t deadline)
{
    interrupt_state_t state = interrupts_save();
    thread_wait_arm(WAIT_ARMED_RESTARTABLE);
    enum wait_outcome outcome = thread_block(deadline);
    interrupts_restore(state);
    return outcome;
}
