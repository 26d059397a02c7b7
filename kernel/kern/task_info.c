/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * task_info and thread_info.  What threads have used comes from sched/usage.h.
 */
#include <task_server.h>
#include <thread_act_server.h>

#include <mach/policy.h>
#include <mach/usage_info.h>

#include <ipc/ipc_space.h>
#include <kern/info.h>
#include <kern/task.h>
#include <kern/thread_gate.h>

/* What several flavors show. */
struct task_summary {
    uint64_t virtual_size;
    uint64_t resident_size;
    struct usage ended;  /* of threads that have ended */
    struct usage living; /* and of the others */
    uint32_t processor;  /* of the first thread that runs, or of the first */
    uint32_t threads;
    integer_t suspend_count;
};

/* Add what is to be told of THREAD, one of several, to SUMMARY.  HAS_RUNNING: one before it runs. */
static void summarize_thread(struct task_summary *summary, struct thread *thread, bool *has_running)
{
    struct usage usage = thread_usage(thread);
    usage_add(&summary->living, &usage);
    bool is_running = thread->state == THREAD_RUNNING;
    if (summary->threads++ == 0 || (is_running && !*has_running)) {
        summary->processor = thread->cpu;
    }
    *has_running = *has_running || is_running;
}

static struct task_summary summarize(task_t task)
{
    struct task_summary summary = { .resident_size = pmap_resident_bytes(task->map->pmap) };
    mutex_lock(&task->map->lock);
    summary.virtual_size = task->map->size;
    mutex_unlock(&task->map->lock);
    struct thread *thread;
    bool has_running = false;
    mutex_lock(&task->lock);
    summary.suspend_count = (integer_t)task->suspend_count;
    summary.ended = task->ended_usage;
    list_for_each_entry(thread, &task->threads, task_link) {
        summarize_thread(&summary, thread, &has_running);
    }
    mutex_unlock(&task->lock);
    return summary;
}

static kern_return_t answer_basic_32(const struct task_summary *summary, integer_t *out,
                                     mach_msg_type_number_t *count)
{
    struct task_basic_info_32 info = {
        .suspend_count = summary->suspend_count,
        .virtual_size = (natural_t)summary->virtual_size,
        .resident_size = (natural_t)summary->resident_size,
        .user_time = info_time(summary->ended.user_time),
        .system_time = info_time(summary->ended.system_time),
        .policy = POLICY_TIMESHARE,
    };
    return info_answer(out, count, &info, sizeof(info), KERN_INVALID_ARGUMENT);
}

static kern_return_t answer_basic_64(const struct task_summary *summary, integer_t *out,
                                     mach_msg_type_number_t *count)
{
    struct task_basic_info_64 info = {
        .suspend_count = summary->suspend_count,
        .virtual_size = summary->virtual_size,
        .resident_size = summary->resident_size,
        .user_time = info_time(summary->ended.user_time),
        .system_time = info_time(summary->ended.system_time),
        .policy = POLICY_TIMESHARE,
    };
    return info_answer(out, count, &info, sizeof(info), KERN_INVALID_ARGUMENT);
}

static kern_return_t answer_mach_basic(const struct task_summary *summary, integer_t *out,
                                       mach_msg_type_number_t *count)
{
    struct mach_task_basic_info info = {
        .virtual_size = summary->virtual_size,
        .resident_size = summary->resident_size,
        .resident_size_max = summary->resident_size,
        .user_time = info_time(summary->ended.user_time),
        .system_time = info_time(summary->ended.system_time),
        .policy = POLICY_TIMESHARE,
        .suspend_count = summary->suspend_count,
    };
    return info_answer(out, count, &info, sizeof(info), KERN_INVALID_ARGUMENT);
}

static kern_return_t answer_thread_times(const struct task_summary *summary, integer_t *out,
                                         mach_msg_type_number_t *count)
{
    struct task_thread_times_info info = {
        .user_time = info_time(summary->living.user_time),
        .system_time = info_time(summary->living.system_time),
    };
    return info_answer(out, count, &info, sizeof(info), KERN_INVALID_ARGUMENT);
}

static kern_return_t answer_absolute_times(const struct task_summary *summary, integer_t *out,
                                           mach_msg_type_number_t *count)
{
    struct task_absolutetime_info info = {
        .total_user = summary->ended.user_time + summary->living.user_time,
        .total_system = summary->ended.system_time + summary->living.system_time,
        .threads_user = summary->living.user_time,
        .threads_system = summary->living.system_time,
    };
    return info_answer(out, count, &info, sizeof(info), KERN_INVALID_ARGUMENT);
}

/* Only switches are counted for each task. */
static kern_return_t answer_events(const struct task_summary *summary, integer_t *out,
                                   mach_msg_type_number_t *count)
{
    struct usage sum = summary->ended;
    usage_add(&sum, &summary->living);
    struct task_events_info info = {
        .csw = (integer_t)(sum.voluntary_switches + sum.involuntary_switches),
    };
    return info_answer(out, count, &info, sizeof(info), KERN_INVALID_ARGUMENT);
}

static kern_return_t answer_usage(const struct usage *usage, uint32_t processor, uint32_t threads,
                                  integer_t *out, mach_msg_type_number_t *count)
{
    struct mach_r_usage_info info = {
        .user_time = usage->user_time,
        .system_time = usage->system_time,
        .voluntary_switches = usage->voluntary_switches,
        .involuntary_switches = usage->involuntary_switches,
        .migrations = usage->migrations,
        .processor = processor,
        .threads = threads,
    };
    return info_answer(out, count, &info, sizeof(info), KERN_INVALID_ARGUMENT);
}

static kern_return_t answer_task_usage(const struct task_summary *summary, integer_t *out,
                                       mach_msg_type_number_t *count)
{
    struct usage sum = summary->ended;
    usage_add(&sum, &summary->living);
    return answer_usage(&sum, summary->processor, summary->threads, out, count);
}

/* TASK's identity, with a reference. */
static struct ipc_sender *task_sender(task_t task)
{
    interrupt_state_t state = spin_lock_save(&task->space->lock);
    struct ipc_sender *sender = task->space->sender;
    ipc_sender_reference(sender);
    spin_unlock_restore(&task->space->lock, state);
    return sender;
}

static kern_return_t answer_token(task_t task, task_flavor_t flavor, integer_t *out,
                                  mach_msg_type_number_t *count)
{
    struct ipc_sender *sender = task_sender(task);
    kern_return_t result =
        flavor == TASK_AUDIT_TOKEN
            ? info_answer(out, count, &sender->audit, sizeof(sender->audit), KERN_INVALID_ARGUMENT)
            : info_answer(out, count, &sender->security, sizeof(sender->security),
                          KERN_INVALID_ARGUMENT);
    ipc_sender_release(sender);
    return result;
}

kern_return_t task_info(task_t target_task, task_flavor_t flavor, task_info_t task_info_out,
                        mach_msg_type_number_t *task_info_outCnt)
{
    if (target_task == nullptr) {
        return KERN_INVALID_TASK;
    }
    if (flavor == TASK_SECURITY_TOKEN || flavor == TASK_AUDIT_TOKEN) {
        return answer_token(target_task, flavor, task_info_out, task_info_outCnt);
    }
    struct task_flags_info flags = { .flags = TF_LP64 | TF_64B_DATA };
    struct task_summary summary = summarize(target_task);
    switch (flavor) {
    case TASK_BASIC_INFO_32:
    case TASK_BASIC2_INFO_32: return answer_basic_32(&summary, task_info_out, task_info_outCnt);
    case TASK_BASIC_INFO_64: return answer_basic_64(&summary, task_info_out, task_info_outCnt);
    case MACH_TASK_BASIC_INFO: return answer_mach_basic(&summary, task_info_out, task_info_outCnt);
    case TASK_THREAD_TIMES_INFO:
        return answer_thread_times(&summary, task_info_out, task_info_outCnt);
    case TASK_ABSOLUTETIME_INFO:
        return answer_absolute_times(&summary, task_info_out, task_info_outCnt);
    case TASK_EVENTS_INFO: return answer_events(&summary, task_info_out, task_info_outCnt);
    case MACH_R_USAGE_INFO: return answer_task_usage(&summary, task_info_out, task_info_outCnt);
    case TASK_FLAGS_INFO:
        return info_answer(task_info_out, task_info_outCnt, &flags, sizeof(flags),
                           KERN_INVALID_ARGUMENT);
    default: return KERN_INVALID_ARGUMENT;
    }
}

/* A moment in a thread's life. */
struct thread_snapshot {
    enum thread_state state;
    bool is_held;
    integer_t suspend_count;
    integer_t priority;
    integer_t base_priority;
    enum sched_mode mode;
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
    shot.mode = thread->policy.mode;
    shot.cpu = thread->cpu;
    spin_unlock(&thread->lock);
    spin_unlock_restore(&gate->lock, state);
    shot.usage = thread_usage(thread);
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
        .pth_policy = thread_policy_of(shot),
        .pth_run_state = run_state(shot),
        .pth_curpri = shot->priority,
        .pth_priority = shot->base_priority,
        .pth_maxpriority = THREAD_PRIORITY_MAX,
    };
    return info_answer(out, count, &info, sizeof(info), KERN_INVALID_ARGUMENT);
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
        return answer_usage(&shot.usage, shot.cpu, shot.state != THREAD_DEAD, thread_info_out,
                            thread_info_outCnt);
    case THREAD_IDENTIFIER_INFO:
        return info_answer(thread_info_out, thread_info_outCnt, &identifier, sizeof(identifier),
                           KERN_INVALID_ARGUMENT);
    default: return KERN_INVALID_ARGUMENT;
    }
}
