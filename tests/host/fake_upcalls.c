/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What kern/ defines on the machine.  A page fault is answered by the running thread's map, as
 * there.  There are no kernel objects: a message to one is destroyed and has no reply.
 */
#include <arch/upcalls.h>
#include <ipc/upcalls.h>

#include <arch/cpu.h>
#include <ipc/ipc_kmsg.h>
#include <sched/thread.h>
#include <vm/vm_fault.h>

kern_return_t upcall_user_page_fault(virt_addr_t address, vm_prot_t access)
{
    if (current_thread()->map == nullptr) {
        return KERN_INVALID_ADDRESS;
    }
    interrupts_enable();
    kern_return_t code = vm_fault(current_thread()->map, address, access);
    interrupts_disable();
    return code;
}

struct ipc_kmsg *upcall_kobject_call(struct ipc_kmsg *request,
                                     [[maybe_unused]] struct ipc_short_reply *reply)
{
    ipc_kmsg_destroy(request);
    return nullptr;
}

void upcall_kobject_no_senders([[maybe_unused]] struct ipc_port *port)
{
}

void upcall_kobject_send_once([[maybe_unused]] struct ipc_port *port)
{
}
