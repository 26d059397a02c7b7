/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel's side of the loop-back: stubs of KernelServer subsystems answer to the same callers as
 * those of tasks, and are held to the same ledger and the same judge. A port is a pointer whose value
 * is the right's name, a vm_map_copy the block of memory itself, and an array of ports a block of
 * such pointers.
 */
#pragma once

#include <kern/mig_kernel.h>

#include "loopback.h"

/* Have the stub in TABLE answer REQUEST, as a kernel does, with REPLY. Returns: the id is TABLE's. */
boolean_t loop_kobject_serve(const struct ipc_kobject_subsystem *table, mach_msg_header_t *request,
                             mach_msg_header_t *reply);

/* A translation made a reference to OBJECT, which a destructor or the translation into a right must
 * give back. Null is no object. */
void loop_object_made(uintptr_t object);
void loop_object_released(uintptr_t object);

/* loop_own_all() and loop_release_all() for ports as they are here. */
void loop_own_pointers(const ipc_port_t *ports, uint32_t count, mach_msg_type_name_t disposition);
void loop_release_pointers(const ipc_port_t *ports, uint32_t count,
                           mach_msg_type_name_t disposition);
