/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * For host tests: the calls on ports that the tested code makes, served by fake_kernel.c. Stands in
 * for the generated header of the same name.
 */
#pragma once

#include <mach/mach_types.h>

kern_return_t mach_port_deallocate(ipc_space_t task, mach_port_name_t name);
kern_return_t mach_port_unguard(ipc_space_t task, mach_port_name_t name, mach_port_context_t guard);
kern_return_t mach_port_mod_refs(ipc_space_t task, mach_port_name_t name, mach_port_right_t right,
                                 mach_port_delta_t delta);
kern_return_t mach_port_insert_right(ipc_space_t task, mach_port_name_t name, mach_port_t poly,
                                     mach_msg_type_name_t disposition);
kern_return_t mach_port_extract_right(ipc_space_t task, mach_port_name_t name,
                                      mach_msg_type_name_t disposition, mach_port_t *poly,
                                      mach_msg_type_name_t *type);
