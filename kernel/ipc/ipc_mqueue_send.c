/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sending to message queues.  A sender looks for a waiting receiver first on the port, then on its
 * sets; only a message that nobody waits for is queued.
 */
#include <ipc/ipc_mqueue.h>

#include <lib/assert.h>
#include <sched/sched.h>
#include <ipc/ipc_charge.h>
#include <ipc/ipc_donation.h>
#include <ipc/ipc_mqueue_internal.h>

/* A thread that waits on RECEIVERS and takes KMSG, even if it is too large for it, claimed; those that do
 * not want it then are sent home. 
 * Locks: PORT's, and that of the queue's object. */
static struct thread *claim_receiver(struct waitq *receivers, struct ipc_kmsg *kmsg,
                                     struct ipc_port *port)
{
    struct thread *thread;
    while (LIKELY((thread = waitq_claim_one(receivers)) != nullptr)) {
        struct ipc_receive *receive = (struct ipc_receive *)thread->wait_value;
        if (LIKELY(ipc_receive_has_room(receive, kmsg))) {
            break;
        }
        if ((receive->option & MACH_RCV_LARGE) == 0) {
            thread->wait_outcome = WAIT_REFUSED;
            break;
        }
        tell_too_large(receive, kmsg, port);
        ipc_mqueue_refuse(thread, MACH_RCV_TOO_LARGE);
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
static void give(struct ipc_kmsg *kmsg, struct ipc_port *port, struct thread *thread)
    REQUIRES(port->object.lock)
{
    uint8_t importance = current_thread()->importance;
    kmsg->sequence = port->sequence++;
    thread->wait_value = (uintptr_t)kmsg;
    if (UNLIKELY(importance > thread->importance) && ipc_kmsg_is_request(kmsg)) {
        thread_donate(thread, importance);
    }
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

void ipc_mqueue_claim_receivers(struct waitq *receivers, mach_msg_return_t result,
                                struct list *woken)
{
    struct thread *thread;
    while ((thread = waitq_claim_one(receivers)) != nullptr) {
        ipc_mqueue_refuse(thread, result);
        list_insert_tail(woken, &thread->wait_link);
    }
}
