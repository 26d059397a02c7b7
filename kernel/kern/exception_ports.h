/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where exceptions are reported: for each kind of exception a port, what the message shall carry,
 * and which registers. Threads, tasks and the host each have one of these.
 *
 * Locks: the structure's own spin lock protects the actions; rights are dropped after it is given
 * back.
 */
#pragma once

#include <stdint.h>

#include <mach/exception_types.h>
#include <mach/kern_return.h>
#include <mach/message.h>
#include <mach/thread_status.h>

#include <lib/compiler.h>
#include <arch/spinlock.h>

struct ipc_port;

struct exception_action {
    struct ipc_port *port; /* a send right; null: not handled here */
    exception_behavior_t behavior;
    thread_state_flavor_t flavor;
};

struct exception_ports {
    struct spinlock lock;
    bool is_closed;                                   /* (lock) the owner has ended: set no more */
    struct exception_action actions[EXC_TYPES_COUNT]; /* (lock) by exception; 0 is unused */
};

/* What BEHAVIOR, of an action, says the message shall carry.  MACH_EXCEPTION_ERRORS has no meaning, here
 * and on Darwin; of a backtrace, which may be preferred, there is none. */
static inline exception_behavior_t exception_behavior_kind(exception_behavior_t behavior)
{
    return (exception_behavior_t)((unsigned int)behavior & ~(unsigned int)MACH_EXCEPTION_MASK);
}

/* True if the message that BEHAVIOR asks for carries registers. */
static inline bool exception_behavior_has_state(exception_behavior_t behavior)
{
    exception_behavior_t kind = exception_behavior_kind(behavior);
    return kind != EXCEPTION_DEFAULT && kind != EXCEPTION_IDENTITY_PROTECTED;
}

/* True if it carries a token of the task instead of rights. */
static inline bool exception_behavior_is_protected(exception_behavior_t behavior)
{
    exception_behavior_t kind = exception_behavior_kind(behavior);
    return kind == EXCEPTION_IDENTITY_PROTECTED || kind == EXCEPTION_STATE_IDENTITY_PROTECTED;
}

/* The answer of a query: actions that are alike share an element.  Rights in ports belong to the
 * caller. */
struct exception_list {
    mach_msg_type_number_t count;
    exception_mask_t masks[EXC_TYPES_COUNT];
    struct exception_action actions[EXC_TYPES_COUNT];
};

/* Make PORTS empty. */
void exception_ports_init(struct exception_ports *ports);

/* Drop all rights in PORTS and set no more. */
void exception_ports_close(struct exception_ports *ports);

/* Make CHILD, which nobody else knows yet, like PARENT. */
void exception_ports_inherit(struct exception_ports *child, struct exception_ports *parent);

/*
 * Check what a user wants set.  No flavor (0 or THREAD_STATE_NONE) goes with every behavior, as on
 * Darwin; with one that reports registers the exception then cannot be reported there.
 * Returns: KERN_SUCCESS; KERN_INVALID_ARGUMENT, an unknown exception, behavior, or flavor;
 *          KERN_INVALID_RIGHT, the port is the kernel's.
 */
[[nodiscard]] kern_return_t exception_action_check(exception_mask_t mask,
                                                   const struct exception_action *action);

/*
 * Let ACTION handle the exceptions in MASK; its right is consumed on success.  LIST, if not null,
 * gets what was there.
 * Returns: KERN_SUCCESS; KERN_TERMINATED, the owner has ended.
 */
[[nodiscard]] kern_return_t exception_ports_set(struct exception_ports *ports,
                                                exception_mask_t mask,
                                                const struct exception_action *action,
                                                struct exception_list *list);

/* What handles the exceptions in MASK. */
void exception_ports_get(struct exception_ports *ports, exception_mask_t mask,
                         struct exception_list *list);

/* The action for EXCEPTION, its right copied for the caller.  Returns: false if there is none. */
bool exception_ports_lookup(struct exception_ports *ports, exception_type_t exception,
                            struct exception_action *action);
