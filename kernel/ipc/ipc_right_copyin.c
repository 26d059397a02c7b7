/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Taking rights out of a space.  One table says what each disposition needs, makes and consumes;
 * the table also stands in docs/ipc.md.
 */
#include <ipc/ipc_right.h>

#include <lib/assert.h>
#include <lib/log.h>
#include <mem/zone.h>
#include <ipc/ipc_mqueue.h>
#include <ipc/ipc_notify.h>
#include <ipc/ipc_pset.h>
#include <ipc/ipc_right_internal.h>
#include <ipc/ipc_violation.h>
#include <ipc/ipc_zones.h>

struct disposition {
    uint32_t needs;             /* MACH_PORT_TYPE_* that the entry must have */
    mach_msg_type_name_t makes; /* MACH_MSG_TYPE_PORT_* */
    bool moves;                 /* the entry loses a reference */
};

#define DISPOSITION_FIRST MACH_MSG_TYPE_MOVE_RECEIVE

static const struct disposition dispositions[] = {
    [MACH_MSG_TYPE_MOVE_RECEIVE - DISPOSITION_FIRST] = { MACH_PORT_TYPE_RECEIVE,
                                                         MACH_MSG_TYPE_PORT_RECEIVE, true },
    [MACH_MSG_TYPE_MOVE_SEND -
        DISPOSITION_FIRST] = { MACH_PORT_TYPE_SEND, MACH_MSG_TYPE_PORT_SEND, true },
    [MACH_MSG_TYPE_MOVE_SEND_ONCE -
        DISPOSITION_FIRST] = { MACH_PORT_TYPE_SEND_ONCE, MACH_MSG_TYPE_PORT_SEND_ONCE, true },
    [MACH_MSG_TYPE_COPY_SEND -
        DISPOSITION_FIRST] = { MACH_PORT_TYPE_SEND, MACH_MSG_TYPE_PORT_SEND, false },
    [MACH_MSG_TYPE_MAKE_SEND -
        DISPOSITION_FIRST] = { MACH_PORT_TYPE_RECEIVE, MACH_MSG_TYPE_PORT_SEND, false },
    [MACH_MSG_TYPE_MAKE_SEND_ONCE -
        DISPOSITION_FIRST] = { MACH_PORT_TYPE_RECEIVE, MACH_MSG_TYPE_PORT_SEND_ONCE, false },
};

mach_msg_type_name_t ipc_right_result_type(mach_msg_type_name_t type)
{
    return dispositions[type - DISPOSITION_FIRST].makes;
}

/* Is ENTRY a dead name, or will it be one as soon as somebody looks? */
static bool is_dead_name(const struct ipc_entry *entry)
{
    mach_port_type_t type = ipc_entry_type(entry);
    return type == MACH_PORT_TYPE_DEAD_NAME ||
           ((type == MACH_PORT_TYPE_SEND || type == MACH_PORT_TYPE_SEND_ONCE) &&
            !ipc_port_is_alive(ipc_entry_port(entry)));
}

bool ipc_right_copyin_check(const struct ipc_entry *entry, mach_msg_type_name_t type)
{
    const struct disposition *disposition = &dispositions[type - DISPOSITION_FIRST];
    return (ipc_entry_type(entry) & disposition->needs) ||
           ((disposition->needs & MACH_PORT_TYPE_SEND_RIGHTS) && is_dead_name(entry));
}

/* ENTRY has not the right that DISPOSITION needs: copy it in as a dead name if it is one.  Which kind
 * of right it was makes no difference, whether somebody has noticed the death or not. */
static COLD kern_return_t copyin_dead(struct ipc_space *space, struct ipc_entry *entry,
                                      const struct disposition *disposition, bool dead_is_ok,
                                      struct ipc_port **port) REQUIRES(space->lock)
{
    if (!ipc_right_check(space, entry) || !dead_is_ok ||
        !(disposition->needs & MACH_PORT_TYPE_SEND_RIGHTS)) {
        return KERN_INVALID_RIGHT;
    }
    if (disposition->moves && ipc_entry_urefs(entry) == 1) {
        ipc_entry_free(space, entry);
    } else if (disposition->moves) {
        ipc_entry_drop_urefs(entry, 1);
    }
    *port = IPC_PORT_DEAD;
    return KERN_SUCCESS;
}

/* Make the right that TYPE (not a MOVE) says on PORT, which is alive and locked.  Returns: false if
 * PORT cannot count one more. */
static inline bool make_right(struct ipc_port *port, mach_msg_type_name_t type)
    REQUIRES(port->object.lock)
{
    uint32_t *count =
        type == MACH_MSG_TYPE_MAKE_SEND_ONCE ? &port->send_once_rights : &port->send_rights;
    bool is_made_send = type == MACH_MSG_TYPE_MAKE_SEND;
    if (UNLIKELY(*count == IPC_PORT_RIGHTS_MAX ||
                 (is_made_send && port->make_send_count == IPC_PORT_RIGHTS_MAX))) {
        return false;
    }
    ++*count;
    port->make_send_count += is_made_send;
    ipc_port_reference(port);
    return true;
}

/* Move a send right out of ENTRY: the last user reference takes the right along, others leave
 * it.  A request stays with a receive right under the same name. */
static kern_return_t move_send(struct ipc_space *space, struct ipc_entry *entry,
                               struct ipc_port *port) REQUIRES(space->lock)
{
    if (ipc_entry_urefs(entry) > 1) {
        ipc_port_lock(port);
        bool is_counted = make_right(port, MACH_MSG_TYPE_COPY_SEND);
        ipc_port_unlock(port);
        if (UNLIKELY(!is_counted)) {
            return KERN_UREFS_OVERFLOW;
        }
        ipc_entry_drop_urefs(entry, 1);
        return KERN_SUCCESS;
    }
    if (entry->bits & MACH_PORT_TYPE_RECEIVE) {
        entry->bits = MACH_PORT_TYPE_RECEIVE;
    } else {
        ipc_right_cancel_request(entry);
        ipc_hash_remove(space, entry);
        ipc_entry_free(space, entry);
    }
    return KERN_SUCCESS;
}

/* Does CLAIM fit PORT's guard?  Null: nothing is claimed, which always does. */
static bool claim_fits(const struct ipc_guard_claim *claim, const struct ipc_port *port)
{
    if (claim == nullptr) {
        return true;
    }
    return ipc_port_is_guarded(port) ? port->context == claim->guard
                                     : claim->is_none && claim->guard == 0;
}

/* Move the receive right out of ENTRY if CLAIM (or null) fits; a send right stays behind. */
static kern_return_t move_receive(struct ipc_space *space, struct ipc_entry *entry,
                                  struct ipc_port *port, const struct ipc_guard_claim *claim,
                                  struct list *woken) REQUIRES(space->lock)
{
    ipc_port_lock(port);
    if (port->flags & MACH_PORT_STATUS_FLAG_GUARD_IMMOVABLE_RECEIVE) {
        ipc_port_unlock(port);
        ipc_violation(entry->name, 0, kGUARD_EXC_IMMOVABLE);
        return KERN_INVALID_CAPABILITY;
    }
    if (!claim_fits(claim, port)) {
        uint64_t context = port->context;
        ipc_port_unlock(port);
        ipc_violation(entry->name, context, kGUARD_EXC_INCORRECT_GUARD);
        return KERN_INVALID_ARGUMENT;
    }
    (void)ipc_port_leave_space(port, MACH_RCV_PORT_CHANGED, woken);
    ipc_port_unlock(port);

    if (entry->bits & MACH_PORT_TYPE_SEND) {
        entry->bits &= ~MACH_PORT_TYPE_RECEIVE;
    } else {
        ipc_right_cancel_request(entry);
        ipc_hash_remove(space, entry);
        ipc_entry_free(space, entry);
    }
    return KERN_SUCCESS;
}

/* May a message go to ENTRY, a right of TYPE to a port that died?  An answer for somebody who is gone is
 * no error of the one who gives it, and takes the send-once right along; but not if he asked to be
 * told of the death. */
static COLD bool is_late_answer(const struct ipc_entry *entry, mach_msg_type_name_t type)
{
    return type == MACH_MSG_TYPE_MOVE_SEND_ONCE && entry->request == nullptr;
}

kern_return_t ipc_right_copyin(struct ipc_space *space, struct ipc_entry *entry,
                               mach_msg_type_name_t type, bool dead_is_ok, struct ipc_port **result)
{
    const struct disposition *disposition = &dispositions[type - DISPOSITION_FIRST];
    if (UNLIKELY(!(entry->bits & disposition->needs))) {
        return copyin_dead(space, entry, disposition, dead_is_ok, result);
    }
    struct ipc_port *port = ipc_entry_port(entry);
    if (LIKELY(!disposition->moves)) {
        ipc_port_lock(port);
        if (LIKELY(port->object.is_active)) {
            bool is_made = make_right(port, type);
            ipc_port_unlock(port);
            if (UNLIKELY(!is_made)) {
                return KERN_UREFS_OVERFLOW;
            }
            *result = port;
            return KERN_SUCCESS;
        }
        ipc_port_unlock(port);
    }
    if (UNLIKELY(!ipc_port_is_alive(port)) && (dead_is_ok || !is_late_answer(entry, type))) {
        ipc_right_make_dead(space, entry);
        return copyin_dead(space, entry, disposition, dead_is_ok, result);
    }
    kern_return_t error = KERN_SUCCESS;
    switch (type) {
    case MACH_MSG_TYPE_MOVE_SEND_ONCE:
        if (UNLIKELY(entry->request != nullptr)) {
            ipc_right_cancel_request(entry);
        }
        ipc_entry_free(space, entry);
        break;
    default:
        assert(type == MACH_MSG_TYPE_MOVE_SEND);
        error = move_send(space, entry, port);
        break;
    }
    if (LIKELY(error == KERN_SUCCESS)) {
        *result = port;
    }
    return error;
}

kern_return_t ipc_right_copyin_receive(struct ipc_space *space, struct ipc_entry *entry,
                                       const struct ipc_guard_claim *claim, struct list *woken,
                                       struct ipc_port **port)
{
    if (!(entry->bits & MACH_PORT_TYPE_RECEIVE)) {
        return KERN_INVALID_RIGHT;
    }
    struct ipc_port *found = ipc_entry_port(entry);
    kern_return_t result = move_receive(space, entry, found, claim, woken);
    if (result == KERN_SUCCESS) {
        *port = found;
    }
    return result;
}
