/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of ipc: making ports with options, and looking at queued messages.
 */
#include <lib/string.h>
#include <mem/zone.h>
#include <ipc/ipc_port.h>
#include <test/test_ipc.h>
#include <vm/vm_map_copy.h>

#define GUARD UINT64_C(0x1234567890)

/* mach_port_construct with FLAGS and a limit of 7. */
static kern_return_t construct(struct ipc_space *space, uint32_t flags, mach_port_name_t *name)
{
    const mach_port_options_t options = { .flags = flags, .mpl.mpl_qlimit = 7 };
    struct vm_map_copy *copy = nullptr;
    EXPECT_EQ(vm_map_copyin_kernel(&options, sizeof(options), &copy), KERN_SUCCESS);
    kern_return_t result = mach_port_construct(space, copy, GUARD, name);
    if (result != KERN_SUCCESS) {
        vm_map_copy_discard(copy);
    }
    return result;
}

KTEST(ipc_constructed_port_has_its_options)
{
    struct ipc_space *space = space_begin();
    mach_port_name_t name = MACH_PORT_NULL;
    mach_port_status_t status;
    mach_msg_type_number_t count = MACH_PORT_RECEIVE_STATUS_COUNT;
    EXPECT_EQ(construct(space,
                        MPO_QLIMIT | MPO_INSERT_SEND_RIGHT | MPO_CONTEXT_AS_GUARD | MPO_STRICT |
                            MPO_IMMOVABLE_RECEIVE,
                        &name),
              KERN_SUCCESS);
    EXPECT_EQ(type_of(space, name), MACH_PORT_TYPE_SEND_RECEIVE);
    EXPECT_EQ(refs(space, name, MACH_PORT_RIGHT_SEND), 1);
    EXPECT_EQ(mach_port_get_attributes(space, name, MACH_PORT_RECEIVE_STATUS, (integer_t *)&status,
                                       &count),
              KERN_SUCCESS);
    EXPECT_EQ(status.mps_qlimit, 7);
    EXPECT_EQ(status.mps_mscount, 1);
    EXPECT_EQ(status.mps_flags, MACH_PORT_STATUS_FLAG_GUARDED | MACH_PORT_STATUS_FLAG_STRICT_GUARD |
                                    MACH_PORT_STATUS_FLAG_GUARD_IMMOVABLE_RECEIVE);
    EXPECT_EQ(mach_port_destroy(space, name), KERN_INVALID_RIGHT);
    EXPECT_EQ(mach_port_destruct(space, name, -1, GUARD), KERN_SUCCESS);
    EXPECT_EQ(type_of(space, name), 0);
    EXPECT_EQ(construct(space, MPO_REPLY_PORT, &name), KERN_INVALID_ARGUMENT);
    space_end(space);
}

KTEST(ipc_construct_survives_failing_allocations)
{
    struct ipc_space *space = space_begin();
    const mach_port_options_t options = { .flags = MPO_INSERT_SEND_RIGHT };
    struct vm_map_copy *copy = nullptr;
    mach_port_name_t name = MACH_PORT_NULL;
    EXPECT_EQ(vm_map_copyin_kernel(&options, sizeof(options), &copy), KERN_SUCCESS);
    kern_return_t result = KERN_RESOURCE_SHORTAGE;
    for (int64_t n = 0; n < 20 && result != KERN_SUCCESS; n++) {
        zone_fail_after(n);
        result = mach_port_construct(space, copy, 0, &name);
        zone_fail_after(-1);
        EXPECT(result == KERN_SUCCESS || result == KERN_RESOURCE_SHORTAGE);
    }
    EXPECT_EQ(result, KERN_SUCCESS);
    EXPECT_EQ(type_of(space, name), MACH_PORT_TYPE_SEND_RECEIVE);
    space_end(space);
}

KTEST(ipc_peek_finds_messages_by_number)
{
    struct ipc_space *space = space_begin();
    mach_port_name_t name = new_port(space);
    char trailer[sizeof(mach_msg_audit_trailer_t)];
    mach_msg_type_number_t count = sizeof(trailer);
    mach_port_seqno_t number = 0;
    mach_msg_size_t size;
    mach_msg_id_t id;
    EXPECT_EQ(mach_port_set_seqno(space, name, 5), KERN_SUCCESS);
    EXPECT_EQ(mach_port_peek(space, name, 0, &number, &size, &id, trailer, &count), KERN_FAILURE);
    for (int i = 0; i < 2; i++) {
        ipc_port_release_send_once(take_right(space, name, MACH_MSG_TYPE_MAKE_SEND_ONCE));
    }
    EXPECT_EQ(mach_port_peek(space, name, 0, &number, &size, &id, trailer, &count), KERN_SUCCESS);
    EXPECT_EQ(number, 5);
    EXPECT_EQ(count, sizeof(mach_msg_trailer_t));
    number = 6;
    EXPECT_EQ(mach_port_peek(space, name, 0, &number, &size, &id, trailer, &count), KERN_SUCCESS);
    EXPECT_EQ(number, 6);
    number = 7;
    EXPECT_EQ(mach_port_peek(space, name, 0, &number, &size, &id, trailer, &count), KERN_FAILURE);
    number = 4;
    EXPECT_EQ(mach_port_peek(space, name, 0, &number, &size, &id, trailer, &count), KERN_FAILURE);
    space_end(space);
}
