/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * thread_policy_set and thread_policy_get of idl/thread_act.defs: what users may say about how a
 * thread is scheduled.
 */
#include <thread_act_server.h>

#include <mach/thread_policy.h>

#include <lib/string.h>
#include <sched/policy.h>
#include <kern/info.h>

/* What the flavors show of a thread, read at one moment. */
struct policy_shot {
    struct sched_policy policy;
    uint8_t base_priority;
};

static struct policy_shot policy_look(thread_t thread)
{
    interrupt_state_t state = spin_lock_save(&thread->lock);
    struct policy_shot shot = { thread->policy, thread->base_priority };
    spin_unlock_restore(&thread->lock, state);
    return shot;
}

/* The base priority of IMPORTANCE, within what users may have. */
static uint8_t importance_priority(int64_t importance)
{
    int64_t priority = THREAD_PRIORITY_DEFAULT + importance;
    if (priority < THREAD_PRIORITY_USER_MIN) {
        return THREAD_PRIORITY_USER_MIN;
    }
    return priority < THREAD_PRIORITY_USER_MAX ? (uint8_t)priority : THREAD_PRIORITY_USER_MAX;
}

/* A thread that was real time has no base priority of its own left. */
static uint8_t plain_priority(const struct policy_shot *shot)
{
    return shot->policy.mode == SCHED_REAL_TIME ? THREAD_PRIORITY_DEFAULT : shot->base_priority;
}

static kern_return_t set_extended(thread_t thread, const integer_t *info,
                                  mach_msg_type_number_t count)
{
    struct policy_shot shot = policy_look(thread);
    bool is_timeshare = count < THREAD_EXTENDED_POLICY_COUNT || info[0] != FALSE;
    thread_set_policy_within(thread, is_timeshare ? SCHED_TIMESHARE : SCHED_FIXED,
                             plain_priority(&shot), 0);
    return KERN_SUCCESS;
}

static kern_return_t set_time_constraint(thread_t thread, const integer_t *info)
{
    thread_time_constraint_policy_data_t data;
    memcpy(&data, info, sizeof(data));
    /* Absolute time is in nanoseconds.  Without a period the work may come at any time. */
    struct sched_constraint constraint = {
        .period = data.period != 0 ? data.period : data.constraint,
        .computation = data.computation,
        .constraint = data.constraint,
    };
    return thread_set_real_time(thread, &constraint);
}

static kern_return_t set_precedence(thread_t thread, const integer_t *info)
{
    struct policy_shot shot = policy_look(thread);
    if (shot.policy.mode == SCHED_REAL_TIME) {
        return KERN_INVALID_POLICY;
    }
    thread_set_policy_within(thread, shot.policy.mode, importance_priority(info[0]), 0);
    return KERN_SUCCESS;
}

kern_return_t thread_policy_set(thread_t thread, thread_policy_flavor_t flavor,
                                thread_policy_t policy_info, mach_msg_type_number_t policy_infoCnt)
{
    static const mach_msg_type_number_t least[] = {
        [THREAD_EXTENDED_POLICY] = THREAD_STANDARD_POLICY_COUNT,
        [THREAD_TIME_CONSTRAINT_POLICY] = THREAD_TIME_CONSTRAINT_POLICY_COUNT,
        [THREAD_PRECEDENCE_POLICY] = THREAD_PRECEDENCE_POLICY_COUNT,
        [THREAD_AFFINITY_POLICY] = THREAD_AFFINITY_POLICY_COUNT,
    };
    if (thread == nullptr || flavor < THREAD_EXTENDED_POLICY || flavor > THREAD_AFFINITY_POLICY ||
        policy_infoCnt < least[flavor]) {
        return KERN_INVALID_ARGUMENT;
    }
    switch (flavor) {
    case THREAD_EXTENDED_POLICY: return set_extended(thread, policy_info, policy_infoCnt);
    case THREAD_TIME_CONSTRAINT_POLICY: return set_time_constraint(thread, policy_info);
    case THREAD_PRECEDENCE_POLICY: return set_precedence(thread, policy_info);
    default: thread_set_affinity(thread, (uint32_t)policy_info[0]); return KERN_SUCCESS;
    }
}

static kern_return_t get_time_constraint(const struct sched_policy *policy, boolean_t *get_default,
                                         integer_t *info, mach_msg_type_number_t *count)
{
    if (policy->mode != SCHED_REAL_TIME) {
        *get_default = TRUE;
    }
    thread_time_constraint_policy_data_t data = { .preemptible = TRUE };
    if (*get_default == FALSE) {
        data.period = (uint32_t)policy->constraint.period;
        data.computation = (uint32_t)policy->constraint.computation;
        data.constraint = (uint32_t)policy->constraint.constraint;
    }
    return info_answer(info, count, &data, sizeof(data), KERN_INVALID_ARGUMENT);
}

kern_return_t thread_policy_get(thread_t thread, thread_policy_flavor_t flavor,
                                thread_policy_t policy_info, mach_msg_type_number_t *policy_infoCnt,
                                boolean_t *get_default)
{
    if (thread == nullptr) {
        return KERN_INVALID_ARGUMENT;
    }
    struct policy_shot shot = policy_look(thread);
    bool wants_default = *get_default != FALSE;
    integer_t word;
    switch (flavor) {
    case THREAD_EXTENDED_POLICY: word = wants_default || shot.policy.mode == SCHED_TIMESHARE; break;
    case THREAD_TIME_CONSTRAINT_POLICY:
        return get_time_constraint(&shot.policy, get_default, policy_info, policy_infoCnt);
    case THREAD_PRECEDENCE_POLICY:
        word = wants_default ? 0 : (integer_t)plain_priority(&shot) - THREAD_PRIORITY_DEFAULT;
        break;
    case THREAD_AFFINITY_POLICY:
        word = wants_default ? THREAD_AFFINITY_TAG_NULL : (integer_t)shot.policy.affinity_tag;
        break;
    default: return KERN_INVALID_ARGUMENT;
    }
    return info_answer(policy_info, policy_infoCnt, &word, sizeof(word), KERN_INVALID_ARGUMENT);
}
