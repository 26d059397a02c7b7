/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * thread_info.  What a thread has used comes from sched/usage.h.
 */
#include <thread_act_server.h>

#include <mach/policy.h>
#include <mach/thread_info.h>

#include <sched/sched.h>
#include <kern/info.h>
#include <kern/thread_gate.h>
#include <kern/usage_answer.h>

/* A moment in a thread's life. */
struct thread_snapshot {
    enum thread_state state;
    bool is_held;
    integer_t suspend_count;
    integer_t priority;
    integer_t base_priority;
    integer_t limit;
    enum sched_mode mode;
    bool is_depressed;
    integer_t cpu_usage;
    uint32_t cpu;
    struct usage usage;
};

static struct thread_snapshot snapshot(thread_t thread)
{
    struct gate *gate = thread_gate(thread);
    interrupt_state_t state = spin_lock_save(&gate->lock);
    struct thread_snapshot shot = {
        .is_held = thread->suspend_count > 0,
        .suspend_count = (integer_t)thread->user_suspend_count,
    };
    spin_lock(&thread->lock);
    shot.state = thread->state;
    shot.priority = thread->priority;
    shot.base_priority = thread->base_priority;
    shot.limit = thread->policy.limit;
    shot.mode = thread->policy.mode;
    shot.is_depressed = thread->policy.is_depressed;
    shot.cpu = thread->cpu;
    spin_unlock(&thread->lock);
    spin_unlock_restore(&gate->lock, state);
    shot.usage = thread_usage(thread);
    shot.cpu_usage = (integer_t)thread_recent_share(thread, TH_USAGE_SCALE);
    return shot;
}

static integer_t run_state(const struct thread_snapshot *shot)
{
    switch (shot->state) {
    case THREAD_RUNNABLE:
    case THREAD_RUNNING: return TH_STATE_RUNNING;
    case THREAD_DEAD: return TH_STATE_HALTED;
    default: return shot->is_held ? TH_STATE_STOPPED : TH_STATE_WAITING;
    }
}

/* As on Darwin, whoever does not share his time has it in turns. */
static policy_t thread_policy_of(const struct thread_snapshot *shot)
{
    return shot->mode == SCHED_TIMESHARE ? POLICY_TIMESHARE : POLICY_RR;
}

static kern_return_t answer_thread_basic(const struct thread_snapshot *shot, integer_t *out,
                                         mach_msg_type_number_t *count)
{
    struct thread_basic_info info = {
        .user_time = info_time(shot->usage.user_time),
        .system_time = info_time(shot->usage.system_time),
        .cpu_usage = shot->cpu_usage,
        .policy = thread_policy_of(shot),
        .run_state = run_state(shot),
        .suspend_count = shot->suspend_count,
    };
    return info_answer(out, count, &info, sizeof(info), KERN_INVALID_ARGUMENT);
}

static kern_return_t answer_thread_extended(const struct thread_snapshot *shot, integer_t *out,
                                            mach_msg_type_number_t *count)
{
    struct thread_extended_info info = {
        .pth_user_time = shot->usage.user_time,
        .pth_system_time = shot->usage.system_time,
        .pth_cpu_usage = shot->cpu_usage,
        .pth_policy = thread_policy_of(shot),
        .pth_run_state = run_state(shot),
        .pth_curpri = shot->priority,
        .pth_priority = shot->base_priority,
        .pth_maxpriority = shot->limit,
    };
    return info_answer(out, count, &info, sizeof(info), KERN_INVALID_ARGUMENT);
}

static kern_return_t answer_timeshare(const struct thread_snapshot *shot, integer_t *out,
                                      mach_msg_type_number_t *count)
{
    struct policy_timeshare_info info = {
        .max_priority = shot->limit,
        .base_priority = shot->is_depressed ? THREAD_PRIORITY_USER_MIN : shot->base_priority,
        .cur_priority = shot->priority,
        .depressed = shot->is_depressed,
        .depress_priority = shot->is_depressed ? shot->base_priority : -1,
    };
    kern_return_t result = info_answer(out, count, &info, sizeof(info), KERN_INVALID_ARGUMENT);
    return result == KERN_SUCCESS && shot->mode != SCHED_TIMESHARE ? KERN_INVALID_POLICY : result;
}

static kern_return_t answer_round_robin(const struct thread_snapshot *shot, integer_t *out,
                                        mach_msg_type_number_t *count)
{
    struct policy_rr_info info = {
        .max_priority = shot->limit,
        .base_priority = shot->is_depressed ? THREAD_PRIORITY_USER_MIN : shot->base_priority,
        .quantum = SCHED_QUANTUM_NS / (NS_PER_SECOND / 1000),
        .depressed = shot->is_depressed,
        .depress_priority = shot->is_depressed ? shot->base_priority : -1,
    };
    kern_return_t result = info_answer(out, count, &info, sizeof(info), KERN_INVALID_ARGUMENT);
    return result == KERN_SUCCESS && shot->mode == SCHED_TIMESHARE ? KERN_INVALID_POLICY : result;
}

kern_return_t thread_info(thread_t target_act, thread_flavor_t flavor,
                          thread_info_t thread_info_out, mach_msg_type_number_t *thread_info_outCnt)
{
    if (target_act == nullptr) {
        return KERN_INVALID_ARGUMENT;
    }
    struct thread_identifier_info identifier = { .thread_id = target_act->id };
    struct thread_snapshot shot = snapshot(target_act);
    switch (flavor) {
    case THREAD_BASIC_INFO: return answer_thread_basic(&shot, thread_info_out, thread_info_outCnt);
    case THREAD_EXTENDED_INFO:
        return answer_thread_extended(&shot, thread_info_out, thread_info_outCnt);
    case MACH_R_USAGE_INFO:
        return usage_answer(&shot.usage, shot.cpu, shot.state != THREAD_DEAD, thread_info_out,
                            thread_info_outCnt);
    case THREAD_IDENTIFIER_INFO:
        return info_answer(thread_info_out, thread_info_outCnt, &identifier, sizeof(identifier),
                           KERN_INVALID_ARGUMENT);
    case THREAD_SCHED_TIMESHARE_INFO:
        return answer_timeshare(&shot, thread_info_out, thread_info_outCnt);
    case THREAD_SCHED_RR_INFO:
        return answer_round_robin(&shot, thread_info_out, thread_info_outCnt);
    case THREAD_SCHED_FIFO_INFO: /* no thread has that policy */
        return *thread_info_outCnt < POLICY_FIFO_INFO_COUNT ? KERN_INVALID_ARGUMENT
                                                            : KERN_INVALID_POLICY;
    default: return KERN_INVALID_ARGUMENT;
    }
}
