/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A port set: several receive rights to wait on at once.  A set has any number of members, and
 * a port may be a member of as many sets as can be gone through with its lock held.  Each membership is
 * a link, on the port's list and on the set's.  Members that have messages are on the set's ready list,
 * so that receiving from a set costs the same for any number of members.
 *
 * Invariants
 *  - Under its port's lock: a member is ready, in all its sets, exactly when its queue is not empty.
 *  - Under the set's lock: nobody waits on a set that has a ready member.  So whoever queues a
 *    message looks for receivers and makes the port ready in one hold of the set's lock.
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

struct quota;

/* How many sets a port may be a member of. */
#define IPC_PORT_SETS_MAX 256

struct ipc_pset {
    struct ipc_object object; /* first */
    struct list members;      /* ipc_pset_link.set_link */
    struct list ready; /* ipc_pset_link.ready_link: members with messages, longest waiting first */
    struct waitq receivers;
    struct quota
        *quota; /* (constant) a reference: the set and its links are charged to it, or null */
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

/* Create an empty set, charged to QUOTA, the caller's one reference.  Returns: null without memory,
 * or if that is used up. */
[[nodiscard]] struct ipc_pset *ipc_pset_create(struct quota *quota);

/* Free SET, whose last reference is gone. */
void ipc_pset_free(struct ipc_pset *set);

/* Remove all members, tell waiting receivers that the set has died, and drop the creator's
 * reference. */
void ipc_pset_destroy(struct ipc_pset *set);

/* Make PORT a member of SET.  Locks: PORT's.
 * Returns: KERN_SUCCESS; KERN_ALREADY_IN_SET; KERN_RESOURCE_SHORTAGE, no memory, or PORT is in as many
 *          sets as it may be; KERN_INVALID_NAME, the set was destroyed after its name was looked up. */
[[nodiscard]] kern_return_t ipc_pset_add(struct ipc_pset *set, struct ipc_port *port)
    REQUIRES(port->object.lock);

/* Remove PORT from SET.  Locks: PORT's.  Returns: KERN_SUCCESS; KERN_NOT_IN_SET. */
[[nodiscard]] kern_return_t ipc_pset_remove(struct ipc_pset *set, struct ipc_port *port)
    REQUIRES(port->object.lock);

/* Remove PORT from all sets.  Locks: PORT's. */
void ipc_pset_remove_all(struct ipc_port *port) REQUIRES(port->object.lock);

/* The member behind LINK has messages, or will have before its port's lock is dropped.  Locks: its
 * port's and its set's. */
static inline void ipc_pset_link_make_ready(struct ipc_pset_link *link)
{
    if (list_empty(&link->ready_link)) {
        list_insert_tail(&link->set->ready, &link->ready_link);
    }
}

/* PORT has no messages: take it off the ready lists of its sets.  Locks: PORT's. */
void ipc_pset_make_unready(struct ipc_port *port) REQUIRES(port->object.lock);

/* True if PORT is a member of SET.  Locks: PORT's. */
bool ipc_pset_contains(struct ipc_pset *set, struct ipc_port *port) REQUIRES(port->object.lock);

/* Number of sets that PORT is a member of.  Locks: PORT's. */
uint32_t ipc_pset_count(struct ipc_port *port) REQUIRES(port->object.lock);
