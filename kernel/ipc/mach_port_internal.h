/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the files of mach_port share: finding what a name denotes, with everything locked that has
 * to be.
 */
#pragma once

#include <mach/kern_return.h>
#include <mach/port.h>

#include <lib/compiler.h>
#include <ipc/ipc_port.h>
#include <ipc/ipc_pset.h>
#include <ipc/ipc_space.h>

/* The same as KERN_SUCCESS, as a literal that the lock analysis follows. */
#define LOCKED 0

/* Lock TASK and find the entry of NAME.
 * Returns: KERN_SUCCESS, TASK is locked; KERN_INVALID_TASK; KERN_INVALID_NAME. */
[[nodiscard]] kern_return_t mach_port_lock_entry(struct ipc_space *task, mach_port_name_t name,
                                                 struct ipc_entry **entry)
    TRY_ACQUIRE(LOCKED, task->lock);

/* Find the port that TASK receives from under NAME and lock it; the reference is the caller's.
 * Returns: KERN_SUCCESS, *PORT is locked, TASK is not; KERN_INVALID_TASK; KERN_INVALID_NAME;
 * KERN_INVALID_RIGHT, also for MACH_PORT_NULL and MACH_PORT_DEAD. */
[[nodiscard]] kern_return_t mach_port_lock_receive(struct ipc_space *task, mach_port_name_t name,
                                                   struct ipc_port **port)
    TRY_ACQUIRE(LOCKED, (*port)->object.lock);

/* Undo mach_port_lock_receive(). */
void mach_port_unlock_receive(struct ipc_port *port) RELEASE(port->object.lock);

/* Find the port set NAME of TASK, with a reference.
 * Returns: KERN_SUCCESS; KERN_INVALID_TASK; KERN_INVALID_NAME; KERN_INVALID_RIGHT, also for
 * MACH_PORT_NULL and MACH_PORT_DEAD. */
[[nodiscard]] kern_return_t mach_port_find_set(struct ipc_space *task, mach_port_name_t name,
                                               struct ipc_pset **set);
