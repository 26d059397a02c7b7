/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * See fake_kernel.h.
 */
#include "fake_kernel.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <mach/mach.h>
#include <mach/mach_init.h>
#include <mach/mach_port.h>
#include <mach/mach_traps.h>
#include <mach/mach_vm.h>
#include <mach/mig.h>

#include "../threads/reply_port.h"

mach_port_t mach_task_self_ = 0x103;
vm_size_t vm_page_size = 4096;
vm_size_t vm_page_mask = 4095;

static char calls[4096];
static mach_port_name_t next_port = 0x9003;
static const struct fake_message *script;
static int script_length;

/* The only thread. */
mach_port_t *thread_reply_port(void)
{
    static mach_port_t port;
    return &port;
}

[[gnu::format(printf, 1, 2)]] static void record(const char *format, ...)
{
    size_t used = strlen(calls);
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(calls + used, sizeof(calls) - used, format, arguments);
    va_end(arguments);
}

const char *fake_calls(void)
{
    return calls;
}

void fake_reset(void)
{
    calls[0] = '\0';
    script_length = 0;
}

void fake_script(const struct fake_message *steps, int count)
{
    script = steps;
    script_length = count;
}

mach_port_t mach_reply_port(void)
{
    mach_port_t port = next_port;
    next_port += 0x100;
    record("reply_port %x;", port);
    return port;
}

kern_return_t mach_port_deallocate(ipc_space_t task, mach_port_name_t name)
{
    (void)task;
    record("deallocate %x;", name);
    return KERN_SUCCESS;
}

kern_return_t mach_port_mod_refs(ipc_space_t task, mach_port_name_t name, mach_port_right_t right,
                                 mach_port_delta_t delta)
{
    (void)task;
    record("mod_refs %x %u %d;", name, right, delta);
    return KERN_SUCCESS;
}

kern_return_t mach_port_unguard(ipc_space_t task, mach_port_name_t name, mach_port_context_t guard)
{
    (void)task;
    record("unguard %x %lx;", name, (unsigned long)guard);
    return KERN_SUCCESS;
}

kern_return_t mach_port_insert_right(ipc_space_t task, mach_port_name_t name, mach_port_t poly,
                                     mach_msg_type_name_t disposition)
{
    (void)task;
    record("insert %x %x %u;", name, poly, disposition);
    return KERN_SUCCESS;
}

kern_return_t mach_port_extract_right(ipc_space_t task, mach_port_name_t name,
                                      mach_msg_type_name_t disposition, mach_port_t *poly,
                                      mach_msg_type_name_t *type)
{
    (void)task;
    record("extract %x %u;", name, disposition);
    *poly = 0x7703;
    *type = MACH_MSG_TYPE_PORT_SEND_ONCE;
    return KERN_SUCCESS;
}

/* Memory of the tested code's own is real; memory of messages is a number that is only noted. */
kern_return_t mach_vm_allocate(vm_map_t target, mach_vm_address_t *address, mach_vm_size_t size,
                               int flags)
{
    (void)target;
    (void)flags;
    void *memory = aligned_alloc(4096, size);
    *address = (mach_vm_address_t)(uintptr_t)memory;
    return memory == NULL ? KERN_NO_SPACE : KERN_SUCCESS;
}

kern_return_t mach_vm_deallocate(vm_map_t target, mach_vm_address_t address, mach_vm_size_t size)
{
    (void)target;
    if (address < 0x100000) {
        record("vm_deallocate %llx %llx;", (unsigned long long)address, (unsigned long long)size);
    } else {
        free((void *)(uintptr_t)address);
    }
    return KERN_SUCCESS;
}

kern_return_t vm_allocate(vm_map_t target, vm_address_t *address, vm_size_t size, int flags)
{
    mach_vm_address_t place = 0;
    kern_return_t result = mach_vm_allocate(target, &place, size, flags);
    *address = (vm_address_t)place;
    return result;
}

kern_return_t vm_deallocate(vm_map_t target, vm_address_t address, vm_size_t size)
{
    return mach_vm_deallocate(target, address, size);
}

mach_msg_return_t mach_msg(mach_msg_header_t *message, mach_msg_option_t option,
                           mach_msg_size_t send_size, mach_msg_size_t receive_size,
                           mach_port_name_t receive_name, mach_msg_timeout_t timeout,
                           mach_port_name_t notify)
{
    (void)timeout;
    (void)notify;
    if ((option & MACH_SEND_MSG) != 0) {
        record("send %d to %x size %u%s;", message->msgh_id, message->msgh_remote_port, send_size,
               (option & MACH_SEND_TIMEOUT) != 0 ? " timed" : "");
    }
    if ((option & MACH_RCV_MSG) != 0) {
        record("receive %x;", receive_name);
    }
    if (script_length == 0) {
        return MACH_RCV_PORT_DIED;
    }
    struct fake_message step = *script++;
    script_length--;
    if ((option & MACH_RCV_MSG) != 0 && step.message != NULL) {
        if (step.result == MACH_RCV_TOO_LARGE) {
            message->msgh_size = step.message->msgh_size;
        } else if (step.message->msgh_size <= receive_size) {
            memcpy(message, step.message, step.message->msgh_size);
        }
    }
    return step.result;
}

voucher_mach_msg_state_t voucher_mach_msg_adopt(mach_msg_header_t *message)
{
    record("adopt %x;", message->msgh_voucher_port);
    return VOUCHER_MACH_MSG_STATE_UNCHANGED;
}

void voucher_mach_msg_revert(voucher_mach_msg_state_t state)
{
    record("revert%s;", state == VOUCHER_MACH_MSG_STATE_UNCHANGED ? "" : " to another");
}
