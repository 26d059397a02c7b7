/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a thread's switches, its moves between processors and its time in the kernel are counted as.
 * Where threads have to share a processor, all others are stopped.
 */
#include <mach/host_priv.h>
#include <mach/processor.h>
#include <mach/thread_policy.h>

#include <stdatomic.h>

#include "systest.h"
#include "systest_task.h"
#include "systest_usage.h"

/* Rights to all processors, of which only the first runs. */
struct one_processor {
    processor_array_t processors;
    mach_msg_type_number_t count;
};

/* Stop all processors but the first: what runs shares that. */
static struct one_processor one_processor_begin(void)
{
    struct one_processor one = {};
    EXPECT_OK(host_processors(systest_host_priv(), &one.processors, &one.count));
    for (mach_msg_type_number_t i = 1; i < one.count; i++) {
        EXPECT_OK(processor_exit(one.processors[i]));
    }
    return one;
}

/* Start those that do not run yet, from number FIRST on. */
static void one_processor_end(struct one_processor *one, mach_msg_type_number_t first)
{
    for (mach_msg_type_number_t i = 0; i < one->count; i++) {
        if (i >= first) {
            EXPECT_OK(processor_start(one->processors[i]));
        }
        EXPECT_OK(mach_port_deallocate(mach_task_self(), one->processors[i]));
    }
    EXPECT_OK(vm_deallocate(mach_task_self(), (vm_address_t)one->processors,
                            one->count * sizeof(one->processors[0])));
}

static _Atomic bool stop;

static void spin(void *argument)
{
    (void)argument;
    while (!stop) {
        __asm__ volatile("pause");
    }
}

static _Atomic uint32_t turns;

/* Wait again and again. */
static void sleep_often(void *argument)
{
    uint32_t count = *(const uint32_t *)argument;
    for (uint32_t i = 0; i < count; i++) {
        (void)mach_wait_until_trap(mach_absolute_time() + MILLISECOND / 10);
        turns++;
    }
    while (!stop) {
        (void)mach_wait_until_trap(mach_absolute_time() + MILLISECOND);
    }
}

static bool has_slept(void *argument)
{
    return turns >= *(const uint32_t *)argument;
}

CASE(a_wait_is_a_voluntary_switch)
{
    static uint32_t count = 100;
    struct worker worker;
    stop = false;
    turns = 0;
    EXPECT(worker_start(&worker, mach_task_self(), sleep_often, &count));
    EXPECT(systest_wait(has_slept, &count));
    EXPECT(thread_usage(worker.thread).voluntary_switches >= count);
    stop = true;
    worker_join(&worker);
}

static bool was_interrupted(void *argument)
{
    return thread_usage(*(mach_port_t *)argument).involuntary_switches >= 5;
}

CASE(the_end_of_a_slice_is_an_involuntary_switch)
{
    struct worker workers[2];
    struct one_processor one = one_processor_begin();
    stop = false;
    for (int i = 0; i < 2; i++) {
        EXPECT(worker_start(&workers[i], mach_task_self(), spin, NULL));
    }
    EXPECT(systest_wait(was_interrupted, &workers[0].thread));
    mach_r_usage_info_data_t usage = thread_usage(workers[0].thread);
    EXPECT(usage.voluntary_switches < usage.involuntary_switches);
    stop = true;
    for (int i = 0; i < 2; i++) {
        worker_join(&workers[i]);
    }
    one_processor_end(&one, 1);
}

static bool has_system_time(void *argument)
{
    return thread_usage(*(mach_port_t *)argument).system_time >= 50 * MILLISECOND;
}

CASE(time_in_the_kernel_is_system_time)
{
    struct worker workers[2];
    struct one_processor one = one_processor_begin();
    stop = false;
    EXPECT(worker_start(&workers[0], mach_task_self(), work_in_kernel, (void *)&stop));
    EXPECT(worker_start(&workers[1], mach_task_self(), spin, NULL));
    EXPECT(systest_wait(has_system_time, &workers[0].thread));
    stop = true;
    for (int i = 0; i < 2; i++) {
        worker_join(&workers[i]);
    }
    one_processor_end(&one, 1);
}

/* A thread, and a processor to be left. */
struct move_watch {
    mach_port_t thread;
    uint32_t processor;
    uint64_t migrations;
};

/* Has one of the two threads left its processor? */
static bool one_is_elsewhere(void *argument)
{
    struct move_watch *watch = argument;
    bool is_elsewhere = false;
    for (int i = 0; i < 2; i++) {
        mach_r_usage_info_data_t usage = thread_usage(watch[i].thread);
        watch[i].migrations = usage.migrations;
        is_elsewhere = is_elsewhere || usage.processor != watch[i].processor;
    }
    return is_elsewhere;
}

CASE(migrations_are_counted)
{
    struct worker workers[2];
    struct one_processor one = one_processor_begin();
    stop = false;
    for (int i = 0; i < 2; i++) {
        EXPECT(worker_start(&workers[i], mach_task_self(), spin, NULL));
        EXPECT_EQ(thread_usage(workers[i].thread).migrations, 0);
        EXPECT_EQ(thread_usage(workers[i].thread).processor, 0);
    }
    mach_msg_type_number_t first = 1;
    if (one.count > 1) {
        /* The second takes one of the two that share the first. */
        struct move_watch watch[2] = { { .thread = workers[0].thread },
                                       { .thread = workers[1].thread } };
        EXPECT_OK(processor_start(one.processors[1]));
        first = 2;
        EXPECT(systest_wait(one_is_elsewhere, watch));
        EXPECT(watch[0].migrations + watch[1].migrations > 0);
    }
    stop = true;
    for (int i = 0; i < 2; i++) {
        worker_join(&workers[i]);
    }
    one_processor_end(&one, first);
}

/* Promise THREAD half of a processor. */
static kern_return_t promise_half(mach_port_t thread)
{
    thread_time_constraint_policy_data_t half = {
        .period = 20 * MILLISECOND,
        .computation = 10 * MILLISECOND,
        .constraint = 20 * MILLISECOND,
    };
    return thread_policy_set(thread, THREAD_TIME_CONSTRAINT_POLICY, (thread_policy_t)&half,
                             THREAD_TIME_CONSTRAINT_POLICY_COUNT);
}

CASE(a_stopped_processor_is_promised_to_nobody)
{
    struct worker workers[2];
    struct one_processor one = one_processor_begin();
    for (int i = 0; i < 2; i++) {
        EXPECT(worker_create(&workers[i], mach_task_self(), spin, NULL));
    }
    EXPECT_OK(promise_half(workers[0].thread));
    EXPECT_EQ(promise_half(workers[1].thread), KERN_RESOURCE_SHORTAGE);
    mach_msg_type_number_t count = one.count;
    one_processor_end(&one, 1);
    EXPECT_EQ(promise_half(workers[1].thread), count > 1 ? KERN_SUCCESS : KERN_RESOURCE_SHORTAGE);
    for (int i = 0; i < 2; i++) {
        worker_kill(&workers[i]);
    }
}

#define NAMED  3
#define ROUNDS 30

static _Atomic bool is_asked;
static _Atomic uint32_t first_to_run;

/* Never wait; answer who runs first after a question. */
static void answer(void *argument)
{
    while (!stop) {
        bool asked = true;
        if (is_asked && atomic_compare_exchange_strong(&is_asked, &asked, false)) {
            first_to_run = *(const uint32_t *)argument;
        }
    }
}

/* Switch to each of WORKERS in turn. Returns: how often it was the named one that ran. */
static uint32_t count_named(const struct worker *workers, int option)
{
    uint32_t named = 0;
    for (uint32_t round = 0; round < ROUNDS; round++) {
        first_to_run = NAMED;
        is_asked = true;
        EXPECT_OK(thread_switch(workers[round % NAMED].thread, option, 1));
        is_asked = false;
        named += first_to_run == round % NAMED;
    }
    return named;
}

CASE(the_thread_that_is_named_runs_next)
{
    static const uint32_t numbers[NAMED] = { 0, 1, 2 };
    static const int options[] = { SWITCH_OPTION_NONE, SWITCH_OPTION_DEPRESS, SWITCH_OPTION_WAIT };
    struct worker workers[NAMED];
    struct one_processor one = one_processor_begin();
    stop = false;
    for (int i = 0; i < NAMED; i++) {
        EXPECT(worker_start(&workers[i], mach_task_self(), answer, (void *)&numbers[i]));
    }
    for (int i = 0; i < 3; i++) {
        /* The slice may end between question and switch; by chance it were a third. */
        EXPECT(count_named(workers, options[i]) >= ROUNDS * 2 / 3);
    }
    stop = true;
    for (int i = 0; i < NAMED; i++) {
        worker_join(&workers[i]);
    }
    one_processor_end(&one, 1);
}

/* Count for ever. */
static void count(void *argument)
{
    (void)argument;
    while (!stop) {
        turns++;
    }
}

static bool has_counted(void *argument)
{
    (void)argument;
    return turns != 0;
}

/* How often of ROUNDS something less important runs while this thread offers its processor to all. */
static uint32_t count_offers(void)
{
    uint32_t taken = 0;
    for (uint32_t round = 0; round < ROUNDS; round++) {
        uint32_t before = turns;
        (void)swtch_pri(0);
        taken += turns != before;
    }
    return taken;
}

CASE(what_is_less_important_gets_a_turn)
{
    struct thread_precedence_policy low = { .importance = -10 };
    struct worker worker;
    struct one_processor one = one_processor_begin();
    stop = false;
    turns = 0;
    EXPECT(worker_start(&worker, mach_task_self(), count, NULL));
    EXPECT(systest_wait(has_counted, NULL));
    EXPECT_OK(thread_policy_set(worker.thread, THREAD_PRECEDENCE_POLICY, (thread_policy_t)&low,
                                THREAD_PRECEDENCE_POLICY_COUNT));
    EXPECT(count_offers() >= ROUNDS * 2 / 3); /* others may take the rest */
    stop = true;
    worker_join(&worker);
    one_processor_end(&one, 1);
}

CASE(a_name_that_is_no_threads_lets_others_run)
{
    mach_port_t self = mach_thread_self();
    EXPECT_OK(thread_switch(self, SWITCH_OPTION_NONE, 0));
    EXPECT_OK(thread_switch(mach_task_self(), SWITCH_OPTION_DEPRESS, 1));
    EXPECT_OK(thread_switch(MACH_PORT_DEAD, SWITCH_OPTION_WAIT, 1));
    EXPECT_EQ(thread_switch(self, 3, 0), KERN_INVALID_ARGUMENT);
    EXPECT_OK(mach_port_deallocate(mach_task_self(), self));
}
