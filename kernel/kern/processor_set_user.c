/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Routines of idl/processor_set.defs, and those of tasks and threads that name the set they run on.
 */
#include <processor_set_server.h>
#include <task_server.h>
#include <thread_act_server.h>

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
    enum object_access access; /* of rights to tasks */
    kern_return_t error;
};

static bool add_right(struct task *task, void *argument)
{
    struct rights *list = argument;
    if (list->count == list->capacity) {
        return true;
    }
    ipc_port_t *right = &list->rights[list->count];
    kern_return_t result = task_make_send_of_kind(task, IPC_KOBJECT_TASK + list->access, right);
    if (result == KERN_SUCCESS) {
        list->count++;
    }
    if (result == KERN_RESOURCE_SHORTAGE) {
        list->error = result;
    }
    return result != KERN_RESOURCE_SHORTAGE;
}

static void rights_discard(struct rights *list)
{
    for (uint32_t i = 0; i < list->count; i++) {
        send_right_release(list->rights[i]);
    }
    kfree(list->rights, list->capacity * sizeof(*list->rights));
}

/* The array of rights in the size that goes into the message: a shorter one, if some ended
 * meanwhile. */
static kern_return_t rights_shrink(struct rights *list)
{
    if (list->count == list->capacity) {
        return KERN_SUCCESS;
    }
    ipc_port_t *rights = kalloc(list->count * sizeof(*rights));
    if (rights == nullptr) {
        rights_discard(list);
        return KERN_RESOURCE_SHORTAGE;
    }
    memcpy(rights, list->rights, list->count * sizeof(*rights));
    kfree(list->rights, list->capacity * sizeof(*rights));
    list->rights = rights;
    return KERN_SUCCESS;
}

static bool add_threads(struct task *task, void *argument)
{
    int *count = argument;
    mutex_lock(&task->lock);
    *count += (int)task->thread_count;
    mutex_unlock(&task->lock);
    return true;
}

/* Fetch CAPACITY rights at most, by VISITOR, which is called for each task; those to tasks for ACCESS. */
static kern_return_t collect(uint32_t capacity, bool (*visitor)(struct task *task, void *argument),
                             enum object_access access, ipc_port_t **result,
                             mach_msg_type_number_t *count)
{
    struct rights list = { .capacity = capacity, .access = access };
    list.rights = kalloc(list.capacity * sizeof(*list.rights));
    if (list.rights == nullptr) {
        return KERN_RESOURCE_SHORTAGE;
    }
    task_list_visit(visitor, &list);
    kern_return_t error = list.error;
    if (error == KERN_SUCCESS) {
        error = rights_shrink(&list);
    } else {
        rights_discard(&list);
    }
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
    return collect(task_list_count(), add_right, ACCESS_CONTROL, task_list, task_listCnt);
}

kern_return_t processor_set_tasks_with_flavor(processor_set_t processor_set, task_flavor_t flavor,
                                              ipc_port_t **task_list,
                                              mach_msg_type_number_t *task_listCnt)
{
    if (processor_set == nullptr) {
        return KERN_INVALID_PROCESSOR_SET;
    }
    if (flavor < ACCESS_CONTROL || flavor > ACCESS_NAME) {
        return KERN_INVALID_ARGUMENT;
    }
    return collect(task_list_count(), add_right, (enum object_access)flavor, task_list,
                   task_listCnt);
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
    return collect((uint32_t)count, add_thread_rights, ACCESS_CONTROL, thread_list, thread_listCnt);
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

kern_return_t task_assign(task_t task, processor_set_t new_set, boolean_t assign_threads)
{
    (void)task;
    (void)new_set;
    (void)assign_threads;
    return KERN_FAILURE;
}

kern_return_t task_assign_default(task_t task, boolean_t assign_threads)
{
    (void)task;
    (void)assign_threads;
    return KERN_FAILURE;
}

kern_return_t task_get_assignment(task_t task, processor_set_t *assigned_set)
{
    *assigned_set = &default_processor_set;
    return task == nullptr ? KERN_FAILURE : KERN_SUCCESS;
}

kern_return_t thread_assign(thread_t thread, processor_set_t new_set)
{
    (void)thread;
    (void)new_set;
    return KERN_FAILURE;
}

kern_return_t thread_assign_default(thread_t thread)
{
    (void)thread;
    return KERN_FAILURE;
}

kern_return_t thread_get_assignment(thread_t thread, processor_set_t *assigned_set)
{
    *assigned_set = &default_processor_set;
    return thread == nullptr ? KERN_INVALID_ARGUMENT : KERN_SUCCESS;
}
