/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The functions of ipc/ want interrupts off; most of kern/ runs with them on.  These are the ones
 * kern/ calls, for either state.  Context of all: no spin locks held.
 */
#pragma once

#include <arch/cpu.h>
#include <ipc/ipc_port.h>
#include <ipc/ipc_space.h>

/* Create a port for the kernel object KOBJECT of kind KIND.  Returns: null without memory. */
[[nodiscard]] static inline struct ipc_port *kernel_port_create(enum ipc_kobject_kind kind,
                                                                void *kobject)
{
    interrupt_state_t state = interrupts_save();
    struct ipc_port *port = ipc_port_create_kernel(kind, kobject);
    interrupts_restore(state);
    return port;
}

/* The same, charged to QUOTA.  Returns: also null if that is used up. */
[[nodiscard]] static inline struct ipc_port *kernel_port_create_for(struct quota *quota,
                                                                    enum ipc_kobject_kind kind,
                                                                    void *kobject)
{
    interrupt_state_t state = interrupts_save();
    struct ipc_port *port = ipc_port_create_kernel(kind, kobject);
    if (port != nullptr && !ipc_port_charge(port, quota)) {
        ipc_port_destroy(port);
        port = nullptr;
    }
    interrupts_restore(state);
    return port;
}

/* The object behind PORT ends: nobody finds it through PORT any more, and PORT dies.  Null is
 * ignored.  May sleep. */
static inline void kernel_port_destroy(struct ipc_port *port)
{
    if (port != nullptr) {
        interrupt_state_t state = interrupts_save();
        ipc_port_clear_kobject(port);
        ipc_port_destroy(port);
        interrupts_restore(state);
    }
}

/* A send right made from kernel port PORT, which the caller keeps alive; null for null. */
static inline struct ipc_port *kernel_port_make_send(struct ipc_port *port)
{
    if (port == nullptr) {
        return nullptr;
    }
    interrupt_state_t state = interrupts_save();
    struct ipc_port *right = ipc_port_make_send(port);
    interrupts_restore(state);
    return right;
}

/* One more send right like PORT, which the caller holds; null and dead stay as they are. */
static inline struct ipc_port *send_right_copy(struct ipc_port *port)
{
    interrupt_state_t state = interrupts_save();
    struct ipc_port *right = ipc_port_copy_send(port);
    interrupts_restore(state);
    return right;
}

/* Drop the COUNT send rights in RIGHTS, an array that came with a message, and its memory. */
void right_array_release(struct ipc_port **rights, uint32_t count);

/* Drop a send right; null and dead are ignored. */
static inline void send_right_release(struct ipc_port *port)
{
    if (ipc_port_is_valid(port)) {
        interrupt_state_t state = interrupts_save();
        ipc_port_release_send(port);
        interrupts_restore(state);
    }
}

/* Put a send right that the caller holds into SPACE, consuming it.  Returns: its name
 * (ipc_space_copyout()). */
static inline mach_port_name_t send_right_copyout(struct ipc_space *space, struct ipc_port *port)
{
    interrupt_state_t state = interrupts_save();
    mach_port_name_t name = ipc_space_copyout(space, port, MACH_MSG_TYPE_PORT_SEND);
    interrupts_restore(state);
    return name;
}
