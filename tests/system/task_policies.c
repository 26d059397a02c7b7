/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Recent use of the processor, as thread_info tells it, and the policies of a task, which
 * task_policy_set keeps.
 */
#include <mach/task_policy.h>

#include "systest.h"
#include "systest_task.h"

static _Atomic bool is_over;

static void compute(void *argument)
{
    (void)argument;
    while (!is_over) {
    }
}

static integer_t recent_use(const struct worker *worker)
{
    struct thread_basic_info basic = {};
    struct thread_extended_info extended = {};
    mach_msg_type_number_t count = THREAD_BASIC_INFO_COUNT;
    EXPECT_OK(thread_info(worker->thread, THREAD_BASIC_INFO, (thread_info_t)&basic, &count));
    count = THREAD_EXTENDED_INFO_COUNT;
    EXPECT_OK(thread_info(worker->thread, THREAD_EXTENDED_INFO, (thread_info_t)&extended, &count));
    EXPECT(basic.cpu_usage >= 0 && basic.cpu_usage <= TH_USAGE_SCALE);
    EXPECT(extended.pth_cpu_usage >= 0 && extended.pth_cpu_usage <= TH_USAGE_SCALE);
    EXPECT_EQ(basic.sleep_time, 0);
    return basic.cpu_usage;
}

static bool has_used_much(void *argument)
{
    return recent_use(argument) > TH_USAGE_SCALE / 10;
}

static bool has_used_nothing(void *argument)
{
    return recent_use(argument) == 0;
}

CASE(recent_use_of_the_processor_rises_and_falls)
{
    struct worker worker;
    is_over = false;
    EXPECT(worker_create(&worker, mach_task_self(), compute, NULL));
    EXPECT_EQ(recent_use(&worker), 0);
    EXPECT_OK(thread_resume(worker.thread));
    EXPECT(systest_wait(has_used_much, &worker));
    EXPECT_OK(thread_suspend(worker.thread));
    EXPECT(systest_wait(has_used_nothing, &worker));
    is_over = true;
    EXPECT_OK(thread_resume(worker.thread));
    worker_join(&worker);
}

CASE(a_tasks_policies_are_kept)
{
    struct helper helper;
    integer_t role = TASK_FOREGROUND_APPLICATION, words[2] = { 0, 0 };
    mach_msg_type_number_t count = 2;
    boolean_t get_default = FALSE;
    if (!helper_create(&helper)) {
        return;
    }
    EXPECT_OK(task_policy_get(helper.task, TASK_CATEGORY_POLICY, words, &count, &get_default));
    EXPECT_EQ(words[0], TASK_UNSPECIFIED);
    EXPECT_EQ(count, TASK_CATEGORY_POLICY_COUNT);
    EXPECT_OK(task_policy_set(helper.task, TASK_CATEGORY_POLICY, &role, 1));
    EXPECT_OK(task_policy_get(helper.task, TASK_CATEGORY_POLICY, words, &count, &get_default));
    EXPECT_EQ(words[0], TASK_FOREGROUND_APPLICATION);
    get_default = TRUE;
    EXPECT_OK(task_policy_get(helper.task, TASK_CATEGORY_POLICY, words, &count, &get_default));
    EXPECT_EQ(words[0], TASK_UNSPECIFIED);
    helper_destroy(&helper);
}

CASE(who_may_inspect_a_task_is_told_its_policies_and_sets_none)
{
    struct helper helper;
    task_inspect_t inspect = MACH_PORT_NULL;
    task_name_t name = MACH_PORT_NULL;
    integer_t role = TASK_CONTROL_APPLICATION, told = TASK_UNSPECIFIED;
    mach_msg_type_number_t count = TASK_CATEGORY_POLICY_COUNT;
    boolean_t get_default = FALSE;
    if (!helper_create(&helper)) {
        return;
    }
    EXPECT_OK(task_get_special_port(helper.task, TASK_INSPECT_PORT, &inspect));
    EXPECT_OK(task_get_special_port(helper.task, TASK_NAME_PORT, &name));
    EXPECT_OK(task_policy_set(helper.task, TASK_CATEGORY_POLICY, &role, 1));
    EXPECT_OK(task_policy_get(inspect, TASK_CATEGORY_POLICY, &told, &count, &get_default));
    EXPECT_EQ(told, role);
    EXPECT_EQ(task_policy_set(inspect, TASK_CATEGORY_POLICY, &role, 1), KERN_INVALID_ARGUMENT);
    EXPECT_EQ(task_policy_get(name, TASK_CATEGORY_POLICY, &told, &count, &get_default),
              KERN_INVALID_ARGUMENT);
    EXPECT_OK(mach_port_deallocate(mach_task_self(), inspect));
    EXPECT_OK(mach_port_deallocate(mach_task_self(), name));
    helper_destroy(&helper);
}

CASE(tiers_are_set_together_or_one_by_one)
{
    struct helper helper;
    integer_t tiers[2] = { LATENCY_QOS_TIER_2, THROUGHPUT_QOS_TIER_4 }, words[2];
    integer_t others[2] = { LATENCY_QOS_TIER_5, THROUGHPUT_QOS_TIER_0 };
    mach_msg_type_number_t count = TASK_QOS_POLICY_COUNT;
    boolean_t get_default = FALSE;
    if (!helper_create(&helper)) {
        return;
    }
    EXPECT_OK(task_policy_set(helper.task, TASK_BASE_QOS_POLICY, tiers, count));
    EXPECT_OK(task_policy_set(helper.task, TASK_BASE_LATENCY_QOS_POLICY, others, count));
    EXPECT_OK(task_policy_get(helper.task, TASK_BASE_QOS_POLICY, words, &count, &get_default));
    EXPECT_EQ(words[0], others[0]);
    EXPECT_EQ(words[1], tiers[1]);
    EXPECT_OK(task_policy_set(helper.task, TASK_BASE_THROUGHPUT_QOS_POLICY, others, count));
    EXPECT_OK(task_policy_get(helper.task, TASK_BASE_QOS_POLICY, words, &count, &get_default));
    EXPECT_EQ(words[1], others[1]);
    EXPECT_OK(task_policy_get(helper.task, TASK_OVERRIDE_QOS_POLICY, words, &count, &get_default));
    EXPECT_EQ(words[0], LATENCY_QOS_TIER_UNSPECIFIED);
    helper_destroy(&helper);
}

CASE(policies_that_make_no_sense_are_refused)
{
    integer_t role = TASK_RENICED, tiers[2] = { 1, 0 };
    mach_msg_type_number_t count = 0;
    boolean_t get_default = FALSE;
    EXPECT_EQ(task_policy_set(mach_task_self(), TASK_CATEGORY_POLICY, &role, 1),
              KERN_INVALID_ARGUMENT);
    EXPECT_EQ(task_policy_set(mach_task_self(), TASK_CATEGORY_POLICY, &role, 0),
              KERN_INVALID_ARGUMENT);
    EXPECT_EQ(task_policy_set(mach_task_self(), TASK_BASE_QOS_POLICY, tiers, 2),
              KERN_INVALID_ARGUMENT);
    EXPECT_EQ(task_policy_set(mach_task_self(), TASK_BASE_QOS_POLICY, tiers, 1),
              KERN_INVALID_ARGUMENT);
    EXPECT_EQ(task_policy_set(mach_task_self(), 99, tiers, 2), KERN_INVALID_ARGUMENT);
    EXPECT_EQ(task_policy_get(mach_task_self(), TASK_CATEGORY_POLICY, tiers, &count, &get_default),
              KERN_INVALID_ARGUMENT);
    count = 2;
    EXPECT_EQ(task_policy_get(mach_task_self(), 99, tiers, &count, &get_default),
              KERN_INVALID_ARGUMENT);
}
