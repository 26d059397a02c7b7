/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the files of ipc_right share.
 */
#pragma once

#include <ipc/ipc_right.h>

/* Turn ENTRY, a send or send-once right whose port has died, into a dead name.  Locks: the
 * space's. */
void ipc_right_make_dead(struct ipc_space *space, struct ipc_entry *entry) REQUIRES(space->lock);

/* ENTRY is about to lose its right: if its dead-name request still stands, its notify right gets a
 * port-deleted notification. */
void ipc_right_cancel_request(struct ipc_entry *entry);

/* Unlocked look at whether PORT, on which the caller holds a reference, has died: a dead port stays
 * dead, a live one may die before the caller acts, which is as if the caller had acted first. */
static inline bool ipc_port_is_alive(const struct ipc_port *port)
{
    return __atomic_load_n(&port->object.is_active, __ATOMIC_ACQUIRE);
}
