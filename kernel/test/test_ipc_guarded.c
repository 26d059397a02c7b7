/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of ipc: receive rights that travel with a guard.
 */
#include <ipc/ipc_guarded.h>
#include <ipc/ipc_kmsg.h>
#include <ipc/ipc_ool.h>
#include <ipc/ipc_port.h>
#include <ipc/mach_port.h>
#include <test/test_ipc.h>

#define GUARD  UINT64_C(0x1122334455)
#define BUFFER UINT64_C(0x7000)

#define IMMOVABLE MACH_MSG_GUARD_FLAGS_IMMOVABLE_RECEIVE
#define UNGUARDED MACH_MSG_GUARD_FLAGS_UNGUARDED_ON_SEND

static const struct ipc_guarding to_receiver = { .guard = BUFFER,
                                                 .is_wanted = true,
                                                 .is_immovable = true };

/* A descriptor in both views. */
union guarded {
    mach_msg_guarded_port_descriptor_t user;
    ipc_descriptor_t kernel;
};

static union guarded describe(mach_port_name_t name, mach_msg_guard_flags_t flags, uint64_t guard)
{
    return (union guarded){ .user = { .context = guard,
                                      .flags = flags,
                                      .disposition = MACH_MSG_TYPE_MOVE_RECEIVE,
                                      .type = MACH_MSG_GUARDED_PORT_DESCRIPTOR,
                                      .name = name } };
}

/* Take DESCRIPTOR from SPACE, for a message to nobody. */
static mach_msg_return_t take(union guarded *descriptor, struct ipc_space *space)
{
    struct ipc_port *nobody = ipc_port_create_kernel(IPC_KOBJECT_NONE, nullptr);
    bool is_circular = false;
    mach_msg_return_t result =
        ipc_descriptor_copyin(&descriptor->kernel, space, nullptr, nobody, &is_circular);
    EXPECT(!is_circular);
    ipc_port_destroy(nobody);
    return result;
}

static mach_msg_return_t give(union guarded *descriptor, struct ipc_space *space,
                              const struct ipc_guarding *guarding)
{
    return ipc_descriptor_copyout(&descriptor->kernel, space, nullptr, guarding);
}

KTEST(ipc_guarded_descriptors_are_checked)
{
    struct ipc_space *space = space_begin();
    mach_port_name_t name = new_port(space);
    union guarded descriptor = describe(name, 0, 0);
    EXPECT_EQ(take(&descriptor, space), MACH_SEND_INVALID_TYPE);
    descriptor = describe(name, UNGUARDED | 4, 0);
    EXPECT_EQ(take(&descriptor, space), MACH_SEND_INVALID_TYPE);
    descriptor = describe(name, UNGUARDED, GUARD);
    EXPECT_EQ(take(&descriptor, space), MACH_SEND_INVALID_TYPE);
    descriptor = describe(name, UNGUARDED, 0);
    descriptor.user.disposition = MACH_MSG_TYPE_MAKE_SEND;
    EXPECT_EQ(take(&descriptor, space), MACH_SEND_INVALID_TYPE);
    descriptor = describe(0xabcdef, UNGUARDED, 0);
    EXPECT_EQ(take(&descriptor, space), MACH_SEND_INVALID_RIGHT);
    descriptor = describe(name, IMMOVABLE, 0); /* it has no guard */
    EXPECT_EQ(take(&descriptor, space), MACH_SEND_INVALID_RIGHT);
    EXPECT_EQ(mach_port_guard(space, name, GUARD, TRUE), KERN_SUCCESS);
    descriptor = describe(name, IMMOVABLE, GUARD + 1);
    EXPECT_EQ(take(&descriptor, space), MACH_SEND_INVALID_RIGHT);
    descriptor = describe(name, UNGUARDED, 0);
    EXPECT_EQ(take(&descriptor, space), MACH_SEND_INVALID_RIGHT);
    EXPECT_EQ(type_of(space, name), MACH_PORT_TYPE_RECEIVE);
    space_end(space);
}

KTEST(ipc_guarded_right_gets_a_new_guard)
{
    struct ipc_space *space = space_begin();
    struct ipc_space *other = space_create();
    mach_port_name_t name = new_port(space);
    EXPECT_EQ(mach_port_guard(space, name, GUARD, TRUE), KERN_SUCCESS);
    union guarded descriptor = describe(name, IMMOVABLE, GUARD);
    EXPECT_EQ(take(&descriptor, space), MACH_MSG_SUCCESS);
    EXPECT_EQ(type_of(space, name), 0);
    EXPECT_EQ(give(&descriptor, other, &to_receiver), MACH_MSG_SUCCESS);
    name = descriptor.user.name;
    EXPECT_EQ(descriptor.user.context, BUFFER);
    EXPECT_EQ(descriptor.user.flags, IMMOVABLE);
    EXPECT_EQ(type_of(other, name), MACH_PORT_TYPE_RECEIVE);
    EXPECT_EQ(mach_port_destroy(other, name), KERN_INVALID_RIGHT);
    /* Nothing moves it on, not even who knows the guard. */
    EXPECT_EQ(take(&descriptor, other), MACH_SEND_INVALID_RIGHT);
    EXPECT_EQ(mach_port_unguard(other, name, BUFFER), KERN_SUCCESS);
    EXPECT_EQ(mach_port_destroy(other, name), KERN_SUCCESS);
    space_destroy(other);
    space_end(space);
}

KTEST(ipc_unguarded_right_may_stay_so)
{
    struct ipc_space *space = space_begin();
    mach_port_name_t name = new_port(space);
    union guarded descriptor = describe(name, UNGUARDED, 0);
    EXPECT_EQ(take(&descriptor, space), MACH_MSG_SUCCESS);
    EXPECT_EQ(give(&descriptor, space, &to_receiver), MACH_MSG_SUCCESS);
    EXPECT_EQ(descriptor.user.flags, UNGUARDED);
    EXPECT_EQ(descriptor.user.context, 0);
    EXPECT_EQ(mach_port_destroy(space, descriptor.user.name), KERN_SUCCESS);
    space_end(space);
}

KTEST(ipc_guarded_right_that_nobody_wants_is_destroyed)
{
    struct ipc_space *space = space_begin();
    static const struct ipc_guarding unwanted = { .guard = BUFFER };
    mach_port_name_t name = new_port(space);
    struct ipc_port *port = take_right(space, name, MACH_MSG_TYPE_MAKE_SEND_ONCE);
    union guarded descriptor = describe(name, IMMOVABLE | UNGUARDED, 0);
    EXPECT_EQ(take(&descriptor, space), MACH_MSG_SUCCESS);
    EXPECT_EQ(give(&descriptor, space, &unwanted), MACH_MSG_SUCCESS);
    EXPECT_EQ(descriptor.user.name, MACH_PORT_NULL);
    EXPECT_EQ(descriptor.user.context, 0);
    EXPECT(!port->object.is_active);
    ipc_port_release_send_once(port);
    space_end(space);
}

KTEST(ipc_guarded_right_without_a_name_is_destroyed)
{
    struct ipc_space *space = space_begin();
    struct ipc_space *other = space_create();
    union guarded descriptor = describe(new_port(space), IMMOVABLE | UNGUARDED, 0);
    EXPECT_EQ(take(&descriptor, space), MACH_MSG_SUCCESS);
    other->entry_limit = 0;
    EXPECT_EQ(give(&descriptor, other, &to_receiver), MACH_MSG_IPC_SPACE);
    EXPECT_EQ(descriptor.user.name, MACH_PORT_NULL);
    space_destroy(other);
    space_end(space);
}

KTEST(ipc_guarded_right_that_comes_back_is_movable)
{
    struct ipc_space *space = space_begin();
    static const struct ipc_guarding to_sender = { .guard = BUFFER, .is_wanted = true };
    union guarded descriptor = describe(new_port(space), IMMOVABLE | UNGUARDED, 0);
    EXPECT_EQ(take(&descriptor, space), MACH_MSG_SUCCESS);
    EXPECT_EQ(give(&descriptor, space, &to_sender), MACH_MSG_SUCCESS);
    EXPECT_EQ(descriptor.user.context, BUFFER);
    EXPECT_EQ(take(&descriptor, space), MACH_MSG_SUCCESS);
    ipc_descriptors_destroy(&descriptor.kernel, 1);
    space_end(space);
}

KTEST(ipc_guarded_descriptor_of_no_port)
{
    struct ipc_space *space = space_begin();
    static const mach_port_name_t names[] = { MACH_PORT_NULL, MACH_PORT_DEAD };
    for (uint32_t i = 0; i < ARRAY_SIZE(names); i++) {
        union guarded descriptor = describe(names[i], IMMOVABLE, GUARD);
        EXPECT_EQ(take(&descriptor, space), MACH_MSG_SUCCESS);
        EXPECT_EQ(give(&descriptor, space, &to_receiver), MACH_MSG_SUCCESS);
        EXPECT_EQ(descriptor.user.name, names[i]);
    }
    space_end(space);
}
