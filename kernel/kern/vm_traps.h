/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The traps for the caller's own memory; as messages they are in mach_vm.defs.  kern/own_task.h tells
 * how the two go together.
 */
#pragma once

#include <kern/trap_handler.h>

TRAP_HANDLER(_kernelrpc_mach_vm_allocate_trap);
TRAP_HANDLER(_kernelrpc_mach_vm_deallocate_trap);
TRAP_HANDLER(_kernelrpc_mach_vm_protect_trap);
TRAP_HANDLER(_kernelrpc_mach_vm_map_trap);
