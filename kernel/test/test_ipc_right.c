/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of ipc: names and rights in a space, through the routines of mach_port.defs.
 */
#include <mach/ndr.h>
#include <mach/notify.h>

#include <ipc/ipc_kmsg.h>
#include <ipc/ipc_mqueue.h>
#include <ipc/ipc_right.h>
#include <test/test_ipc.h>

/* Add a send right to the receive right NAME, as programs do: (name, name, MAKE_SEND). */
static void add_send(struct ipc_space *space, mach_port_name_t name)
{
    struct ipc_port *port = take_right(space, name, MACH_MSG_TYPE_MAKE_SEND);
    EXPECT_EQ(mach_port_insert_right(space, name, port, MACH_MSG_TYPE_PORT_SEND), KERN_SUCCESS);
}

/* The kmsg that waits in the queue of NAME's port, or null. */
static struct ipc_kmsg *take_message(struct ipc_space *space, mach_port_name_t name)
{
    spin_lock(&space->lock);
    struct ipc_object *object = ipc_entry_lookup(space, name)->object;
    spin_lock(&object->lock);
    spin_unlock(&space->lock);
    struct ipc_receive receive = { .room = UINT32_MAX };
    struct ipc_kmsg *kmsg;
    mach_msg_return_t result = ipc_mqueue_receive(object, nullptr, 0, nullptr, &receive, &kmsg);
    return result == MACH_MSG_SUCCESS ? kmsg : nullptr;
}

KTEST(ipc_stale_name_fails)
{
    struct ipc_space *space = space_begin();
    mach_port_type_t type;
    mach_port_name_t first = new_port(space);
    EXPECT_EQ(mach_port_mod_refs(space, first, MACH_PORT_RIGHT_RECEIVE, -1), KERN_SUCCESS);
    mach_port_name_t second = new_port(space);
    EXPECT_EQ(MACH_PORT_INDEX(first), MACH_PORT_INDEX(second));
    EXPECT(first != second);
    EXPECT_EQ(mach_port_type(space, first, &type), KERN_INVALID_NAME);
    EXPECT_EQ(type_of(space, second), MACH_PORT_TYPE_RECEIVE);
    space_end(space);
}

KTEST(ipc_generations_wrap_inside_their_byte)
{
    struct ipc_space *space = space_begin();
    const uint32_t index = MACH_PORT_INDEX(new_port(space));
    for (mach_port_name_t name = index << 8; name < (index << 8) + 600; name++) {
        EXPECT_EQ(mach_port_destroy(space, index << 8 | ((name + 1) & 0xff)), KERN_SUCCESS);
        EXPECT_EQ(new_port(space), index << 8 | ((name + 2) & 0xff));
    }
    space_end(space);
}

KTEST(ipc_table_grows)
{
    struct ipc_space *space = space_begin();
    enum {
        COUNT = 1500 /* not all slots of the hash are split by then */
    };
    static mach_port_name_t names[COUNT];
    for (int i = 0; i < COUNT; i++) {
        names[i] = new_port(space);
    }
    /* Ports known from before the growth are found, and have no second name. */
    for (int i = 0; i < COUNT; i++) {
        EXPECT_EQ(ipc_space_copyout(space, take_right(space, names[i], MACH_MSG_TYPE_MAKE_SEND),
                                    MACH_MSG_TYPE_PORT_SEND),
                  names[i]);
        EXPECT_EQ(type_of(space, names[i]), MACH_PORT_TYPE_SEND_RECEIVE);
    }
    EXPECT_EQ(space->entry_count, COUNT);
    space_end(space);
}

KTEST(ipc_quota_is_kept)
{
    struct ipc_space *space = space_begin();
    mach_port_name_t name;
    space->entry_limit = 3;
    new_port(space);
    new_port(space);
    new_port(space);
    EXPECT_EQ(mach_port_allocate(space, MACH_PORT_RIGHT_RECEIVE, &name), KERN_NO_SPACE);
    EXPECT_EQ(mach_port_allocate_name(space, MACH_PORT_RIGHT_RECEIVE, 0x1234), KERN_NO_SPACE);
    space_end(space);
}

/* Names of all kinds count against the quota, and not any more when they are gone. */
KTEST(ipc_names_are_counted)
{
    struct ipc_space *space = space_begin();
    static const mach_port_name_t chosen[] = { 0x203, 0x123456 }; /* in the table, and not */
    mach_port_name_t name = new_port(space);
    for (uint32_t i = 0; i < ARRAY_SIZE(chosen); i++) {
        EXPECT_EQ(mach_port_allocate_name(space, MACH_PORT_RIGHT_RECEIVE, chosen[i]), KERN_SUCCESS);
        EXPECT_EQ(space->entry_count, 2 + i);
    }
    for (uint32_t i = 0; i < ARRAY_SIZE(chosen); i++) {
        EXPECT_EQ(mach_port_destroy(space, chosen[i]), KERN_SUCCESS);
        EXPECT_EQ(space->entry_count, 2 - i);
    }
    EXPECT_EQ(mach_port_destroy(space, name), KERN_SUCCESS);
    EXPECT_EQ(space->entry_count, 0);
    space_end(space);
}

KTEST(ipc_chosen_names)
{
    struct ipc_space *space = space_begin();
    const mach_port_name_t name = 0x123456;
    EXPECT_EQ(mach_port_allocate_name(space, MACH_PORT_RIGHT_RECEIVE, name), KERN_SUCCESS);
    EXPECT_EQ(mach_port_allocate_name(space, MACH_PORT_RIGHT_DEAD_NAME, name), KERN_NAME_EXISTS);
    EXPECT_EQ(mach_port_allocate_name(space, MACH_PORT_RIGHT_RECEIVE, MACH_PORT_DEAD),
              KERN_INVALID_VALUE);
    add_send(space, name);
    EXPECT_EQ(type_of(space, name), MACH_PORT_TYPE_SEND_RECEIVE);
    EXPECT_EQ(mach_port_rename(space, name, 0xdeadbe01), KERN_SUCCESS);
    EXPECT_EQ(type_of(space, 0xdeadbe01), MACH_PORT_TYPE_SEND_RECEIVE);
    EXPECT_EQ(mach_port_destroy(space, 0xdeadbe01), KERN_SUCCESS);
    EXPECT_EQ(mach_port_destroy(space, name), KERN_INVALID_NAME);
    space_end(space);
}

KTEST(ipc_table_avoids_chosen_names)
{
    struct ipc_space *space = space_begin();
    enum {
        INDEX = 40
    };
    const mach_port_name_t chosen = MACH_PORT_MAKE(INDEX, 1u << 24);
    EXPECT_EQ(mach_port_allocate_name(space, MACH_PORT_RIGHT_DEAD_NAME, chosen), KERN_SUCCESS);
    EXPECT(!rbtree_empty(&space->chosen));
    mach_port_name_t name = MACH_PORT_NULL;
    while (MACH_PORT_INDEX(name) != INDEX) {
        name = new_port(space);
        EXPECT(name != chosen);
    }
    EXPECT_EQ(type_of(space, chosen), MACH_PORT_TYPE_DEAD_NAME);
    EXPECT_EQ(type_of(space, name), MACH_PORT_TYPE_RECEIVE);
    space_end(space);
}

/* All generations of one place in the table are taken: the search for a free one ends. */
KTEST(ipc_place_with_no_generation_left_is_no_space)
{
    struct ipc_space *space = space_begin();
    enum {
        INDEX = 40,
        GENERATIONS = 256
    };
    for (uint32_t i = 0; i < GENERATIONS; i++) {
        EXPECT_EQ(mach_port_allocate_name(space, MACH_PORT_RIGHT_DEAD_NAME, INDEX << 8 | i),
                  KERN_SUCCESS);
    }
    mach_port_name_t name;
    do {
        name = new_port(space);
    } while (name != MACH_PORT_NULL && MACH_PORT_INDEX(name) != INDEX - 1);
    EXPECT_EQ(mach_port_allocate(space, MACH_PORT_RIGHT_RECEIVE, &name), KERN_NO_SPACE);
    space_end(space);
}

KTEST(ipc_chosen_name_takes_its_free_table_entry)
{
    struct ipc_space *space = space_begin();
    EXPECT_EQ(mach_port_allocate_name(space, MACH_PORT_RIGHT_RECEIVE, 0x203), KERN_SUCCESS);
    EXPECT_EQ(mach_port_allocate_name(space, MACH_PORT_RIGHT_RECEIVE, 0x103), KERN_SUCCESS);
    EXPECT_EQ(mach_port_allocate_name(space, MACH_PORT_RIGHT_RECEIVE, 0x503), KERN_SUCCESS);
    EXPECT(rbtree_empty(&space->chosen));
    EXPECT_EQ(MACH_PORT_INDEX(new_port(space)), 3);
    EXPECT_EQ(mach_port_destroy(space, 0x103), KERN_SUCCESS);
    EXPECT_EQ(new_port(space), 0x104);
    space_end(space);
}

KTEST(ipc_send_urefs)
{
    struct ipc_space *space = space_begin();
    mach_port_name_t name = new_port(space);
    add_send(space, name);
    add_send(space, name);
    EXPECT_EQ(refs(space, name, MACH_PORT_RIGHT_SEND), 2);
    EXPECT_EQ(refs(space, name, MACH_PORT_RIGHT_RECEIVE), 1);
    EXPECT_EQ(mach_port_mod_refs(space, name, MACH_PORT_RIGHT_SEND, 3), KERN_SUCCESS);
    EXPECT_EQ(refs(space, name, MACH_PORT_RIGHT_SEND), 5);
    EXPECT_EQ(mach_port_mod_refs(space, name, MACH_PORT_RIGHT_SEND, -6), KERN_INVALID_VALUE);
    EXPECT_EQ(mach_port_mod_refs(space, name, MACH_PORT_RIGHT_SEND, MACH_PORT_UREFS_MAX),
              KERN_UREFS_OVERFLOW);
    EXPECT_EQ(mach_port_deallocate(space, name), KERN_SUCCESS);
    EXPECT_EQ(mach_port_mod_refs(space, name, MACH_PORT_RIGHT_SEND, -4), KERN_SUCCESS);
    EXPECT_EQ(type_of(space, name), MACH_PORT_TYPE_RECEIVE);
    EXPECT_EQ(mach_port_deallocate(space, name), KERN_INVALID_RIGHT);
    EXPECT_EQ(mach_port_mod_refs(space, name, MACH_PORT_RIGHT_SEND, -1), KERN_INVALID_RIGHT);
    space_end(space);
}

KTEST(ipc_send_right_dies_with_port)
{
    struct ipc_space *owner = space_begin();
    struct ipc_space *client = space_create();
    mach_port_name_t name = new_port(owner);
    struct ipc_port *port = nullptr;
    EXPECT_EQ(ipc_space_copyin(owner, name, MACH_MSG_TYPE_MAKE_SEND, &port), KERN_SUCCESS);
    mach_port_name_t send = ipc_space_copyout(client, port, MACH_MSG_TYPE_PORT_SEND);
    EXPECT_EQ(type_of(client, send), MACH_PORT_TYPE_SEND);
    EXPECT_EQ(mach_port_mod_refs(client, send, MACH_PORT_RIGHT_SEND, 1), KERN_SUCCESS);
    EXPECT_EQ(mach_port_mod_refs(owner, name, MACH_PORT_RIGHT_RECEIVE, -1), KERN_SUCCESS);

    EXPECT_EQ(type_of(client, send), MACH_PORT_TYPE_DEAD_NAME);
    EXPECT_EQ(refs(client, send, MACH_PORT_RIGHT_DEAD_NAME), 2);
    EXPECT_EQ(ipc_space_copyin(client, send, MACH_MSG_TYPE_MOVE_SEND, &port), KERN_SUCCESS);
    EXPECT_EQ(port, IPC_PORT_DEAD);
    EXPECT_EQ(ipc_space_copyin(client, send, MACH_MSG_TYPE_MAKE_SEND, &port), KERN_INVALID_RIGHT);
    EXPECT_EQ(mach_port_deallocate(client, send), KERN_SUCCESS);
    EXPECT_EQ(mach_port_deallocate(client, send), KERN_INVALID_NAME);
    space_destroy(client);
    space_end(owner);
}

/* Nobody has looked at the name between the port's death and its use. */
static void copyin_unnoticed(mach_msg_type_name_t made, mach_msg_type_name_t arrives,
                             mach_msg_type_name_t used)
{
    struct ipc_space *owner = space_begin();
    struct ipc_space *client = space_create();
    mach_port_name_t name = new_port(owner);
    struct ipc_port *port = nullptr;
    EXPECT_EQ(ipc_space_copyin(owner, name, made, &port), KERN_SUCCESS);
    mach_port_name_t right = ipc_space_copyout(client, port, arrives);
    EXPECT_EQ(mach_port_mod_refs(owner, name, MACH_PORT_RIGHT_RECEIVE, -1), KERN_SUCCESS);
    EXPECT_EQ(ipc_space_copyin(client, right, used, &port), KERN_SUCCESS);
    EXPECT_EQ(port, IPC_PORT_DEAD);
    EXPECT_EQ(type_of(client, right), 0);
    space_destroy(client);
    space_end(owner);
}

KTEST(ipc_dead_name_passes_whatever_right_it_was)
{
    copyin_unnoticed(MACH_MSG_TYPE_MAKE_SEND, MACH_MSG_TYPE_PORT_SEND, MACH_MSG_TYPE_MOVE_SEND);
    copyin_unnoticed(MACH_MSG_TYPE_MAKE_SEND, MACH_MSG_TYPE_PORT_SEND,
                     MACH_MSG_TYPE_MOVE_SEND_ONCE);
    copyin_unnoticed(MACH_MSG_TYPE_MAKE_SEND_ONCE, MACH_MSG_TYPE_PORT_SEND_ONCE,
                     MACH_MSG_TYPE_MOVE_SEND);
    copyin_unnoticed(MACH_MSG_TYPE_MAKE_SEND_ONCE, MACH_MSG_TYPE_PORT_SEND_ONCE,
                     MACH_MSG_TYPE_MOVE_SEND_ONCE);
}

KTEST(ipc_receive_right_leaves_send_right)
{
    struct ipc_space *space = space_begin();
    mach_port_name_t name = new_port(space);
    add_send(space, name);
    EXPECT_EQ(mach_port_mod_refs(space, name, MACH_PORT_RIGHT_RECEIVE, -1), KERN_SUCCESS);
    EXPECT_EQ(type_of(space, name), MACH_PORT_TYPE_DEAD_NAME);
    space_end(space);
}

KTEST(ipc_dispositions_need_their_right)
{
    struct ipc_space *space = space_begin();
    struct ipc_port *port;
    mach_port_name_t name = new_port(space);
    EXPECT_EQ(ipc_space_copyin(space, name, MACH_MSG_TYPE_COPY_SEND, &port), KERN_INVALID_RIGHT);
    EXPECT_EQ(ipc_space_copyin(space, name, MACH_MSG_TYPE_MOVE_SEND, &port), KERN_INVALID_RIGHT);
    EXPECT_EQ(ipc_space_copyin(space, name, MACH_MSG_TYPE_MOVE_SEND_ONCE, &port),
              KERN_INVALID_RIGHT);
    EXPECT_EQ(ipc_space_copyin(space, name, 99, &port), KERN_INVALID_VALUE);
    EXPECT_EQ(ipc_space_copyin(space, MACH_PORT_NULL, MACH_MSG_TYPE_COPY_SEND, &port),
              KERN_SUCCESS);
    EXPECT_EQ(port, nullptr);
    EXPECT_EQ(ipc_space_copyin(space, name, MACH_MSG_TYPE_MOVE_RECEIVE, &port), KERN_SUCCESS);
    EXPECT_EQ(ipc_space_copyout(space, port, MACH_MSG_TYPE_PORT_RECEIVE) != MACH_PORT_NULL, true);
    space_end(space);
}

KTEST(ipc_no_senders_notification)
{
    struct ipc_space *space = space_begin();
    mach_port_name_t name = new_port(space);
    mach_port_name_t notify = new_port(space);
    struct ipc_port *right = nullptr;
    struct ipc_port *previous = nullptr;
    add_send(space, name);
    EXPECT_EQ(ipc_space_copyin(space, notify, MACH_MSG_TYPE_MAKE_SEND_ONCE, &right), KERN_SUCCESS);
    EXPECT_EQ(
        mach_port_request_notification(space, name, MACH_NOTIFY_NO_SENDERS, 0, right, &previous),
        KERN_SUCCESS);
    EXPECT_EQ(take_message(space, notify), nullptr);
    EXPECT_EQ(mach_port_deallocate(space, name), KERN_SUCCESS);

    struct ipc_kmsg *kmsg = take_message(space, notify);
    EXPECT(kmsg != nullptr);
    EXPECT_EQ(kmsg->header.msgh_id, MACH_NOTIFY_NO_SENDERS);
    const mach_no_senders_notification_t *message = (void *)&kmsg->header;
    EXPECT_EQ(message->not_count, 1);
    EXPECT_EQ(message->NDR.int_rep, NDR_INT_LITTLE_ENDIAN);
    ipc_port_consume_send_once(kmsg->destination);
    kmsg->destination = nullptr;
    ipc_kmsg_destroy(kmsg);
    EXPECT_EQ(take_message(space, notify), nullptr);
    space_end(space);
}

KTEST(ipc_dead_name_notification_counts_a_reference)
{
    struct ipc_space *owner = space_begin();
    struct ipc_space *client = space_create();
    mach_port_name_t name = new_port(owner);
    mach_port_name_t notify = new_port(client);
    struct ipc_port *port = nullptr;
    struct ipc_port *previous = nullptr;
    EXPECT_EQ(ipc_space_copyin(owner, name, MACH_MSG_TYPE_MAKE_SEND, &port), KERN_SUCCESS);
    mach_port_name_t send = ipc_space_copyout(client, port, MACH_MSG_TYPE_PORT_SEND);
    EXPECT_EQ(ipc_space_copyin(client, notify, MACH_MSG_TYPE_MAKE_SEND_ONCE, &port), KERN_SUCCESS);
    EXPECT_EQ(
        mach_port_request_notification(client, send, MACH_NOTIFY_DEAD_NAME, 0, port, &previous),
        KERN_SUCCESS);
    EXPECT_EQ(type_of(client, send), MACH_PORT_TYPE_SEND | MACH_PORT_TYPE_DNREQUEST);
    EXPECT_EQ(mach_port_destroy(owner, name), KERN_SUCCESS);

    EXPECT_EQ(refs(client, send, MACH_PORT_RIGHT_DEAD_NAME), 2);
    struct ipc_kmsg *kmsg = take_message(client, notify);
    EXPECT(kmsg != nullptr);
    EXPECT_EQ(kmsg->header.msgh_id, MACH_NOTIFY_DEAD_NAME);
    const mach_dead_name_notification_t *message = (void *)&kmsg->header;
    EXPECT_EQ(message->not_port, send);
    EXPECT_EQ(message->NDR.int_rep, NDR_INT_LITTLE_ENDIAN);
    ipc_port_consume_send_once(kmsg->destination);
    kmsg->destination = nullptr;
    ipc_kmsg_destroy(kmsg);
    space_destroy(client);
    space_end(owner);
}

KTEST(ipc_unused_send_once_right_notifies)
{
    struct ipc_space *space = space_begin();
    mach_port_name_t name = new_port(space);
    struct ipc_port *right = nullptr;
    EXPECT_EQ(ipc_space_copyin(space, name, MACH_MSG_TYPE_MAKE_SEND_ONCE, &right), KERN_SUCCESS);
    mach_port_name_t once = ipc_space_copyout(space, right, MACH_MSG_TYPE_PORT_SEND_ONCE);
    EXPECT(once != name);
    EXPECT_EQ(mach_port_deallocate(space, once), KERN_SUCCESS);
    struct ipc_kmsg *kmsg = take_message(space, name);
    EXPECT(kmsg != nullptr);
    EXPECT_EQ(kmsg->header.msgh_id, MACH_NOTIFY_SEND_ONCE);
    ipc_port_consume_send_once(kmsg->destination);
    kmsg->destination = nullptr;
    ipc_kmsg_destroy(kmsg);
    space_end(space);
}

KTEST(ipc_allocation_failures_unwind)
{
    for (struct ktest_failures f = ktest_failures_begin(); ktest_failures_next(&f);) {
        interrupts_disable();
        struct ipc_space *space = space_create();
        if (space != nullptr) {
            space_make_all_and_destroy(space);
        }
        interrupts_enable();
    }
}
