/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Routines of idl/task.defs: life and threads of tasks, and the rights a task keeps.
 */
#include <task_server.h>

#include <lib/string.h>
#include <mem/zone.h>
#include <kern/kernel_port.h>
#include <kern/task.h>
#include <kern/thread_control.h>

/* Free the memory of an array of rights that came with a message. */
static void right_array_free(ipc_port_t *rights, mach_msg_type_number_t count)
{
    if (count > 0) {
        kfree(rights, count * sizeof(*rights));
    }
}

void right_array_release(ipc_port_t *rights, mach_msg_type_number_t count)
{
    for (mach_msg_type_number_t i = 0; i < count; i++) {
        send_right_release(rights[i]);
    }
    right_array_free(rights, count);
}

kern_return_t task_create(task_t target_task, ipc_port_t *ledgers,
                          mach_msg_type_number_t ledgersCnt, boolean_t inherit_memory,
                          task_t *child_task)
{
    if (target_task == nullptr) {
        return KERN_INVALID_TASK;
    }
    kern_return_t result = task_create_object(target_task, inherit_memory, child_task);
    if (result == KERN_SUCCESS) {
        right_array_release(ledgers, ledgersCnt);
    }
    return result;
}

kern_return_t task_terminate(task_t target_task)
{
    if (target_task == nullptr) {
        return KERN_INVALID_TASK;
    }
    return task_terminate_object(target_task) == KERN_SUCCESS ? KERN_SUCCESS : KERN_FAILURE;
}

/* Rights with ACCESS to the threads of TASK, which is locked, in *LIST; *COUNT becomes how many: not those
 * that are ending. */
static kern_return_t list_threads(task_t task, enum object_access access, ipc_port_t *list,
                                  mach_msg_type_number_t *count)
{
    struct thread *thread;
    *count = 0;
    list_for_each_entry(thread, &task->threads, task_link) {
        kern_return_t result = thread_make_send_with(thread, access, &list[*count]);
        if (result == KERN_RESOURCE_SHORTAGE) {
            return result;
        }
        *count += result == KERN_SUCCESS;
    }
    return KERN_SUCCESS;
}

/* Release the first COUNT rights in LIST, which has room for ROOM, and its memory. */
static void list_release(ipc_port_t *list, mach_msg_type_number_t room,
                         mach_msg_type_number_t count)
{
    while (count > 0) {
        send_right_release(list[--count]);
    }
    right_array_free(list, room);
}

/* Make *LIST, which has room for ROOM rights, one that has room for its COUNT. */
static kern_return_t list_shrink(ipc_port_t **list, mach_msg_type_number_t room,
                                 mach_msg_type_number_t count)
{
    ipc_port_t *exact = nullptr;
    if (count == room) {
        return KERN_SUCCESS;
    }
    if (count > 0) {
        exact = kalloc(count * sizeof(*exact));
        if (exact == nullptr) {
            return KERN_RESOURCE_SHORTAGE;
        }
        memcpy(exact, *list, count * sizeof(*exact));
    }
    right_array_free(*list, room);
    *list = exact;
    return KERN_SUCCESS;
}

/* Rights with ACCESS to the threads of TASK in an array of its own; none, if there are no threads. */
static kern_return_t threads_of(task_t task, enum object_access access, ipc_port_t **act_list,
                                mach_msg_type_number_t *act_listCnt)
{
    kern_return_t result = KERN_SUCCESS;
    ipc_port_t *list = nullptr;
    mach_msg_type_number_t count = 0;
    mutex_lock(&task->lock);
    mach_msg_type_number_t room = task->thread_count;
    if (!task->is_active) {
        result = KERN_INVALID_TASK;
    } else if (room > 0) {
        list = kalloc(room * sizeof(*list));
        result =
            list != nullptr ? list_threads(task, access, list, &count) : KERN_RESOURCE_SHORTAGE;
    }
    mutex_unlock(&task->lock);
    if (result == KERN_SUCCESS) {
        result = list_shrink(&list, room, count);
    }
    if (result != KERN_SUCCESS) {
        list_release(list, list != nullptr ? room : 0, count);
        return result;
    }
    *act_list = list;
    *act_listCnt = count;
    return KERN_SUCCESS;
}

kern_return_t task_threads(ipc_port_t target_task, ipc_port_t **act_list,
                           mach_msg_type_number_t *act_listCnt)
{
    enum object_access access;
    struct task *task = convert_port_to_task_access(target_task, &access);
    if (task == nullptr) {
        return KERN_INVALID_TASK;
    }
    kern_return_t result = threads_of(task, access, act_list, act_listCnt);
    task_deallocate(task);
    return result;
}

kern_return_t mach_ports_register(task_t target_task, ipc_port_t *init_port_set,
                                  mach_msg_type_number_t init_port_setCnt)
{
    if (target_task == nullptr) {
        return KERN_INVALID_TASK;
    }
    if (init_port_setCnt > TASK_REGISTERED_MAX) {
        return KERN_INVALID_ARGUMENT;
    }
    struct ipc_port *old[TASK_REGISTERED_MAX];
    mutex_lock(&target_task->lock);
    if (!target_task->is_active) {
        mutex_unlock(&target_task->lock);
        return KERN_INVALID_TASK;
    }
    for (uint32_t i = 0; i < TASK_REGISTERED_MAX; i++) {
        old[i] = target_task->registered[i];
        target_task->registered[i] = i < init_port_setCnt ? init_port_set[i] : nullptr;
    }
    mutex_unlock(&target_task->lock);
    for (uint32_t i = 0; i < TASK_REGISTERED_MAX; i++) {
        send_right_release(old[i]);
    }
    right_array_free(init_port_set, init_port_setCnt);
    return KERN_SUCCESS;
}

kern_return_t mach_ports_lookup(task_t target_task, ipc_port_t **init_port_set,
                                mach_msg_type_number_t *init_port_setCnt)
{
    if (target_task == nullptr) {
        return KERN_INVALID_TASK;
    }
    ipc_port_t *rights = kalloc(TASK_REGISTERED_MAX * sizeof(*rights));
    if (rights == nullptr) {
        return KERN_RESOURCE_SHORTAGE;
    }
    mutex_lock(&target_task->lock);
    bool is_active = target_task->is_active;
    for (uint32_t i = 0; is_active && i < TASK_REGISTERED_MAX; i++) {
        rights[i] = send_right_copy(target_task->registered[i]);
    }
    mutex_unlock(&target_task->lock);
    if (!is_active) {
        kfree(rights, TASK_REGISTERED_MAX * sizeof(*rights));
        return KERN_INVALID_TASK;
    }
    *init_port_set = rights;
    *init_port_setCnt = TASK_REGISTERED_MAX;
    return KERN_SUCCESS;
}
