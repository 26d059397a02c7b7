/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The routines that make vouchers and hang them on threads and tasks, and the traps.
 *
 * A thread's voucher is its own to set once it has started, and others look at it under its gate's lock; a task's
 * is under the task's.
 */
#include <kern/voucher_user.h>

#include <mach_host_server.h>
#include <task_server.h>
#include <thread_act_server.h>

#include <arch/user_copy.h>
#include <mem/zone.h>
#include <sched/thread.h>
#include <ipc/ipc_voucher.h>
#include <ipc/ipc_voucher_recipe.h>
#include <ipc/mach_voucher.h>
#include <kern/convert.h>
#include <kern/kernel_port.h>
#include <kern/own_task.h>
#include <kern/thread_gate.h>

#define HOST_CREATE_MACH_VOUCHER_ID         222
#define MACH_VOUCHER_EXTRACT_ATTR_RECIPE_ID 5401

kern_return_t host_create_mach_voucher(host_t host, mach_voucher_attr_raw_recipe_array_t recipes,
                                       mach_msg_type_number_t recipesCnt, voucher_t *voucher)
{
    return host == nullptr ? KERN_INVALID_ARGUMENT
                           : ipc_voucher_create_by_recipe(current_thread()->space, recipes,
                                                          recipesCnt, voucher);
}

/* A reference on VOUCHER, which may be null. */
static voucher_t voucher_share(voucher_t voucher)
{
    if (voucher != nullptr) {
        ipc_voucher_reference(voucher);
    }
    return voucher;
}

kern_return_t thread_get_mach_voucher(thread_t thr_act,
                                      [[maybe_unused]] mach_voucher_selector_t which,
                                      voucher_t *voucher)
{
    if (thr_act == nullptr) {
        return KERN_INVALID_ARGUMENT;
    }
    struct gate *gate = thread_gate(thr_act);
    interrupt_state_t state = spin_lock_save(&gate->lock);
    *voucher = voucher_share(thr_act->voucher);
    spin_unlock_restore(&gate->lock, state);
    return KERN_SUCCESS;
}

/* Let THREAD have VOUCHER, or null, and drop the one that it has. */
static kern_return_t thread_exchange_voucher(struct thread *thread, voucher_t voucher)
{
    struct gate *gate = thread_gate(thread);
    voucher_t former = nullptr;
    interrupt_state_t state = spin_lock_save(&gate->lock);
    bool may_set = thread == current_thread() || !thread->is_started;
    if (may_set) {
        former = thread->voucher;
        thread->voucher = voucher_share(voucher);
    }
    spin_unlock_restore(&gate->lock, state);
    ipc_voucher_release(former);
    return may_set ? KERN_SUCCESS : KERN_INVALID_ARGUMENT;
}

kern_return_t thread_set_mach_voucher(thread_t thr_act, voucher_t voucher)
{
    return thr_act == nullptr ? KERN_INVALID_ARGUMENT : thread_exchange_voucher(thr_act, voucher);
}

kern_return_t thread_swap_mach_voucher([[maybe_unused]] thread_t thr_act,
                                       [[maybe_unused]] voucher_t new_voucher,
                                       [[maybe_unused]] voucher_t *old_voucher)
{
    return KERN_NOT_SUPPORTED;
}

void thread_drop_voucher(struct thread *self)
{
    (void)thread_exchange_voucher(self, nullptr);
}

kern_return_t task_get_mach_voucher(task_t task, [[maybe_unused]] mach_voucher_selector_t which,
                                    voucher_t *voucher)
{
    if (task == nullptr) {
        return KERN_INVALID_TASK;
    }
    mutex_lock(&task->lock);
    *voucher = voucher_share(task->voucher);
    mutex_unlock(&task->lock);
    return KERN_SUCCESS;
}

kern_return_t task_set_mach_voucher(task_t task, voucher_t voucher)
{
    if (task == nullptr) {
        return KERN_INVALID_TASK;
    }
    voucher_t former = nullptr;
    mutex_lock(&task->lock);
    bool is_active = task->is_active;
    if (is_active) {
        former = task->voucher;
        task->voucher = voucher_share(voucher);
    }
    mutex_unlock(&task->lock);
    ipc_voucher_release(former);
    return is_active ? KERN_SUCCESS : KERN_INVALID_TASK;
}

kern_return_t task_swap_mach_voucher([[maybe_unused]] task_t task,
                                     [[maybe_unused]] voucher_t new_voucher,
                                     [[maybe_unused]] voucher_t *old_voucher)
{
    return KERN_NOT_SUPPORTED;
}

void task_drop_voucher(struct task *task)
{
    ipc_voucher_release(task->voucher);
    task->voucher = nullptr;
}

/* Bytes of a recipe, on the stack if they are few. */
struct recipe_buffer {
    uint8_t few[MACH_VOUCHER_TRAP_STACK_LIMIT];
    uint8_t *bytes;
    uint32_t size;
};

/* Get room for SIZE bytes.  Returns: KERN_SUCCESS; MIG_ARRAY_TOO_LARGE; KERN_RESOURCE_SHORTAGE. */
static kern_return_t buffer_get(struct recipe_buffer *buffer, uint32_t size)
{
    buffer->size = size;
    if (size > MACH_VOUCHER_ATTR_MAX_RAW_RECIPE_ARRAY_SIZE) {
        return MIG_ARRAY_TOO_LARGE;
    }
    buffer->bytes = size > sizeof(buffer->few) ? kalloc(size) : buffer->few;
    return buffer->bytes != nullptr ? KERN_SUCCESS : KERN_RESOURCE_SHORTAGE;
}

static void buffer_drop(struct recipe_buffer *buffer)
{
    if (buffer->bytes != buffer->few) {
        kfree(buffer->bytes, buffer->size);
    }
}

/* Is NAME a send right to a host port of the caller's? */
static host_t host_of_name(mach_port_name_t name)
{
    struct ipc_port *port;
    if (convert_name_to_port(name, &port) != KERN_SUCCESS) {
        return nullptr;
    }
    host_t host = convert_port_to_host(port);
    ipc_port_release(port);
    return host;
}

/* Give the caller a send right to VOUCHER, or null, whose reference is consumed, and tell its name at ADDRESS. */
static kern_return_t give_voucher(voucher_t voucher, uint64_t address)
{
    struct ipc_port *right = convert_voucher_to_port(voucher);
    mach_port_name_t name = send_right_copyout(current_thread()->space, right);
    if (right != nullptr && name == MACH_PORT_NULL) {
        return KERN_RESOURCE_SHORTAGE;
    }
    return copyout(address, &name, sizeof(name));
}

/* host, recipes, their size, where the voucher's name goes */
TRAP_HANDLER(host_create_mach_voucher_trap)
{
    struct recipe_buffer recipe;
    host_t host = host_of_name((mach_port_name_t)a1);
    if (host == nullptr) {
        return MACH_SEND_INVALID_DEST;
    }
    if ((int32_t)a3 < 0) {
        return KERN_INVALID_ARGUMENT;
    }
    kern_return_t result = buffer_get(&recipe, (uint32_t)a3);
    if (result != KERN_SUCCESS) {
        return trap_result(result);
    }
    voucher_t voucher;
    result = copyin(recipe.bytes, a2, recipe.size);
    if (result == KERN_SUCCESS) {
        CALL_ROUTINE(HOST_CREATE_MACH_VOUCHER_ID, result,
                     host_create_mach_voucher(host, recipe.bytes, recipe.size, &voucher));
    }
    buffer_drop(&recipe);
    return trap_result(result == KERN_SUCCESS ? give_voucher(voucher, a4) : result);
}

/* Write the recipe of SIZE bytes that was asked for to the caller's memory. */
static kern_return_t give_recipe(const struct recipe_buffer *recipe, uint32_t size, uint64_t bytes,
                                 uint64_t size_address)
{
    kern_return_t result = copyout(bytes, recipe->bytes, size);
    return result == KERN_SUCCESS ? copyout(size_address, &size, sizeof(size)) : result;
}

/* voucher, key, where the recipe goes, where its size is: in, how much fits; out, how much there is */
TRAP_HANDLER(mach_voucher_extract_attr_recipe_trap)
{
    struct recipe_buffer recipe;
    uint32_t size;
    if (copyin(&size, a4, sizeof(size)) != KERN_SUCCESS) {
        return KERN_INVALID_ADDRESS;
    }
    kern_return_t result = buffer_get(&recipe, size);
    if (result != KERN_SUCCESS) {
        return trap_result(result);
    }
    voucher_t voucher = ipc_voucher_of_name(current_thread()->space, (mach_port_name_t)a1);
    result = MACH_SEND_INVALID_DEST;
    if (voucher != nullptr) {
        CALL_ROUTINE(MACH_VOUCHER_EXTRACT_ATTR_RECIPE_ID, result,
                     mach_voucher_extract_attr_recipe(voucher, (mach_voucher_attr_key_t)a2,
                                                      recipe.bytes, &size));
        ipc_voucher_release(voucher);
    }
    if (result == KERN_SUCCESS) {
        result = give_recipe(&recipe, size, a3, a4);
    }
    buffer_drop(&recipe);
    return trap_result(result);
}
