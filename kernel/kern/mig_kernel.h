/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What generated server stubs of the kernel include: message formats, types, the functions that
 * turn ports into objects and give the references back after the call, and the table through which
 * kern/ipc_kobject.c finds a stub.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <mach/device_types.h>
#include <mach/exception_types.h>
#include <mach/host_info.h>
#include <mach/kern_return.h>
#include <mach/mach_voucher_types.h>
#include <mach/memory_object_types.h>
#include <mach/message.h>
#include <mach/mig_errors.h>
#include <mach/ndr.h>
#include <mach/policy.h>
#include <mach/processor_info.h>
#include <mach/task_info.h>
#include <mach/task_inspect.h>
#include <mach/task_policy.h>
#include <mach/thread_info.h>
#include <mach/thread_policy.h>
#include <mach/thread_status.h>
#include <mach/vm_attributes.h>
#include <mach/vm_inherit.h>
#include <mach/vm_prot.h>
#include <mach/vm_purgable.h>
#include <mach/vm_region.h>
#include <mach/vm_sync.h>
#include <mach/vm_types.h>
#include <mach_debug/ipc_info.h>

#include <lib/string.h>
#include <ipc/ipc_kmsg_descriptor.h>
#include <ipc/ipc_port.h>
#include <vm/vm_map.h>
#include <vm/vm_map_copy.h>
#include <kern/convert.h>
#include <kern/mig_types.h>

/* True if PORT is a port: neither null nor the dead mark. */
#define IP_VALID(port) ipc_port_is_valid(port)

/* One call: the port it was made on, the request in the kernel's view, and room for the reply. */
struct ipc_kobject_call {
    struct ipc_port *port;
    mach_msg_header_t *request;
    mach_msg_header_t *reply;
};

/* Unpacks a request, calls the routine, packs the reply. */
typedef void (*ipc_kobject_stub_t)(struct ipc_kobject_call *call);

/* A routine: its stub, and the bytes of its largest reply. */
struct ipc_kobject_routine {
    ipc_kobject_stub_t stub;
    uint32_t max_reply_size;
};

/*
 * A generated subsystem: routines[id - start] for ids in [start, end); without a stub where there is
 * no routine.
 */
struct ipc_kobject_subsystem {
    mach_msg_id_t start;
    mach_msg_id_t end;
    const struct ipc_kobject_routine *routines;
};

/* Destroy what the descriptors of MESSAGE, complex and in the kernel's view, own: a reply whose
 * results are not as the interface allows is not sent.  Context: of a stub; may sleep. */
void mach_msg_destroy_from_kernel(mach_msg_header_t *message);
