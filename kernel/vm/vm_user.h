/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel's routines of idl/mach_vm.defs, which also serve idl/vm_map.defs and the traps;
 * errors and meaning stand there.  A null map is what a stub makes of a port that is no task's:
 * it is refused.  Those that take or make rights to memory (mach_vm_map,
 * mach_make_memory_entry_64) are in kern/, on top of vm_user_map() and vm_map_lookup_object().
 *
 * Context: all may sleep; no locks held.
 */
#pragma once

#include <stdint.h>

#include <mach/kern_return.h>
#include <mach/message.h>
#include <mach/vm_attributes.h>
#include <mach/vm_purgable.h>
#include <mach/vm_region.h>
#include <mach/vm_sync.h>
#include <mach/vm_types.h>
#include <mach_debug/vm_info.h>

#include <vm/vm_map.h>
#include <vm/vm_map_copy.h>

struct ipc_port;

kern_return_t mach_vm_allocate(struct vm_map *target, mach_vm_address_t *address,
                               mach_vm_size_t size, int flags);
kern_return_t mach_vm_deallocate(struct vm_map *target, mach_vm_address_t address,
                                 mach_vm_size_t size);
kern_return_t mach_vm_protect(struct vm_map *target, mach_vm_address_t address, mach_vm_size_t size,
                              boolean_t set_maximum, vm_prot_t protection);
kern_return_t mach_vm_inherit(struct vm_map *target, mach_vm_address_t address, mach_vm_size_t size,
                              vm_inherit_t inheritance);
kern_return_t mach_vm_behavior_set(struct vm_map *target, mach_vm_address_t address,
                                   mach_vm_size_t size, vm_behavior_t behavior);

/* DATA is a copy, the caller's; null for no bytes. */
kern_return_t mach_vm_read(struct vm_map *target, mach_vm_address_t address, mach_vm_size_t size,
                           struct vm_map_copy **data, mach_msg_type_number_t *data_count);

/* Consumes DATA on success. */
kern_return_t mach_vm_write(struct vm_map *target, mach_vm_address_t address,
                            struct vm_map_copy *data, mach_msg_type_number_t data_count);

kern_return_t mach_vm_copy(struct vm_map *target, mach_vm_address_t source, mach_vm_size_t size,
                           mach_vm_address_t destination);

/* Writes to DATA in the map of the running thread. */
kern_return_t mach_vm_read_overwrite(struct vm_map *target, mach_vm_address_t address,
                                     mach_vm_size_t size, mach_vm_address_t data,
                                     mach_vm_size_t *size_read);

kern_return_t mach_vm_remap(struct vm_map *target, mach_vm_address_t *address, mach_vm_size_t size,
                            mach_vm_offset_t mask, int flags, struct vm_map *source,
                            mach_vm_address_t source_address, boolean_t copy, vm_prot_t *protection,
                            vm_prot_t *max_protection, vm_inherit_t inheritance);

kern_return_t mach_vm_region(struct vm_map *target, mach_vm_address_t *address,
                             mach_vm_size_t *size, vm_region_flavor_t flavor, vm_region_info_t info,
                             mach_msg_type_number_t *info_count, struct ipc_port **object_name);
kern_return_t mach_vm_region_recurse(struct vm_map *target, mach_vm_address_t *address,
                                     mach_vm_size_t *size, natural_t *nesting_depth,
                                     vm_region_recurse_info_t info,
                                     mach_msg_type_number_t *info_count);

/* vm_region and vm_region_recurse of vm_map.defs. */
kern_return_t mach_vm_region_old(struct vm_map *target, mach_vm_address_t *address,
                                 mach_vm_size_t *size, vm_region_flavor_t flavor,
                                 vm_region_info_t info, mach_msg_type_number_t *info_count,
                                 struct ipc_port **object_name);
kern_return_t mach_vm_region_recurse_old(struct vm_map *target, mach_vm_address_t *address,
                                         mach_vm_size_t *size, natural_t *nesting_depth,
                                         vm_region_recurse_info_t info,
                                         mach_msg_type_number_t *info_count);

kern_return_t mach_vm_remap_new(struct vm_map *target, mach_vm_address_t *address,
                                mach_vm_size_t size, mach_vm_offset_t mask, int flags,
                                struct vm_map *source, mach_vm_address_t source_address,
                                boolean_t copy, vm_prot_t *protection, vm_prot_t *max_protection,
                                vm_inherit_t inheritance);

kern_return_t mach_vm_msync(struct vm_map *target, mach_vm_address_t address, mach_vm_size_t size,
                            vm_sync_t flags);
kern_return_t mach_vm_machine_attribute(struct vm_map *target, mach_vm_address_t address,
                                        mach_vm_size_t size, vm_machine_attribute_t attribute,
                                        vm_machine_attribute_val_t *value);
kern_return_t mach_vm_purgable_control(struct vm_map *target, mach_vm_address_t address,
                                       vm_purgable_t control, int *state);
kern_return_t mach_vm_map_exec_lockdown(struct vm_map *target);

/* SIZE bytes of RECIPES. */
kern_return_t mach_vm_range_create(struct vm_map *target, mach_vm_range_flavor_t flavor,
                                   mach_vm_range_recipes_raw_t recipes, natural_t size);
kern_return_t mach_vm_task_wire(struct vm_map *target, boolean_t must_wire);
kern_return_t mach_vm_page_query(struct vm_map *target, mach_vm_offset_t offset,
                                 integer_t *disposition, integer_t *references);

kern_return_t mach_vm_page_info(struct vm_map *target, mach_vm_address_t address,
                                vm_page_info_flavor_t flavor, vm_page_info_t info,
                                mach_msg_type_number_t *info_count);

/* mach_vm_wire without the host; the map is one. */
kern_return_t mach_vm_wire(struct vm_map *target, mach_vm_address_t address, mach_vm_size_t size,
                           vm_prot_t access);

/* DISPOSITIONS is in the running thread's task. */
kern_return_t mach_vm_page_range_query(struct vm_map *target, mach_vm_offset_t address,
                                       mach_vm_size_t size, mach_vm_address_t dispositions,
                                       mach_vm_size_t *dispositions_count);

/* For who debugs the kernel; they fail. */
kern_return_t mach_vm_region_info(struct vm_map *task, vm_address_t address,
                                  vm_info_region_t *region, struct vm_map_copy **objects,
                                  mach_msg_type_number_t *count);
kern_return_t mach_vm_region_info_64(struct vm_map *task, vm_address_t address,
                                     vm_info_region_64_t *region, struct vm_map_copy **objects,
                                     mach_msg_type_number_t *count);
kern_return_t mach_vm_mapped_pages_info(struct vm_map *task, struct vm_map_copy **pages,
                                        mach_msg_type_number_t *count);

/* The copies are in the map of the running thread. */
kern_return_t mach_vm_read_list(struct vm_map *target, mach_vm_read_entry_t list, natural_t count);

/*
 * mach_vm_map without the port: REQUEST is the user's, unchecked, of any alignment; its object, if
 * any, shows OBJECT_SIZE bytes from OBJECT_OFFSET on, which the user's offset is relative to.  A
 * reference on the object is consumed on success.  The answer is in REQUEST->address.
 */
kern_return_t vm_user_map(struct vm_map *target, struct vm_map_request *request,
                          uint64_t object_offset, uint64_t object_size);
