/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Birth and death of tasks.  The list of active tasks has a mutex of its own, taken before any
 * task's.
 */
#include <kern/task.h>

#include <stdatomic.h>

#include <lib/assert.h>
#include <mem/quota.h>
#include <mem/zone.h>
#include <vm/vm_map.h>
#include <kern/comm_page.h>
#include <kern/kernel_port.h>
#include <kern/semaphore.h>
#include <kern/task_state.h>
#include <kern/thread_control.h>
#include <kern/voucher_user.h>

static struct zone task_zone;
static struct mutex list_lock;
static struct list task_list; /* (list_lock) active tasks by task.link */
static uint32_t task_count;   /* (list_lock) */

void task_init(void)
{
    zone_init(&task_zone, "task", sizeof(struct task));
    mutex_init(&list_lock, LOCK_CLASS_TASK_LIST);
    list_init(&task_list);
}

/* Enter TASK in the list.  Returns: false if there are too many tasks. */
static bool task_list_insert(struct task *task)
{
    mutex_lock(&list_lock);
    bool has_room = task_count < TASKS_MAX;
    if (has_room) {
        list_insert_tail(&task_list, &task->link);
        task_count++;
    }
    mutex_unlock(&list_lock);
    return has_room;
}

static void task_list_remove(struct task *task)
{
    mutex_lock(&list_lock);
    list_remove(&task->link);
    task_count--;
    mutex_unlock(&list_lock);
}

void task_list_visit(bool (*visitor)(struct task *task, void *argument), void *argument)
{
    struct task *task;
    mutex_lock(&list_lock);
    list_for_each_entry(task, &task_list, link) {
        if (!visitor(task, argument)) {
            break;
        }
    }
    mutex_unlock(&list_lock);
}

uint32_t task_list_count(void)
{
    mutex_lock(&list_lock);
    uint32_t count = task_count;
    mutex_unlock(&list_lock);
    return count;
}

/* The identity that a child of PARENT gets, with a reference. */
static struct ipc_sender *inherited_sender(struct task *parent)
{
    if (parent == nullptr) {
        ipc_sender_reference(&ipc_sender_kernel);
        return &ipc_sender_kernel;
    }
    interrupt_state_t state = spin_lock_save(&parent->space->lock);
    struct ipc_sender *sender = parent->space->sender;
    ipc_sender_reference(sender);
    spin_unlock_restore(&parent->space->lock, state);
    return sender;
}

static struct ipc_space *child_space_create(struct task *child, struct task *parent)
{
    struct ipc_sender *sender = inherited_sender(parent);
    interrupt_state_t state = interrupts_save();
    struct ipc_space *space = ipc_space_create(child, sender);
    ipc_sender_release(sender);
    interrupts_restore(state);
    return space;
}

/* Let CHILD have a quota of its own, with PARENT's limits.  Returns: false without memory. */
static bool task_get_quota(struct task *child, struct task *parent)
{
    struct quota *quota = quota_create(parent != nullptr ? parent->space->quota : nullptr);
    if (quota == nullptr) {
        return false;
    }
    ipc_space_set_quota(child->space, quota);
    vm_map_set_quota(child->map, quota);
    quota_release(quota); /* ours */
    if (parent != nullptr) {
        child->space->entry_limit = __atomic_load_n(&parent->space->entry_limit, __ATOMIC_RELAXED);
    }
    return true;
}

/* Get what a task owns.  Returns: false if something is missing; task_free() copes with that. */
static bool task_get_parts(struct task *child, struct task *parent, bool inherit_memory)
{
    child->map = inherit_memory && parent != nullptr ? vm_map_fork(parent->map) : vm_map_create();
    if (child->map == nullptr || comm_page_map(child->map) != KERN_SUCCESS) {
        return false;
    }
    child->space = child_space_create(child, parent);
    if (child->space == nullptr) {
        return false;
    }
    if (!task_get_quota(child, parent)) {
        return false;
    }
    child->self = kernel_port_create(IPC_KOBJECT_TASK, child);
    if (child->self == nullptr) {
        return false;
    }
    ipc_port_reference(child->self); /* task->self; the receive right has its own */
    return true;
}

/* Copy the parent's rights.  Returns: false if the parent has ended. */
static bool task_inherit_ports(struct task *child, struct task *parent)
{
    mutex_lock(&parent->lock);
    bool is_active = parent->is_active;
    for (uint32_t i = 0; is_active && i < ARRAY_SIZE(child->special); i++) {
        child->special[i] = send_right_copy(parent->special[i]);
    }
    for (uint32_t i = 0; is_active && i < ARRAY_SIZE(child->registered); i++) {
        child->registered[i] = send_right_copy(parent->registered[i]);
    }
    mutex_unlock(&parent->lock);
    exception_ports_inherit(&child->exceptions, &parent->exceptions);
    atomic_store(&child->exc_guard, atomic_load(&parent->exc_guard));
    return is_active;
}

/* Drop all rights that TASK keeps. */
static void task_release_ports(struct task *task)
{
    for (uint32_t i = 0; i < ARRAY_SIZE(task->special); i++) {
        send_right_release(task->special[i]);
        task->special[i] = nullptr;
    }
    for (uint32_t i = 0; i < ARRAY_SIZE(task->registered); i++) {
        send_right_release(task->registered[i]);
        task->registered[i] = nullptr;
    }
    exception_ports_close(&task->exceptions);
    task_drop_voucher(task);
}

/* Take TASK's rights and memory away; parts may be missing if its creation failed. */
static void task_empty(struct task *task)
{
    semaphores_end(task);
    task_release_ports(task);
    if (task->space != nullptr) {
        ipc_space_terminate(task->space);
    }
    if (task->map != nullptr) {
        vm_map_terminate(task->map);
    }
    /* Last: who is told of the death may count on it that the task's rights have gone. */
    kernel_port_destroy(task->self);
    for (uint32_t i = 0; i < ARRAY_SIZE(task->lesser); i++) {
        kernel_port_destroy(task->lesser[i]);
        task->lesser[i] = nullptr;
    }
}

static void task_free(struct task *task)
{
    assert(!task->is_active && list_empty(&task->threads));
    interrupt_state_t state = interrupts_save();
    if (task->self != nullptr) {
        ipc_port_release(task->self);
    }
    ipc_space_release(task->space);
    interrupts_restore(state);
    vm_map_deallocate(task->map);
    task_free_model(task);
    zone_free(&task_zone, task);
}

void task_release(struct task *task)
{
    if (task != nullptr && refcount_release(&task->references)) {
        task_free(task);
    }
}

/* An active task that nobody knows, with references of the caller and of its kernel port. */
static struct task *task_allocate(void)
{
    struct task *task = zone_alloc_zeroed(&task_zone);
    if (task != nullptr) {
        mutex_init(&task->lock, LOCK_CLASS_TASK);
        refcount_init(&task->references, 2);
        list_init(&task->threads);
        list_init(&task->semaphores);
        exception_ports_init(&task->exceptions);
        task->is_active = true;
    }
    return task;
}

/* Undo what task_create_object() did so far. */
static void task_abandon(struct task *task)
{
    task->is_active = false;
    task_empty(task);
    task_free(task);
}

kern_return_t task_create_object(struct task *parent, bool inherit_memory, struct task **child)
{
    struct task *task = task_allocate();
    if (task == nullptr) {
        return KERN_RESOURCE_SHORTAGE;
    }
    if (!task_get_parts(task, parent, inherit_memory)) {
        task_abandon(task);
        return KERN_RESOURCE_SHORTAGE;
    }
    if (parent != nullptr && !task_inherit_ports(task, parent)) {
        task_abandon(task);
        return KERN_INVALID_TASK;
    }
    if (!task_list_insert(task)) {
        task_abandon(task);
        return KERN_RESOURCE_SHORTAGE;
    }
    *child = task;
    return KERN_SUCCESS;
}

kern_return_t task_terminate_object(struct task *task)
{
    mutex_lock(&task->lock);
    if (!task->is_active) {
        mutex_unlock(&task->lock);
        return KERN_TERMINATED;
    }
    task->is_active = false;
    struct thread *thread;
    list_for_each_entry(thread, &task->threads, task_link) {
        thread_terminate_object(thread);
    }
    mutex_unlock(&task->lock);

    task_list_remove(task);
    task_empty(task);
    task_release(task); /* the kernel port's */
    return KERN_SUCCESS;
}

struct ipc_port *task_make_send(struct task *task)
{
    return kernel_port_make_send(task->self);
}

struct ipc_port *task_lesser_port(struct task *task, enum ipc_kobject_kind kind)
{
    struct ipc_port **port = &task->lesser[kind - IPC_KOBJECT_TASK_READ];
    if (*port == nullptr) {
        *port = kernel_port_create(kind, task);
    }
    return *port;
}

kern_return_t task_make_send_of_kind(struct task *task, enum ipc_kobject_kind kind,
                                     struct ipc_port **right)
{
    kern_return_t result = KERN_INVALID_TASK;
    mutex_lock(&task->lock);
    if (task->is_active) {
        struct ipc_port *port =
            kind == IPC_KOBJECT_TASK ? task->self : task_lesser_port(task, kind);
        *right = kernel_port_make_send(port);
        result = port != nullptr ? KERN_SUCCESS : KERN_RESOURCE_SHORTAGE;
    }
    mutex_unlock(&task->lock);
    return result;
}
