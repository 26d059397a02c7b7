/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of ipc: what a name stands for.  Which rights may join it, what happens to it when its right
 * goes away, and what calls say of names and arguments that make no sense.
 */
#include <mach/notify.h>

#include <ipc/ipc_port.h>
#include <test/test_ipc.h>

#define FREE_NAME 0x500000

/* A right to send that NAME's receive right makes, as it leaves SPACE. */
static struct ipc_port *make_send(struct ipc_space *space, mach_port_name_t name)
{
    return take_right(space, name, MACH_MSG_TYPE_MAKE_SEND);
}

KTEST(ipc_wrong_arguments_have_their_errors)
{
    struct ipc_space *space = space_begin();
    mach_port_name_t port = new_port(space);
    mach_port_name_t set;
    mach_port_urefs_t count;
    struct ipc_port *right;
    mach_msg_type_name_t type = 0;
    EXPECT_EQ(mach_port_allocate(space, MACH_PORT_RIGHT_PORT_SET, &set), KERN_SUCCESS);
    EXPECT_EQ(mach_port_allocate_name(space, MACH_PORT_RIGHT_RECEIVE, MACH_PORT_NULL),
              KERN_INVALID_VALUE);
    EXPECT_EQ(mach_port_rename(space, port, MACH_PORT_NULL), KERN_INVALID_VALUE);
    EXPECT_EQ(mach_port_insert_right(space, FREE_NAME, nullptr, MACH_MSG_TYPE_PORT_SEND),
              KERN_INVALID_CAPABILITY);
    EXPECT_EQ(
        mach_port_extract_right(space, MACH_PORT_NULL, MACH_MSG_TYPE_COPY_SEND, &right, &type),
        KERN_INVALID_RIGHT);
    EXPECT_EQ(ipc_space_copyin(space, FREE_NAME, MACH_MSG_TYPE_COPY_SEND, &right),
              KERN_INVALID_NAME);
    EXPECT_EQ(mach_port_get_refs(space, port, MACH_PORT_RIGHT_NUMBER, &count), KERN_INVALID_VALUE);
    EXPECT_EQ(refs(space, port, MACH_PORT_RIGHT_LABELH), 0);
    EXPECT_EQ(mach_port_mod_refs(space, port, MACH_PORT_RIGHT_LABELH, -1), KERN_INVALID_RIGHT);
    EXPECT_EQ(mach_port_mod_refs(space, port, MACH_PORT_RIGHT_NUMBER, -1), KERN_INVALID_VALUE);
    EXPECT_EQ(mach_port_set_mscount(space, set, 1), KERN_INVALID_RIGHT);
    EXPECT_EQ(mach_port_deallocate(space, MACH_PORT_NULL), KERN_SUCCESS);
    EXPECT_EQ(refs(space, port, MACH_PORT_RIGHT_SEND), 0);

    EXPECT_EQ(mach_port_extract_right(space, port, MACH_MSG_TYPE_MAKE_SEND, &right, &type),
              KERN_SUCCESS);
    EXPECT_EQ(type, MACH_MSG_TYPE_PORT_SEND);
    EXPECT_EQ(mach_port_insert_right(space, MACH_PORT_NULL, right, MACH_MSG_TYPE_PORT_SEND),
              KERN_INVALID_VALUE);
    ipc_port_release_send(right);
    space->entry_limit = space->entry_count;
    EXPECT_EQ(mach_port_allocate(space, MACH_PORT_RIGHT_PORT_SET, &set), KERN_NO_SPACE);
    space_end(space);
}

static void expect_attributes_of_no_port(struct ipc_space *space, mach_port_name_t name)
{
    integer_t info[MACH_PORT_RECEIVE_STATUS_COUNT] = { 1 };
    mach_msg_type_number_t count = MACH_PORT_RECEIVE_STATUS_COUNT;
    EXPECT_EQ(mach_port_get_attributes(space, name, MACH_PORT_RECEIVE_STATUS, info, &count),
              KERN_INVALID_RIGHT);
    EXPECT_EQ(mach_port_get_attributes(space, name, MACH_PORT_DNREQUESTS_SIZE, info, &count),
              KERN_SUCCESS);
    EXPECT_EQ(count, 1);
    EXPECT_EQ(info[0], 0);
    EXPECT_EQ(mach_port_get_attributes(space, name, MACH_PORT_LIMITS_INFO, info, &count),
              KERN_SUCCESS);
    EXPECT_EQ(count, 0);
}

KTEST(ipc_null_and_dead_names_have_their_own_answers)
{
    struct ipc_space *space = space_begin();
    const mach_port_name_t names[] = { MACH_PORT_NULL, MACH_PORT_DEAD };
    for (uint32_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        mach_port_urefs_t count = 0;
        EXPECT_EQ(mach_port_destroy(space, names[i]), KERN_SUCCESS);
        EXPECT_EQ(mach_port_mod_refs(space, names[i], MACH_PORT_RIGHT_SEND, -1), KERN_SUCCESS);
        EXPECT_EQ(mach_port_mod_refs(space, names[i], MACH_PORT_RIGHT_RECEIVE, -1),
                  KERN_INVALID_NAME);
        EXPECT_EQ(mach_port_get_refs(space, names[i], MACH_PORT_RIGHT_SEND_ONCE, &count),
                  KERN_SUCCESS);
        EXPECT_EQ(count, 1);
        EXPECT_EQ(mach_port_get_refs(space, names[i], MACH_PORT_RIGHT_DEAD_NAME, &count),
                  KERN_INVALID_NAME);
        EXPECT_EQ(mach_port_set_mscount(space, names[i], 1), KERN_INVALID_RIGHT);
        EXPECT_EQ(mach_port_move_member(space, names[i], MACH_PORT_NULL), KERN_INVALID_RIGHT);
        EXPECT_EQ(mach_port_guard(space, names[i], 1, false), KERN_INVALID_NAME);
        expect_attributes_of_no_port(space, names[i]);
    }
    mach_port_type_t type = 0;
    EXPECT_EQ(mach_port_type(space, MACH_PORT_NULL, &type), KERN_INVALID_NAME);
    EXPECT_EQ(mach_port_type(space, MACH_PORT_DEAD, &type), KERN_SUCCESS);
    EXPECT_EQ(type, MACH_PORT_TYPE_DEAD_NAME);
    EXPECT_EQ(mach_port_rename(space, new_port(space), MACH_PORT_DEAD), KERN_INVALID_VALUE);
    space_end(space);
}

KTEST(ipc_ended_space_takes_and_gives_nothing)
{
    struct ipc_space *space = space_begin();
    struct ipc_space *ended = space_create();
    mach_port_name_t service = new_port(space);
    mach_port_name_t name = new_port(ended);
    struct ipc_port *port;
    ipc_space_terminate(ended);
    EXPECT_EQ(mach_port_allocate(ended, MACH_PORT_RIGHT_RECEIVE, &name), KERN_INVALID_TASK);
    EXPECT_EQ(mach_port_destroy(ended, name), KERN_INVALID_TASK);
    EXPECT_EQ(ipc_space_copyin(ended, name, MACH_MSG_TYPE_MAKE_SEND, &port), KERN_INVALID_TASK);
    port = make_send(space, service);
    EXPECT_EQ(ipc_space_copyout(ended, port, MACH_MSG_TYPE_PORT_SEND), MACH_PORT_NULL);
    EXPECT_EQ(port->send_rights, 0);
    ipc_space_release(ended);

    port = make_send(space, service);
    EXPECT_EQ(mach_port_destroy(space, service), KERN_SUCCESS);
    EXPECT_EQ(ipc_space_copyout(space, port, MACH_MSG_TYPE_PORT_SEND), MACH_PORT_DEAD);
    space_end(space);
}

KTEST(ipc_name_takes_only_rights_of_its_own_port)
{
    struct ipc_space *space = space_begin();
    mach_port_name_t name = new_port(space);
    mach_port_name_t other = new_port(space);
    struct ipc_port *once = take_right(space, name, MACH_MSG_TYPE_MAKE_SEND_ONCE);
    EXPECT_EQ(mach_port_insert_right(space, name, once, MACH_MSG_TYPE_PORT_SEND_ONCE),
              KERN_NAME_EXISTS);
    mach_port_name_t once_name = ipc_space_copyout(space, once, MACH_MSG_TYPE_PORT_SEND_ONCE);
    struct ipc_port *right = make_send(space, name);
    EXPECT_EQ(mach_port_insert_right(space, other, right, MACH_MSG_TYPE_PORT_SEND),
              KERN_RIGHT_EXISTS);
    EXPECT_EQ(mach_port_insert_right(space, once_name, right, MACH_MSG_TYPE_PORT_SEND),
              KERN_RIGHT_EXISTS);
    EXPECT_EQ(mach_port_insert_right(space, FREE_NAME, right, MACH_MSG_TYPE_PORT_SEND),
              KERN_RIGHT_EXISTS);
    EXPECT_EQ(mach_port_insert_right(space, name, right, MACH_MSG_TYPE_PORT_SEND), KERN_SUCCESS);
    space_end(space);
}

/* Rights that arrive at a name become one with its; at the maximum the count stands still. */
KTEST(ipc_rights_under_one_name_are_one)
{
    struct ipc_space *space = space_begin();
    mach_port_name_t name = new_port(space);
    struct ipc_port *port = make_send(space, name);
    EXPECT_EQ(ipc_space_copyout(space, port, MACH_MSG_TYPE_PORT_SEND), name);
    EXPECT_EQ(ipc_space_copyout(space, make_send(space, name), MACH_MSG_TYPE_PORT_SEND), name);
    EXPECT_EQ(port->send_rights, 1);
    EXPECT_EQ(refs(space, name, MACH_PORT_RIGHT_SEND), 2);
    EXPECT_EQ(mach_port_mod_refs(space, name, MACH_PORT_RIGHT_SEND, MACH_PORT_UREFS_MAX - 2),
              KERN_SUCCESS);
    EXPECT_EQ(mach_port_insert_right(space, name, make_send(space, name), MACH_MSG_TYPE_PORT_SEND),
              KERN_UREFS_OVERFLOW);
    EXPECT_EQ(port->send_rights, 2);
    EXPECT_EQ(ipc_space_copyout(space, port, MACH_MSG_TYPE_PORT_SEND), name);
    EXPECT_EQ(port->send_rights, 1);
    EXPECT_EQ(refs(space, name, MACH_PORT_RIGHT_SEND), MACH_PORT_UREFS_MAX);
    space_end(space);
}

KTEST(ipc_moved_port_counts_anew)
{
    struct ipc_space *space = space_begin();
    mach_port_name_t name = new_port(space);
    struct ipc_port *port = make_send(space, name);
    EXPECT_EQ(ipc_space_copyout(space, port, MACH_MSG_TYPE_PORT_SEND), name);
    ipc_port_release_send(take_right(space, name, MACH_MSG_TYPE_COPY_SEND));
    EXPECT_EQ(port->make_send_count, 1);
    port->sequence = 5;
    EXPECT_EQ(mach_port_rename(space, name, FREE_NAME), KERN_SUCCESS);
    EXPECT_EQ(port->receiver_name, FREE_NAME);
    EXPECT_EQ(take_right(space, FREE_NAME, MACH_MSG_TYPE_MOVE_RECEIVE), port);
    EXPECT_EQ(port->make_send_count, 0);
    EXPECT_EQ(port->sequence, 0);
    EXPECT_EQ(ipc_space_copyout(space, port, MACH_MSG_TYPE_PORT_RECEIVE), FREE_NAME);
    space_end(space);
}

/* A name that its last right leaves is gone: who wanted to hear of its death hears of that. */
KTEST(ipc_moved_right_ends_the_request_on_its_name)
{
    static const struct {
        mach_msg_type_name_t make; /* what the name is given */
        mach_msg_type_name_t arrives;
        mach_msg_type_name_t move; /* and what takes it away */
    } cases[] = {
        { MACH_MSG_TYPE_MAKE_SEND, MACH_MSG_TYPE_PORT_SEND, MACH_MSG_TYPE_MOVE_SEND },
        { MACH_MSG_TYPE_MAKE_SEND_ONCE, MACH_MSG_TYPE_PORT_SEND_ONCE,
          MACH_MSG_TYPE_MOVE_SEND_ONCE },
        { MACH_MSG_TYPE_MOVE_RECEIVE, MACH_MSG_TYPE_PORT_RECEIVE, MACH_MSG_TYPE_MOVE_RECEIVE },
    };
    for (uint32_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct ipc_space *space = space_begin();
        struct ipc_space *owner = space_create();
        struct ipc_port *notify = take_right(space, new_port(space), MACH_MSG_TYPE_MAKE_SEND_ONCE);
        struct ipc_port *previous;
        struct ipc_port *port = take_right(owner, new_port(owner), cases[i].make);
        mach_port_name_t name = ipc_space_copyout(space, port, cases[i].arrives);
        EXPECT_EQ(mach_port_request_notification(space, name, MACH_NOTIFY_DEAD_NAME, 0, notify,
                                                 &previous),
                  KERN_SUCCESS);
        port = take_right(space, name, cases[i].move);
        EXPECT_EQ(type_of(space, name), 0);
        EXPECT_EQ(notify->message_count, 1);
        ipc_port_release_right(port, cases[i].arrives);
        space_destroy(owner);
        space_end(space);
    }
}

/* The table finds the names that stay, whatever has left and come in between. */
KTEST(ipc_names_that_stay_are_found)
{
    enum {
        COUNT = 300
    };
    static mach_port_name_t services[COUNT];
    static mach_port_name_t names[COUNT];
    struct ipc_space *space = space_begin();
    struct ipc_space *owner = space_create();
    for (int i = 0; i < COUNT; i++) {
        services[i] = new_port(owner);
        names[i] = ipc_space_copyout(space, make_send(owner, services[i]), MACH_MSG_TYPE_PORT_SEND);
    }
    for (int i = 0; i < COUNT; i += 2) {
        ipc_port_release_send(take_right(space, names[i], MACH_MSG_TYPE_MOVE_SEND));
    }
    for (int i = 0; i < COUNT; i += 2) {
        (void)new_port(space);
    }
    for (int i = 1; i < COUNT; i += 2) {
        EXPECT_EQ(ipc_space_copyout(space, make_send(owner, services[i]), MACH_MSG_TYPE_PORT_SEND),
                  names[i]);
    }
    space_destroy(owner);
    space_end(space);
}
