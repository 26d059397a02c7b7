/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of ipc: how references are counted, and what is left where a right was.
 */
#include <mach/notify.h>

#include <ipc/ipc_mqueue.h>
#include <ipc/ipc_port.h>
#include <ipc/ipc_pset.h>
#include <test/test_ipc.h>

/* A send right in SPACE to a new port of OWNER. */
static mach_port_name_t new_send(struct ipc_space *space, struct ipc_space *owner,
                                 mach_port_name_t *service)
{
    *service = new_port(owner);
    return ipc_space_copyout(space, take_right(owner, *service, MACH_MSG_TYPE_MAKE_SEND),
                             MACH_MSG_TYPE_PORT_SEND);
}

KTEST(ipc_references_change_as_asked)
{
    static const struct {
        mach_port_delta_t delta;
        kern_return_t result;
        mach_port_urefs_t left; /* 0: the name is gone */
    } cases[] = {
        { 0, KERN_SUCCESS, 5 },
        { -2, KERN_SUCCESS, 3 },
        { MACH_PORT_UREFS_MAX - 5, KERN_SUCCESS, MACH_PORT_UREFS_MAX },
        { MACH_PORT_UREFS_MAX - 4, KERN_UREFS_OVERFLOW, 5 },
        { -6, KERN_INVALID_VALUE, 5 },
        { -5, KERN_SUCCESS, 0 },
    };
    for (uint32_t i = 0; i < 2 * ARRAY_SIZE(cases); i++) {
        bool is_dead = i % 2;
        mach_port_right_t right = is_dead ? MACH_PORT_RIGHT_DEAD_NAME : MACH_PORT_RIGHT_SEND;
        struct ipc_space *space = space_begin();
        struct ipc_space *owner = space_create();
        mach_port_name_t service;
        mach_port_name_t name = new_send(space, owner, &service);
        EXPECT_EQ(mach_port_mod_refs(space, name, MACH_PORT_RIGHT_SEND, 4), KERN_SUCCESS);
        if (is_dead) {
            EXPECT_EQ(mach_port_destroy(owner, service), KERN_SUCCESS);
        }
        EXPECT_EQ(mach_port_mod_refs(space, name, right, cases[i / 2].delta), cases[i / 2].result);
        if (cases[i / 2].left == 0) {
            EXPECT_EQ(type_of(space, name), 0);
        } else {
            EXPECT_EQ(refs(space, name, right), cases[i / 2].left);
        }
        space_destroy(owner);
        space_end(space);
    }
}

KTEST(ipc_single_rights_can_only_be_dropped)
{
    struct ipc_space *space = space_begin();
    static const mach_port_right_t kinds[] = { MACH_PORT_RIGHT_RECEIVE, MACH_PORT_RIGHT_PORT_SET };
    for (uint32_t i = 0; i < ARRAY_SIZE(kinds); i++) {
        mach_port_name_t name;
        EXPECT_EQ(mach_port_allocate(space, kinds[i], &name), KERN_SUCCESS);
        EXPECT_EQ(mach_port_mod_refs(space, name, kinds[i], 0), KERN_SUCCESS);
        EXPECT_EQ(mach_port_mod_refs(space, name, kinds[i], 1), KERN_INVALID_VALUE);
        EXPECT_EQ(mach_port_mod_refs(space, name, kinds[i], -2), KERN_INVALID_VALUE);
        EXPECT_EQ(type_of(space, name), MACH_PORT_TYPE(kinds[i]));
        EXPECT_EQ(mach_port_mod_refs(space, name, kinds[i], -1), KERN_SUCCESS);
        EXPECT_EQ(type_of(space, name), 0);
    }
    space_end(space);
}

KTEST(ipc_send_once_right_to_a_dead_port_is_a_dead_name)
{
    struct ipc_space *space = space_begin();
    struct ipc_space *owner = space_create();
    mach_port_name_t service = new_port(owner);
    mach_port_name_t once =
        ipc_space_copyout(space, take_right(owner, service, MACH_MSG_TYPE_MAKE_SEND_ONCE),
                          MACH_MSG_TYPE_PORT_SEND_ONCE);
    EXPECT_EQ(mach_port_destroy(owner, service), KERN_SUCCESS);
    EXPECT_EQ(mach_port_mod_refs(space, once, MACH_PORT_RIGHT_SEND_ONCE, -1), KERN_INVALID_RIGHT);
    EXPECT_EQ(type_of(space, once), MACH_PORT_TYPE_DEAD_NAME);
    space_destroy(owner);
    space_end(space);
}

/* Names that were given up are not found again by their ports. */
KTEST(ipc_ports_come_back_under_new_names)
{
    enum {
        COUNT = 300
    };
    static mach_port_name_t services[COUNT];
    static mach_port_name_t names[COUNT];
    struct ipc_space *space = space_begin();
    struct ipc_space *owner = space_create();
    for (int i = 0; i < COUNT; i++) {
        names[i] = new_send(space, owner, &services[i]);
    }
    for (int i = 0; i < COUNT; i++) {
        EXPECT_EQ(mach_port_destroy(space, names[i]), KERN_SUCCESS);
    }
    for (int i = 0; i < COUNT; i++) {
        mach_port_name_t name =
            ipc_space_copyout(space, take_right(owner, services[i], MACH_MSG_TYPE_MAKE_SEND),
                              MACH_MSG_TYPE_PORT_SEND);
        EXPECT(name != names[i]);
        EXPECT_EQ(type_of(space, name), MACH_PORT_TYPE_SEND);
    }
    EXPECT_EQ(space->entry_count, COUNT);
    space_destroy(owner);
    space_end(space);
}

KTEST(ipc_dead_port_makes_no_rights)
{
    interrupts_disable();
    struct ipc_port *port = ipc_port_create();
    ipc_port_reference(port);
    ipc_port_release_send(ipc_port_make_send(port));
    EXPECT_EQ(port->make_send_count, 1);
    ipc_port_destroy(port);
    EXPECT_EQ(ipc_port_make_send(port), IPC_PORT_DEAD);
    EXPECT_EQ(ipc_port_make_send_once(port), IPC_PORT_DEAD);
    EXPECT_EQ(ipc_port_copy_send(port), IPC_PORT_DEAD);
    ipc_port_release(port);
    interrupts_enable();
}

/* What a set receives while its only member, with a message, has left it. */
KTEST(ipc_member_that_left_is_not_ready_any_more)
{
    interrupts_disable();
    struct ipc_port *port = ipc_port_create();
    struct ipc_pset *set = ipc_pset_create(nullptr);
    ipc_port_release_send_once(ipc_port_make_send_once(port));
    ipc_port_lock(port);
    EXPECT_EQ(ipc_pset_add(set, port), KERN_SUCCESS);
    EXPECT_EQ(ipc_pset_remove(set, port), KERN_SUCCESS);
    ipc_port_unlock(port);
    struct ipc_receive receive = { .room = UINT32_MAX };
    struct ipc_kmsg *kmsg;
    ipc_pset_lock(set);
    EXPECT_EQ(ipc_mqueue_receive(&set->object, nullptr, 0, nullptr, &receive, &kmsg),
              MACH_RCV_TIMED_OUT);
    ipc_pset_destroy(set);
    ipc_port_destroy(port);
    interrupts_enable();
}

/* A receive right that is sent away instead of dying is in no set any more. */
KTEST(ipc_inherited_port_leaves_its_sets)
{
    struct ipc_space *space = space_begin();
    mach_port_name_t name = new_port(space);
    mach_port_name_t heir = new_port(space);
    mach_port_name_t set;
    struct ipc_port *right = take_right(space, heir, MACH_MSG_TYPE_MAKE_SEND_ONCE);
    struct ipc_port *port = take_right(space, name, MACH_MSG_TYPE_MAKE_SEND_ONCE);
    struct ipc_port *previous;
    EXPECT_EQ(mach_port_allocate(space, MACH_PORT_RIGHT_PORT_SET, &set), KERN_SUCCESS);
    EXPECT_EQ(
        mach_port_request_notification(space, set, MACH_NOTIFY_DEAD_NAME, 0, right, &previous),
        KERN_INVALID_RIGHT);
    EXPECT_EQ(mach_port_insert_member(space, name, set), KERN_SUCCESS);
    EXPECT_EQ(mach_port_request_notification(space, name, MACH_NOTIFY_PORT_DESTROYED, 0, right,
                                             &previous),
              KERN_SUCCESS);
    EXPECT_EQ(mach_port_destroy(space, name), KERN_SUCCESS);
    EXPECT_EQ(port->state, PORT_IN_TRANSIT);
    interrupt_state_t state = spin_lock_save(&port->object.lock);
    EXPECT_EQ(ipc_pset_count(port), 0);
    spin_unlock_restore(&port->object.lock, state);
    ipc_port_consume_send_once(port);
    space_end(space);
}
