/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Priorities of threads, as Darwin's library maps them on the kernel's policies: 31 is what a thread
 * has if nobody says otherwise, and the difference to it is the kernel's importance. Threads of
 * SCHED_FIFO and SCHED_RR keep the processor's share however long they compute; both take turns.
 */
#include <errno.h>
#include <pthread.h>
#include <sched.h>

#include <mach/thread_act.h>
#include <mach/thread_policy.h>

#include "thread_block.h"

#define PRIORITY_MIN     15
#define PRIORITY_DEFAULT 31
#define PRIORITY_MAX     47

static bool is_policy(int policy)
{
    return policy == SCHED_OTHER || policy == SCHED_FIFO || policy == SCHED_RR;
}

static bool is_valid(int policy, int priority)
{
    return is_policy(policy) && priority >= PRIORITY_MIN && priority <= PRIORITY_MAX;
}

int sched_get_priority_min(int policy)
{
    if (!is_policy(policy)) {
        errno = EINVAL;
        return -1;
    }
    return PRIORITY_MIN;
}

int sched_get_priority_max(int policy)
{
    if (!is_policy(policy)) {
        errno = EINVAL;
        return -1;
    }
    return PRIORITY_MAX;
}

void thread_sched_init(pthread_attr_t *attributes)
{
    attributes->inherit = PTHREAD_INHERIT_SCHED;
    attributes->policy = SCHED_OTHER;
    attributes->parameters.sched_priority = PRIORITY_DEFAULT;
}

int thread_sched_set(struct thread_block *block, int policy, int priority)
{
    thread_extended_policy_data_t sharing = { .timeshare = policy == SCHED_OTHER };
    thread_precedence_policy_data_t precedence = { .importance = priority - PRIORITY_DEFAULT };
    thread_act_t port = pthread_mach_thread_np(block);
    kern_return_t result = thread_policy_set(
        port, THREAD_EXTENDED_POLICY, (thread_policy_t)&sharing, THREAD_EXTENDED_POLICY_COUNT);
    if (result == KERN_SUCCESS) {
        result = thread_policy_set(port, THREAD_PRECEDENCE_POLICY, (thread_policy_t)&precedence,
                                   THREAD_PRECEDENCE_POLICY_COUNT);
    }
    if (result != KERN_SUCCESS) {
        return ESRCH;
    }
    block->policy = policy;
    block->importance = precedence.importance;
    return 0;
}

int pthread_setschedparam(pthread_t thread, int policy, const struct sched_param *parameters)
{
    if (!is_valid(policy, parameters->sched_priority)) {
        return EINVAL;
    }
    return thread_sched_set(thread, policy, parameters->sched_priority);
}

int pthread_getschedparam(pthread_t thread, int *policy, struct sched_param *parameters)
{
    *policy = thread->policy;
    parameters->sched_priority = PRIORITY_DEFAULT + thread->importance;
    return 0;
}

int pthread_setschedprio(pthread_t thread, int priority)
{
    const struct sched_param parameters = { .sched_priority = priority };
    return pthread_setschedparam(thread, thread->policy, &parameters);
}

int pthread_attr_setschedpolicy(pthread_attr_t *attributes, int policy)
{
    if (!is_policy(policy)) {
        return EINVAL;
    }
    attributes->policy = policy;
    return 0;
}

int pthread_attr_getschedpolicy(const pthread_attr_t *attributes, int *policy)
{
    *policy = attributes->policy;
    return 0;
}

int pthread_attr_setschedparam(pthread_attr_t *attributes, const struct sched_param *parameters)
{
    if (!is_valid(attributes->policy, parameters->sched_priority)) {
        return EINVAL;
    }
    attributes->parameters = *parameters;
    return 0;
}

int pthread_attr_getschedparam(const pthread_attr_t *attributes, struct sched_param *parameters)
{
    *parameters = attributes->parameters;
    return 0;
}

int pthread_attr_setinheritsched(pthread_attr_t *attributes, int inherit)
{
    if (inherit != PTHREAD_INHERIT_SCHED && inherit != PTHREAD_EXPLICIT_SCHED) {
        return EINVAL;
    }
    attributes->inherit = inherit;
    return 0;
}

int pthread_attr_getinheritsched(const pthread_attr_t *attributes, int *inherit)
{
    *inherit = attributes->inherit;
    return 0;
}

/* All threads compete with all of the machine's. */
int pthread_attr_setscope(pthread_attr_t *attributes, int scope)
{
    (void)attributes;
    if (scope == PTHREAD_SCOPE_PROCESS) {
        return ENOTSUP;
    }
    return scope == PTHREAD_SCOPE_SYSTEM ? 0 : EINVAL;
}

int pthread_attr_getscope(const pthread_attr_t *attributes, int *scope)
{
    (void)attributes;
    *scope = PTHREAD_SCOPE_SYSTEM;
    return 0;
}
