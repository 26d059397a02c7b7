/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * thread_policy and thread_set_policy of idl/thread_act.defs: what thread_policy_set says, in the form that
 * OSF's kernels had. Base and limit of each policy begin with the one number that counts.
 */
#include <thread_act_server.h>

#include <mach/policy.h>

#include <sched/policy.h>

/* What a user may set as base or limit; what is beyond is taken as the nearest. */
static uint8_t users_priority(integer_t priority)
{
    if (priority < THREAD_PRIORITY_USER_MIN) {
        return THREAD_PRIORITY_USER_MIN;
    }
    return priority < THREAD_PRIORITY_USER_MAX ? (uint8_t)priority : THREAD_PRIORITY_USER_MAX;
}

static bool is_priority(integer_t priority)
{
    return priority >= THREAD_PRIORITY_IDLE && priority <= THREAD_PRIORITY_MAX;
}

/* Words of POLICY's base structure. */
static mach_msg_type_number_t base_count(policy_t policy)
{
    switch (policy) {
    case POLICY_RR: return POLICY_RR_BASE_COUNT;
    case POLICY_FIFO: return POLICY_FIFO_BASE_COUNT;
    default: return POLICY_TIMESHARE_BASE_COUNT;
    }
}

static_assert(POLICY_RR_LIMIT_COUNT == 1 && POLICY_FIFO_LIMIT_COUNT == 1 &&
              POLICY_TIMESHARE_LIMIT_COUNT == 1);

static enum sched_mode policy_mode(policy_t policy)
{
    return policy == POLICY_TIMESHARE ? SCHED_TIMESHARE : SCHED_FIXED;
}

/* The most that users may set as THREAD's base priority. */
static uint8_t thread_limit(thread_t thread)
{
    interrupt_state_t state = spin_lock_save(&thread->lock);
    uint8_t limit = thread->policy.limit;
    spin_unlock_restore(&thread->lock, state);
    return limit;
}

kern_return_t thread_policy(thread_t thr_act, policy_t policy, policy_base_t base,
                            mach_msg_type_number_t baseCnt, boolean_t set_limit)
{
    if (thr_act == nullptr) {
        return KERN_INVALID_ARGUMENT;
    }
    if (invalid_policy(policy)) {
        return KERN_INVALID_POLICY;
    }
    if (baseCnt != base_count(policy) || !is_priority(base[0])) {
        return KERN_INVALID_ARGUMENT;
    }
    if (set_limit == FALSE && base[0] > thread_limit(thr_act)) {
        return KERN_POLICY_LIMIT;
    }
    uint8_t priority = users_priority(base[0]);
    thread_set_policy_within(thr_act, policy_mode(policy), priority,
                             set_limit == FALSE ? 0 : priority);
    return KERN_SUCCESS;
}

kern_return_t thread_set_old_policy(thread_t thr_act, processor_set_t pset, policy_t policy,
                                    policy_base_t base, mach_msg_type_number_t baseCnt,
                                    policy_limit_t limit, mach_msg_type_number_t limitCnt)
{
    if (thr_act == nullptr || pset == nullptr || invalid_policy(policy) ||
        baseCnt != base_count(policy) || limitCnt != 1 || !is_priority(base[0]) ||
        !is_priority(limit[0])) {
        return KERN_INVALID_ARGUMENT;
    }
    if (base[0] > limit[0]) {
        return KERN_POLICY_LIMIT;
    }
    thread_set_policy_within(thr_act, policy_mode(policy), users_priority(base[0]),
                             users_priority(limit[0]));
    return KERN_SUCCESS;
}
