/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Noting what a thread did wrong.  Threads of the kernel are never told.
 */
#include <ipc/ipc_violation.h>

#include <mach/exc_guard.h>

#include <sched/thread.h>

void ipc_violation(mach_port_name_t name, uint64_t payload, uint32_t flavor)
{
    struct thread *self = current_thread();
    if (self->task == nullptr || self->violation.code != 0) {
        return;
    }
    uint64_t code = 0;
    EXC_GUARD_ENCODE_TYPE(code, GUARD_TYPE_MACH_PORT);
    EXC_GUARD_ENCODE_FLAVOR(code, flavor);
    EXC_GUARD_ENCODE_TARGET(code, name);
    self->violation.code = code;
    self->violation.subcode = payload;
    thread_set_ast(self, THREAD_AST_VIOLATION);
}

kern_return_t ipc_violation_by_result(mach_port_name_t name, kern_return_t result)
{
    switch (result) {
    case KERN_INVALID_NAME: ipc_violation(name, 0, kGUARD_EXC_INVALID_NAME); break;
    case KERN_INVALID_RIGHT: ipc_violation(name, 0, kGUARD_EXC_INVALID_RIGHT); break;
    case KERN_INVALID_VALUE: ipc_violation(name, 0, kGUARD_EXC_INVALID_VALUE); break;
    default: break;
    }
    return result;
}

void ipc_violation_by_header(const mach_msg_header_t *header, mach_msg_return_t result)
{
    switch (result) {
    case MACH_SEND_INVALID_REPLY:
        ipc_violation(header->msgh_local_port, 0, kGUARD_EXC_SEND_INVALID_REPLY);
        break;
    case MACH_SEND_INVALID_VOUCHER:
        ipc_violation(header->msgh_voucher_port, 0, kGUARD_EXC_SEND_INVALID_VOUCHER);
        break;
    default: break;
    }
}
