/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The global variables of a Mach program.
 */
#include "mach_init.h"

#include <mach/mach_traps.h>
#include <mach/task.h>
#include <mach/task_special_ports.h>

mach_port_t mach_task_self_;
mach_port_t bootstrap_port;

vm_size_t vm_page_size;
vm_size_t vm_page_mask;
int vm_page_shift;
vm_size_t vm_kernel_page_size;
vm_size_t vm_kernel_page_mask;
int vm_kernel_page_shift;

void mach_init(void)
{
    mach_task_self_ = task_self_trap();
    vm_page_size = COMM_PAGE->page_size;
    vm_page_mask = vm_page_size - 1;
    vm_page_shift = __builtin_ctzl(vm_page_size);
    vm_kernel_page_size = vm_page_size;
    vm_kernel_page_mask = vm_page_mask;
    vm_kernel_page_shift = vm_page_shift;
    if (task_get_special_port(mach_task_self_, TASK_BOOTSTRAP_PORT, &bootstrap_port) !=
        KERN_SUCCESS) {
        bootstrap_port = MACH_PORT_NULL;
    }
}

#undef mach_task_self
mach_port_t mach_task_self(void)
{
    return task_self_trap();
}

boolean_t mach_task_is_self(task_name_t task)
{
    boolean_t is_self = FALSE;
    if (task == mach_task_self_) {
        return TRUE;
    }
    /* It may be another kind of right to this task. */
    return _kernelrpc_mach_task_is_self(task, &is_self) == KERN_SUCCESS && is_self;
}
