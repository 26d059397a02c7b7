/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of ipc: guards of receive rights, and counters that are full.
 */
#include <ipc/ipc_port.h>
#include <ipc/ipc_right.h>
#include <test/test_ipc.h>

#define GUARD UINT64_C(0x1234567890)

/* The context of NAME as its task sees it. */
static uint64_t context_of(struct ipc_space *space, mach_port_name_t name)
{
    uint64_t context = ~UINT64_C(0);
    EXPECT_EQ(mach_port_get_context(space, name, &context), KERN_SUCCESS);
    return context;
}

KTEST(ipc_guarded_right_is_not_destroyed_without_its_guard)
{
    struct ipc_space *space = space_begin();
    mach_port_name_t name = new_port(space);
    EXPECT_EQ(mach_port_guard(space, name, GUARD, false), KERN_SUCCESS);
    EXPECT_EQ(mach_port_guard(space, name, GUARD, false), KERN_INVALID_ARGUMENT);
    EXPECT_EQ(context_of(space, name), GUARD);
    EXPECT_EQ(mach_port_destroy(space, name), KERN_INVALID_RIGHT);
    EXPECT_EQ(mach_port_mod_refs(space, name, MACH_PORT_RIGHT_RECEIVE, -1), KERN_INVALID_RIGHT);
    EXPECT_EQ(mach_port_destruct(space, name, 0, GUARD + 1), KERN_INVALID_ARGUMENT);
    EXPECT_EQ(mach_port_swap_guard(space, name, GUARD + 1, 1), KERN_INVALID_ARGUMENT);
    EXPECT_EQ(mach_port_swap_guard(space, name, GUARD, GUARD + 1), KERN_SUCCESS);
    EXPECT_EQ(mach_port_unguard(space, name, GUARD), KERN_INVALID_ARGUMENT);
    EXPECT_EQ(mach_port_destruct(space, name, 0, GUARD + 1), KERN_SUCCESS);
    EXPECT_EQ(type_of(space, name), 0);
    space_end(space);
}

KTEST(ipc_strict_guard_cannot_be_read_or_replaced)
{
    struct ipc_space *space = space_begin();
    mach_port_name_t name = new_port(space);
    EXPECT_EQ(mach_port_swap_guard(space, name, 0, GUARD), KERN_INVALID_ARGUMENT);
    EXPECT_EQ(mach_port_guard(space, name, GUARD, true), KERN_SUCCESS);
    EXPECT_EQ(context_of(space, name), 0);
    EXPECT_EQ(mach_port_set_context(space, name, 1), KERN_INVALID_ARGUMENT);
    EXPECT_EQ(mach_port_swap_guard(space, name, GUARD, 1), KERN_INVALID_ARGUMENT);
    EXPECT_EQ(mach_port_unguard(space, name, GUARD), KERN_SUCCESS);
    EXPECT_EQ(mach_port_unguard(space, name, 0), KERN_INVALID_ARGUMENT);
    EXPECT_EQ(mach_port_set_context(space, name, 7), KERN_SUCCESS);
    EXPECT_EQ(context_of(space, name), 7);
    EXPECT_EQ(mach_port_destroy(space, name), KERN_SUCCESS);
    space_end(space);
}

KTEST(ipc_immovable_right_stays_and_others_lose_their_guard)
{
    struct ipc_space *space = space_begin();
    struct ipc_port *port = nullptr;
    mach_port_name_t name = new_port(space);
    EXPECT_EQ(mach_port_guard(space, name, GUARD, true), KERN_SUCCESS);
    port = take_right(space, name, MACH_MSG_TYPE_MOVE_RECEIVE);
    name = ipc_space_copyout(space, port, MACH_MSG_TYPE_PORT_RECEIVE);
    EXPECT_EQ(context_of(space, name), 0);
    EXPECT_EQ(mach_port_guard_with_flags(space, name, GUARD, MPG_IMMOVABLE_RECEIVE), KERN_SUCCESS);
    EXPECT_EQ(mach_port_unguard(space, name, GUARD), KERN_SUCCESS);
    EXPECT_EQ(ipc_space_copyin(space, name, MACH_MSG_TYPE_MOVE_RECEIVE, &port),
              KERN_INVALID_CAPABILITY);
    EXPECT_EQ(mach_port_destroy(space, name), KERN_SUCCESS);
    space_end(space);
}

KTEST(ipc_destruct_drops_send_references_first)
{
    struct ipc_space *space = space_begin();
    mach_port_name_t name = new_port(space);
    EXPECT_EQ(mach_port_destruct(space, name, -1, 0), KERN_INVALID_RIGHT);
    struct ipc_port *right = take_right(space, name, MACH_MSG_TYPE_MAKE_SEND);
    EXPECT_EQ(ipc_space_copyout(space, right, MACH_MSG_TYPE_PORT_SEND), name);
    EXPECT_EQ(mach_port_mod_refs(space, name, MACH_PORT_RIGHT_SEND, 1), KERN_SUCCESS);
    EXPECT_EQ(mach_port_destruct(space, name, 1, 0), KERN_INVALID_VALUE);
    EXPECT_EQ(mach_port_destruct(space, name, -3, 0), KERN_INVALID_VALUE);
    EXPECT_EQ(mach_port_destruct(space, name, -1, 0), KERN_SUCCESS);
    EXPECT_EQ(type_of(space, name), MACH_PORT_TYPE_DEAD_NAME);
    EXPECT_EQ(refs(space, name, MACH_PORT_RIGHT_DEAD_NAME), 1);
    EXPECT_EQ(mach_port_deallocate(space, name), KERN_SUCCESS);

    name = new_port(space);
    right = take_right(space, name, MACH_MSG_TYPE_MAKE_SEND);
    EXPECT_EQ(ipc_space_copyout(space, right, MACH_MSG_TYPE_PORT_SEND), name);
    EXPECT_EQ(mach_port_destruct(space, name, -1, 0), KERN_SUCCESS);
    EXPECT_EQ(type_of(space, name), 0);
    space_end(space);
}

KTEST(ipc_full_counters_refuse_one_more)
{
    struct ipc_space *space = space_begin();
    struct ipc_port *right = nullptr;
    mach_port_name_t name = new_port(space);
    struct ipc_port *port = take_right(space, name, MACH_MSG_TYPE_MAKE_SEND_ONCE);
    EXPECT_EQ(mach_port_set_mscount(space, name, IPC_PORT_RIGHTS_MAX), KERN_SUCCESS);
    EXPECT_EQ(ipc_space_copyin(space, name, MACH_MSG_TYPE_MAKE_SEND, &right), KERN_UREFS_OVERFLOW);
    EXPECT_EQ(port->send_rights, 0);
    EXPECT_EQ(mach_port_set_mscount(space, name, 0), KERN_SUCCESS);
    port->send_rights = IPC_PORT_RIGHTS_MAX;
    port->send_once_rights = IPC_PORT_RIGHTS_MAX;
    EXPECT_EQ(ipc_space_copyin(space, name, MACH_MSG_TYPE_MAKE_SEND, &right), KERN_UREFS_OVERFLOW);
    EXPECT_EQ(ipc_space_copyin(space, name, MACH_MSG_TYPE_MAKE_SEND_ONCE, &right),
              KERN_UREFS_OVERFLOW);
    EXPECT_EQ(right, nullptr);
    port->send_rights = 0;
    port->send_once_rights = 1;
    ipc_port_consume_send_once(port);
    space_end(space);
}
