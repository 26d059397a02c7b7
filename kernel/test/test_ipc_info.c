/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of ipc: what the routines of mach_port.defs tell about names, receive rights and sets, and
 * which requests they refuse.
 */
#include <mach/notify.h>

#include <lib/string.h>
#include <ipc/ipc_port.h>
#include <ipc/mach_port.h>
#include <test/test_ipc.h>
#include <vm/vm_map_copy.h>

/* Ask for a notification about NAME to NOTIFY's port; what was asked before must be nothing. */
static kern_return_t request(struct ipc_space *space, mach_port_name_t name, mach_msg_id_t id,
                             mach_port_mscount_t sync, mach_port_name_t notify)
{
    struct ipc_port *right = take_right(space, notify, MACH_MSG_TYPE_MAKE_SEND_ONCE);
    struct ipc_port *previous = nullptr;
    kern_return_t result = mach_port_request_notification(space, name, id, sync, right, &previous);
    EXPECT_EQ(previous, nullptr);
    if (result != KERN_SUCCESS) {
        ipc_port_consume_send_once(right);
    }
    return result;
}

static kern_return_t get(struct ipc_space *space, mach_port_name_t name, mach_port_flavor_t flavor,
                         void *info, mach_msg_type_number_t *count)
{
    return mach_port_get_attributes(space, name, flavor, info, count);
}

static mach_port_status_t status_of(struct ipc_space *space, mach_port_name_t name)
{
    mach_port_status_t status = { 0 };
    mach_msg_type_number_t count = MACH_PORT_RECEIVE_STATUS_COUNT + 5;
    integer_t info[MACH_PORT_RECEIVE_STATUS_COUNT + 5];
    EXPECT_EQ(get(space, name, MACH_PORT_RECEIVE_STATUS, info, &count), KERN_SUCCESS);
    EXPECT_EQ(count, MACH_PORT_RECEIVE_STATUS_COUNT);
    memcpy(&status, info, sizeof(status));
    return status;
}

static uint32_t request_count(struct ipc_space *space, mach_port_name_t name)
{
    natural_t requests = 99;
    mach_msg_type_number_t count = MACH_PORT_DNREQUESTS_SIZE_COUNT;
    EXPECT_EQ(get(space, name, MACH_PORT_DNREQUESTS_SIZE, &requests, &count), KERN_SUCCESS);
    return requests;
}

KTEST(ipc_status_of_a_receive_right)
{
    struct ipc_space *space = space_begin();
    struct ipc_space *other = space_create();
    mach_port_name_t name = new_port(space);
    mach_port_name_t notify = new_port(space);
    mach_port_status_t status = status_of(space, name);
    EXPECT_EQ(status.mps_qlimit, MACH_PORT_QLIMIT_DEFAULT);
    EXPECT(!status.mps_srights && !status.mps_pdrequest && !status.mps_nsrequest);
    EXPECT_EQ(status.mps_pset, 0);

    for (int i = 0; i < 2; i++) {
        mach_port_name_t set;
        EXPECT_EQ(mach_port_allocate(space, MACH_PORT_RIGHT_PORT_SET, &set), KERN_SUCCESS);
        EXPECT_EQ(mach_port_insert_member(space, name, set), KERN_SUCCESS);
    }
    ipc_space_copyout(other, take_right(space, name, MACH_MSG_TYPE_MAKE_SEND),
                      MACH_MSG_TYPE_PORT_SEND);
    struct ipc_port *port = take_right(space, name, MACH_MSG_TYPE_MAKE_SEND_ONCE);
    ipc_port_release_send_once(take_right(space, name, MACH_MSG_TYPE_MAKE_SEND_ONCE));
    port->sequence = 9;
    EXPECT_EQ(request(space, name, MACH_NOTIFY_NO_SENDERS, 0, notify), KERN_SUCCESS);
    EXPECT_EQ(request(space, name, MACH_NOTIFY_PORT_DESTROYED, 0, notify), KERN_SUCCESS);
    status = status_of(space, name);
    EXPECT_EQ(status.mps_pset, 2);
    EXPECT_EQ(status.mps_seqno, 9);
    EXPECT_EQ(status.mps_mscount, 1);
    EXPECT_EQ(status.mps_msgcount, 1);
    EXPECT_EQ(status.mps_sorights, 2); /* one is in the queue */
    EXPECT(status.mps_srights && status.mps_pdrequest && status.mps_nsrequest);
    EXPECT_EQ(mach_port_set_mscount(space, name, 7), KERN_SUCCESS);
    EXPECT_EQ(status_of(space, name).mps_mscount, 7);
    ipc_port_consume_send_once(port);
    space_destroy(other);
    space_end(space);
}

KTEST(ipc_dead_name_requests_are_counted)
{
    struct ipc_space *space = space_begin();
    struct ipc_space *other = space_create();
    mach_port_name_t name = new_port(space);
    EXPECT_EQ(request_count(space, name), 0);
    mach_port_name_t send = ipc_space_copyout(
        other, take_right(space, name, MACH_MSG_TYPE_MAKE_SEND), MACH_MSG_TYPE_PORT_SEND);
    EXPECT_EQ(request(space, name, MACH_NOTIFY_DEAD_NAME, 0, name), KERN_SUCCESS);
    EXPECT_EQ(request(other, send, MACH_NOTIFY_DEAD_NAME, 0, new_port(other)), KERN_SUCCESS);
    EXPECT_EQ(request_count(space, name), 2);
    space_destroy(other);
    EXPECT_EQ(request_count(space, name), 1);
    space_end(space);
}

KTEST(ipc_attributes_are_checked)
{
    struct ipc_space *space = space_begin();
    mach_port_name_t name = new_port(space);
    mach_port_limits_t limits = { .mpl_qlimit = MACH_PORT_QLIMIT_MAX };
    integer_t info[MACH_PORT_RECEIVE_STATUS_COUNT];
    mach_msg_type_number_t count = MACH_PORT_RECEIVE_STATUS_COUNT - 1;
    EXPECT_EQ(get(space, name, MACH_PORT_RECEIVE_STATUS, info, &count), KERN_FAILURE);
    EXPECT_EQ(get(space, name, 99, info, &count), KERN_INVALID_ARGUMENT);
    EXPECT_EQ(mach_port_set_attributes(space, name, MACH_PORT_LIMITS_INFO, (integer_t *)&limits,
                                       MACH_PORT_LIMITS_INFO_COUNT),
              KERN_SUCCESS);
    count = MACH_PORT_LIMITS_INFO_COUNT;
    limits.mpl_qlimit = 0;
    EXPECT_EQ(get(space, name, MACH_PORT_LIMITS_INFO, &limits, &count), KERN_SUCCESS);
    EXPECT_EQ(limits.mpl_qlimit, MACH_PORT_QLIMIT_MAX);
    limits.mpl_qlimit++;
    EXPECT_EQ(mach_port_set_attributes(space, name, MACH_PORT_LIMITS_INFO, (integer_t *)&limits,
                                       MACH_PORT_LIMITS_INFO_COUNT),
              KERN_INVALID_VALUE);
    limits.mpl_qlimit = 1;
    EXPECT_EQ(mach_port_set_attributes(space, name, MACH_PORT_LIMITS_INFO, (integer_t *)&limits,
                                       MACH_PORT_LIMITS_INFO_COUNT - 1),
              KERN_FAILURE);
    EXPECT_EQ(mach_port_set_attributes(space, name, MACH_PORT_RECEIVE_STATUS, (integer_t *)&limits,
                                       MACH_PORT_RECEIVE_STATUS_COUNT),
              KERN_INVALID_ARGUMENT);
    EXPECT_EQ(status_of(space, name).mps_qlimit, MACH_PORT_QLIMIT_MAX);
    space_end(space);
}

/* Read and destroy a list of COUNT names. */
static void read_list(struct vm_map_copy *list, uint32_t count, uint32_t *words)
{
    interrupts_enable();
    EXPECT_EQ(vm_map_copy_read(list, words, count * sizeof(words[0])), KERN_SUCCESS);
    vm_map_copy_discard(list);
    interrupts_disable();
}

KTEST(ipc_all_names_are_listed_with_their_types)
{
    const mach_port_name_t chosen = 0x123456;
    struct ipc_space *space = space_begin();
    struct ipc_space *other = space_create();
    mach_port_name_t name = new_port(space);
    mach_port_name_t theirs = new_port(other);
    mach_port_name_t dead = ipc_space_copyout(
        space, take_right(other, theirs, MACH_MSG_TYPE_MAKE_SEND), MACH_MSG_TYPE_PORT_SEND);
    EXPECT_EQ(mach_port_destroy(other, theirs), KERN_SUCCESS);
    EXPECT_EQ(mach_port_allocate_name(space, MACH_PORT_RIGHT_PORT_SET, chosen), KERN_SUCCESS);
    EXPECT_EQ(request(space, name, MACH_NOTIFY_DEAD_NAME, 0, name), KERN_SUCCESS);

    struct vm_map_copy *lists[2];
    mach_msg_type_number_t counts[2];
    EXPECT_EQ(mach_port_names(space, &lists[0], &counts[0], &lists[1], &counts[1]), KERN_SUCCESS);
    EXPECT_EQ(counts[0], 3);
    EXPECT_EQ(counts[1], 3);
    mach_port_name_t names[3];
    mach_port_type_t types[3];
    read_list(lists[0], 3, names);
    read_list(lists[1], 3, types);
    EXPECT(names[0] == name && names[1] == dead && names[2] == chosen);
    EXPECT_EQ(types[0], MACH_PORT_TYPE_RECEIVE | MACH_PORT_TYPE_DNREQUEST);
    EXPECT_EQ(types[1], MACH_PORT_TYPE_DEAD_NAME);
    EXPECT_EQ(types[2], MACH_PORT_TYPE_PORT_SET);
    ipc_space_terminate(space);
    EXPECT_EQ(mach_port_names(space, &lists[0], &counts[0], &lists[1], &counts[1]),
              KERN_INVALID_TASK);
    space_destroy(other);
    space_end(space);
}

KTEST(ipc_members_of_a_set_are_listed)
{
    struct ipc_space *space = space_begin();
    mach_port_name_t ports[] = { new_port(space), new_port(space) };
    mach_port_name_t set;
    struct vm_map_copy *list;
    mach_msg_type_number_t count = 99;
    EXPECT_EQ(mach_port_allocate(space, MACH_PORT_RIGHT_PORT_SET, &set), KERN_SUCCESS);
    EXPECT_EQ(mach_port_get_set_status(space, ports[0], &list, &count), KERN_INVALID_RIGHT);
    for (uint32_t i = 0; i < ARRAY_SIZE(ports); i++) {
        EXPECT_EQ(mach_port_move_member(space, ports[i], set), KERN_SUCCESS);
    }
    EXPECT_EQ(mach_port_get_set_status(space, set, &list, &count), KERN_SUCCESS);
    EXPECT_EQ(count, ARRAY_SIZE(ports));
    mach_port_name_t names[ARRAY_SIZE(ports)];
    read_list(list, ARRAY_SIZE(ports), names);
    EXPECT(names[0] == ports[0] && names[1] == ports[1]);
    EXPECT_EQ(mach_port_move_member(space, ports[0], MACH_PORT_NULL), KERN_SUCCESS);
    EXPECT_EQ(mach_port_move_member(space, ports[0], MACH_PORT_NULL), KERN_NOT_IN_SET);
    EXPECT_EQ(mach_port_extract_member(space, ports[0], set), KERN_NOT_IN_SET);
    space_end(space);
}

/* A port moves from set to set, and is in one at the end. */
KTEST(ipc_moved_member_leaves_its_former_set)
{
    struct ipc_space *space = space_begin();
    mach_port_name_t name = new_port(space);
    for (int i = 0; i < 3; i++) {
        mach_port_name_t set;
        EXPECT_EQ(mach_port_allocate(space, MACH_PORT_RIGHT_PORT_SET, &set), KERN_SUCCESS);
        EXPECT_EQ(mach_port_move_member(space, name, set), KERN_SUCCESS);
        EXPECT_EQ(status_of(space, name).mps_pset, 1);
    }
    space_end(space);
}

KTEST(ipc_requests_that_are_due_are_answered_at_once)
{
    struct ipc_space *space = space_begin();
    mach_port_name_t name = new_port(space);
    mach_port_name_t notify = new_port(space);
    EXPECT_EQ(request(space, name, MACH_NOTIFY_NO_SENDERS, 0, notify), KERN_SUCCESS);
    EXPECT_EQ(status_of(space, notify).mps_msgcount, 1);
    EXPECT_EQ(status_of(space, name).mps_nsrequest, 0);
    EXPECT_EQ(request(space, name, MACH_NOTIFY_NO_SENDERS, 1, notify), KERN_SUCCESS);
    EXPECT_EQ(status_of(space, notify).mps_msgcount, 1); /* a first sender is waited for */
    EXPECT_EQ(request(space, name, MACH_NOTIFY_PORT_DESTROYED, 1, notify), KERN_INVALID_VALUE);
    EXPECT_EQ(request(space, name, MACH_NOTIFY_SEND_ONCE, 0, notify), KERN_INVALID_VALUE);

    mach_port_name_t dead = 0x5555;
    EXPECT_EQ(mach_port_allocate_name(space, MACH_PORT_RIGHT_DEAD_NAME, dead), KERN_SUCCESS);
    EXPECT_EQ(request(space, dead, MACH_NOTIFY_DEAD_NAME, 0, notify), KERN_INVALID_ARGUMENT);
    EXPECT_EQ(request(space, dead, MACH_NOTIFY_DEAD_NAME, 1, notify), KERN_SUCCESS);
    EXPECT_EQ(status_of(space, notify).mps_msgcount, 2);
    EXPECT_EQ(refs(space, dead, MACH_PORT_RIGHT_DEAD_NAME), 2);
    EXPECT_EQ(mach_port_mod_refs(space, dead, MACH_PORT_RIGHT_DEAD_NAME, MACH_PORT_UREFS_MAX - 2),
              KERN_SUCCESS);
    EXPECT_EQ(request(space, dead, MACH_NOTIFY_DEAD_NAME, 1, notify), KERN_UREFS_OVERFLOW);
    space_end(space);
}

KTEST(ipc_no_request_without_a_right_to_notify)
{
    struct ipc_space *space = space_begin();
    mach_port_name_t name = new_port(space);
    mach_port_name_t dead = 0x5555;
    struct ipc_port *previous = nullptr;
    EXPECT_EQ(mach_port_allocate_name(space, MACH_PORT_RIGHT_DEAD_NAME, dead), KERN_SUCCESS);
    EXPECT_EQ(/* nothing to cancel is no error */
              mach_port_request_notification(space, dead, MACH_NOTIFY_DEAD_NAME, 1, nullptr,
                                             &previous),
              KERN_SUCCESS);
    EXPECT_EQ(previous, nullptr);
    EXPECT_EQ(mach_port_request_notification(space, name, MACH_NOTIFY_NO_SENDERS, 0, IPC_PORT_DEAD,
                                             &previous),
              KERN_INVALID_CAPABILITY);
    space_end(space);
}
