/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of ipc: what was found by a name, and is something else when it comes to be used.  Between
 * the two another processor may have acted; here the test itself does.
 */
#include <mach/notify.h>

#include <ipc/ipc_kmsg.h>
#include <ipc/ipc_mqueue.h>
#include <ipc/ipc_notify.h>
#include <ipc/ipc_pset.h>
#include <ipc/ipc_right.h>
#include <test/test_ipc.h>

/* Receive from OBJECT as SPACE. */
static mach_msg_return_t receive(struct ipc_space *space, struct ipc_object *object,
                                 struct ipc_kmsg **kmsg)
{
    struct ipc_receive request = { .room = UINT32_MAX };
    spin_lock(&object->lock);
    return ipc_mqueue_receive(object, space, 0, nullptr, &request, kmsg);
}

/* Take a notification in PORT's queue apart.  Returns: the name it tells. */
static mach_port_name_t notified_name(struct ipc_space *space, struct ipc_port *port)
{
    struct ipc_kmsg *kmsg;
    if (!EXPECT_EQ(receive(space, &port->object, &kmsg), MACH_MSG_SUCCESS)) {
        return MACH_PORT_NULL;
    }
    mach_port_name_t name = ((mach_dead_name_notification_t *)&kmsg->header)->not_port;
    ipc_port_consume_send_once(kmsg->destination);
    kmsg->destination = nullptr;
    ipc_kmsg_destroy(kmsg);
    return name;
}

KTEST(ipc_dead_set_takes_no_members)
{
    interrupts_disable();
    struct ipc_port *port = ipc_port_create();
    struct ipc_pset *set = ipc_pset_create(nullptr);
    ipc_object_reference(&set->object);
    ipc_pset_destroy(set);
    ipc_port_lock(port);
    EXPECT_EQ(ipc_pset_add(set, port), KERN_INVALID_NAME);
    EXPECT_EQ(ipc_pset_count(port), 0);
    ipc_port_unlock(port);
    ipc_object_release(&set->object);
    ipc_port_destroy(port);
    interrupts_enable();
}

KTEST(ipc_receiver_gets_nothing_from_a_port_that_moved)
{
    struct ipc_space *former = space_begin();
    struct ipc_space *owner = space_create();
    mach_port_name_t name = new_port(former);
    ipc_port_release_send_once(take_right(former, name, MACH_MSG_TYPE_MAKE_SEND_ONCE));
    struct ipc_port *port = take_right(former, name, MACH_MSG_TYPE_MOVE_RECEIVE);
    struct ipc_kmsg *kmsg;
    EXPECT_EQ(receive(former, &port->object, &kmsg), MACH_RCV_PORT_CHANGED);
    ipc_space_copyout(owner, port, MACH_MSG_TYPE_PORT_RECEIVE);
    EXPECT_EQ(receive(former, &port->object, &kmsg), MACH_RCV_PORT_CHANGED);
    EXPECT_EQ(receive(owner, &port->object, &kmsg), MACH_MSG_SUCCESS);
    ipc_kmsg_destroy(kmsg);
    space_destroy(owner);
    space_end(former);
}

KTEST(ipc_dead_name_notification_follows_a_new_name)
{
    const mach_port_name_t new_name = 0x123456;
    struct ipc_space *space = space_begin();
    struct ipc_space *owner = space_create();
    mach_port_name_t service = new_port(owner);
    mach_port_name_t notify = new_port(space);
    mach_port_name_t send = ipc_space_copyout(
        space, take_right(owner, service, MACH_MSG_TYPE_MAKE_SEND), MACH_MSG_TYPE_PORT_SEND);
    struct ipc_port *once = take_right(space, notify, MACH_MSG_TYPE_MAKE_SEND_ONCE);
    struct ipc_port *previous;
    EXPECT_EQ(
        mach_port_request_notification(space, send, MACH_NOTIFY_DEAD_NAME, 0, once, &previous),
        KERN_SUCCESS);
    EXPECT_EQ(mach_port_rename(space, send, new_name), KERN_SUCCESS);
    EXPECT_EQ(mach_port_destroy(owner, service), KERN_SUCCESS);
    EXPECT_EQ(notified_name(space, once), new_name);
    space_destroy(owner);
    space_end(space);
}

/* Request ID of NAME for NOTIFY (or null).  Returns: whom it was for before. */
static struct ipc_port *request(struct ipc_space *space, mach_port_name_t name, mach_msg_id_t id,
                                struct ipc_port *notify)
{
    struct ipc_port *previous = nullptr;
    EXPECT_EQ(mach_port_request_notification(space, name, id, 0, notify, &previous), KERN_SUCCESS);
    return previous;
}

KTEST(ipc_request_is_exchanged)
{
    static const mach_msg_id_t ids[] = { MACH_NOTIFY_DEAD_NAME, MACH_NOTIFY_NO_SENDERS,
                                         MACH_NOTIFY_SEND_POSSIBLE };
    struct ipc_space *space = space_begin();
    for (uint32_t i = 0; i < ARRAY_SIZE(ids); i++) {
        mach_port_name_t name = new_port(space);
        mach_port_name_t notify = new_port(space);
        struct ipc_port *send = take_right(space, name, MACH_MSG_TYPE_MAKE_SEND);
        struct ipc_port *first = take_right(space, notify, MACH_MSG_TYPE_MAKE_SEND_ONCE);
        struct ipc_port *second = take_right(space, name, MACH_MSG_TYPE_MAKE_SEND_ONCE);
        EXPECT_EQ(request(space, name, ids[i], first), nullptr);
        EXPECT_EQ(request(space, name, ids[i], second), first);
        EXPECT_EQ(request(space, name, ids[i], nullptr), second);
        ipc_port_consume_send_once(first);
        ipc_port_consume_send_once(second);
        ipc_port_release_send(send);
    }
    space_end(space);
}

KTEST(ipc_second_port_destroyed_request_is_refused)
{
    struct ipc_space *space = space_begin();
    mach_port_name_t name = new_port(space);
    mach_port_name_t notify = new_port(space);
    struct ipc_port *previous = nullptr;
    struct ipc_port *first = take_right(space, notify, MACH_MSG_TYPE_MAKE_SEND_ONCE);
    struct ipc_port *second = take_right(space, notify, MACH_MSG_TYPE_MAKE_SEND_ONCE);
    EXPECT_EQ(request(space, name, MACH_NOTIFY_PORT_DESTROYED, first), nullptr);
    EXPECT_EQ(mach_port_request_notification(space, name, MACH_NOTIFY_PORT_DESTROYED, 0, second,
                                             &previous),
              KERN_FAILURE);
    EXPECT_EQ(request(space, name, MACH_NOTIFY_PORT_DESTROYED, nullptr), first);
    EXPECT_EQ(request(space, name, MACH_NOTIFY_PORT_DESTROYED, second), nullptr);
    EXPECT_EQ(request(space, name, MACH_NOTIFY_PORT_DESTROYED, nullptr), second);
    ipc_port_consume_send_once(first);
    ipc_port_consume_send_once(second);
    space_end(space);
}

/* What mach_port_extract_right answers when the reply port is the port whose receive right was asked
 * for: without care the right would lie in its own queue for ever. */
KTEST(ipc_kernel_message_does_not_close_a_circle)
{
    interrupts_disable();
    struct ipc_port *port = ipc_port_create();
    struct ipc_kmsg *reply =
        ipc_kmsg_alloc(sizeof(mach_msg_base_t) + sizeof(ipc_port_descriptor_t));
    reply->header = (mach_msg_header_t){
        .msgh_bits = MACH_MSGH_BITS_COMPLEX,
        .msgh_size = sizeof(mach_msg_base_t) + sizeof(ipc_port_descriptor_t),
    };
    ipc_kmsg_body(reply)->msgh_descriptor_count = 1;
    ipc_kmsg_first_descriptor(reply)->port = (ipc_port_descriptor_t){
        .name = port, .disposition = MACH_MSG_TYPE_PORT_RECEIVE, .type = MACH_MSG_PORT_DESCRIPTOR
    };
    reply->destination = ipc_port_make_send_once(port);
    reply->destination_type = MACH_MSG_TYPE_PORT_SEND_ONCE;
    ipc_kmsg_transit(reply);
    EXPECT_EQ(reply->is_circular, true);
    ipc_mqueue_post(reply);
    interrupts_enable();
}

/* A thread that waits at a port without a reference on it. */
struct guest {
    struct ipc_port *port;
    mach_msg_return_t result;
};

static void guest_thread(void *argument)
{
    struct guest *guest = argument;
    struct ipc_receive request = { .room = UINT32_MAX };
    struct ipc_kmsg *kmsg;
    interrupts_disable();
    ipc_port_lock(guest->port);
    guest->result =
        ipc_mqueue_receive(&guest->port->object, nullptr, WAIT_FOREVER, nullptr, &request, &kmsg);
    interrupts_enable();
}

/* The wait is broken off, and before the thread runs again, somebody FINDS it at the port, and the port
 * is gone: the thread must not look for its queue. */
static void end_port_of_aborted_guest(void (*find)(struct ipc_port *port))
{
    struct guest guest = { .port = ipc_port_create() };
    struct ktest_thread *thread = ktest_spawn(guest_thread, &guest);
    ktest_settle();
    interrupts_disable();
    EXPECT(thread_abort_wait(ktest_thread_of(thread), THREAD_AST_ABORT));
    if (find != nullptr) {
        find(guest.port);
    }
    ipc_port_destroy(guest.port);
    interrupts_enable();
    ktest_join(thread);
    EXPECT_EQ(guest.result, MACH_RCV_INTERRUPTED);
}

/* A sender comes first. */
static void post_message(struct ipc_port *port)
{
    struct ipc_kmsg *kmsg = ipc_kmsg_alloc(sizeof(mach_msg_header_t));
    kmsg->header = (mach_msg_header_t){ .msgh_size = sizeof(mach_msg_header_t) };
    kmsg->destination = ipc_port_make_send_once(port);
    kmsg->destination_type = MACH_MSG_TYPE_PORT_SEND_ONCE;
    ipc_mqueue_post(kmsg);
}

KTEST(ipc_aborted_receiver_does_not_look_for_a_port_that_is_gone)
{
    end_port_of_aborted_guest(nullptr);
    end_port_of_aborted_guest(post_message);
}
