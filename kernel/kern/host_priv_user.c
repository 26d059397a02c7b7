/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Routines that need power over the machine: idl/host_priv.defs, idl/host_security.defs and
 * idl/mach_r_host.defs.
 */
#include <host_priv_server.h>
#include <host_security_server.h>
#include <mach_r_host_server.h>

#include <mach/host_reboot.h>
#include <mach/host_special_ports.h>
#include <mach/ledger.h>
#include <mach/task_special_ports.h>

#include <lib/log.h>
#include <arch/boot_info.h>
#include <arch/cpu.h>
#include <mem/zone.h>
#include <sched/lock_info.h>
#include <ipc/ipc_space.h>
#include <kern/call_failures.h>
#include <kern/clock.h>
#include <kern/host.h>
#include <kern/kernel_port.h>
#include <kern/task.h>
#include <vm/vm_user.h>

#define REBOOT_OPTIONS (HOST_REBOOT_HALT | HOST_REBOOT_DEBUG_EXIT | HOST_REBOOT_DEBUG_EXIT_MASK)

kern_return_t host_get_boot_info(host_priv_t host_priv, kernel_boot_info_t boot_info_out)
{
    if (host_priv == nullptr) {
        return KERN_INVALID_HOST;
    }
    strlcpy(boot_info_out, boot_info.command_line, sizeof(kernel_boot_info_t));
    return KERN_SUCCESS;
}

kern_return_t host_reboot(host_priv_t host_priv, int options)
{
    if (host_priv == nullptr) {
        return KERN_INVALID_HOST;
    }
    if ((options & ~REBOOT_OPTIONS) != 0) {
        return KERN_INVALID_ARGUMENT;
    }
    call_failures_end();
    interrupts_disable();
    if (options & HOST_REBOOT_DEBUG_EXIT && boot_option_is_set("debug_exit")) {
        machine_debug_exit((uint32_t)(options & HOST_REBOOT_DEBUG_EXIT_MASK) >>
                           HOST_REBOOT_DEBUG_EXIT_SHIFT);
    }
    if (options & (HOST_REBOOT_HALT | HOST_REBOOT_DEBUG_EXIT)) {
        machine_power_off();
    }
    machine_reboot();
}

kern_return_t host_get_clock_control(host_priv_t host_priv, clock_id_t clock_id,
                                     clock_ctrl_t *clock_ctrl)
{
    if (host_priv == nullptr || clock_id < 0 || clock_id >= CLOCK_COUNT) {
        return KERN_INVALID_ARGUMENT;
    }
    *clock_ctrl = &clocks[clock_id];
    return KERN_SUCCESS;
}

/* The kernel's own special ports are made of the host's; null: WHICH is none of those. */
static struct ipc_port *kernel_special_port(int which)
{
    switch (which) {
    case HOST_SECURITY_PORT: return kernel_port_make_send(the_host.security_port);
    case HOST_PORT: return kernel_port_make_send(the_host.port);
    case HOST_PRIV_PORT: return kernel_port_make_send(the_host.priv_port);
    case HOST_IO_MAIN_PORT: return kernel_port_make_send(the_host.device_port);
    default: return nullptr;
    }
}

kern_return_t host_get_special_port(host_priv_t host_priv, int node, int which, ipc_port_t *port)
{
    if (host_priv == nullptr) {
        return KERN_INVALID_HOST;
    }
    if (node != HOST_LOCAL_NODE || which < HOST_MIN_SPECIAL_PORT || which > HOST_MAX_SPECIAL_PORT) {
        return KERN_INVALID_ARGUMENT;
    }
    *port = kernel_special_port(which);
    if (*port == nullptr) {
        interrupt_state_t state = spin_lock_save(&host_priv->lock);
        *port = ipc_port_copy_send(host_priv->special[which]);
        spin_unlock_restore(&host_priv->lock, state);
    }
    return KERN_SUCCESS;
}

kern_return_t host_set_special_port(host_priv_t host_priv, int which, ipc_port_t port)
{
    if (host_priv == nullptr) {
        return KERN_INVALID_HOST;
    }
    if (which <= HOST_MAX_SPECIAL_KERNEL_PORT || which > HOST_MAX_SPECIAL_PORT) {
        return KERN_INVALID_ARGUMENT;
    }
    interrupt_state_t state = spin_lock_save(&host_priv->lock);
    struct ipc_port *old = host_priv->special[which];
    host_priv->special[which] = port;
    spin_unlock_restore(&host_priv->lock, state);
    send_right_release(old);
    return KERN_SUCCESS;
}

kern_return_t host_set_UNDServer(host_priv_t host, ipc_port_t server)
{
    return host_set_special_port(host, HOST_USER_NOTIFICATION_PORT, server);
}

kern_return_t host_get_UNDServer(host_priv_t host, ipc_port_t *server)
{
    return host_get_special_port(host, HOST_LOCAL_NODE, HOST_USER_NOTIFICATION_PORT, server);
}

kern_return_t thread_wire(host_priv_t host_priv, thread_t thread, boolean_t wired)
{
    if (host_priv == nullptr) {
        return KERN_INVALID_HOST;
    }
    if (thread == nullptr) {
        return KERN_INVALID_ARGUMENT;
    }
    atomic_store(&thread->vm_privilege, wired != FALSE);
    return KERN_SUCCESS;
}

kern_return_t host_processor_set_priv(host_priv_t host_priv, processor_set_t set_name,
                                      processor_set_t *set)
{
    if (host_priv == nullptr) {
        return KERN_INVALID_HOST;
    }
    if (set_name == nullptr) {
        return KERN_INVALID_ARGUMENT;
    }
    *set = set_name;
    return KERN_SUCCESS;
}

/* Make HOST (null: leave it) TASK's host port.  Returns: false if TASK has ended; the right is
 * still the caller's. */
static bool task_set_host(task_t task, ipc_port_t host)
{
    if (host == nullptr) {
        return true;
    }
    mutex_lock(&task->lock);
    bool is_active = task->is_active;
    struct ipc_port *old = task->special[TASK_HOST_PORT];
    if (is_active) {
        task->special[TASK_HOST_PORT] = host;
    }
    mutex_unlock(&task->lock);
    if (is_active) {
        send_right_release(old);
    }
    return is_active;
}

kern_return_t host_security_set_task_token(host_security_t host_security, task_t target_task,
                                           security_token_t sec_token, audit_token_t audit_token,
                                           ipc_port_t host)
{
    if (host_security == nullptr) {
        return KERN_INVALID_SECURITY;
    }
    if (target_task == nullptr) {
        return KERN_INVALID_ARGUMENT;
    }
    struct ipc_sender *sender = ipc_sender_create(&sec_token, &audit_token);
    if (sender == nullptr) {
        return KERN_RESOURCE_SHORTAGE;
    }
    bool is_set = task_set_host(target_task, host);
    if (is_set) {
        interrupt_state_t state = interrupts_save();
        ipc_space_set_sender(target_task->space, sender);
        interrupts_restore(state);
    }
    ipc_sender_release(sender);
    return is_set ? KERN_SUCCESS : KERN_INVALID_ARGUMENT;
}

kern_return_t host_security_create_task_token(host_security_t host_security, task_t parent_task,
                                              security_token_t sec_token, audit_token_t audit_token,
                                              ipc_port_t host, ipc_port_t *ledgers,
                                              mach_msg_type_number_t ledgersCnt,
                                              boolean_t inherit_memory, task_t *child_task)
{
    if (host_security == nullptr) {
        return KERN_INVALID_SECURITY;
    }
    if (parent_task == nullptr) {
        return KERN_INVALID_TASK;
    }
    task_t child;
    kern_return_t result = task_create_object(parent_task, inherit_memory, &child);
    if (result != KERN_SUCCESS) {
        return result;
    }
    result = host_security_set_task_token(host_security, child, sec_token, audit_token, host);
    if (result != KERN_SUCCESS) {
        task_terminate_object(child);
        task_release(child);
        return result == KERN_RESOURCE_SHORTAGE ? result : KERN_INVALID_TASK;
    }
    right_array_release(ledgers, ledgersCnt);
    *child_task = child;
    return KERN_SUCCESS;
}

/* A list that zones are entered in. */
struct ledger_list {
    ledger_entry_t *entries;
    mach_msg_type_number_t count;
};

static void ledger_visit(const struct zone *zone, void *argument)
{
    struct ledger_list *list = argument;
    if (list->count < LEDGER_ENTRY_MAX) {
        ledger_entry_t *entry = &list->entries[list->count++];
        memset(entry, 0, sizeof(*entry));
        strlcpy(entry->name, zone->name, sizeof(entry->name));
        entry->in_use = zone_in_use(zone);
        entry->object_size = zone->size;
    }
}

kern_return_t host_ledger(host_priv_t host_priv, ledger_entry_array_t entries,
                          mach_msg_type_number_t *entriesCnt)
{
    if (host_priv == nullptr) {
        return KERN_INVALID_HOST;
    }
    struct ledger_list list = { .entries = entries };
    zone_visit(ledger_visit, &list);
    *entriesCnt = list.count;
    return KERN_SUCCESS;
}

kern_return_t host_log_write(host_priv_t host_priv, const log_text_t text,
                             mach_msg_type_number_t textCnt)
{
    if (host_priv == nullptr) {
        return KERN_INVALID_HOST;
    }
    for (mach_msg_type_number_t done = 0; done < textCnt;) {
        mach_msg_type_number_t length = 0;
        while (done + length < textCnt && text[done + length] != '\n') {
            length++;
        }
        log_info("%.*s", (int)length, text + done);
        done += length + 1;
    }
    return KERN_SUCCESS;
}

kern_return_t host_log_read(host_priv_t host_priv, log_text_t text, mach_msg_type_number_t *textCnt)
{
    if (host_priv == nullptr) {
        return KERN_INVALID_HOST;
    }
    *textCnt = (mach_msg_type_number_t)log_read(text, *textCnt);
    return KERN_SUCCESS;
}

kern_return_t host_fail_allocation(host_priv_t host_priv, int succeed)
{
    if (host_priv == nullptr) {
        return KERN_INVALID_HOST;
    }
    return call_failures_once(succeed) ? KERN_SUCCESS : KERN_NOT_SUPPORTED;
}

kern_return_t host_lock_info(host_priv_t host_priv, lock_info_array_t classes,
                             mach_msg_type_number_t *classesCnt)
{
    if (host_priv == nullptr) {
        return KERN_INVALID_HOST;
    }
    *classesCnt = lock_info_read(classes, LOCK_INFO_MAX);
    return *classesCnt != 0 ? KERN_SUCCESS : KERN_NOT_SUPPORTED;
}

kern_return_t host_vm_wire(host_priv_t host_priv, struct vm_map *task, mach_vm_address_t address,
                           mach_vm_size_t size, vm_prot_t desired_access)
{
    if (host_priv == nullptr) {
        return KERN_INVALID_HOST;
    }
    return task == nullptr ? KERN_INVALID_TASK : mach_vm_wire(task, address, size, desired_access);
}

kern_return_t vm_wire(host_priv_t host_priv, struct vm_map *task, vm_address_t address,
                      vm_size_t size, vm_prot_t desired_access)
{
    return host_vm_wire(host_priv, task, address, size, desired_access);
}
