/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The old form of scheduling policies: what thread_policy and thread_set_policy set, what they do not, and that
 * thread_info and thread_policy_get tell the same.
 */
#include "systest.h"

#define SELF      mach_task_self()
#define USERS_MAX 63

/* A thread that does not run, and the right that controls all processors. */
static struct {
    thread_act_t thread;
    processor_set_t set;
} the;

static void begin(void)
{
    mach_port_t host = mach_host_self();
    processor_set_name_t name = MACH_PORT_NULL;
    EXPECT_OK(thread_create(SELF, &the.thread));
    EXPECT_OK(processor_set_default(host, &name));
    EXPECT_OK(host_processor_set_priv(systest_host_priv(), name, &the.set));
    EXPECT_OK(mach_port_deallocate(SELF, name));
    EXPECT_OK(mach_port_deallocate(SELF, host));
}

static void end(void)
{
    EXPECT_OK(thread_terminate(the.thread));
    EXPECT_OK(mach_port_deallocate(SELF, the.set));
}

static kern_return_t set(policy_t policy, integer_t priority, boolean_t set_limit)
{
    integer_t base[] = { priority, 10 };
    return thread_policy(the.thread, policy, base,
                         policy == POLICY_RR ? POLICY_RR_BASE_COUNT : POLICY_FIFO_BASE_COUNT,
                         set_limit);
}

static kern_return_t set_both(policy_t policy, integer_t priority, integer_t limit)
{
    integer_t base[] = { priority, 10 };
    return thread_set_policy(the.thread, the.set, policy, base,
                             policy == POLICY_RR ? POLICY_RR_BASE_COUNT : POLICY_FIFO_BASE_COUNT,
                             &limit, 1);
}

/* The thread has POLICY, base and limit by all that thread_info and thread_policy_get tell. */
static void expect_policy(policy_t policy, integer_t base, integer_t limit)
{
    policy_timeshare_info_data_t share = {};
    policy_rr_info_data_t turns = {};
    thread_basic_info_data_t basic = {};
    thread_extended_info_data_t extended = {};
    mach_msg_type_number_t count = THREAD_BASIC_INFO_COUNT;
    EXPECT_OK(thread_info(the.thread, THREAD_BASIC_INFO, (thread_info_t)&basic, &count));
    EXPECT_EQ(basic.policy, policy);
    count = THREAD_EXTENDED_INFO_COUNT;
    EXPECT_OK(thread_info(the.thread, THREAD_EXTENDED_INFO, (thread_info_t)&extended, &count));
    EXPECT_EQ(extended.pth_priority, base);
    EXPECT_EQ(extended.pth_maxpriority, limit);
    count = POLICY_TIMESHARE_INFO_COUNT;
    kern_return_t result =
        thread_info(the.thread, THREAD_SCHED_TIMESHARE_INFO, (thread_info_t)&share, &count);
    EXPECT_EQ(result, policy == POLICY_TIMESHARE ? KERN_SUCCESS : KERN_INVALID_POLICY);
    count = POLICY_RR_INFO_COUNT;
    result = thread_info(the.thread, THREAD_SCHED_RR_INFO, (thread_info_t)&turns, &count);
    EXPECT_EQ(result, policy == POLICY_RR ? KERN_SUCCESS : KERN_INVALID_POLICY);
    if (policy == POLICY_TIMESHARE) {
        EXPECT_EQ(share.base_priority, base);
        EXPECT_EQ(share.max_priority, limit);
    } else {
        EXPECT_EQ(turns.base_priority, base);
        EXPECT_EQ(turns.max_priority, limit);
        EXPECT_EQ(turns.quantum, 10);
    }
    thread_precedence_policy_data_t precedence;
    boolean_t get_default = FALSE;
    count = THREAD_PRECEDENCE_POLICY_COUNT;
    EXPECT_OK(thread_policy_get(the.thread, THREAD_PRECEDENCE_POLICY, (thread_policy_t)&precedence,
                                &count, &get_default));
    EXPECT_EQ(precedence.importance, base - 31);
}

CASE(the_old_policies_are_the_new_ones)
{
    begin();
    expect_policy(POLICY_TIMESHARE, 31, USERS_MAX);
    EXPECT_OK(set(POLICY_RR, 40, FALSE));
    expect_policy(POLICY_RR, 40, USERS_MAX);
    EXPECT_OK(set(POLICY_TIMESHARE, 20, FALSE));
    expect_policy(POLICY_TIMESHARE, 20, USERS_MAX);
    EXPECT_OK(set(POLICY_FIFO, 25, FALSE)); /* in turns, as on Darwin */
    expect_policy(POLICY_RR, 25, USERS_MAX);
    EXPECT_OK(set(POLICY_TIMESHARE, 0, FALSE));
    expect_policy(POLICY_TIMESHARE, 1, USERS_MAX);
    end();
}

CASE(a_limit_is_kept_and_can_be_set)
{
    begin();
    EXPECT_EQ(set(POLICY_RR, USERS_MAX + 1, FALSE), KERN_POLICY_LIMIT);
    expect_policy(POLICY_TIMESHARE, 31, USERS_MAX);
    EXPECT_OK(set(POLICY_RR, 20, TRUE));
    expect_policy(POLICY_RR, 20, 20);
    EXPECT_EQ(set(POLICY_RR, 21, FALSE), KERN_POLICY_LIMIT);
    EXPECT_EQ(set(POLICY_TIMESHARE, 21, FALSE), KERN_POLICY_LIMIT);
    EXPECT_EQ(set(POLICY_FIFO, 21, FALSE), KERN_POLICY_LIMIT);
    expect_policy(POLICY_RR, 20, 20);
    EXPECT_OK(set(POLICY_TIMESHARE, 10, FALSE));
    expect_policy(POLICY_TIMESHARE, 10, 20);
    EXPECT_OK(set(POLICY_TIMESHARE, 127, TRUE)); /* as much as users may have */
    expect_policy(POLICY_TIMESHARE, USERS_MAX, USERS_MAX);
    end();
}

CASE(the_new_calls_stay_within_the_limit)
{
    thread_precedence_policy_data_t more = { .importance = 10 };
    thread_extended_policy_data_t fixed = { .timeshare = FALSE };
    begin();
    EXPECT_OK(set(POLICY_TIMESHARE, 20, TRUE));
    EXPECT_OK(thread_policy_set(the.thread, THREAD_PRECEDENCE_POLICY, (thread_policy_t)&more,
                                THREAD_PRECEDENCE_POLICY_COUNT));
    expect_policy(POLICY_TIMESHARE, 20, 20);
    EXPECT_OK(thread_policy_set(the.thread, THREAD_EXTENDED_POLICY, (thread_policy_t)&fixed,
                                THREAD_EXTENDED_POLICY_COUNT));
    expect_policy(POLICY_RR, 20, 20);
    end();
}

CASE(who_controls_the_processors_sets_base_and_limit)
{
    begin();
    EXPECT_OK(set_both(POLICY_RR, 15, 30));
    expect_policy(POLICY_RR, 15, 30);
    EXPECT_OK(set_both(POLICY_TIMESHARE, 35, 127));
    expect_policy(POLICY_TIMESHARE, 35, USERS_MAX);
    EXPECT_OK(set_both(POLICY_FIFO, 5, 6));
    expect_policy(POLICY_RR, 5, 6);
    EXPECT_EQ(set_both(POLICY_RR, 7, 6), KERN_POLICY_LIMIT);
    expect_policy(POLICY_RR, 5, 6);
    end();
}

CASE(what_makes_no_sense_is_refused_in_the_old_form_too)
{
    integer_t base[] = { 31, 10 }, limit[] = { 31 };
    mach_port_t host = mach_host_self();
    processor_set_name_t name = MACH_PORT_NULL;
    begin();
    EXPECT_OK(processor_set_default(host, &name));
    EXPECT_EQ(set(POLICY_NULL, 31, FALSE), KERN_INVALID_POLICY);
    EXPECT_EQ(set(POLICY_RR | POLICY_FIFO, 31, TRUE), KERN_INVALID_POLICY);
    EXPECT_EQ(set(POLICY_RR, -1, TRUE), KERN_INVALID_ARGUMENT);
    EXPECT_EQ(set(POLICY_RR, 128, TRUE), KERN_INVALID_ARGUMENT);
    EXPECT_EQ(thread_policy(the.thread, POLICY_RR, base, 1, FALSE), KERN_INVALID_ARGUMENT);
    EXPECT_EQ(thread_policy(the.thread, POLICY_TIMESHARE, base, 2, FALSE), KERN_INVALID_ARGUMENT);
    EXPECT_EQ(thread_policy(SELF, POLICY_RR, base, 2, FALSE), KERN_INVALID_ARGUMENT);
    EXPECT_EQ(set_both(POLICY_NULL, 31, 31), KERN_INVALID_ARGUMENT);
    EXPECT_EQ(set_both(POLICY_RR, -1, 31), KERN_INVALID_ARGUMENT);
    EXPECT_EQ(set_both(POLICY_RR, 31, 128), KERN_INVALID_ARGUMENT);
    EXPECT_EQ(thread_set_policy(the.thread, name, POLICY_RR, base, 2, limit, 1),
              KERN_INVALID_ARGUMENT);
    EXPECT_EQ(thread_set_policy(the.thread, the.set, POLICY_RR, base, 1, limit, 1),
              KERN_INVALID_ARGUMENT);
    EXPECT_EQ(thread_set_policy(the.thread, the.set, POLICY_RR, base, 2, limit, 0),
              KERN_INVALID_ARGUMENT);
    EXPECT_EQ(thread_set_policy(SELF, the.set, POLICY_RR, base, 2, limit, 1),
              KERN_INVALID_ARGUMENT);
    expect_policy(POLICY_TIMESHARE, 31, USERS_MAX);
    EXPECT_OK(mach_port_deallocate(SELF, name));
    EXPECT_OK(mach_port_deallocate(SELF, host));
    end();
}
