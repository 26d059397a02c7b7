/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The routines of task, thread and host that set and tell exception ports.
 */
#include <host_priv_server.h>
#include <task_server.h>
#include <thread_act_server.h>

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

/* Tell what PORTS (null: nothing is set) has for MASK. */
static kern_return_t get_ports(struct exception_ports *ports, exception_mask_t mask,
                               const struct query_answer *answer)
{
    if ((mask & ~(exception_mask_t)EXC_MASK_VALID) != 0) {
        return KERN_INVALID_ARGUMENT;
    }
    struct exception_list list = { .count = 0 };
    if (ports != nullptr) {
        exception_ports_get(ports, mask, &list);
    } else if (mask != 0) {
        list = (struct exception_list){ .count = 1, .masks = { mask } };
    }
    answer_fill(answer, &list);
    return KERN_SUCCESS;
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
    struct exception_ports *ports = thread_exception_ports(thread);
    kern_return_t result = get_ports(ports, exception_mask, &answer);
    if (ports != nullptr) {
        thread_exception_ports_release(ports);
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
