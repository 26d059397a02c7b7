/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Routines of idl/processor_set.defs.
 */
#include <processor_set_server.h>

#include <mach/policy.h>

#include <arch/cpu.h>
#include <mem/zone.h>
#include <sched/sched.h>
#include <kern/host.h>
#include <kern/info.h>
#include <kern/kernel_port.h>
#include <kern/task.h>
#include <kern/thread_control.h>

/* Rights to tasks or threads, as they are found. */
struct rights {
    ipc_port_t *rights;
    uint32_t capacity;
    uint32_t count;
};

static bool add_right(struct task *task, void *argument)
{
    struct rights *list = argument;
    if (list->count < list->capacity) {
        list->rights[list->count++] = task_make_send(task);
    }
    return true;
}

/* The array of rights in the size that goes into the message: a shorter one, if some ended
 * meanwhile. */
static kern_return_t rights_shrink(struct rights *list)
{
    if (list->count == list->capacity) {
        return KERN_SUCCESS;
    }
    ipc_port_t *rights = kalloc(list->count * sizeof(*rights));
    if (rights != nullptr) {
        memcpy(rights, list->rights, list->count * sizeof(*rights));
    } else {
        for (uint32_t i = 0; i < list->count; i++) {
            send_right_release(list->rights[i]);
        }
    }
    kfree(list->rights, list->capacity * sizeof(*rights));
    list->rights = rights;
    return rights != nullptr ? KERN_SUCCESS : KERN_RESOURCE_SHORTAGE;
}

static bool add_threads(struct task *task, void *argument)
{
    int *count = argument;
    mutex_lock(&task->lock);
    *count += (int)task->thread_count;
    mutex_unlock(&task->lock);
    return true;
}

/* Fetch CAPACITY rights at most, by VISITOR, which is called for each task. */
static kern_return_t collect(uint32_t capacity, bool (*visitor)(struct task *task, void *argument),
                             ipc_port_t **result, mach_msg_type_number_t *count)
{
    struct rights list = { .capacity = capacity };
    list.rights = kalloc(list.capacity * sizeof(*list.rights));
    if (list.rights == nullptr) {
        return KERN_RESOURCE_SHORTAGE;
    }
    task_list_visit(visitor, &list);
    kern_return_t error = rights_shrink(&list);
    if (error == KERN_SUCCESS) {
        *result = list.rights;
        *count = list.count;
    }
    return error;
}

kern_return_t processor_set_tasks(processor_set_t processor_set, ipc_port_t **task_list,
                                  mach_msg_type_number_t *task_listCnt)
{
    if (processor_set == nullptr) {
        return KERN_INVALID_PROCESSOR_SET;
    }
    return collect(task_list_count(), add_right, task_list, task_listCnt);
}

/* Those that have a port: one that is ending has none any more. */
static bool add_thread_rights(struct task *task, void *argument)
{
    struct rights *list = argument;
    struct thread *thread;
    mutex_lock(&task->lock);
    list_for_each_entry(thread, &task->threads, task_link) {
        struct ipc_port *right = list->count < list->capacity ? thread_make_send(thread) : nullptr;
        if (right != nullptr) {
            list->rights[list->count++] = right;
        }
    }
    mutex_unlock(&task->lock);
    return true;
}

kern_return_t processor_set_threads(processor_set_t processor_set, ipc_port_t **thread_list,
                                    mach_msg_type_number_t *thread_listCnt)
{
    if (processor_set == nullptr) {
        return KERN_INVALID_PROCESSOR_SET;
    }
    int count = 0;
    task_list_visit(add_threads, &count);
    return collect((uint32_t)count, add_thread_rights, thread_list, thread_listCnt);
}

kern_return_t processor_set_statistics(processor_set_t pset, processor_set_flavor_t flavor,
                                       processor_set_info_t info_out,
                                       mach_msg_type_number_t *info_outCnt)
{
    if (pset == nullptr) {
        return KERN_INVALID_PROCESSOR_SET;
    }
    if (flavor != PROCESSOR_SET_LOAD_INFO) {
        return KERN_INVALID_ARGUMENT;
    }
    struct processor_set_load_info info = { .task_count = (int)task_list_count() };
    task_list_visit(add_threads, &info.thread_count);
    integer_t average[LOAD_SPANS];
    integer_t factor[LOAD_SPANS];
    info_load(average, factor);
    info.load_average = average[0];
    info.mach_factor = factor[0];
    return info_answer(info_out, info_outCnt, &info, sizeof(info), KERN_FAILURE);
}

kern_return_t processor_set_info(processor_set_t set_name, processor_set_flavor_t flavor,
                                 host_t *host, processor_set_info_t info_out,
                                 mach_msg_type_number_t *info_outCnt)
{
    if (set_name == nullptr) {
        return KERN_INVALID_PROCESSOR_SET;
    }
    if (flavor != PROCESSOR_SET_BASIC_INFO) {
        return KERN_INVALID_ARGUMENT;
    }
    struct processor_set_basic_info info = {
        .processor_count = __builtin_popcountll(sched_online_cpus()),
        .default_policy = POLICY_TIMESHARE,
    };
    *host = &the_host;
    return info_answer(info_out, info_outCnt, &info, sizeof(info), KERN_FAILURE);
}

kern_return_t processor_set_stack_usage(processor_set_t pset, unsigned *ltotal, vm_size_t *space,
                                        vm_size_t *resident, vm_size_t *maxusage,
                                        vm_offset_t *maxstack)
{
    *ltotal = 0;
    *space = *resident = *maxusage = 0;
    *maxstack = 0;
    return pset == nullptr ? KERN_INVALID_ARGUMENT : KERN_FAILURE;
}
