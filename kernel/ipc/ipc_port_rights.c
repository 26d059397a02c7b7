/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Ports: the counting of rights that are not in a space.
 */
#include <ipc/ipc_port.h>

#include <lib/assert.h>
#include <sched/sched.h>
#include <ipc/ipc_notify.h>
#include <ipc/upcalls.h>

struct ipc_port *ipc_port_make_send(struct ipc_port *port)
{
    struct ipc_port *right = IPC_PORT_DEAD;
    interrupt_state_t interrupts = interrupts_save();
    ipc_port_lock(port);
    if (LIKELY(port->object.is_active && port->send_rights < IPC_PORT_RIGHTS_MAX)) {
        port->make_send_count += port->make_send_count < IPC_PORT_RIGHTS_MAX;
        port->send_rights++;
        ipc_port_reference(port);
        right = port;
    }
    ipc_port_unlock(port);
    interrupts_restore(interrupts);
    return right;
}

struct ipc_port *ipc_port_make_send_once(struct ipc_port *port)
{
    struct ipc_port *right = IPC_PORT_DEAD;
    interrupt_state_t interrupts = interrupts_save();
    ipc_port_lock(port);
    if (LIKELY(port->object.is_active && port->send_once_rights < IPC_PORT_RIGHTS_MAX)) {
        port->send_once_rights++;
        ipc_port_reference(port);
        right = port;
    }
    ipc_port_unlock(port);
    interrupts_restore(interrupts);
    return right;
}

struct ipc_port *ipc_port_copy_send(struct ipc_port *port)
{
    if (!ipc_port_is_valid(port)) {
        return port;
    }
    struct ipc_port *right = IPC_PORT_DEAD;
    interrupt_state_t interrupts = interrupts_save();
    ipc_port_lock(port);
    if (LIKELY(port->object.is_active && port->send_rights < IPC_PORT_RIGHTS_MAX)) {
        port->send_rights++;
        ipc_port_reference(port);
        right = port;
    }
    ipc_port_unlock(port);
    interrupts_restore(interrupts);
    return right;
}

/* The last send right of PORT is gone: whom does it concern?  Drops the lock. */
static COLD void port_no_senders(struct ipc_port *port) RELEASE(port->object.lock)
{
    struct ipc_kmsg *notification = port->no_senders;
    port->no_senders = nullptr;
    uint32_t count = port->make_send_count;
    bool is_kobject = port->object.is_active && port->kobject_kind != IPC_KOBJECT_NONE;
    ipc_port_unlock(port);

    if (notification != nullptr) {
        ipc_notify_no_senders(notification, count);
    }
    if (is_kobject) {
        upcall_kobject_no_senders(port);
    }
}

void ipc_port_drop_send(struct ipc_port *port)
{
    assert(port->send_rights > 0);
    port->send_rights--;
    if (UNLIKELY(port->send_rights == 0 &&
                 (port->no_senders != nullptr || port->kobject_kind != IPC_KOBJECT_NONE))) {
        port_no_senders(port);
    } else {
        ipc_port_unlock(port);
    }
}

void ipc_port_release_send(struct ipc_port *port)
{
    if (!ipc_port_is_valid(port)) {
        return;
    }
    interrupt_state_t interrupts = interrupts_save();
    ipc_port_lock(port);
    ipc_port_drop_send(port);
    ipc_port_release(port);
    sched_restore_interrupts(interrupts);
}

void ipc_port_consume_send_once(struct ipc_port *port)
{
    interrupt_state_t interrupts = interrupts_save();
    ipc_port_lock(port);
    assert(port->send_once_rights > 0);
    port->send_once_rights--;
    ipc_port_unlock(port);
    ipc_port_release(port);
    interrupts_restore(interrupts);
}

void ipc_port_release_send_once(struct ipc_port *port)
{
    if (!ipc_port_is_valid(port)) {
        return;
    }
    interrupt_state_t interrupts = interrupts_save();
    ipc_port_lock(port);
    bool is_active = port->object.is_active;
    bool is_kobject = is_active && port->kobject_kind != IPC_KOBJECT_NONE;
    ipc_port_unlock(port);
    if (is_active && !is_kobject) {
        ipc_notify_send_once(port);
    } else {
        if (is_kobject) {
            upcall_kobject_send_once(port);
        }
        ipc_port_consume_send_once(port);
    }
    sched_restore_interrupts(interrupts);
}

void ipc_port_release_right(struct ipc_port *port, mach_msg_type_name_t type)
{
    if (!ipc_port_is_valid(port)) {
        return;
    }
    switch (type) {
    case MACH_MSG_TYPE_PORT_SEND: ipc_port_release_send(port); break;
    case MACH_MSG_TYPE_PORT_SEND_ONCE: ipc_port_release_send_once(port); break;
    default:
        assert(type == MACH_MSG_TYPE_PORT_RECEIVE);
        ipc_port_destroy(port);
        break;
    }
}
