/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rights are never dropped under the spin lock: dropping one may send a message.
 */
#include <kern/exception_ports.h>

#include <mach/port.h>

#include <lib/string.h>
#include <arch/context.h>
#include <kern/kernel_port.h>

void exception_ports_init(struct exception_ports *ports)
{
    memset(ports, 0, sizeof(*ports));
    spinlock_init(&ports->lock, LOCK_CLASS_EXCEPTION_PORTS);
}

void exception_ports_close(struct exception_ports *ports)
{
    struct exception_action old[EXC_TYPES_COUNT];
    interrupt_state_t state = spin_lock_save(&ports->lock);
    memcpy(old, ports->actions, sizeof(old));
    memset(ports->actions, 0, sizeof(ports->actions));
    ports->is_closed = true;
    spin_unlock_restore(&ports->lock, state);
    for (uint32_t i = FIRST_EXCEPTION; i < EXC_TYPES_COUNT; i++) {
        send_right_release(old[i].port);
    }
}

/* ACTION with a right of its own.  Locks: those of the structure that ACTION is in, or none. */
static struct exception_action action_copy(const struct exception_action *action)
{
    struct exception_action copy = *action;
    copy.port = ipc_port_copy_send(action->port);
    return copy;
}

void exception_ports_inherit(struct exception_ports *child, struct exception_ports *parent)
{
    interrupt_state_t state = spin_lock_save(&parent->lock);
    for (uint32_t i = FIRST_EXCEPTION; i < EXC_TYPES_COUNT; i++) {
        child->actions[i] = action_copy(&parent->actions[i]);
    }
    spin_unlock_restore(&parent->lock, state);
}

/* Tokens and backtraces come with 64-bit codes only. */
static bool behavior_is_valid(exception_behavior_t behavior)
{
    bool needs_codes = exception_behavior_is_protected(behavior) ||
                       ((unsigned int)behavior & MACH_EXCEPTION_BACKTRACE_PREFERRED) != 0;
    if (needs_codes && ((unsigned int)behavior & MACH_EXCEPTION_CODES) == 0) {
        return false;
    }
    exception_behavior_t kind = exception_behavior_kind(behavior);
    return kind >= EXCEPTION_DEFAULT && kind <= EXCEPTION_STATE_IDENTITY_PROTECTED;
}

kern_return_t exception_action_check(exception_mask_t mask, const struct exception_action *action)
{
    if ((mask & ~(exception_mask_t)EXC_MASK_VALID) != 0) {
        return KERN_INVALID_ARGUMENT;
    }
    if (!ipc_port_is_valid(action->port)) {
        return KERN_SUCCESS; /* nothing will be sent, so nothing else counts */
    }
    if (action->port->kobject_kind != IPC_KOBJECT_NONE) {
        return KERN_INVALID_RIGHT; /* the kernel does not report to itself */
    }
    if (!behavior_is_valid(action->behavior)) {
        return KERN_INVALID_ARGUMENT;
    }
    bool has_state = exception_behavior_has_state(action->behavior) && action->flavor != 0 &&
                     action->flavor != THREAD_STATE_NONE;
    return has_state && !context_flavor_is_known(action->flavor) ? KERN_INVALID_ARGUMENT
                                                                 : KERN_SUCCESS;
}

/* The element of LIST for actions like ACTION, made if there is none. */
static uint32_t list_find(struct exception_list *list, const struct exception_action *action)
{
    uint32_t i = 0;
    while (i < list->count && (list->actions[i].port != action->port ||
                               list->actions[i].behavior != action->behavior ||
                               list->actions[i].flavor != action->flavor)) {
        i++;
    }
    if (i == list->count) {
        list->masks[i] = 0;
        list->actions[i] = action_copy(action);
        list->count++;
    }
    return i;
}

/* Fill LIST with what is set for MASK.  Locks: PORTS'. */
static void list_fill(struct exception_list *list, const struct exception_ports *ports,
                      exception_mask_t mask)
{
    list->count = 0;
    for (uint32_t i = FIRST_EXCEPTION; i < EXC_TYPES_COUNT; i++) {
        if (mask & (1u << i)) {
            list->masks[list_find(list, &ports->actions[i])] |= 1u << i;
        }
    }
}

/* Replace the actions in MASK, keeping the old rights in OLD.  Locks: PORTS'. */
static void actions_replace(struct exception_ports *ports, exception_mask_t mask,
                            const struct exception_action *action, struct ipc_port **old)
{
    for (uint32_t i = FIRST_EXCEPTION; i < EXC_TYPES_COUNT; i++) {
        if (mask & (1u << i)) {
            old[i] = ports->actions[i].port;
            ports->actions[i] = action_copy(action);
        }
    }
}

kern_return_t exception_ports_set(struct exception_ports *ports, exception_mask_t mask,
                                  const struct exception_action *action,
                                  struct exception_list *list)
{
    struct ipc_port *old[EXC_TYPES_COUNT] = { nullptr };
    interrupt_state_t state = spin_lock_save(&ports->lock);
    bool is_closed = ports->is_closed;
    if (!is_closed) {
        if (list != nullptr) {
            list_fill(list, ports, mask);
        }
        actions_replace(ports, mask, action, old);
    }
    spin_unlock_restore(&ports->lock, state);
    if (is_closed) {
        return KERN_TERMINATED;
    }
    for (uint32_t i = FIRST_EXCEPTION; i < EXC_TYPES_COUNT; i++) {
        send_right_release(old[i]);
    }
    send_right_release(action->port);
    return KERN_SUCCESS;
}

void exception_ports_get(struct exception_ports *ports, exception_mask_t mask,
                         struct exception_list *list)
{
    interrupt_state_t state = spin_lock_save(&ports->lock);
    list_fill(list, ports, mask);
    spin_unlock_restore(&ports->lock, state);
}

bool exception_ports_lookup(struct exception_ports *ports, exception_type_t exception,
                            struct exception_action *action)
{
    interrupt_state_t state = spin_lock_save(&ports->lock);
    *action = action_copy(&ports->actions[exception]);
    spin_unlock_restore(&ports->lock, state);
    return ipc_port_is_valid(action->port);
}
