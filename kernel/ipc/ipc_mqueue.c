/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Message queues.  A sender looks for a waiting receiver first on the port, then on its sets; only
 * a message that nobody waits for is queued.
 *
 * A receiver's wait_value points to its struct ipc_receive while it waits.  Once it is claimed it
 * finds a kmsg there, or (odd) an error code.
 */
#include <ipc/ipc_mqueue.h>

#include <lib/assert.h>
#include <sched/sched.h>
#include <sched/waitq.h>
#include <ipc/ipc_charge.h>
#include <ipc/ipc_donation.h>
#include <ipc/ipc_kmsg_internal.h>
#include <ipc/ipc_pset.h>
#include <ipc/ipc_request.h>

/* How a receiver waits: until when, what ends it, and who gets the processor (null: the next). */
struct receive_wait {
    uint64_t deadline;
    enum wait_state how;
    struct thread *handoff;
};

/* wait_value of a receiver that gets an error instead of a message: the code, made odd. */
static inline uintptr_t error_result(mach_msg_return_t error)
{
    return (uintptr_t)(uint32_t)error << 1 | 1;
}

/* KMSG, which came to PORT, waits there until somebody has more room than RECEIVE. */
static COLD void tell_too_large(struct ipc_receive *receive, const struct ipc_kmsg *kmsg,
                                const struct ipc_port *port)
{
    receive->too_large_size = kmsg->header.msgh_size;
    receive->too_large_port = port->receiver_name;
}

/* A thread that waits on RECEIVERS and can take KMSG, claimed; those that cannot are sent home. 
 * Locks: PORT's, and that of the queue's object. */
static ALWAYS_INLINE struct thread *claim_receiver(struct waitq *receivers, struct ipc_kmsg *kmsg,
                                                   struct ipc_port *port)
{
    struct thread *thread;
    while (LIKELY((thread = waitq_claim_one(receivers)) != nullptr)) {
        struct ipc_receive *receive = (struct ipc_receive *)thread->wait_value;
        if (LIKELY(!(receive->option & MACH_RCV_LARGE)) || ipc_receive_has_room(receive, kmsg)) {
            break;
        }
        tell_too_large(receive, kmsg, port);
        thread->wait_value = error_result(MACH_RCV_TOO_LARGE);
        thread_wake(thread);
    }
    return thread;
}

/*
 * The same over all sets that PORT belongs to.  Without such a thread, PORT is ready in all of them
 * on return, and the caller queues KMSG before he drops PORT's lock.  A set is searched and PORT
 * made ready in one hold of the set's lock: a receiver who comes later finds PORT ready, and PORT's
 * lock keeps him until the message is there.
 */
static struct thread *claim_set_receiver(struct ipc_kmsg *kmsg, struct ipc_port *port)
    REQUIRES(port->object.lock)
{
    struct thread *thread = nullptr;
    struct ipc_pset_link *link;
    list_for_each_entry(link, &port->sets, port_link) {
        ipc_pset_lock(link->set);
        thread = claim_receiver(&link->set->receivers, kmsg, port);
        if (thread == nullptr) {
            ipc_pset_link_make_ready(link);
        }
        ipc_pset_unlock(link->set);
        if (thread != nullptr) {
            break;
        }
    }
    if (thread != nullptr && list_empty(&port->messages)) {
        ipc_pset_make_unready(port); /* in the sets before this one */
    }
    return thread;
}

/* Give KMSG, sent by the running thread to PORT, to THREAD, a claimed receiver. */
static ALWAYS_INLINE void give(struct ipc_kmsg *kmsg, struct ipc_port *port, struct thread *thread)
    REQUIRES(port->object.lock)
{
    uint8_t importance = current_thread()->importance;
    kmsg->sequence = port->sequence++;
    thread->wait_value = (uintptr_t)kmsg;
    if (UNLIKELY(importance > thread->importance) && ipc_kmsg_is_request(kmsg)) {
        thread_donate(thread, importance);
    }
}

struct thread *ipc_mqueue_hand_over(struct ipc_kmsg *kmsg) NO_LOCK_ANALYSIS
{
    struct ipc_port *port = kmsg->destination;
    if (UNLIKELY(waitq_is_empty(&port->receivers) || kmsg->is_circular)) {
        return nullptr;
    }
    struct thread *thread = claim_receiver(&port->receivers, kmsg, port);
    if (UNLIKELY(thread == nullptr)) {
        return nullptr;
    }
    mach_msg_option_t option = ((const struct ipc_receive *)thread->wait_value)->option;
    give(kmsg, port, thread);
    INLINE_CALL ipc_kmsg_consume_destination(kmsg, port->receiver_name);
    if (UNLIKELY(option & MACH_RCV_TRAILER_MASK)) {
        ipc_kmsg_identify(kmsg, current_thread()->space);
    }
    return thread;
}

/* Give KMSG to a waiting receiver (returned, claimed), or queue it (null). */
static struct thread *deliver(struct ipc_kmsg *kmsg, struct ipc_port *port)
    REQUIRES(port->object.lock)
{
    struct thread *thread = nullptr;
    if (!waitq_is_empty(&port->receivers)) {
        thread = claim_receiver(&port->receivers, kmsg, port);
    }
    if (thread == nullptr && !list_empty(&port->sets) && list_empty(&port->messages)) {
        thread = claim_set_receiver(kmsg, port);
    }
    uint8_t importance = current_thread()->importance;
    if (LIKELY(thread != nullptr)) {
        give(kmsg, port, thread);
        return thread;
    }
    kmsg->importance = importance;
    if (ipc_kmsg_is_request(kmsg) && port->importance < importance) {
        port->importance = importance;
    }
    list_insert_tail(&port->messages, &kmsg->link);
    port->message_count++;
    return nullptr;
}

/* True if a message to PORT by a right of kind TYPE has to wait for room. */
static inline bool queue_is_full(const struct ipc_port *port, mach_msg_type_name_t type)
{
    return UNLIKELY(port->message_count >= port->message_limit) &&
           type != MACH_MSG_TYPE_PORT_SEND_ONCE && port->object.is_active;
}

/* Let one sender go on that waits for room in PORT's queue, if there is room. */
static inline void wake_sender(struct ipc_port *port) REQUIRES(port->object.lock)
{
    if (UNLIKELY(!waitq_is_empty(&port->senders)) && port->message_count < port->message_limit) {
        struct thread *sender = waitq_claim_one(&port->senders);
        if (sender != nullptr) {
            thread_wake(sender);
        }
    }
}

/* Wait until PORT's queue may have room; drops PORT's lock.  Who waits with a request lends to those
 * who do not make room.  The caller holds a reference. */
static COLD mach_msg_return_t wait_for_room(struct ipc_port *port, bool is_request,
                                            uint64_t deadline) RELEASE(port->object.lock)
{
    if (deadline == 0) {
        ipc_port_unlock(port);
        return MACH_SEND_TIMED_OUT;
    }
    waitq_enqueue(&port->senders, WAIT_ARMED_RESTARTABLE);
    ipc_port_unlock(port);
    if (is_request) {
        ipc_donation_push(current_thread());
    }
    enum wait_outcome outcome = thread_block(deadline);
    if (outcome == WAIT_WOKEN) {
        return MACH_MSG_SUCCESS;
    }
    ipc_port_lock(port);
    waitq_remove_self();
    ipc_port_unlock(port);
    return outcome == WAIT_TIMED_OUT ? MACH_SEND_TIMED_OUT : MACH_SEND_INTERRUPTED;
}

mach_msg_return_t ipc_mqueue_send(struct ipc_kmsg *kmsg, uint64_t deadline, struct thread **handoff)
{
    struct ipc_port *port = kmsg->destination;
    bool is_request = ipc_kmsg_is_request(kmsg);
    bool was_woken = false;
    ipc_port_lock(port);
    while (queue_is_full(port, kmsg->destination_type)) {
        mach_msg_return_t error = wait_for_room(port, is_request, deadline);
        if (error != MACH_MSG_SUCCESS) {
            return error;
        }
        was_woken = true;
        ipc_port_lock(port);
    }
    bool is_refused = UNLIKELY(!port->object.is_active || kmsg->is_circular);
    struct thread *thread = is_refused ? nullptr : deliver(kmsg, port);
    if (UNLIKELY(was_woken)) {
        wake_sender(port); /* the room may not have been needed after all */
    }
    ipc_port_unlock(port);
    if (UNLIKELY(is_refused)) {
        ipc_kmsg_destroy(kmsg);
        return MACH_MSG_SUCCESS;
    }
    if (thread != nullptr) {
        if (handoff != nullptr) {
            *handoff = thread;
        } else {
            thread_wake(thread);
        }
    } else if (is_request) {
        ipc_donation_push(current_thread());
    }
    return MACH_MSG_SUCCESS;
}

void ipc_mqueue_post(struct ipc_kmsg *kmsg)
{
    struct ipc_port *port = kmsg->destination;
    interrupt_state_t interrupts = interrupts_save();
    if (UNLIKELY(!ipc_kmsg_charge(kmsg, ipc_current_quota()))) {
        ipc_kmsg_lose(kmsg);
        sched_restore_interrupts(interrupts);
        return;
    }
    ipc_port_lock(port);
    bool is_kobject = port->kobject_kind != IPC_KOBJECT_NONE;
    if (UNLIKELY(!port->object.is_active || is_kobject || kmsg->is_circular)) {
        ipc_port_unlock(port);
        ipc_kmsg_destroy(kmsg);
    } else {
        struct thread *thread = deliver(kmsg, port);
        ipc_port_unlock(port);
        if (thread != nullptr) {
            thread_wake(thread);
        }
    }
    sched_restore_interrupts(interrupts);
}

/* Take the first message of PORT, which has one; one sender that waits for room may go on. */
static inline struct ipc_kmsg *dequeue(struct ipc_port *port) REQUIRES(port->object.lock)
{
    struct ipc_kmsg *kmsg = list_first_entry(&port->messages, struct ipc_kmsg, link);
    list_remove(&kmsg->link);
    port->message_count--;
    kmsg->sequence = port->sequence++;
    if (list_empty(&port->messages)) {
        port->importance = 0;
        if (!list_empty(&port->sets)) {
            ipc_pset_make_unready(port);
        }
    }
    wake_sender(port);
    return kmsg;
}

/* Take a message from PORT's queue for RECEIVE, if there is one that fits.  Returns: false if
 * the queue is empty. */
static ALWAYS_INLINE bool take_message(struct ipc_port *port, struct ipc_receive *receive,
                                       struct ipc_kmsg **kmsg, mach_msg_return_t *result)
    REQUIRES(port->object.lock)
{
    if (list_empty(&port->messages)) {
        return false;
    }
    struct ipc_kmsg *first = list_first_entry(&port->messages, struct ipc_kmsg, link);
    if (UNLIKELY(receive->option & MACH_RCV_LARGE) && !ipc_receive_has_room(receive, first)) {
        tell_too_large(receive, first, port);
        *result = MACH_RCV_TOO_LARGE;
    } else {
        *kmsg = dequeue(port);
        ipc_donation_take(first, port);
        *result = MACH_MSG_SUCCESS;
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

/* Take the running thread off its queue after a wait that did not end through it. */
static COLD mach_msg_return_t leave_queue(enum wait_outcome outcome)
{
    waitq_leave();
    return outcome == WAIT_TIMED_OUT ? MACH_RCV_TIMED_OUT : MACH_RCV_INTERRUPTED;
}

/* Block, enqueued on RECEIVERS of OBJECT, until somebody hands over a result; drops
 * OBJECT's lock. */
static ALWAYS_INLINE mach_msg_return_t wait_for_message(struct ipc_object *object,
                                                        struct waitq *receivers,
                                                        struct receive_wait wait,
                                                        struct ipc_receive *receive,
                                                        struct ipc_kmsg **kmsg)
    RELEASE(object->lock)
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
        return leave_queue(outcome);
    }
    uintptr_t value = self->wait_value;
    if (UNLIKELY(value & 1)) {
        return (mach_msg_return_t)(value >> 1);
    }
    *kmsg = (struct ipc_kmsg *)value;
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

static ALWAYS_INLINE mach_msg_return_t
receive_from_port(struct ipc_port *port, const struct ipc_space *space, struct receive_wait wait,
                  struct ipc_receive *receive, struct ipc_kmsg **kmsg) RELEASE(port->object.lock)
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
    return wait_for_message(&port->object, &port->receivers, wait, receive, kmsg);
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
static NOINLINE mach_msg_return_t receive_from_set(struct ipc_pset *set, struct receive_wait wait,
                                                   struct ipc_receive *receive,
                                                   struct ipc_kmsg **kmsg) NO_LOCK_ANALYSIS
{
    mach_msg_return_t result;
    ipc_object_reference(&set->object);
    if (take_from_member(set, receive, kmsg, &result)) {
        ipc_donation_take_from_set(set);
        release_handoff(wait.handoff);
    } else if (LIKELY(set->object.is_active)) {
        result = wait_for_message(&set->object, &set->receivers, wait, receive, kmsg);
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
    struct receive_wait wait = { deadline, WAIT_ARMED_RESTARTABLE, handoff };
    if (LIKELY(object->kind == IPC_OBJECT_PORT)) {
        return receive_from_port((struct ipc_port *)object, space, wait, receive, kmsg);
    }
    /* A copy, so that the other way's may stay in a register. */
    struct ipc_kmsg *received = nullptr;
    mach_msg_return_t result =
        receive_from_set((struct ipc_pset *)object, wait, receive, &received);
    *kmsg = received;
    return result;
}

mach_msg_return_t ipc_mqueue_receive_kernel(struct ipc_port *port, uint64_t deadline,
                                            struct ipc_kmsg **kmsg)
{
    struct receive_wait wait = { deadline, WAIT_ARMED_INTERRUPTIBLE, nullptr };
    struct ipc_receive receive = { .limit = UINT32_MAX };
    *kmsg = nullptr;
    interrupt_state_t interrupts = interrupts_save();
    ipc_port_lock(port);
    mach_msg_return_t result = receive_from_port(port, nullptr, wait, &receive, kmsg);
    interrupts_restore(interrupts);
    return result;
}

void ipc_mqueue_offer_to_sets(struct ipc_port *port)
{
    struct thread *thread;
    while (!list_empty(&port->messages) &&
           (thread = claim_set_receiver(list_first_entry(&port->messages, struct ipc_kmsg, link),
                                        port)) != nullptr) {
        struct ipc_kmsg *kmsg = dequeue(port);
        thread->wait_value = (uintptr_t)kmsg;
        if (ipc_kmsg_is_request(kmsg)) {
            thread_donate(thread, kmsg->importance);
        }
        thread_wake(thread);
    }
}

void ipc_mqueue_wake_receivers(struct waitq *receivers, mach_msg_return_t result)
{
    waitq_wake_all(receivers, error_result(result));
}
