/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A port set: several receive rights to wait on at once.  A port may be a member of any number of
 * sets; each membership is a link, on the port's list and on the set's.  Members that have messages
 * are on the set's ready list, so that receiving from a set costs the same for any number of
 * members.
 *
 * Locks: the set's lock protects its lists; the port's list of links needs the port's lock too.
 * Order: port -> set.
 */
#pragma once

#include <mach/kern_return.h>

#include <lib/compiler.h>
#include <lib/list.h>
#include <sched/waitq.h>
#include <ipc/ipc_object.h>
#include <ipc/ipc_port.h>

struct ipc_pset {
    struct ipc_object object; /* first */
    struct list members;      /* ipc_pset_link.set_link */
    struct list ready; /* ipc_pset_link.ready_link: members with messages, longest waiting first */
    struct waitq receivers;
};

struct ipc_pset_link {
    struct ipc_port *port;  /* no reference: the link goes before the port */
    struct ipc_pset *set;   /* no reference: the link goes before the set */
    struct list port_link;  /* (port and set) */
    struct list set_link;   /* (set) */
    struct list ready_link; /* (set) */
};

static inline LOCK_FUNCTION void ipc_pset_lock(struct ipc_pset *set) ACQUIRE(set->object.lock)
{
    spin_lock_at(&set->object.lock, LOCK_PLACE());
}

static inline void ipc_pset_unlock(struct ipc_pset *set) RELEASE(set->object.lock)
{
    spin_unlock(&set->object.lock);
}

/* Create an empty set, the caller's one reference.  Returns: null without memory. */
[[nodiscard]] struct ipc_pset *ipc_pset_create(void);

/* Remove all members, tell waiting receivers that the set has died, and drop the creator's
 * reference. */
void ipc_pset_destroy(struct ipc_pset *set);

/* Make PORT a member of SET.  Locks: PORT's.
 * Returns: KERN_SUCCESS; KERN_ALREADY_IN_SET; KERN_RESOURCE_SHORTAGE; KERN_INVALID_NAME, the set
 *          was destroyed after its name was looked up. */
[[nodiscard]] kern_return_t ipc_pset_add(struct ipc_pset *set, struct ipc_port *port)
    REQUIRES(port->object.lock);

/* Remove PORT from SET.  Locks: PORT's.  Returns: KERN_SUCCESS; KERN_NOT_IN_SET. */
[[nodiscard]] kern_return_t ipc_pset_remove(struct ipc_pset *set, struct ipc_port *port)
    REQUIRES(port->object.lock);

/* Remove PORT from all sets.  Locks: PORT's. */
void ipc_pset_remove_all(struct ipc_port *port) REQUIRES(port->object.lock);

/* PORT's queue is no longer empty, or is empty now: put it on, or take it off, the ready lists.
 * Locks: PORT's. */
void ipc_pset_set_ready(struct ipc_port *port, bool is_ready) REQUIRES(port->object.lock);

/* True if PORT is a member of SET.  Locks: PORT's. */
bool ipc_pset_contains(struct ipc_pset *set, struct ipc_port *port) REQUIRES(port->object.lock);

/* Number of sets that PORT is a member of.  Locks: PORT's. */
uint32_t ipc_pset_count(struct ipc_port *port) REQUIRES(port->object.lock);
