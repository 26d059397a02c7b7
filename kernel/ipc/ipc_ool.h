/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What descriptors carry: rights, arrays of rights, memory, between user and kernel view.  Both
 * views have the same size, so each conversion is in place.
 */
#pragma once

#include <stdint.h>

#include <mach/message.h>

#include <lib/compiler.h>
#include <ipc/ipc_kmsg_descriptor.h>

struct ipc_guarding;
struct ipc_kmsg;
struct ipc_space;
struct vm_map;

/*
 * Turn DESCRIPTOR from user view (of SPACE and MAP) into kernel view; DESTINATION is where the
 * message goes. *IS_CIRCULAR is set if a receive right would end in its own queue.  Context: may
 * sleep.
 * Returns: MACH_MSG_SUCCESS; MACH_SEND_INVALID_TYPE, _INVALID_RIGHT, _INVALID_MEMORY, _NO_BUFFER:
 * it owns nothing.
 */
[[nodiscard]] mach_msg_return_t ipc_descriptor_copyin(ipc_descriptor_t *descriptor,
                                                      struct ipc_space *space, struct vm_map *map,
                                                      struct ipc_port *destination,
                                                      bool *is_circular);

/*
 * Turn DESCRIPTOR from kernel view into user view of SPACE and MAP; GUARDING says what becomes of a
 * guarded receive right.  Context: may sleep.
 * Returns: MACH_MSG_SUCCESS, or the MACH_MSG_*_SPACE or *_KERNEL bits of what failed: then what it
 * carried is destroyed
 *          and it shows a null name or no memory.
 */
mach_msg_return_t ipc_descriptor_copyout(ipc_descriptor_t *descriptor, struct ipc_space *space,
                                         struct vm_map *map, const struct ipc_guarding *guarding);

/*
 * PORT, whose receive right was taken for a message to DESTINATION, becomes in transit; *IS_CIRCULAR is set
 * if the right would end in its own queue.  Returns: MACH_MSG_SUCCESS; MACH_SEND_NO_BUFFER, DESTINATION
 * is in too many queues (IPC_TRANSIT_DEPTH_MAX): the right is destroyed.
 */
[[nodiscard]] mach_msg_return_t ipc_right_enter_transit(struct ipc_port *port,
                                                        struct ipc_port *destination,
                                                        bool *is_circular);

/* Drop COUNT rights of kind TYPE in the kalloc'ed array PORTS, and the array. */
void ipc_ool_ports_destroy(struct ipc_port **ports, uint32_t count, mach_msg_type_name_t type);

/* Give PORT's right of kind TYPE (or null, or dead) to SPACE.  Returns: its name; null if it had to be
 * destroyed, with a MACH_MSG_IPC_* bit in *ERROR that tells what was missing. */
mach_port_name_t ipc_right_deliver(struct ipc_port *port, mach_msg_type_name_t type,
                                   struct ipc_space *space, mach_msg_return_t *error);
