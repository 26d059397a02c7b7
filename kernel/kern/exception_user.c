/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The routines of task, thread and host that set and tell exception ports.
 */
#include <host_priv_server.h>
#include <task_server.h>
#include <thread_act_server.h>

#include <lib/object_number.h>
#include <ipc/ipc_port.h>
#include <ipc/ipc_space.h>
#include <kern/exception.h>
#include <kern/kernel_port.h>
#include <kern/task.h>
#include <kern/thread_control.h>

/* Where the answer of a query goes: the arrays of the reply. */
struct query_answer {
    exception_mask_t *masks;
    mach_msg_type_number_t *count;
    ipc_port_t *handlers;
    exception_behavior_t *behaviors;
    thread_state_flavor_t *flavors;
};

static void answer_fill(const struct query_answer *answer, const struct exception_list *list)
{
    for (uint32_t i = 0; i < list->count; i++) {
        answer->masks[i] = list->masks[i];
        answer->handlers[i] = list->actions[i].port;
        answer->behaviors[i] = list->actions[i].behavior;
        answer->flavors[i] = list->actions[i].flavor;
    }
    *answer->count = list->count;
}

/* Set what the user wants in PORTS; the right is consumed on success.  ANSWER, if not null, tells what
 * was there. */
static kern_return_t set_ports(struct exception_ports *ports, exception_mask_t mask,
                               const struct exception_action *action,
                               const struct query_answer *answer)
{
    struct exception_list list;
    if (action->port == IPC_PORT_DEAD) {
        return KERN_INVALID_RIGHT;
    }
    kern_return_t result = exception_action_check(mask, action);
    if (result == KERN_SUCCESS) {
        result = exception_ports_set(ports, mask, action, answer != nullptr ? &list : nullptr);
    }
    if (result == KERN_SUCCESS && answer != nullptr) {
        answer_fill(answer, &list);
    }
    return result;
}

static kern_return_t set_task_ports(task_t task, exception_mask_t mask,
                                    const struct exception_action *action,
                                    const struct query_answer *answer)
{
    if (task == nullptr) {
        return KERN_INVALID_TASK;
    }
    kern_return_t result = set_ports(&task->exceptions, mask, action, answer);
    return result == KERN_TERMINATED ? KERN_INVALID_TASK : result;
}

static kern_return_t set_thread_ports(thread_t thread, exception_mask_t mask,
                                      const struct exception_action *action,
                                      const struct query_answer *answer)
{
    if (thread == nullptr) {
        return KERN_INVALID_ARGUMENT;
    }
    struct exception_ports *ports;
    kern_return_t result = thread_exception_ports_need(thread, &ports);
    if (result == KERN_SUCCESS) {
        result = set_ports(ports, mask, action, answer);
        thread_exception_ports_release(ports);
    }
    return result;
}

static kern_return_t set_host_ports(host_priv_t host, exception_mask_t mask,
                                    const struct exception_action *action,
                                    const struct query_answer *answer)
{
    return host == nullptr ? KERN_INVALID_HOST
                           : set_ports(&host_exception_ports, mask, action, answer);
}

/* What PORTS (null: nothing was ever set) has for MASK. */
static kern_return_t list_ports(struct exception_ports *ports, exception_mask_t mask,
                                struct exception_list *list)
{
    if ((mask & ~(exception_mask_t)EXC_MASK_VALID) != 0) {
        return KERN_INVALID_ARGUMENT;
    }
    *list = (struct exception_list){ .count = 0 };
    if (ports != nullptr) {
        exception_ports_get(ports, mask, list);
    }
    return KERN_SUCCESS;
}

/* Tell the same. */
static kern_return_t get_ports(struct exception_ports *ports, exception_mask_t mask,
                               const struct query_answer *answer)
{
    struct exception_list list;
    kern_return_t result = list_ports(ports, mask, &list);
    if (result == KERN_SUCCESS) {
        answer_fill(answer, &list);
    }
    return result;
}

/* The same for THREAD's ports, which it may have none of. */
static kern_return_t list_thread_ports(struct thread *thread, exception_mask_t mask,
                                       struct exception_list *list)
{
    struct exception_ports *ports = thread_exception_ports(thread);
    kern_return_t result = list_ports(ports, mask, list);
    if (ports != nullptr) {
        thread_exception_ports_release(ports);
    }
    return result;
}

/* Numbers that stand for PORT and for the task that receives from it; 0 for none. */
static exception_handler_info_t handler_numbers(struct ipc_port *port)
{
    exception_handler_info_t info = { 0, 0 };
    if (ipc_port_is_valid(port)) {
        interrupt_state_t state = spin_lock_save(&port->object.lock);
        if (port->object.is_active) {
            info.iip_port_object = object_number(port);
        }
        if (port->object.is_active && port->state == PORT_IN_SPACE) {
            info.iip_receiver_object = object_number(port->receiver->task);
        }
        spin_unlock_restore(&port->object.lock, state);
    }
    return info;
}

/* Answer LIST, whose rights are given up, with numbers in their place. */
static void answer_numbers(exception_mask_t *masks, mach_msg_type_number_t *count,
                           exception_handler_info_t *handlers, exception_behavior_t *behaviors,
                           thread_state_flavor_t *flavors, const struct exception_list *list)
{
    struct ipc_port *rights[EXC_TYPES_COUNT];
    answer_fill(&(struct query_answer){ masks, count, rights, behaviors, flavors }, list);
    for (uint32_t i = 0; i < list->count; i++) {
        handlers[i] = handler_numbers(rights[i]);
        send_right_release(rights[i]);
    }
}

kern_return_t task_set_exception_ports(task_t task, exception_mask_t exception_mask,
                                       ipc_port_t new_port, exception_behavior_t behavior,
                                       thread_state_flavor_t new_flavor)
{
    struct exception_action action = { new_port, behavior, new_flavor };
    return set_task_ports(task, exception_mask, &action, nullptr);
}

kern_return_t task_get_exception_ports(task_t task, exception_mask_t exception_mask,
                                       exception_mask_array_t masks,
                                       mach_msg_type_number_t *masksCnt, ipc_port_t *old_handlers,
                                       exception_behavior_array_t old_behaviors,
                                       exception_flavor_array_t old_flavors)
{
    struct query_answer answer = { masks, masksCnt, old_handlers, old_behaviors, old_flavors };
    return task == nullptr ? KERN_INVALID_TASK
                           : get_ports(&task->exceptions, exception_mask, &answer);
}

kern_return_t thread_set_exception_ports(thread_t thread, exception_mask_t exception_mask,
                                         ipc_port_t new_port, exception_behavior_t behavior,
                                         thread_state_flavor_t new_flavor)
{
    struct exception_action action = { new_port, behavior, new_flavor };
    return set_thread_ports(thread, exception_mask, &action, nullptr);
}

kern_return_t thread_get_exception_ports(thread_t thread, exception_mask_t exception_mask,
                                         exception_mask_array_t masks,
                                         mach_msg_type_number_t *masksCnt, ipc_port_t *old_handlers,
                                         exception_behavior_array_t old_behaviors,
                                         exception_flavor_array_t old_flavors)
{
    if (thread == nullptr) {
        return KERN_INVALID_ARGUMENT;
    }
    struct query_answer answer = { masks, masksCnt, old_handlers, old_behaviors, old_flavors };
    struct exception_list list;
    kern_return_t result = list_thread_ports(thread, exception_mask, &list);
    if (result == KERN_SUCCESS) {
        answer_fill(&answer, &list);
    }
    return result;
}

kern_return_t host_set_exception_ports(host_priv_t host_priv, exception_mask_t exception_mask,
                                       ipc_port_t new_port, exception_behavior_t behavior,
                                       thread_state_flavor_t new_flavor)
{
    struct exception_action action = { new_port, behavior, new_flavor };
    return set_host_ports(host_priv, exception_mask, &action, nullptr);
}

kern_return_t host_get_exception_ports(host_priv_t host_priv, exception_mask_t exception_mask,
                                       exception_mask_array_t masks,
                                       mach_msg_type_number_t *masksCnt, ipc_port_t *old_handlers,
                                       exception_behavior_array_t old_behaviors,
                                       exception_flavor_array_t old_flavors)
{
    struct query_answer answer = { masks, masksCnt, old_handlers, old_behaviors, old_flavors };
    return host_priv == nullptr ? KERN_INVALID_HOST
                                : get_ports(&host_exception_ports, exception_mask, &answer);
}

kern_return_t task_swap_exception_ports(task_t task, exception_mask_t exception_mask,
                                        ipc_port_t new_port, exception_behavior_t behavior,
                                        thread_state_flavor_t new_flavor,
                                        exception_mask_array_t masks,
                                        mach_msg_type_number_t *masksCnt, ipc_port_t *old_handlers,
                                        exception_behavior_array_t old_behaviors,
                                        exception_flavor_array_t old_flavors)
{
    struct exception_action action = { new_port, behavior, new_flavor };
    struct query_answer answer = { masks, masksCnt, old_handlers, old_behaviors, old_flavors };
    return set_task_ports(task, exception_mask, &action, &answer);
}

kern_return_t thread_swap_exception_ports(
    thread_t thread, exception_mask_t exception_mask, ipc_port_t new_port,
    exception_behavior_t behavior, thread_state_flavor_t new_flavor, exception_mask_array_t masks,
    mach_msg_type_number_t *masksCnt, ipc_port_t *old_handlers,
    exception_behavior_array_t old_behaviors, exception_flavor_array_t old_flavors)
{
    struct exception_action action = { new_port, behavior, new_flavor };
    struct query_answer answer = { masks, masksCnt, old_handlers, old_behaviors, old_flavors };
    return set_thread_ports(thread, exception_mask, &action, &answer);
}

kern_return_t host_swap_exception_ports(host_priv_t host_priv, exception_mask_t exception_mask,
                                        ipc_port_t new_port, exception_behavior_t behavior,
                                        thread_state_flavor_t new_flavor,
                                        exception_mask_array_t masks,
                                        mach_msg_type_number_t *masksCnt, ipc_port_t *old_handlers,
                                        exception_behavior_array_t old_behaviors,
                                        exception_flavor_array_t old_flavors)
{
    struct exception_action action = { new_port, behavior, new_flavor };
    struct query_answer answer = { masks, masksCnt, old_handlers, old_behaviors, old_flavors };
    return set_host_ports(host_priv, exception_mask, &action, &answer);
}

kern_return_t task_get_exception_ports_info(task_t port, exception_mask_t exception_mask,
                                            exception_mask_array_t masks,
                                            mach_msg_type_number_t *masksCnt,
                                            exception_handler_info_array_t old_handlers_info,
                                            exception_behavior_array_t old_behaviors,
                                            exception_flavor_array_t old_flavors)
{
    struct exception_list list;
    if (port == nullptr) {
        return KERN_INVALID_TASK;
    }
    kern_return_t result = list_ports(&port->exceptions, exception_mask, &list);
    if (result == KERN_SUCCESS) {
        answer_numbers(masks, masksCnt, old_handlers_info, old_behaviors, old_flavors, &list);
    }
    return result;
}

kern_return_t thread_get_exception_ports_info(thread_t port, exception_mask_t exception_mask,
                                              exception_mask_array_t masks,
                                              mach_msg_type_number_t *masksCnt,
                                              exception_handler_info_array_t old_handlers_info,
                                              exception_behavior_array_t old_behaviors,
                                              exception_flavor_array_t old_flavors)
{
    struct exception_list list;
    if (port == nullptr) {
        return KERN_INVALID_ARGUMENT;
    }
    kern_return_t result = list_thread_ports(port, exception_mask, &list);
    if (result == KERN_SUCCESS) {
        answer_numbers(masks, masksCnt, old_handlers_info, old_behaviors, old_flavors, &list);
    }
    return result;
}
