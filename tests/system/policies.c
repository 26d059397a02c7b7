/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Scheduling policies, as users set and read them.
 */
#include <pthread.h>

#include <mach/mach_traps.h>
#include <mach/thread_policy.h>
#include <mach/thread_switch.h>

#include "systest.h"
#include "systest_msg.h"
#include "systest_task.h"

#define MILLISECOND 1000000u

static thread_act_t self;

static kern_return_t set(thread_policy_flavor_t flavor, const void *data,
                         mach_msg_type_number_t count)
{
    return thread_policy_set(self, flavor, (thread_policy_t)(uintptr_t)data, count);
}

static integer_t get_word(thread_policy_flavor_t flavor)
{
    integer_t word = -1;
    mach_msg_type_number_t count = 1;
    boolean_t get_default = FALSE;
    EXPECT_EQ(thread_policy_get(self, flavor, &word, &count, &get_default), KERN_SUCCESS);
    EXPECT_EQ(count, 1);
    return word;
}

static thread_time_constraint_policy_data_t get_constraint(boolean_t *get_default)
{
    thread_time_constraint_policy_data_t data = {};
    mach_msg_type_number_t count = THREAD_TIME_CONSTRAINT_POLICY_COUNT;
    EXPECT_EQ(thread_policy_get(self, THREAD_TIME_CONSTRAINT_POLICY, (thread_policy_t)&data, &count,
                                get_default),
              KERN_SUCCESS);
    return data;
}

/* The policy that thread_info tells of. */
static policy_t told_policy(void)
{
    thread_basic_info_data_t info = {};
    mach_msg_type_number_t count = THREAD_BASIC_INFO_COUNT;
    EXPECT_OK(thread_info(self, THREAD_BASIC_INFO, (thread_info_t)&info, &count));
    return info.policy;
}

CASE(a_thread_shares_time_unless_it_is_told_otherwise)
{
    self = mach_thread_self();
    thread_extended_policy_data_t fixed = { .timeshare = FALSE };
    EXPECT_EQ(get_word(THREAD_EXTENDED_POLICY), TRUE);
    EXPECT_EQ(told_policy(), POLICY_TIMESHARE);
    EXPECT_EQ(set(THREAD_EXTENDED_POLICY, &fixed, THREAD_EXTENDED_POLICY_COUNT), KERN_SUCCESS);
    EXPECT_EQ(get_word(THREAD_EXTENDED_POLICY), FALSE);
    EXPECT_EQ(told_policy(), POLICY_RR);
    EXPECT_EQ(set(THREAD_STANDARD_POLICY, &fixed, THREAD_STANDARD_POLICY_COUNT), KERN_SUCCESS);
    EXPECT_EQ(get_word(THREAD_EXTENDED_POLICY), TRUE);
    mach_port_deallocate(mach_task_self(), self);
}

CASE(importance_moves_the_base_priority_within_the_users_band)
{
    self = mach_thread_self();
    static const integer_t wanted[] = { 0, 5, -5, 32, -30, 1000, -1000 };
    static const integer_t found[] = { 0, 5, -5, 32, -30, 32, -30 };
    for (int i = 0; i < 7; i++) {
        EXPECT_EQ(set(THREAD_PRECEDENCE_POLICY, &wanted[i], THREAD_PRECEDENCE_POLICY_COUNT),
                  KERN_SUCCESS);
        EXPECT_EQ(get_word(THREAD_PRECEDENCE_POLICY), found[i]);
    }
    EXPECT_EQ(set(THREAD_PRECEDENCE_POLICY, &wanted[0], THREAD_PRECEDENCE_POLICY_COUNT),
              KERN_SUCCESS);
    mach_port_deallocate(mach_task_self(), self);
}

CASE(real_time_is_kept_shown_and_given_back)
{
    self = mach_thread_self();
    thread_time_constraint_policy_data_t needs = { .period = 20 * MILLISECOND,
                                                   .computation = 5 * MILLISECOND,
                                                   .constraint = 10 * MILLISECOND,
                                                   .preemptible = TRUE };
    integer_t importance = 3;
    boolean_t get_default = FALSE;
    (void)get_constraint(&get_default);
    EXPECT(get_default);
    EXPECT_EQ(set(THREAD_TIME_CONSTRAINT_POLICY, &needs, THREAD_TIME_CONSTRAINT_POLICY_COUNT),
              KERN_SUCCESS);
    get_default = FALSE;
    thread_time_constraint_policy_data_t data = get_constraint(&get_default);
    EXPECT(!get_default);
    EXPECT_EQ(data.period, needs.period);
    EXPECT_EQ(data.computation, needs.computation);
    EXPECT_EQ(data.constraint, needs.constraint);
    EXPECT_EQ(set(THREAD_PRECEDENCE_POLICY, &importance, THREAD_PRECEDENCE_POLICY_COUNT),
              KERN_INVALID_POLICY);
    EXPECT_EQ(set(THREAD_STANDARD_POLICY, &needs, THREAD_STANDARD_POLICY_COUNT), KERN_SUCCESS);
    EXPECT_EQ(get_word(THREAD_PRECEDENCE_POLICY), 0);
    mach_port_deallocate(mach_task_self(), self);
}

CASE(what_makes_no_sense_is_refused)
{
    self = mach_thread_self();
    thread_time_constraint_policy_data_t nothing = { .period = 10, .constraint = 10 };
    thread_time_constraint_policy_data_t late = { .period = 10, .computation = 9, .constraint = 8 };
    thread_time_constraint_policy_data_t all = { .period = 100,
                                                 .computation = 99,
                                                 .constraint = 100 };
    mach_msg_type_number_t count = THREAD_TIME_CONSTRAINT_POLICY_COUNT;
    integer_t word = 0;
    boolean_t get_default = FALSE;
    EXPECT_EQ(set(THREAD_TIME_CONSTRAINT_POLICY, &nothing, count), KERN_INVALID_ARGUMENT);
    EXPECT_EQ(set(THREAD_TIME_CONSTRAINT_POLICY, &late, count), KERN_INVALID_ARGUMENT);
    EXPECT_EQ(set(THREAD_TIME_CONSTRAINT_POLICY, &late, count - 1), KERN_INVALID_ARGUMENT);
    EXPECT_EQ(set(0, &all, count), KERN_INVALID_ARGUMENT);
    EXPECT_EQ(set(5, &all, count), KERN_INVALID_ARGUMENT);
    EXPECT_EQ(set(THREAD_AFFINITY_POLICY, &all, 0), KERN_INVALID_ARGUMENT);
    count = 0;
    EXPECT_EQ(thread_policy_get(self, THREAD_EXTENDED_POLICY, &word, &count, &get_default),
              KERN_INVALID_ARGUMENT);
    EXPECT_EQ(
        thread_policy_get(mach_task_self(), THREAD_EXTENDED_POLICY, &word, &count, &get_default),
        KERN_INVALID_ARGUMENT);
    EXPECT_EQ(thread_policy_set(mach_task_self(), THREAD_EXTENDED_POLICY, &word, 1),
              KERN_INVALID_ARGUMENT);
    mach_port_deallocate(mach_task_self(), self);
}

static kern_return_t promise(thread_act_t thread)
{
    thread_time_constraint_policy_data_t half = { .period = 20 * MILLISECOND,
                                                  .computation = 10 * MILLISECOND,
                                                  .constraint = 20 * MILLISECOND };
    return thread_policy_set(thread, THREAD_TIME_CONSTRAINT_POLICY, (thread_policy_t)&half,
                             THREAD_TIME_CONSTRAINT_POLICY_COUNT);
}

static bool is_promised(void *argument)
{
    return promise(((const struct worker *)argument)->thread) == KERN_SUCCESS;
}

static void nothing_to_do([[maybe_unused]] void *argument)
{
}

CASE(promises_are_limited_and_end_with_their_threads)
{
    struct worker workers[64];
    uint32_t fitting = 0;
    for (int round = 0; round < 2; round++) {
        uint32_t count = 0;
        kern_return_t result = KERN_SUCCESS;
        while (result == KERN_SUCCESS && count < 64) {
            EXPECT(worker_create(&workers[count], mach_task_self(), nothing_to_do, NULL));
            /* What the first round's threads had comes back when they have really ended. */
            if (round == 1 && count < fitting) {
                EXPECT(systest_wait(is_promised, &workers[count]));
            } else {
                result = promise(workers[count].thread);
            }
            count++;
        }
        EXPECT_EQ(result, KERN_RESOURCE_SHORTAGE);
        EXPECT(count >= 2 && (round == 0 || count == fitting + 1));
        fitting = count - 1;
        for (uint32_t i = 0; i < count; i++) {
            worker_kill(&workers[i]);
        }
    }
}

CASE(affinity_is_kept)
{
    self = mach_thread_self();
    integer_t tag = 7;
    EXPECT_EQ(set(THREAD_AFFINITY_POLICY, &tag, THREAD_AFFINITY_POLICY_COUNT), KERN_SUCCESS);
    EXPECT_EQ(get_word(THREAD_AFFINITY_POLICY), 7);
    for (int i = 0; i < 100; i++) {
        (void)thread_switch(MACH_PORT_NULL, SWITCH_OPTION_WAIT, 0);
    }
    tag = THREAD_AFFINITY_TAG_NULL;
    EXPECT_EQ(set(THREAD_AFFINITY_POLICY, &tag, THREAD_AFFINITY_POLICY_COUNT), KERN_SUCCESS);
    mach_port_deallocate(mach_task_self(), self);
}

static _Atomic bool stop;
static _Atomic uint64_t turns;

static void count_turns([[maybe_unused]] void *argument)
{
    while (!stop) {
        turns++;
    }
}

static bool has_turned([[maybe_unused]] void *argument)
{
    return turns > 1000;
}

/* Depressed, a thread leaves the processor to others, who never let it go, but not for longer than
 * it said. */
CASE(a_depressed_thread_comes_back_in_time)
{
    struct worker workers[8];
    stop = false;
    for (int i = 0; i < 8; i++) {
        EXPECT(worker_start(&workers[i], mach_task_self(), count_turns, NULL));
    }
    EXPECT(systest_wait(has_turned, NULL));
    EXPECT_EQ(thread_switch(MACH_PORT_NULL, SWITCH_OPTION_DEPRESS, 20), KERN_SUCCESS);
    stop = true;
    for (int i = 0; i < 8; i++) {
        worker_join(&workers[i]);
    }
}

/* More threads that compute than there are processors. */
#define BUSY 8

static _Atomic bool is_over;

static void compute(void *argument)
{
    (void)argument;
    while (!is_over) {
    }
}

static void give_way(void *argument)
{
    (void)argument;
    while (!is_over) {
        (void)thread_switch(MACH_PORT_NULL, SWITCH_OPTION_DEPRESS, 0);
    }
}

static bool depression_was_ended(void *argument)
{
    const struct worker *worker = argument;
    kern_return_t result = thread_depress_abort(worker->thread);
    EXPECT(result == KERN_SUCCESS || result == KERN_NOT_DEPRESSED);
    return result == KERN_SUCCESS;
}

CASE(a_depression_can_be_ended)
{
    struct worker busy[BUSY], polite;
    mach_port_t thread = mach_thread_self();
    EXPECT_EQ(thread_depress_abort(thread), KERN_NOT_DEPRESSED);
    EXPECT_EQ(thread_depress_abort(mach_task_self()), KERN_INVALID_ARGUMENT);
    EXPECT_OK(mach_port_deallocate(mach_task_self(), thread));
    is_over = false;
    for (int i = 0; i < BUSY; i++) {
        EXPECT(worker_start(&busy[i], mach_task_self(), compute, NULL));
    }
    EXPECT(worker_start(&polite, mach_task_self(), give_way, NULL));
    EXPECT(systest_wait(depression_was_ended, &polite));
    is_over = true;
    worker_join(&polite);
    for (int i = 0; i < BUSY; i++) {
        worker_join(&busy[i]);
    }
}
