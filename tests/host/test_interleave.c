/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The orders of waiting, waking, time-out and abort that only a second processor produces: hooks
 * (sched/test_hook.h) act as that processor between two steps.
 */
#include <test/ktest.h>

#include <arch/clock_device.h>
#include <arch/upcalls.h>
#include <sched/sched_internal.h>
#include <sched/test_hook.h>
#include <sched/usage.h>
#include <sched/waitq.h>

#include "fake.h"

#define MILLISECOND UINT64_C(1000000)

/* What the other processor does, and where. */
static enum sched_hook_point act_at;
static void (*act)(void);
static struct thread *acted_on;
static uint32_t acts;

static struct spinlock lock;
static struct waitq waiters; /* (lock) */

/* A lock that the other processor holds until the running one is about to wait for it. */
static struct spinlock *held_lock;

static void hook(enum sched_hook_point point, struct thread *thread)
{
    if (point == SCHED_HOOK_CLAIMED && held_lock == &thread->lock) {
        spin_unlock(held_lock);
        held_lock = nullptr;
    }
    if (point == act_at && act != nullptr) {
        void (*once)(void) = act;
        act = nullptr;
        acted_on = thread;
        acts++;
        once();
    }
}

static void hook_begin(enum sched_hook_point point, void (*function)(void))
{
    spinlock_init(&lock, LOCK_CLASS_TEST);
    waitq_init(&waiters);
    acts = 0;
    act_at = point;
    act = function;
    sched_test_hook = hook;
}

static void hook_end(void)
{
    sched_test_hook = nullptr;
    EXPECT_EQ(acts, 1);
}

static void wake_one(void)
{
    spin_lock(&lock);
    struct thread *thread = waitq_claim_one(&waiters);
    spin_unlock(&lock);
    if (EXPECT(thread != nullptr)) {
        thread->wait_value = 77;
        thread_wake(thread);
    }
}

/* Wait as a layer above would.  The waiter is the test itself. */
static enum wait_outcome wait_interruptibly(uint64_t deadline)
{
    interrupt_state_t state = spin_lock_save(&lock);
    waitq_enqueue(&waiters, WAIT_ARMED_INTERRUPTIBLE);
    spin_unlock(&lock);
    enum wait_outcome outcome = thread_block(deadline);
    if (outcome != WAIT_WOKEN) {
        spin_lock(&lock);
        waitq_remove_self();
        spin_unlock(&lock);
    }
    interrupts_restore(state);
    return outcome;
}

KTEST(interleave_woken_between_arming_and_blocking)
{
    hook_begin(SCHED_HOOK_BEFORE_BLOCK, wake_one);
    EXPECT_EQ(wait_interruptibly(WAIT_FOREVER), WAIT_WOKEN);
    EXPECT_EQ(current_thread()->wait_value, 77);
    hook_end();
}

KTEST(interleave_woken_before_blocking_cancels_the_time_out)
{
    hook_begin(SCHED_HOOK_BEFORE_BLOCK, wake_one);
    EXPECT_EQ(wait_interruptibly(clock_now() + 5 * MILLISECOND), WAIT_WOKEN);
    EXPECT(!current_thread()->wait_timer.is_armed);
    hook_end();
}

static void abort_waiter(void)
{
    EXPECT(thread_abort_wait(acted_on, THREAD_AST_ABORT));
}

KTEST(interleave_aborted_between_arming_and_blocking)
{
    hook_begin(SCHED_HOOK_BEFORE_BLOCK, abort_waiter);
    EXPECT_EQ(wait_interruptibly(WAIT_FOREVER), WAIT_INTERRUPTED);
    EXPECT(waitq_is_empty(&waiters));
    hook_end();
}

/* The waker has claimed, but not yet woken, when the thread blocks: it is then woken for good. */
static struct thread *claimed_thread;

static void claim_only(void)
{
    spin_lock(&lock);
    claimed_thread = waitq_claim_one(&waiters);
    spin_unlock(&lock);
}

static void wake_claimed([[maybe_unused]] void *argument)
{
    claimed_thread->wait_value = 5;
    thread_wake(claimed_thread);
}

KTEST(interleave_claimed_before_and_woken_after_blocking)
{
    hook_begin(SCHED_HOOK_BEFORE_BLOCK, claim_only);
    struct ktest_thread *waker = ktest_spawn(wake_claimed, nullptr);
    EXPECT_EQ(wait_interruptibly(WAIT_FOREVER), WAIT_WOKEN);
    EXPECT_EQ(current_thread()->wait_value, 5);
    hook_end();
    ktest_join(waker);
}

/* The waker has claimed when the time-out comes: the time-out loses, although it comes first. */
static void let_time_out(void)
{
    fake_clock += 10 * MILLISECOND;
    claim_only();
}

/* The waker lets the alarm ring before it wakes. */
static void ring_and_wake_claimed(void *argument)
{
    struct thread *waiter = claimed_thread;
    EXPECT(waiter->wait_timer.is_armed);
    interrupts_enable();
    interrupts_disable();
    EXPECT(!waiter->wait_timer.is_armed);
    EXPECT_EQ(waiter->state, THREAD_BLOCKED);
    wake_claimed(argument);
}

KTEST(interleave_time_out_after_claim_loses)
{
    hook_begin(SCHED_HOOK_BEFORE_BLOCK, let_time_out);
    struct ktest_thread *waker =
        ktest_spawn_at(current_thread()->priority - 1, ring_and_wake_claimed, nullptr);
    EXPECT_EQ(wait_interruptibly(clock_now() + MILLISECOND), WAIT_WOKEN);
    EXPECT_EQ(current_thread()->wait_value, 5);
    hook_end();
    ktest_join(waker);
}

/* The time-out has claimed when the waker looks: the waker finds nobody. */
static void find_nobody(void)
{
    spin_lock(&lock);
    EXPECT_EQ(waitq_claim_one(&waiters), nullptr);
    EXPECT(waitq_is_empty(&waiters));
    spin_unlock(&lock);
    EXPECT(!thread_abort_wait(acted_on, THREAD_AST_ABORT));
}

KTEST(interleave_wake_after_time_out_finds_nobody)
{
    hook_begin(SCHED_HOOK_CLAIMED, find_nobody);
    EXPECT_EQ(wait_interruptibly(clock_now() + MILLISECOND), WAIT_TIMED_OUT);
    hook_end();
}

KTEST(interleave_old_claim_does_not_end_the_next_wait)
{
    spinlock_init(&lock, LOCK_CLASS_TEST);
    waitq_init(&waiters);
    struct thread *self = current_thread();
    uint64_t first = self->wait_word;
    EXPECT_EQ(wait_interruptibly(clock_now() + MILLISECOND), WAIT_TIMED_OUT);
    EXPECT_EQ(wait_interruptibly(clock_now() + MILLISECOND), WAIT_TIMED_OUT);
    /* A claimer that still holds the word of an earlier wait fails its compare-and-swap. */
    EXPECT(self->wait_word != first);
    EXPECT_EQ(self->wait_word & WAIT_STATE_MASK, WAIT_ENDED);
    EXPECT(!thread_claim_wait(self));
}

static void serve_one([[maybe_unused]] void *argument)
{
    spin_lock(&lock);
    waitq_enqueue(&waiters, WAIT_ARMED_INTERRUPTIBLE);
    spin_unlock(&lock);
    EXPECT_EQ(thread_block(WAIT_FOREVER), WAIT_WOKEN);
    if (claimed_thread != nullptr) {
        wake_claimed(nullptr);
    }
}

static enum wait_outcome expected_outcome = WAIT_WOKEN;

/* Hand the processor to a thread that waits, the caller waiting for FUNCTION's deed. */
static void hand_off(void (*function)(void))
{
    claimed_thread = nullptr;
    hook_begin(SCHED_HOOK_BEFORE_HANDOFF, function);
    struct ktest_thread *server = ktest_spawn(serve_one, nullptr);
    ktest_settle();
    interrupts_disable();
    spin_lock(&lock);
    struct thread *target = waitq_claim_one(&waiters);
    waitq_enqueue(&waiters, WAIT_ARMED_INTERRUPTIBLE);
    spin_unlock(&lock);
    EXPECT_EQ(target, ktest_thread_of(server));
    target->wait_value = 1;
    EXPECT_EQ(thread_block_handoff(WAIT_FOREVER, target), expected_outcome);
    spin_lock(&lock);
    waitq_remove_self();
    spin_unlock(&lock);
    interrupts_enable();
    hook_end();
    ktest_join(server);
}

/* Woken before it could leave, the caller goes on, and the target is woken all the same. */
KTEST(interleave_woken_before_handoff)
{
    hand_off(wake_one);
}

/* Claimed before it leaves, the caller is woken by the target. */
KTEST(interleave_claimed_before_handoff)
{
    hand_off(claim_only);
}

/* Told to end before it could leave, the caller does not wait; the target is woken all the same. */
static void terminate_caller(void)
{
    EXPECT(thread_abort_wait(current_thread(), THREAD_AST_TERMINATE));
}

/* The target is told to end when it was claimed already: its wait ends as woken. */
static void terminate_target(void)
{
    atomic_fetch_or(&acted_on->ast, THREAD_AST_TERMINATE);
    EXPECT(!thread_abort_wait(acted_on, THREAD_AST_TERMINATE));
    claim_only();
}

KTEST(interleave_terminated_before_handoff)
{
    expected_outcome = WAIT_INTERRUPTED;
    hand_off(terminate_caller);
    expected_outcome = WAIT_WOKEN;
}

KTEST(interleave_target_terminated_before_handoff)
{
    hand_off(terminate_target);
}

/* A target whose lock somebody has at the moment is woken instead. */
static void take_target_lock(void) NO_LOCK_ANALYSIS
{
    claim_only();
    held_lock = &acted_on->lock;
    spin_lock(held_lock);
}

KTEST(interleave_handoff_target_is_locked)
{
    hand_off(take_target_lock);
}

KTEST(interleave_runnable_while_idle_sets_no_alarm)
{
    ktest_settle();
    uint64_t alarms = fake_alarm_sets;
    interrupts_disable();
    EXPECT(!thread_yield());
    EXPECT_EQ(fake_alarm_sets, alarms);
    interrupts_enable();
}

/* Another processor has nothing to do any more, and goes to sleep unless it is told. */
static void other_goes_idle(void)
{
    fake_poked_cpus = 0;
    atomic_fetch_or(&sched_idle_cpus, CPU_BIT(1));
}

static void other_is_busy(void)
{
    atomic_fetch_and(&sched_idle_cpus, ~CPU_BIT(1));
}

static void do_nothing([[maybe_unused]] void *argument)
{
}

/* The other processor was busy when a place was chosen, and found the queue empty afterwards. */
KTEST(interleave_idle_between_choice_and_queue_is_called)
{
    hook_begin(SCHED_HOOK_PLACED, other_goes_idle);
    struct thread *thread = thread_create(do_nothing, nullptr, current_thread()->priority - 1);
    interrupts_disable();
    thread_start(thread);
    EXPECT_EQ(fake_poked_cpus, CPU_BIT(1));
    other_is_busy();
    hook_end();
    interrupts_enable();
    thread_release(thread);
    thread_sleep_until(clock_now() + MILLISECOND);
}

/* The timer's interrupt takes the processor away from its idle thread. */
KTEST(interleave_woken_out_of_sleep_is_not_idle)
{
    thread_sleep_until(clock_now() + MILLISECOND);
    EXPECT_EQ(atomic_load(&sched_idle_cpus) & CPU_BIT(0), 0);
}

static void sleep_to(void *argument)
{
    thread_sleep_until(*(const uint64_t *)argument);
}

/* Two become runnable where one processor was idle: it takes one, and calls for the other. */
KTEST(interleave_idle_takes_one_of_two_and_calls_another)
{
    uint64_t deadline = clock_now() + 5 * MILLISECOND;
    struct ktest_thread *first = ktest_spawn(sleep_to, &deadline);
    struct ktest_thread *second = ktest_spawn(sleep_to, &deadline);
    ktest_settle();
    hook_begin(SCHED_HOOK_CLAIMED, other_goes_idle);
    thread_sleep_until(deadline + MILLISECOND);
    EXPECT_EQ(fake_poked_cpus, CPU_BIT(1));
    other_is_busy();
    hook_end();
    ktest_join(first);
    ktest_join(second);
}

static void third_goes_idle(void)
{
    fake_poked_cpus = 0;
    atomic_fetch_or(&sched_idle_cpus, CPU_BIT(2));
}

/* A thread goes to another processor, which is busy, and a third one finds nothing at that moment. */
KTEST(interleave_idle_is_called_for_a_thread_of_a_busy_processor)
{
    hook_begin(SCHED_HOOK_PLACED, third_goes_idle);
    cpu_mask_t online = atomic_fetch_or(&online_cpus, CPU_BIT(1));
    struct thread *thread = thread_create(do_nothing, nullptr, current_thread()->priority - 1);
    interrupts_disable();
    thread->cpu = 1;
    thread_start(thread);
    EXPECT_EQ(fake_poked_cpus, CPU_BIT(1) | CPU_BIT(2));
    atomic_store(&online_cpus, online);
    atomic_fetch_and(&sched_idle_cpus, ~CPU_BIT(2));
    hook_end();
    interrupts_enable();
    thread_sleep_until(clock_now() + MILLISECOND);
    thread_release(thread);
}

/* Whoever is preempted may go on where nobody is. */
KTEST(interleave_idle_is_called_for_a_thread_that_is_preempted)
{
    struct thread *self = current_thread();
    interrupts_disable();
    struct ktest_thread *better = ktest_spawn_at(self->priority + 1, do_nothing, nullptr);
    struct usage before = thread_usage(self);
    other_goes_idle();
    upcall_ast(false);
    EXPECT_EQ(fake_poked_cpus, CPU_BIT(1));
    EXPECT_EQ(thread_usage(self).voluntary_switches, before.voluntary_switches);
    EXPECT_EQ(thread_usage(self).involuntary_switches, before.involuntary_switches + 1);
    other_is_busy();
    interrupts_enable();
    ktest_join(better);
}
