/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Policies: what a thread does, and what is said about it, shows in who runs.
 */
#include <test/ktest.h>

#include <arch/clock_device.h>
#include <arch/upcalls.h>
#include <sched/policy.h>
#include <sched/sched.h>
#include <sched/usage.h>
#include <sched/waitq.h>

#define MILLISECOND UINT64_C(1000000)

static _Atomic bool stop;
static uint32_t log_digits;

/* Nanoseconds that SPAWNED has run. */
static uint64_t time_of(struct ktest_thread *spawned)
{
    struct usage usage = thread_usage(ktest_thread_of(spawned));
    return usage.user_time + usage.system_time;
}

/* Use the processor until told to stop. */
static void hog([[maybe_unused]] void *argument)
{
    interrupts_enable();
    while (!stop) {
        ktest_compute();
    }
}

static struct ktest_thread *spawn_timeshare(uint8_t priority, void (*function)(void *argument),
                                            void *argument)
{
    struct ktest_thread *spawned = ktest_spawn_at(priority, function, argument);
    thread_set_policy(ktest_thread_of(spawned), SCHED_TIMESHARE, priority);
    return spawned;
}

/* End the threads that hog(). */
static void end(struct ktest_thread **threads, uint32_t count)
{
    stop = true;
    for (uint32_t i = 0; i < count; i++) {
        ktest_join(threads[i]);
    }
}

KTEST(policy_use_lowers_a_timesharing_thread_and_rest_raises_it)
{
    uint8_t base = THREAD_PRIORITY_DEFAULT;
    stop = false;
    struct ktest_thread *hogs[2] = {
        spawn_timeshare(base, hog, nullptr),
        spawn_timeshare(base, hog, nullptr),
    };
    (void)thread_sleep_until(clock_now() + 100 * MILLISECOND);
    for (uint32_t i = 0; i < 2; i++) {
        const struct thread *thread = ktest_thread_of(hogs[i]);
        EXPECT(thread->priority < base);
        EXPECT_EQ(thread->base_priority, base);
    }
    /* What two share counts half for each. */
    EXPECT(ktest_thread_of(hogs[0])->priority >= base - 10);
    struct thread *rested = ktest_thread_of(hogs[0]);
    interrupt_state_t state = spin_lock_save(&rested->lock);
    struct sched_policy before = rested->policy;
    policy_charge(rested, 0, before.decayed_at + 10 * SCHED_DECAY_NS);
    EXPECT_EQ(rested->policy.usage, before.usage >> 10);
    rested->policy = before;
    spin_unlock_restore(&rested->lock, state);
    end(hogs, 2);
}

KTEST(policy_fixed_priority_does_not_follow_use)
{
    stop = false;
    struct ktest_thread *hogs[2];
    for (uint32_t i = 0; i < 2; i++) {
        hogs[i] = ktest_spawn_at(THREAD_PRIORITY_DEFAULT, hog, nullptr);
    }
    (void)thread_sleep_until(clock_now() + 60 * MILLISECOND);
    EXPECT_EQ(ktest_thread_of(hogs[0])->priority, THREAD_PRIORITY_DEFAULT);
    EXPECT_EQ(ktest_thread_of(hogs[1])->priority, THREAD_PRIORITY_DEFAULT);
    end(hogs, 2);
}

/* A hog far below others gets a slice now and then. */
KTEST(policy_nobody_who_shares_time_starves)
{
    stop = false;
    struct ktest_thread *hogs[3] = {
        spawn_timeshare(THREAD_PRIORITY_DEFAULT - 1, hog, nullptr),
        spawn_timeshare(THREAD_PRIORITY_DEFAULT - 1, hog, nullptr),
        spawn_timeshare(THREAD_PRIORITY_USER_MIN + 1, hog, nullptr),
    };
    (void)thread_sleep_until(clock_now() + 2 * SCHED_STARVE_NS);
    uint64_t ran = time_of(hogs[2]);
    EXPECT(ran >= SCHED_QUANTUM_NS / 2);
    EXPECT(ran < SCHED_STARVE_NS);
    end(hogs, 3);
}

static uint8_t priority_found;

static void note_priority([[maybe_unused]] void *argument)
{
    priority_found = current_thread()->priority;
}

/* The running thread, of PRIORITY by itself and running at LENT, ends its slice while another has
 * waited for long.  Returns: the priority with which the other runs. */
static uint8_t priority_of_rescued(uint8_t priority, uint8_t lent)
{
    struct thread *self = current_thread();
    uint8_t base = self->base_priority;
    interrupts_disable();
    struct ktest_thread *starving =
        spawn_timeshare(THREAD_PRIORITY_USER_MIN, note_priority, nullptr);
    thread_set_priority(self, priority);
    self->priority = lent;
    self->slice_end = 0;
    ktest_thread_of(starving)->policy.queued_at = clock_now() - SCHED_STARVE_NS;
    upcall_ast(false);
    thread_set_priority(self, base);
    interrupts_enable();
    ktest_join(starving);
    return priority_found;
}

/* What a rescued thread was lent it does not hand on, nor do threads above all users lend anything:
 * else the highest priority that was ever lent would go from one to the next for ever. */
KTEST(policy_rescued_thread_has_the_priority_of_who_shares_time_with_it)
{
    uint8_t some = THREAD_PRIORITY_DEFAULT - 1;
    EXPECT_EQ(priority_of_rescued(some, some), some);
    EXPECT_EQ(priority_of_rescued(some, THREAD_PRIORITY_USER_MAX), some);
    EXPECT_EQ(priority_of_rescued(THREAD_PRIORITY_USER_MAX + 1, THREAD_PRIORITY_USER_MAX + 1),
              THREAD_PRIORITY_USER_MIN);
}

static void note_digit(void *argument)
{
    log_digits = log_digits * 10 + (uint32_t)(uintptr_t)argument;
}

static struct ktest_thread *spawn_real_time(uint64_t constraint, uint32_t digit)
{
    struct ktest_thread *spawned =
        ktest_spawn_at(THREAD_PRIORITY_USER_MIN, note_digit, (void *)(uintptr_t)digit);
    struct sched_constraint needs = { 1000 * MILLISECOND, MILLISECOND, constraint };
    EXPECT_EQ(thread_set_real_time(ktest_thread_of(spawned), &needs), KERN_SUCCESS);
    return spawned;
}

KTEST(policy_real_time_runs_the_earliest_deadline_first)
{
    log_digits = 0;
    interrupts_disable();
    struct ktest_thread *threads[4] = {
        spawn_real_time(300 * MILLISECOND, 3),
        spawn_real_time(100 * MILLISECOND, 1),
        spawn_real_time(200 * MILLISECOND, 2),
        ktest_spawn_at(THREAD_PRIORITY_KERNEL, note_digit, (void *)4),
    };
    interrupts_enable();
    for (uint32_t i = 0; i < 4; i++) {
        ktest_join(threads[i]);
    }
    EXPECT_EQ(log_digits, 1234);
}

KTEST(policy_real_time_yields_to_an_earlier_deadline_only)
{
    struct sched_constraint own = { 1000 * MILLISECOND, 100 * MILLISECOND, 200 * MILLISECOND };
    uint8_t base = current_thread()->priority;
    log_digits = 0;
    interrupts_disable();
    EXPECT_EQ(thread_set_real_time(current_thread(), &own), KERN_SUCCESS);
    percpu_write(ast_pending, 0);
    struct ktest_thread *later = spawn_real_time(300 * MILLISECOND, 2);
    EXPECT_EQ(percpu_read(ast_pending), 0);
    struct ktest_thread *earlier = spawn_real_time(100 * MILLISECOND, 1);
    EXPECT(percpu_read(ast_pending) != 0);
    upcall_ast(false);
    EXPECT_EQ(log_digits, 1);
    thread_set_priority(current_thread(), base);
    interrupts_enable();
    ktest_join(later);
    ktest_join(earlier);
    EXPECT_EQ(log_digits, 12);
}

KTEST(policy_real_time_that_takes_too_much_is_demoted_until_its_next_period)
{
    struct sched_constraint needs = { 200 * MILLISECOND, 5 * MILLISECOND, 50 * MILLISECOND };
    stop = false;
    struct ktest_thread *other = ktest_spawn_at(THREAD_PRIORITY_DEFAULT, hog, nullptr);
    struct ktest_thread *greedy = ktest_spawn_at(THREAD_PRIORITY_DEFAULT, hog, nullptr);
    struct thread *thread = ktest_thread_of(greedy);
    interrupts_disable();
    EXPECT_EQ(thread_set_real_time(thread, &needs), KERN_SUCCESS);
    EXPECT_EQ(thread->priority, THREAD_PRIORITY_REAL_TIME);
    interrupts_enable();
    (void)thread_sleep_until(clock_now() + 60 * MILLISECOND);
    EXPECT_EQ(thread->priority, THREAD_PRIORITY_DEFAULT);
    EXPECT(time_of(other) >= 10 * MILLISECOND);

    interrupt_state_t state = spin_lock_save(&thread->lock);
    struct thread copy = { .priority = thread->priority, .base_priority = thread->base_priority };
    copy.policy = thread->policy;
    spinlock_init(&copy.lock, LOCK_CLASS_TEST);
    spin_unlock_restore(&thread->lock, state);
    state = spin_lock_save(&copy.lock);
    uint64_t begin = copy.policy.activated_at + needs.period - needs.period / SCHED_EARLY_PART;
    policy_activate(&copy, begin - 1);
    EXPECT_EQ(copy.priority, THREAD_PRIORITY_DEFAULT);
    policy_activate(&copy, begin);
    EXPECT_EQ(copy.priority, THREAD_PRIORITY_REAL_TIME);
    EXPECT_EQ(copy.slice_left, needs.computation);
    spin_unlock_restore(&copy.lock, state);
    struct ktest_thread *both[] = { other, greedy };
    end(both, 2);
}

/* Wake THREAD at NOW; it must have all of its COMPUTATION, counted from BEGIN, and uses that. */
static void expect_period(struct thread *thread, uint64_t now, uint64_t begin, uint64_t computation)
{
    spin_lock(&thread->lock);
    policy_activate(thread, now);
    EXPECT_EQ(thread->priority, THREAD_PRIORITY_REAL_TIME);
    EXPECT_EQ(thread->policy.activated_at, begin);
    EXPECT_EQ(thread->slice_left, computation);
    policy_charge(thread, computation, now + computation);
    policy_refresh(thread, now + computation);
    EXPECT_EQ(thread->priority, THREAD_PRIORITY_DEFAULT);
    spin_unlock(&thread->lock);
}

/* What is used of one period does not follow a thread that was woken late into the next. */
KTEST(policy_real_time_wakes_sooner_or_later_and_has_every_period)
{
    struct sched_constraint needs = { 32 * MILLISECOND, MILLISECOND, 2 * MILLISECOND };
    struct thread thread = { .base_priority = THREAD_PRIORITY_DEFAULT };
    uint64_t begin = 1000 * MILLISECOND;
    thread.policy.mode = SCHED_REAL_TIME;
    thread.policy.constraint = needs;
    spinlock_init(&thread.lock, LOCK_CLASS_TEST);
    interrupt_state_t state = interrupts_save();
    expect_period(&thread, begin, begin, needs.computation);
    /* Late once: the next is in time again. */
    begin += needs.period;
    expect_period(&thread, begin + 5 * MILLISECOND, begin, needs.computation);
    begin += needs.period;
    expect_period(&thread, begin, begin, needs.computation);
    /* A little early, because the first was late. */
    begin += needs.period - MILLISECOND;
    expect_period(&thread, begin, begin, needs.computation);
    /* After a rest nothing is made up for. */
    begin += 2 * needs.period + MILLISECOND;
    expect_period(&thread, begin, begin, needs.computation);
    /* It goes on without a wait, and is looked at in its next period. */
    spin_lock(&thread.lock);
    policy_refresh(&thread, begin + needs.period);
    EXPECT_EQ(thread.priority, THREAD_PRIORITY_REAL_TIME);
    EXPECT_EQ(policy_slice(&thread), needs.computation);
    spin_unlock(&thread.lock);
    interrupts_restore(state);
}

static struct thread *idle_thread(void)
{
    return thread_create(note_digit, nullptr, THREAD_PRIORITY_DEFAULT);
}

KTEST(policy_real_time_is_admitted_while_it_fits)
{
    struct sched_constraint half = { 10 * MILLISECOND, 5 * MILLISECOND, 10 * MILLISECOND };
    struct thread *threads[CPU_MAX * 2 + 2];
    uint32_t fitting = cpu_count() * SCHED_REAL_TIME_SHARE / 50;
    for (uint32_t i = 0; i <= fitting; i++) {
        threads[i] = idle_thread();
        kern_return_t expected = i < fitting ? KERN_SUCCESS : KERN_RESOURCE_SHORTAGE;
        EXPECT_EQ(thread_set_real_time(threads[i], &half), expected);
    }
    EXPECT_EQ(threads[fitting]->policy.mode, SCHED_FIXED);
    /* What one gives back, by another policy or by its end, another can have. */
    thread_set_policy(threads[0], SCHED_TIMESHARE, THREAD_PRIORITY_DEFAULT);
    EXPECT_EQ(thread_set_real_time(threads[fitting], &half), KERN_SUCCESS);
    EXPECT_EQ(thread_set_real_time(threads[0], &half), KERN_RESOURCE_SHORTAGE);
    /* A thread's own part does not stand in its way. */
    EXPECT_EQ(thread_set_real_time(threads[1], &half), KERN_SUCCESS);
    for (uint32_t i = 0; i <= fitting; i++) {
        thread_release(threads[i]);
    }
    threads[0] = idle_thread();
    EXPECT_EQ(thread_set_real_time(threads[0], &half), KERN_SUCCESS);
    thread_release(threads[0]);
}

KTEST(policy_real_time_refuses_nonsense)
{
    static const struct sched_constraint nonsense[] = {
        { 10 * MILLISECOND, 0, 10 * MILLISECOND },
        { 10 * MILLISECOND, 6 * MILLISECOND, 5 * MILLISECOND },
        { 10 * MILLISECOND, 6 * MILLISECOND, 11 * MILLISECOND },
        { 0, 0, 0 },
    };
    struct thread *thread = idle_thread();
    for (uint32_t i = 0; i < ARRAY_SIZE(nonsense); i++) {
        EXPECT_EQ(thread_set_real_time(thread, &nonsense[i]), KERN_INVALID_ARGUMENT);
    }
    EXPECT_EQ(thread->policy.mode, SCHED_FIXED);
    thread_release(thread);
}

KTEST(policy_depressed_thread_lets_all_others_run)
{
    log_digits = 0;
    uint8_t base = current_thread()->priority;
    interrupts_disable();
    struct ktest_thread *lesser =
        ktest_spawn_at(THREAD_PRIORITY_USER_MIN + 1, note_digit, (void *)1);
    thread_set_depressed(current_thread(), true);
    EXPECT_EQ(current_thread()->base_priority, base);
    EXPECT(thread_yield());
    EXPECT_EQ(log_digits, 1);
    thread_set_depressed(current_thread(), false);
    EXPECT_EQ(current_thread()->priority, base);
    interrupts_enable();
    ktest_join(lesser);
}

#define TAG 5

static _Atomic uint32_t ran_on;

/* A thread takes its tag along when it wakes where it has run. */
static void note_processor([[maybe_unused]] void *argument)
{
    (void)thread_sleep_until(clock_now() + MILLISECOND);
    ran_on = cpu_index();
}

/* Run a thread of the tag TAG, on PROCESSOR only, or anywhere.  Returns: where it ran. */
static uint32_t run_tagged(uint32_t processor)
{
    struct thread *thread = thread_create(note_processor, nullptr, THREAD_PRIORITY_DEFAULT);
    thread_set_affinity(thread, TAG);
    if (processor != CPU_MAX) {
        thread_bind(thread, processor);
    }
    ran_on = CPU_MAX;
    thread_start(thread);
    while (ran_on == CPU_MAX) {
        (void)thread_sleep_until(clock_now() + MILLISECOND);
    }
    (void)thread_sleep_until(clock_now() + MILLISECOND);
    thread_release(thread);
    return ran_on;
}

/* Each of the other processors is idle: without its tag the thread came to the first of them. */
KTEST(policy_affinity_brings_threads_to_the_processor_of_their_tag)
{
    for (uint32_t cpu = cpu_count() - 1; cpu > 0; cpu--) {
        EXPECT_EQ(run_tagged(cpu), cpu);
        EXPECT_EQ(run_tagged(CPU_MAX), cpu);
    }
}
