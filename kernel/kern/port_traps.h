/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The traps for the caller's own port space; as messages they are in mach_port.defs.  kern/own_task.h tells
 * how the two go together.
 */
#pragma once

#include <kern/trap_handler.h>

TRAP_HANDLER(_kernelrpc_mach_port_allocate_trap);
TRAP_HANDLER(_kernelrpc_mach_port_deallocate_trap);
TRAP_HANDLER(_kernelrpc_mach_port_mod_refs_trap);
TRAP_HANDLER(_kernelrpc_mach_port_move_member_trap);
TRAP_HANDLER(_kernelrpc_mach_port_insert_member_trap);
TRAP_HANDLER(_kernelrpc_mach_port_extract_member_trap);
TRAP_HANDLER(_kernelrpc_mach_port_type_trap);
TRAP_HANDLER(_kernelrpc_mach_port_get_attributes_trap);
TRAP_HANDLER(_kernelrpc_mach_port_construct_trap);
TRAP_HANDLER(_kernelrpc_mach_port_destruct_trap);
TRAP_HANDLER(_kernelrpc_mach_port_guard_trap);
TRAP_HANDLER(_kernelrpc_mach_port_unguard_trap);
TRAP_HANDLER(_kernelrpc_mach_port_insert_right_trap);
TRAP_HANDLER(_kernelrpc_mach_port_request_notification_trap);
