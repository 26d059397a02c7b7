/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the tests of ipc/ share: spaces and rights in them.  Interrupts are off from space_begin() to
 * space_end().
 */
#pragma once

#include <arch/cpu.h>
#include <ipc/ipc_space.h>
#include <ipc/mach_port.h>
#include <test/ktest.h>

/* One more space, of the kernel's identity. */
static inline struct ipc_space *space_create(void)
{
    return ipc_space_create(nullptr, &ipc_sender_kernel);
}

/* Destroy SPACE and all that it holds. */
static inline void space_destroy(struct ipc_space *space)
{
    ipc_space_terminate(space);
    ipc_space_release(space);
}

/* The first space of a test. */
static inline struct ipc_space *space_begin(void)
{
    interrupts_disable();
    return space_create();
}

static inline void space_end(struct ipc_space *space)
{
    space_destroy(space);
    interrupts_enable();
}

/* A new receive right in SPACE. */
static inline mach_port_name_t new_port(struct ipc_space *space)
{
    mach_port_name_t name = MACH_PORT_NULL;
    EXPECT_EQ(mach_port_allocate(space, MACH_PORT_RIGHT_RECEIVE, &name), KERN_SUCCESS);
    return name;
}

/* What NAME of SPACE gives when it is sent as TYPE (MACH_MSG_TYPE_MOVE_RECEIVE, ...). */
static inline struct ipc_port *take_right(struct ipc_space *space, mach_port_name_t name,
                                          mach_msg_type_name_t type)
{
    struct ipc_port *port = nullptr;
    EXPECT_EQ(ipc_space_copyin(space, name, type, &port), KERN_SUCCESS);
    return port;
}

/* The type bits of NAME; 0 if SPACE has no such name. */
static inline mach_port_type_t type_of(struct ipc_space *space, mach_port_name_t name)
{
    mach_port_type_t type = 0;
    return mach_port_type(space, name, &type) == KERN_SUCCESS ? type : 0;
}

/* How many user references of kind RIGHT NAME has. */
static inline mach_port_urefs_t refs(struct ipc_space *space, mach_port_name_t name,
                                     mach_port_right_t right)
{
    mach_port_urefs_t count = 9999;
    EXPECT_EQ(mach_port_get_refs(space, name, right, &count), KERN_SUCCESS);
    return count;
}

/* Have SPACE make one of each kind of name, as far as allocations do not fail, and end it. */
static inline void space_make_all_and_destroy(struct ipc_space *space)
{
    mach_port_name_t name;
    mach_port_name_t set;
    if (mach_port_allocate(space, MACH_PORT_RIGHT_RECEIVE, &name) == KERN_SUCCESS &&
        mach_port_allocate(space, MACH_PORT_RIGHT_PORT_SET, &set) == KERN_SUCCESS) {
        (void)mach_port_insert_member(space, name, set);
        (void)mach_port_allocate_name(space, MACH_PORT_RIGHT_DEAD_NAME, 0x7700);
    }
    space_destroy(space);
}
