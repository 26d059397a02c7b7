/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * task_policy_set and task_policy_get of idl/task.defs.  They note wishes: a program that says what it
 * is to its user finds that again, and its threads are scheduled by their own policies.
 */
#include <task_server.h>

#include <mach/task_policy.h>

#include <lib/string.h>
#include <kern/info.h>
#include <kern/task.h>

static bool role_is_valid(task_role_t role)
{
    switch (role) {
    case TASK_FOREGROUND_APPLICATION:
    case TASK_BACKGROUND_APPLICATION:
    case TASK_CONTROL_APPLICATION:
    case TASK_GRAPHICS_SERVER:
    case TASK_DEFAULT_APPLICATION: return true;
    default: return false;
    }
}

/* True if TIER is unspecified, or one from FIRST on to LAST. */
static bool tier_is_valid(integer_t tier, integer_t first, integer_t last)
{
    return tier == 0 || (tier >= first && tier <= last);
}

static bool qos_is_valid(const struct task_qos_policy *qos)
{
    return tier_is_valid(qos->task_latency_qos_tier, LATENCY_QOS_TIER_0, LATENCY_QOS_TIER_5) &&
           tier_is_valid(qos->task_throughput_qos_tier, THROUGHPUT_QOS_TIER_0,
                         THROUGHPUT_QOS_TIER_5);
}

static kern_return_t set_role(task_t task, const integer_t *words)
{
    task_role_t role = (task_role_t)words[0];
    if (!role_is_valid(role)) {
        return KERN_INVALID_ARGUMENT;
    }
    mutex_lock(&task->lock);
    task->policies.role = role;
    mutex_unlock(&task->lock);
    return KERN_SUCCESS;
}

/* Set the tiers that FLAVOR is about: both, or one of them. */
static kern_return_t set_qos(task_t task, task_policy_flavor_t flavor, const integer_t *words)
{
    struct task_qos_policy qos;
    memcpy(&qos, words, sizeof(qos));
    if (!qos_is_valid(&qos)) {
        return KERN_INVALID_ARGUMENT;
    }
    struct task_policies *policies = &task->policies;
    mutex_lock(&task->lock);
    struct task_qos_policy *kept =
        flavor == TASK_OVERRIDE_QOS_POLICY ? &policies->override : &policies->base;
    if (flavor != TASK_BASE_THROUGHPUT_QOS_POLICY) {
        kept->task_latency_qos_tier = qos.task_latency_qos_tier;
    }
    if (flavor != TASK_BASE_LATENCY_QOS_POLICY) {
        kept->task_throughput_qos_tier = qos.task_throughput_qos_tier;
    }
    mutex_unlock(&task->lock);
    return KERN_SUCCESS;
}

kern_return_t task_policy_set(task_t task, task_policy_flavor_t flavor, task_policy_t policy_info,
                              mach_msg_type_number_t policy_infoCnt)
{
    if (task == nullptr) {
        return KERN_INVALID_ARGUMENT;
    }
    switch (flavor) {
    case TASK_CATEGORY_POLICY:
        return policy_infoCnt < TASK_CATEGORY_POLICY_COUNT ? KERN_INVALID_ARGUMENT
                                                           : set_role(task, policy_info);
    case TASK_BASE_QOS_POLICY:
    case TASK_OVERRIDE_QOS_POLICY:
    case TASK_BASE_LATENCY_QOS_POLICY:
    case TASK_BASE_THROUGHPUT_QOS_POLICY:
        return policy_infoCnt < TASK_QOS_POLICY_COUNT ? KERN_INVALID_ARGUMENT
                                                      : set_qos(task, flavor, policy_info);
    default: return KERN_INVALID_ARGUMENT;
    }
}

kern_return_t task_policy_get(task_t task, task_policy_flavor_t flavor, task_policy_t policy_info,
                              mach_msg_type_number_t *policy_infoCnt, boolean_t *get_default)
{
    if (task == nullptr) {
        return KERN_INVALID_ARGUMENT;
    }
    struct task_policies policies = {};
    if (!*get_default) {
        mutex_lock(&task->lock);
        policies = task->policies;
        mutex_unlock(&task->lock);
    }
    struct task_category_policy category = { .role = policies.role };
    switch (flavor) {
    case TASK_CATEGORY_POLICY:
        return info_answer(policy_info, policy_infoCnt, &category, sizeof(category),
                           KERN_INVALID_ARGUMENT);
    case TASK_BASE_QOS_POLICY:
        return info_answer(policy_info, policy_infoCnt, &policies.base, sizeof(policies.base),
                           KERN_INVALID_ARGUMENT);
    case TASK_OVERRIDE_QOS_POLICY:
        return info_answer(policy_info, policy_infoCnt, &policies.override,
                           sizeof(policies.override), KERN_INVALID_ARGUMENT);
    default: return KERN_INVALID_ARGUMENT;
    }
}
