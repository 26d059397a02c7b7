/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Receiving from message queues: from a port, or from the member of a set that has been ready for
 * longest; or waiting for a sender, who finds the receiver in the queue.
 */
#include <ipc/ipc_mqueue.h>

#include <lib/assert.h>
#include <ipc/ipc_donation.h>
#include <ipc/ipc_mqueue_internal.h>
#include <ipc/ipc_request.h>

/* Take a message from PORT's queue for RECEIVE, if there is one, with *RESULT and *KMSG as of
 * ipc_mqueue_receive().  Returns: false if the queue is empty. */
static bool take_message(struct ipc_port *port, struct ipc_receive *receive, struct ipc_kmsg **kmsg,
                         mach_msg_return_t *result) REQUIRES(port->object.lock)
{
    if (list_empty(&port->messages)) {
        return false;
    }
    struct ipc_kmsg *first = list_first_entry(&port->messages, struct ipc_kmsg, link);
    bool has_room = ipc_receive_has_room(receive, first);
    *result = has_room ? MACH_MSG_SUCCESS : MACH_RCV_TOO_LARGE;
    if (!has_room && (receive->option & MACH_RCV_LARGE)) {
        tell_too_large(receive, first, port);
        *kmsg = nullptr;
    } else {
        *kmsg = dequeue(port);
        ipc_donation_take(first, port);
    }
    return true;
}

/* A claimed thread that gets no hand-off is woken in the ordinary way. */
static inline void release_handoff(struct thread *handoff)
{
    if (handoff != nullptr) {
        thread_wake(handoff);
    }
}

/* How a wait has failed, and the message, if that is too large. */
struct failure {
    mach_msg_return_t result;
    struct ipc_kmsg *kmsg;
};

/* The wait of SELF, the running thread, has ended with OUTCOME, and not with a message that it can have. */
static COLD struct failure wait_failed(struct thread *self, enum wait_outcome outcome)
{
    uintptr_t value = self->wait_value;
    if (outcome == WAIT_REFUSED && (value & 1) == 0) {
        return (struct failure){ MACH_RCV_TOO_LARGE, (struct ipc_kmsg *)value };
    }
    if (outcome == WAIT_REFUSED) {
        return (struct failure){ (mach_msg_return_t)(value >> 1), nullptr };
    }
    waitq_leave();
    return (struct failure){ outcome == WAIT_TIMED_OUT ? MACH_RCV_TIMED_OUT : MACH_RCV_INTERRUPTED,
                             nullptr };
}

mach_msg_return_t ipc_mqueue_wait(struct ipc_object *object, struct waitq *receivers,
                                  struct ipc_wait wait, struct ipc_receive *receive,
                                  struct ipc_kmsg **kmsg)
{
    struct thread *self = current_thread();
    if (UNLIKELY(wait.deadline == 0)) {
        spin_unlock(&object->lock);
        release_handoff(wait.handoff);
        return MACH_RCV_TIMED_OUT;
    }
    self->wait_value = (uintptr_t)receive;
    self->wait_lock = &object->lock;
    waitq_enqueue(receivers, wait.how);
    spin_unlock(&object->lock);

    enum wait_outcome outcome;
    if (LIKELY(wait.handoff != nullptr)) {
        INLINE_CALL outcome = thread_block_handoff(wait.deadline, wait.handoff);
    } else {
        outcome = thread_block(wait.deadline);
    }
    if (UNLIKELY(outcome != WAIT_WOKEN)) {
        struct failure failure = wait_failed(self, outcome);
        *kmsg = failure.kmsg;
        return failure.result;
    }
    *kmsg = (struct ipc_kmsg *)self->wait_value;
    return MACH_MSG_SUCCESS;
}

/* True if PORT's receive right has left SPACE (null: the kernel, which keeps it) after its name was
 * looked up: what is queued is somebody else's. */
static inline bool has_left(const struct ipc_port *port, const struct ipc_space *space)
    REQUIRES(port->object.lock)
{
    return port->receiver != space && space != nullptr;
}

/* A message was taken from PORT: who waits for room is told, and PORT's lock dropped. */
static inline void leave_changed_queue(struct ipc_port *port) RELEASE(port->object.lock)
{
    bool is_awaited = UNLIKELY(port->is_room_awaited);
    if (is_awaited) {
        ipc_port_reference(port);
    }
    ipc_port_unlock(port);
    if (is_awaited) {
        ipc_request_tell_room(port);
        ipc_port_release(port);
    }
}

static mach_msg_return_t receive_from_port(struct ipc_port *port, const struct ipc_space *space,
                                           struct ipc_wait wait, struct ipc_receive *receive,
                                           struct ipc_kmsg **kmsg) RELEASE(port->object.lock)
{
    mach_msg_return_t result;
    if (UNLIKELY(!port->object.is_active || has_left(port, space))) {
        result = port->object.is_active ? MACH_RCV_PORT_CHANGED : MACH_RCV_PORT_DIED;
        ipc_port_unlock(port);
        release_handoff(wait.handoff);
        return result;
    }
    if (take_message(port, receive, kmsg, &result)) {
        leave_changed_queue(port);
        release_handoff(wait.handoff);
        return result;
    }
    return ipc_mqueue_wait(&port->object, &port->receivers, wait, receive, kmsg);
}

/* The longest ready member of SET with a reference, moved to the end of the ready list; null if
 * none is ready. */
static struct ipc_port *ready_member(struct ipc_pset *set) REQUIRES(set->object.lock)
{
    if (list_empty(&set->ready)) {
        return nullptr;
    }
    struct ipc_pset_link *link = list_first_entry(&set->ready, struct ipc_pset_link, ready_link);
    list_remove(&link->ready_link);
    list_insert_tail(&set->ready, &link->ready_link);
    ipc_port_reference(link->port);
    return link->port;
}

/* Take a message from a ready member of SET, if there is one; drops SET's lock for it.  Returns: false
 * if there is none, and SET is locked. */
static bool take_from_member(struct ipc_pset *set, struct ipc_receive *receive,
                             struct ipc_kmsg **kmsg, mach_msg_return_t *result) NO_LOCK_ANALYSIS
{
    struct ipc_port *port;
    while ((port = ready_member(set)) != nullptr) {
        ipc_pset_unlock(set);
        /* Another receiver may be faster, or the member leave the set: then its queue is empty,
         * or not ours. */
        ipc_port_lock(port);
        bool is_taken = ipc_pset_contains(set, port) && take_message(port, receive, kmsg, result);
        leave_changed_queue(port);
        ipc_port_release(port);
        if (is_taken) {
            return true;
        }
        ipc_pset_lock(set);
    }
    return false;
}

/* Receive from SET, whose lock is dropped: the analysis cannot follow it into the object. */
static mach_msg_return_t receive_from_set(struct ipc_pset *set, struct ipc_wait wait,
                                          struct ipc_receive *receive,
                                          struct ipc_kmsg **kmsg) NO_LOCK_ANALYSIS
{
    mach_msg_return_t result;
    ipc_object_reference(&set->object);
    if (take_from_member(set, receive, kmsg, &result)) {
        ipc_donation_take_from_set(set);
        release_handoff(wait.handoff);
    } else if (LIKELY(set->object.is_active)) {
        result = ipc_mqueue_wait(&set->object, &set->receivers, wait, receive, kmsg);
    } else {
        ipc_pset_unlock(set);
        release_handoff(wait.handoff);
        result = MACH_RCV_PORT_DIED;
    }
    ipc_object_release(&set->object);
    return result;
}

mach_msg_return_t ipc_mqueue_receive(struct ipc_object *object, struct ipc_space *space,
                                     uint64_t deadline, struct thread *handoff,
                                     struct ipc_receive *receive,
                                     struct ipc_kmsg **kmsg) NO_LOCK_ANALYSIS
{
    /* The analysis does not know that a port and its object have one lock. */
    struct ipc_wait wait = { deadline, WAIT_ARMED_RESTARTABLE, handoff };
    if (LIKELY(object->kind == IPC_OBJECT_PORT)) {
        return receive_from_port((struct ipc_port *)object, space, wait, receive, kmsg);
    }
    return receive_from_set((struct ipc_pset *)object, wait, receive, kmsg);
}

mach_msg_return_t ipc_mqueue_receive_kernel(struct ipc_port *port, uint64_t deadline,
                                            struct ipc_kmsg **kmsg)
{
    struct ipc_wait wait = { deadline, WAIT_ARMED_INTERRUPTIBLE, nullptr };
    struct ipc_receive receive = { .room = INT64_MAX };
    *kmsg = nullptr;
    interrupt_state_t interrupts = interrupts_save();
    ipc_port_lock(port);
    mach_msg_return_t result = receive_from_port(port, nullptr, wait, &receive, kmsg);
    interrupts_restore(interrupts);
    return result;
}
