/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The stubs behind calls that are also traps. A trap works on the caller's own task and is much
 * cheaper; for another task it answers MACH_SEND_INVALID_DEST, and the call is made as a message.
 * CMakeLists.txt gives the stubs these names, so that the plain ones are free for the pair of both.
 */
#pragma once

#include <mach/mach_types.h>

kern_return_t _kernelrpc_mach_port_allocate(ipc_space_t task, mach_port_right_t right,
                                            mach_port_name_t *name);
kern_return_t _kernelrpc_mach_port_deallocate(ipc_space_t task, mach_port_name_t name);
kern_return_t _kernelrpc_mach_port_mod_refs(ipc_space_t task, mach_port_name_t name,
                                            mach_port_right_t right, mach_port_delta_t delta);
kern_return_t _kernelrpc_mach_port_move_member(ipc_space_t task, mach_port_name_t member,
                                               mach_port_name_t after);
kern_return_t _kernelrpc_mach_port_insert_right(ipc_space_t task, mach_port_name_t name,
                                                mach_port_t poly, mach_msg_type_name_t disposition);
kern_return_t _kernelrpc_mach_port_insert_member(ipc_space_t task, mach_port_name_t name,
                                                 mach_port_name_t pset);
kern_return_t _kernelrpc_mach_port_extract_member(ipc_space_t task, mach_port_name_t name,
                                                  mach_port_name_t pset);
kern_return_t _kernelrpc_mach_port_request_notification(ipc_space_t task, mach_port_name_t name,
                                                        mach_msg_id_t id, mach_port_mscount_t sync,
                                                        mach_port_t notify,
                                                        mach_msg_type_name_t disposition,
                                                        mach_port_t *previous);

kern_return_t _kernelrpc_mach_port_get_attributes(ipc_space_read_t task, mach_port_name_t name,
                                                  mach_port_flavor_t flavor, mach_port_info_t info,
                                                  mach_msg_type_number_t *info_count);
kern_return_t _kernelrpc_mach_port_construct(ipc_space_t task, mach_port_options_ptr_t options,
                                             mach_port_context_t context, mach_port_name_t *name);
kern_return_t _kernelrpc_mach_port_destruct(ipc_space_t task, mach_port_name_t name,
                                            mach_port_delta_t srdelta, mach_port_context_t guard);
kern_return_t _kernelrpc_mach_port_guard(ipc_space_t task, mach_port_name_t name,
                                         mach_port_context_t guard, boolean_t strict);
kern_return_t _kernelrpc_mach_port_unguard(ipc_space_t task, mach_port_name_t name,
                                           mach_port_context_t guard);

kern_return_t _kernelrpc_mach_vm_allocate(vm_map_t target, mach_vm_address_t *address,
                                          mach_vm_size_t size, int flags);
kern_return_t _kernelrpc_mach_vm_deallocate(vm_map_t target, mach_vm_address_t address,
                                            mach_vm_size_t size);
kern_return_t _kernelrpc_mach_vm_protect(vm_map_t target, mach_vm_address_t address,
                                         mach_vm_size_t size, boolean_t set_maximum,
                                         vm_prot_t new_protection);
kern_return_t _kernelrpc_mach_vm_map(vm_map_t target, mach_vm_address_t *address,
                                     mach_vm_size_t size, mach_vm_offset_t mask, int flags,
                                     mem_entry_name_port_t object, memory_object_offset_t offset,
                                     boolean_t copy, vm_prot_t cur_protection,
                                     vm_prot_t max_protection, vm_inherit_t inheritance);

kern_return_t _kernelrpc_host_create_mach_voucher(host_t host,
                                                  mach_voucher_attr_raw_recipe_array_t recipes,
                                                  mach_msg_type_number_t recipesCnt,
                                                  ipc_voucher_t *voucher);
kern_return_t _kernelrpc_mach_voucher_extract_attr_recipe(ipc_voucher_t voucher,
                                                          mach_voucher_attr_key_t key,
                                                          mach_voucher_attr_raw_recipe_t recipe,
                                                          mach_msg_type_number_t *recipeCnt);
