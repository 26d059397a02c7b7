/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The routines of idl/mach_port.defs, where their meaning and errors are described; generated stubs
 * call them. TASK may be null (the port named no living task): KERN_INVALID_TASK.  Port arguments:
 * a routine that returns KERN_SUCCESS owns the rights it was given.
 *
 * Context: interrupts off.
 */
#pragma once

#include <mach/kern_return.h>
#include <mach/message.h>
#include <mach/port.h>
#include <mach/vm_types.h>
#include <mach_debug/mach_debug_types.h>

struct ipc_port;
struct ipc_space;
struct vm_map_copy;

kern_return_t mach_port_names(struct ipc_space *task, struct vm_map_copy **names,
                              mach_msg_type_number_t *names_count, struct vm_map_copy **types,
                              mach_msg_type_number_t *types_count);
kern_return_t mach_port_type(struct ipc_space *task, mach_port_name_t name, mach_port_type_t *type);
kern_return_t mach_port_rename(struct ipc_space *task, mach_port_name_t old_name,
                               mach_port_name_t new_name);
kern_return_t mach_port_allocate_name(struct ipc_space *task, mach_port_right_t right,
                                      mach_port_name_t name);
kern_return_t mach_port_allocate(struct ipc_space *task, mach_port_right_t right,
                                 mach_port_name_t *name);
kern_return_t mach_port_destroy(struct ipc_space *task, mach_port_name_t name);
kern_return_t mach_port_deallocate(struct ipc_space *task, mach_port_name_t name);
kern_return_t mach_port_get_refs(struct ipc_space *task, mach_port_name_t name,
                                 mach_port_right_t right, mach_port_urefs_t *refs);
kern_return_t mach_port_mod_refs(struct ipc_space *task, mach_port_name_t name,
                                 mach_port_right_t right, mach_port_delta_t delta);
kern_return_t mach_port_peek(struct ipc_space *task, mach_port_name_t name,
                             mach_msg_trailer_type_t trailer_type, mach_port_seqno_t *seqno,
                             mach_msg_size_t *size, mach_msg_id_t *id,
                             mach_msg_trailer_info_t trailer,
                             mach_msg_type_number_t *trailer_count);
kern_return_t mach_port_allocate_qos(struct ipc_space *task, mach_port_right_t right,
                                     mach_port_qos_t *qos, mach_port_name_t *name);
kern_return_t mach_port_allocate_full(struct ipc_space *task, mach_port_right_t right,
                                      struct ipc_port *proto, mach_port_qos_t *qos,
                                      mach_port_name_t *name);
kern_return_t mach_port_construct(struct ipc_space *task, struct vm_map_copy *options,
                                  uint64_t context, mach_port_name_t *name);
/* The same with the options at hand; TASK is not null. */
kern_return_t mach_port_construct_by(struct ipc_space *task, const mach_port_options_t *options,
                                     uint64_t context, mach_port_name_t *name);
kern_return_t mach_port_set_mscount(struct ipc_space *task, mach_port_name_t name,
                                    mach_port_mscount_t count);
kern_return_t mach_port_get_set_status(struct ipc_space *task, mach_port_name_t name,
                                       struct vm_map_copy **members,
                                       mach_msg_type_number_t *members_count);
kern_return_t mach_port_move_member(struct ipc_space *task, mach_port_name_t member,
                                    mach_port_name_t after);
kern_return_t mach_port_request_notification(struct ipc_space *task, mach_port_name_t name,
                                             mach_msg_id_t id, mach_port_mscount_t sync,
                                             struct ipc_port *notify, struct ipc_port **previous);
kern_return_t mach_port_insert_right(struct ipc_space *task, mach_port_name_t name,
                                     struct ipc_port *poly, mach_msg_type_name_t poly_type);
kern_return_t mach_port_extract_right(struct ipc_space *task, mach_port_name_t name,
                                      mach_msg_type_name_t type, struct ipc_port **poly,
                                      mach_msg_type_name_t *poly_type);
kern_return_t mach_port_get_attributes(struct ipc_space *task, mach_port_name_t name,
                                       mach_port_flavor_t flavor, mach_port_info_t info,
                                       mach_msg_type_number_t *info_count);
kern_return_t mach_port_set_attributes(struct ipc_space *task, mach_port_name_t name,
                                       mach_port_flavor_t flavor, mach_port_info_t info,
                                       mach_msg_type_number_t info_count);
kern_return_t mach_port_set_seqno(struct ipc_space *task, mach_port_name_t name,
                                  mach_port_seqno_t seqno);
kern_return_t mach_port_get_srights(struct ipc_space *task, mach_port_name_t name,
                                    mach_port_rights_t *srights);
kern_return_t mach_port_get_context(struct ipc_space *task, mach_port_name_t name,
                                    uint64_t *context);
kern_return_t mach_port_set_context(struct ipc_space *task, mach_port_name_t name,
                                    uint64_t context);
kern_return_t mach_port_destruct(struct ipc_space *task, mach_port_name_t name,
                                 mach_port_delta_t srdelta, uint64_t guard);
kern_return_t mach_port_guard(struct ipc_space *task, mach_port_name_t name, uint64_t guard,
                              boolean_t strict);
kern_return_t mach_port_guard_with_flags(struct ipc_space *task, mach_port_name_t name,
                                         uint64_t guard, uint64_t flags);
kern_return_t mach_port_unguard(struct ipc_space *task, mach_port_name_t name, uint64_t guard);
kern_return_t mach_port_swap_guard(struct ipc_space *task, mach_port_name_t name,
                                   uint64_t old_guard, uint64_t new_guard);
kern_return_t mach_port_insert_member(struct ipc_space *task, mach_port_name_t name,
                                      mach_port_name_t set);
kern_return_t mach_port_extract_member(struct ipc_space *task, mach_port_name_t name,
                                       mach_port_name_t set);
kern_return_t mach_port_dnrequest_info(struct ipc_space *task, mach_port_name_t name,
                                       unsigned *total, unsigned *used);
kern_return_t mach_port_get_service_port_info(struct ipc_space *task, mach_port_name_t name,
                                              mach_service_port_info_data_t *info);
kern_return_t mach_port_is_connection_for_service(struct ipc_space *task,
                                                  mach_port_name_t connection,
                                                  mach_port_name_t service, uint64_t *policy);
kern_return_t mach_port_assert_attributes(struct ipc_space *task, mach_port_name_t name,
                                          mach_port_flavor_t flavor, mach_port_info_t info,
                                          mach_msg_type_number_t info_count);
kern_return_t mach_port_space_info(struct ipc_space *task, ipc_info_space_t *info,
                                   struct vm_map_copy **table, mach_msg_type_number_t *table_count,
                                   struct vm_map_copy **tree, mach_msg_type_number_t *tree_count);
kern_return_t mach_port_space_basic_info(struct ipc_space *task, ipc_info_space_basic_t *info);
kern_return_t mach_port_kobject(struct ipc_space *task, mach_port_name_t name, natural_t *type,
                                mach_vm_address_t *address);
kern_return_t mach_port_kobject_description(struct ipc_space *task, mach_port_name_t name,
                                            natural_t *type, mach_vm_address_t *address,
                                            kobject_description_t description);
kern_return_t mach_port_kernel_object(struct ipc_space *task, mach_port_name_t name, unsigned *type,
                                      unsigned *address);
