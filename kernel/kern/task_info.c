/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * task_info.  What threads have used comes from sched/usage.h.
 */
#include <task_server.h>

#include <stdatomic.h>

#include <mach/policy.h>
#include <mach/mig_errors.h>
#include <mach/quota_info.h>
#include <mach/task_info.h>
#include <mach/thread_policy.h>

#include <mem/quota.h>
#include <ipc/ipc_port.h>
#include <ipc/ipc_space.h>
#include <kern/info.h>
#include <kern/task.h>
#include <kern/task_quota.h>
#include <kern/task_summary.h>
#include <kern/usage_answer.h>

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
    struct task_summary summary = {
        .resident_size = pmap_resident_bytes(task->map->pmap),
        .resident_peak = pmap_resident_peak_bytes(task->map->pmap),
    };
    mutex_lock(&task->map->lock);
    summary.virtual_size = task->map->size;
    summary.regions = (integer_t)task->map->entry_count;
    mutex_unlock(&task->map->lock);
    struct thread *thread;
    bool has_running = false;
    mutex_lock(&task->lock);
    summary.suspend_count = (integer_t)task->suspend_count;
    summary.ended = task->ended_usage;
    summary.ended_threads = task->ended_threads;
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
        .resident_size_max = summary->resident_peak,
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

static kern_return_t answer_task_usage(const struct task_summary *summary, integer_t *out,
                                       mach_msg_type_number_t *count)
{
    struct usage sum = summary->ended;
    usage_add(&sum, &summary->living);
    return usage_answer(&sum, summary->processor, summary->threads, out, count);
}

/* No wake-ups are counted for each task, and nobody computes but the processors. */
static kern_return_t answer_power(const struct task_summary *summary, task_flavor_t flavor,
                                  integer_t *out, mach_msg_type_number_t *count)
{
    struct task_power_info_v2 info = {
        .cpu_energy = {
            .total_user = summary->ended.user_time + summary->living.user_time,
            .total_system = summary->ended.system_time + summary->living.system_time,
        },
    };
    size_t size = sizeof(info);
    if (flavor == TASK_POWER_INFO) {
        size = sizeof(info.cpu_energy);
    } else if (*count < TASK_POWER_INFO_V2_COUNT) {
        size = TASK_POWER_INFO_V2_COUNT_OLD * sizeof(integer_t);
    }
    return info_answer(out, count, &info, size, KERN_INVALID_ARGUMENT);
}

/* What others did to the task, and its threads to other tasks; task_for_pid is none of the kernel's. */
static kern_return_t answer_external(task_t task, integer_t *out, mach_msg_type_number_t *count)
{
    struct task_extmod_info info = {
        .extmod_statistics = {
            .thread_creation_count = (int64_t)atomic_load(&task->external.threads_by_others),
            .thread_creation_caller_count = (int64_t)atomic_load(&task->external.threads_for_others),
            .thread_set_state_count = (int64_t)atomic_load(&task->external.states_by_others),
            .thread_set_state_caller_count = (int64_t)atomic_load(&task->external.states_for_others),
        },
    };
    return info_answer(out, count, &info, sizeof(info), KERN_INVALID_ARGUMENT);
}

/* The affinity tag of THREAD. */
static uint32_t affinity_tag(struct thread *thread)
{
    interrupt_state_t state = spin_lock_save(&thread->lock);
    uint32_t tag = thread->policy.affinity_tag;
    spin_unlock_restore(&thread->lock, state);
    return tag;
}

/* Is THREAD the first of TASK, which is locked, that has its TAG? */
static bool is_first_with(task_t task, const struct thread *thread, uint32_t tag)
{
    struct thread *other;
    list_for_each_entry(other, &task->threads, task_link) {
        if (affinity_tag(other) == tag) {
            return other == thread;
        }
    }
    return false; /* it has just got another one */
}

/* How many sets the tags of its threads make, and between which tags; each task's are its own. */
static kern_return_t answer_affinity(task_t task, integer_t *out, mach_msg_type_number_t *count)
{
    struct task_affinity_tag_info info = { .task_count = 0 };
    struct thread *thread;
    mutex_lock(&task->lock);
    list_for_each_entry(thread, &task->threads, task_link) {
        uint32_t tag = affinity_tag(thread);
        if (tag != THREAD_AFFINITY_TAG_NULL && is_first_with(task, thread, tag)) {
            info.min = info.set_count == 0 || (integer_t)tag < info.min ? (integer_t)tag : info.min;
            info.max = info.set_count == 0 || (integer_t)tag > info.max ? (integer_t)tag : info.max;
            info.set_count++;
            info.task_count = 1;
        }
    }
    mutex_unlock(&task->lock);
    return info_answer(out, count, &info, sizeof(info), KERN_INVALID_ARGUMENT);
}

/* The base priority of a new thread; the other classic policies are no task's. */
static kern_return_t answer_sched(task_flavor_t flavor, integer_t *out,
                                  mach_msg_type_number_t *count)
{
    struct policy_timeshare_base info = { .base_priority = THREAD_PRIORITY_DEFAULT };
    if (flavor == TASK_SCHED_TIMESHARE_INFO) {
        return info_answer(out, count, &info, sizeof(info), KERN_INVALID_ARGUMENT);
    }
    mach_msg_type_number_t least =
        flavor == TASK_SCHED_RR_INFO ? POLICY_RR_BASE_COUNT : POLICY_FIFO_BASE_COUNT;
    return *count < least ? KERN_INVALID_ARGUMENT : KERN_INVALID_POLICY;
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

/* The flavors that need no summary.  Returns: MIG_BAD_ID: it is none of them. */
static kern_return_t answer_plain(task_t task, task_flavor_t flavor, integer_t *out,
                                  mach_msg_type_number_t *count)
{
    struct task_flags_info flags = { .flags = TF_LP64 | TF_64B_DATA };
    struct task_dyld_info images = { .all_image_info_format = TASK_DYLD_ALL_IMAGE_INFO_64 };
    struct task_wait_state_info waits = {}; /* not counted, here and on Darwin */
    switch (flavor) {
    case TASK_SECURITY_TOKEN:
    case TASK_AUDIT_TOKEN: return answer_token(task, flavor, out, count);
    case TASK_AFFINITY_TAG_INFO: return answer_affinity(task, out, count);
    case TASK_EXTMOD_INFO: return answer_external(task, out, count);
    case TASK_FLAGS_INFO:
        return info_answer(out, count, &flags, sizeof(flags), KERN_INVALID_ARGUMENT);
    case TASK_DYLD_INFO:
        return info_answer(out, count, &images, sizeof(images), KERN_INVALID_ARGUMENT);
    case TASK_WAIT_STATE_INFO:
        return info_answer(out, count, &waits, sizeof(waits), KERN_INVALID_ARGUMENT);
    case TASK_SCHED_TIMESHARE_INFO:
    case TASK_SCHED_RR_INFO:
    case TASK_SCHED_FIFO_INFO: return answer_sched(flavor, out, count);
    case MACH_R_QUOTA_INFO: return task_quota_answer(task, out, count);
    default: return MIG_BAD_ID;
    }
}

static kern_return_t answer_summary(task_t task, task_flavor_t flavor, integer_t *out,
                                    mach_msg_type_number_t *count)
{
    struct task_summary summary = summarize(task);
    switch (flavor) {
    case TASK_BASIC_INFO_32:
    case TASK_BASIC2_INFO_32: return answer_basic_32(&summary, out, count);
    case TASK_BASIC_INFO_64: return answer_basic_64(&summary, out, count);
    case MACH_TASK_BASIC_INFO: return answer_mach_basic(&summary, out, count);
    case TASK_THREAD_TIMES_INFO: return answer_thread_times(&summary, out, count);
    case TASK_ABSOLUTETIME_INFO: return answer_absolute_times(&summary, out, count);
    case TASK_EVENTS_INFO: return answer_events(&summary, out, count);
    case TASK_KERNELMEMORY_INFO: return task_kernel_memory_answer(task, &summary, out, count);
    case TASK_POWER_INFO:
    case TASK_POWER_INFO_V2: return answer_power(&summary, flavor, out, count);
    case TASK_VM_INFO: return task_vm_answer(task, &summary, false, out, count);
    case TASK_VM_INFO_PURGEABLE: return task_vm_answer(task, &summary, true, out, count);
    case MACH_R_USAGE_INFO: return answer_task_usage(&summary, out, count);
    default: return KERN_INVALID_ARGUMENT;
    }
}

kern_return_t task_info(task_t target_task, task_flavor_t flavor, task_info_t task_info_out,
                        mach_msg_type_number_t *task_info_outCnt)
{
    if (target_task == nullptr) {
        return KERN_INVALID_TASK;
    }
    kern_return_t result = answer_plain(target_task, flavor, task_info_out, task_info_outCnt);
    return result != MIG_BAD_ID
               ? result
               : answer_summary(target_task, flavor, task_info_out, task_info_outCnt);
}

kern_return_t task_set_info(task_t target_task, task_flavor_t flavor, task_info_t task_info_in,
                            mach_msg_type_number_t task_info_inCnt)
{
    if (target_task == nullptr) {
        return KERN_INVALID_TASK;
    }
    return flavor == MACH_R_QUOTA_INFO
               ? task_quota_lower(target_task, task_info_in, task_info_inCnt)
               : KERN_INVALID_ARGUMENT;
}
