/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rights in a space: counting, moving in and out, what becomes of them when their port dies.
 *
 * A right in an entry is one right of the port's count and one reference, however many user
 * references it has. When a port dies the entries that denote it stay as they are; the first look
 * at one (ipc_right_check()) turns it into a dead name.
 *
 * All functions: Context: interrupts off.
 */
#pragma once

#include <stdint.h>

#include <mach/kern_return.h>
#include <mach/message.h>
#include <mach/port.h>

#include <lib/compiler.h>
#include <ipc/ipc_entry.h>
#include <ipc/ipc_port.h>
#include <ipc/ipc_space.h>

/* If the port behind ENTRY (send or send-once right) has died, turn ENTRY into a dead name.
 * Returns: true if ENTRY is a dead name now.  Locks: the space's. */
bool ipc_right_check(struct ipc_space *space, struct ipc_entry *entry) REQUIRES(space->lock);

/* Could ENTRY be copied in with disposition TYPE, one of a send or send-once right?  Dead names can.
 * Locks: the space's. */
bool ipc_right_copyin_check(const struct ipc_entry *entry, mach_msg_type_name_t type);

/* Locks: the space's.
 * Take a right from ENTRY as disposition TYPE (MACH_MSG_TYPE_MOVE_SEND ... MAKE_SEND_ONCE) says.
 * References: *PORT has the right's count and reference; IPC_PORT_DEAD for a dead name, if
 * DEAD_IS_OK.  If not, *PORT can be a port that has died: a message may go to it by a send-once
 * right, and be lost.
 * Returns: KERN_SUCCESS; KERN_INVALID_RIGHT, ENTRY has not what TYPE needs, or is dead and
 * DEAD_IS_OK is false; KERN_UREFS_OVERFLOW, the port can count no more rights. */
[[nodiscard]] kern_return_t ipc_right_copyin(struct ipc_space *space, struct ipc_entry *entry,
                                             mach_msg_type_name_t type, bool dead_is_ok,
                                             struct ipc_port **port) REQUIRES(space->lock);

/* What who takes a guarded receive right says of its guard. */
struct ipc_guard_claim {
    uint64_t guard;
    bool is_none; /* it may also have none, if GUARD is 0 */
};

/*
 * Take the receive right from ENTRY, if CLAIM (null: none) fits its guard.  Who waits for a message of its
 * port is claimed and moved to the end of WOKEN: there may be many, and they are woken when the space
 * is not locked any more (waitq_wake_claimed()).  Locks: the space's.
 * Returns: KERN_SUCCESS and *PORT, with the right's reference; KERN_INVALID_RIGHT, ENTRY has none;
 * KERN_INVALID_CAPABILITY, its guard keeps it where it is; KERN_INVALID_ARGUMENT, CLAIM does not fit.
 */
[[nodiscard]] kern_return_t ipc_right_copyin_receive(struct ipc_space *space,
                                                     struct ipc_entry *entry,
                                                     const struct ipc_guard_claim *claim,
                                                     struct list *woken, struct ipc_port **port)
    REQUIRES(space->lock);

/* The kind of right (MACH_MSG_TYPE_PORT_*) that disposition TYPE makes. */
mach_msg_type_name_t ipc_right_result_type(mach_msg_type_name_t type);

/*
 * Put PORT's right of kind TYPE (MACH_MSG_TYPE_PORT_*) into SPACE.  Locks: the space's.
 * References: the right's count and reference are consumed on success.
 * Returns: KERN_SUCCESS and *NAME; KERN_INVALID_CAPABILITY, PORT has died; KERN_INVALID_TASK, the
 * space has;
 *          KERN_NO_SPACE, KERN_RESOURCE_SHORTAGE.
 */
[[nodiscard]] kern_return_t ipc_right_copyout(struct ipc_space *space, struct ipc_port *port,
                                              mach_msg_type_name_t type, mach_port_name_t *name)
    REQUIRES(space->lock);

/* The same with a name that the caller chose.
 * Returns: also KERN_NAME_EXISTS; KERN_RIGHT_EXISTS, SPACE has PORT under another name;
 *          KERN_UREFS_OVERFLOW; KERN_INVALID_VALUE, NAME is null or dead. */
[[nodiscard]] kern_return_t ipc_right_copyout_name(struct ipc_space *space, struct ipc_port *port,
                                                   mach_msg_type_name_t type, mach_port_name_t name)
    REQUIRES(space->lock);

/*
 * The right (or the object) that was taken out of an entry and has to be dropped after the space is
 * unlocked, because that may sleep.  ipc_right_drop() does it.
 */
struct ipc_right_remains {
    struct ipc_object *object; /* null: nothing */
    mach_msg_type_name_t type; /* MACH_MSG_TYPE_PORT_*, or 0 for a port set */
    bool also_send;            /* a send right goes with the receive right */
};

void ipc_right_drop(struct ipc_right_remains *remains);

/* mach_port_destroy: remove everything that ENTRY denotes.  Locks: the space's. */
void ipc_right_destroy(struct ipc_space *space, struct ipc_entry *entry,
                       struct ipc_right_remains *remains) REQUIRES(space->lock);

/* mach_port_deallocate: remove one user reference that is not a receive right's.  Locks: the
 * space's.
 * Returns: KERN_SUCCESS; KERN_INVALID_RIGHT. */
[[nodiscard]] kern_return_t ipc_right_deallocate(struct ipc_space *space, struct ipc_entry *entry,
                                                 struct ipc_right_remains *remains)
    REQUIRES(space->lock);

/* mach_port_mod_refs: add DELTA user references of RIGHT.  Locks: the space's.
 * Returns: KERN_SUCCESS; KERN_INVALID_RIGHT; KERN_INVALID_VALUE, it would be negative;
 * KERN_UREFS_OVERFLOW. */
[[nodiscard]] kern_return_t ipc_right_delta(struct ipc_space *space, struct ipc_entry *entry,
                                            mach_port_right_t right, mach_port_delta_t delta,
                                            struct ipc_right_remains *remains)
    REQUIRES(space->lock);

/* True if ENTRY has a receive right that a guard protects from being destroyed; that is noted as a
 * violation (ipc_violation.h).  Locks: the space's. */
bool ipc_right_is_guarded(const struct ipc_entry *entry);

/* mach_port_destruct: add DELTA, not positive, user references of the send right, and give up the
 * receive right, whose guard is GUARD.  Locks: the space's.
 * Returns: KERN_SUCCESS; KERN_INVALID_RIGHT; KERN_INVALID_VALUE, it would be negative or DELTA is
 * positive; KERN_INVALID_ARGUMENT, another guard. */
[[nodiscard]] kern_return_t ipc_right_destruct(struct ipc_space *space, struct ipc_entry *entry,
                                               mach_port_delta_t delta, uint64_t guard,
                                               struct ipc_right_remains *remains)
    REQUIRES(space->lock);

/* Make REQUEST the request of ENTRY (null: none).  With FIRE_IF_ROOM, REQUEST, a send-possible one,
 * is armed, or not taken if the port has room now.  The former one's notify right is in *FORMER (a
 * send-once right that is the caller's, or null).  Locks: the space's.
 * Returns: KERN_SUCCESS; KERN_ALREADY_WAITING, there is room, and REQUEST is the caller's still;
 * KERN_INVALID_RIGHT; KERN_INVALID_ARGUMENT, dead already (the caller may send at once). */
[[nodiscard]] kern_return_t ipc_right_set_request(struct ipc_space *space, struct ipc_entry *entry,
                                                  struct ipc_request *request, bool fire_if_room,
                                                  struct ipc_port **former) REQUIRES(space->lock);

/* Destroy what ENTRY of a dead space denotes; nobody else looks at it any more. */
void ipc_right_terminate(struct ipc_entry *entry);
