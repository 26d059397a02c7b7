/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of ipc: what is charged to a task's quota, and what is refused beyond it.
 */
#include <mach/notify.h>

#include <mem/quota.h>
#include <ipc/ipc_ool.h>
#include <ipc/ipc_port.h>
#include <ipc/mach_port.h>
#include <test/test_ipc.h>

/* A space with a quota of its own, as space_begin(). */
static struct ipc_space *quota_space_create(struct quota *quota)
{
    struct ipc_space *space = space_create();
    if (space != nullptr) {
        ipc_space_set_quota(space, quota);
    }
    return space;
}

static uint64_t used(const struct quota *quota, enum quota_kind kind)
{
    return quota->kinds[kind].used;
}

static kern_return_t allocate(struct ipc_space *space, mach_port_right_t right)
{
    mach_port_name_t name;
    return mach_port_allocate(space, right, &name);
}

KTEST(quota_charges_up_to_its_limit)
{
    struct quota *parent = quota_create(nullptr);
    parent->kinds[QUOTA_PORTS].limit = 10;
    struct quota *quota = quota_create(parent);
    EXPECT_EQ(quota->kinds[QUOTA_PORTS].limit, 10);
    EXPECT(quota_charge(quota, QUOTA_PORTS, 8));
    EXPECT(!quota_charge(quota, QUOTA_PORTS, 3));
    EXPECT_EQ(used(quota, QUOTA_PORTS), 8);
    EXPECT(quota_charge(quota, QUOTA_PORTS, 2));
    EXPECT(quota_is_used_up(quota, QUOTA_PORTS));
    quota_add(quota, QUOTA_PORTS, 5);
    quota_uncharge(quota, QUOTA_PORTS, 15);
    EXPECT(!quota_is_used_up(quota, QUOTA_PORTS));
    EXPECT_EQ(used(parent, QUOTA_PORTS), 0);
    EXPECT(quota_charge(nullptr, QUOTA_PORTS, UINT64_MAX) && !quota_is_used_up(nullptr, 0));
    quota_release(quota);
    quota_release(parent);
}

KTEST(ipc_ports_are_charged_to_who_made_them)
{
    struct ipc_space *other = space_begin();
    struct quota *quota = quota_create(nullptr);
    struct ipc_space *space = quota_space_create(quota);
    quota->kinds[QUOTA_PORTS].limit = 2;
    mach_port_name_t first = new_port(space);
    mach_port_name_t second = new_port(space);
    EXPECT_EQ(allocate(space, MACH_PORT_RIGHT_RECEIVE), KERN_RESOURCE_SHORTAGE);
    EXPECT_EQ(mach_port_allocate_name(space, MACH_PORT_RIGHT_RECEIVE, 0x7700),
              KERN_RESOURCE_SHORTAGE);
    /* A dead name is no port; a port that has died is none any more. */
    EXPECT_EQ(allocate(space, MACH_PORT_RIGHT_DEAD_NAME), KERN_SUCCESS);
    EXPECT_EQ(mach_port_destroy(space, first), KERN_SUCCESS);
    EXPECT_EQ(used(quota, QUOTA_PORTS), 1);
    /* One that was given away is, until it dies, also when its maker is no more. */
    mach_port_name_t moved = ipc_space_copyout(
        other, take_right(space, second, MACH_MSG_TYPE_MOVE_RECEIVE), MACH_MSG_TYPE_PORT_RECEIVE);
    space_destroy(space);
    EXPECT_EQ(used(quota, QUOTA_PORTS), 1);
    EXPECT_EQ(mach_port_destroy(other, moved), KERN_SUCCESS);
    EXPECT_EQ(used(quota, QUOTA_PORTS), 0);
    quota_release(quota);
    space_end(other);
}

KTEST(ipc_kernel_memory_of_names_and_sets_is_charged)
{
    struct ipc_space *space = space_begin();
    struct quota *quota = quota_create(nullptr);
    ipc_space_set_quota(space, quota);
    mach_port_name_t set;
    quota->kinds[QUOTA_KERNEL_BYTES].limit = 100;
    EXPECT_EQ(allocate(space, MACH_PORT_RIGHT_RECEIVE), KERN_RESOURCE_SHORTAGE);
    EXPECT_EQ(used(quota, QUOTA_KERNEL_BYTES), 0);
    EXPECT_EQ(used(quota, QUOTA_PORTS), 0);
    quota->kinds[QUOTA_KERNEL_BYTES].limit = 1000000;
    mach_port_name_t port = new_port(space);
    EXPECT_EQ(mach_port_allocate(space, MACH_PORT_RIGHT_PORT_SET, &set), KERN_SUCCESS);
    EXPECT_EQ(mach_port_allocate_name(space, MACH_PORT_RIGHT_DEAD_NAME, 0x123456), KERN_SUCCESS);
    uint64_t before = used(quota, QUOTA_KERNEL_BYTES);
    quota->kinds[QUOTA_KERNEL_BYTES].limit = before;
    EXPECT_EQ(mach_port_insert_member(space, port, set), KERN_RESOURCE_SHORTAGE);
    EXPECT_EQ(allocate(space, MACH_PORT_RIGHT_PORT_SET), KERN_RESOURCE_SHORTAGE);
    EXPECT_EQ(mach_port_allocate_name(space, MACH_PORT_RIGHT_DEAD_NAME, 0x223456),
              KERN_RESOURCE_SHORTAGE);
    quota->kinds[QUOTA_KERNEL_BYTES].limit = 1000000;
    EXPECT_EQ(mach_port_insert_member(space, port, set), KERN_SUCCESS);
    EXPECT(used(quota, QUOTA_KERNEL_BYTES) > before);
    EXPECT_EQ(mach_port_destroy(space, 0x123456), KERN_SUCCESS);
    EXPECT_EQ(mach_port_destroy(space, set), KERN_SUCCESS);
    EXPECT(used(quota, QUOTA_KERNEL_BYTES) < before);
    space_destroy(space);
    EXPECT_EQ(used(quota, QUOTA_KERNEL_BYTES), 0);
    quota_release(quota);
    interrupts_enable();
}

/* How many messages wait at NAME. */
static uint32_t waiting(struct ipc_space *space, mach_port_name_t name)
{
    mach_port_status_t status;
    mach_msg_type_number_t count = MACH_PORT_RECEIVE_STATUS_COUNT;
    EXPECT_EQ(mach_port_get_attributes(space, name, MACH_PORT_RECEIVE_STATUS, (integer_t *)&status,
                                       &count),
              KERN_SUCCESS);
    return status.mps_msgcount;
}

KTEST(ipc_answers_are_charged_to_who_asked)
{
    struct ipc_space *space = space_begin();
    struct quota *quota = quota_create(nullptr);
    ipc_space_set_quota(space, quota);
    mach_port_name_t name = new_port(space);
    ipc_port_release_send_once(take_right(space, name, MACH_MSG_TYPE_MAKE_SEND_ONCE));
    uint64_t each = used(quota, QUOTA_QUEUED_BYTES);
    EXPECT(each > sizeof(mach_msg_header_t));
    /* Room for one more: the third is lost, and the right with it. */
    quota->kinds[QUOTA_QUEUED_BYTES].limit = 2 * each;
    for (int i = 0; i < 2; i++) {
        ipc_port_release_send_once(take_right(space, name, MACH_MSG_TYPE_MAKE_SEND_ONCE));
    }
    EXPECT_EQ(waiting(space, name), 2);
    EXPECT_EQ(used(quota, QUOTA_QUEUED_BYTES), 2 * each);
    EXPECT_EQ(mach_port_destroy(space, name), KERN_SUCCESS);
    EXPECT_EQ(used(quota, QUOTA_QUEUED_BYTES), 0);
    quota_release(quota);
    space_end(space);
}

KTEST(ipc_requests_are_charged_to_who_makes_them)
{
    struct ipc_space *space = space_begin();
    struct quota *quota = quota_create(nullptr);
    ipc_space_set_quota(space, quota);
    mach_port_name_t name = new_port(space);
    struct ipc_port *notify = take_right(space, name, MACH_MSG_TYPE_MAKE_SEND_ONCE);
    struct ipc_port *previous = nullptr;
    quota->kinds[QUOTA_QUEUED_BYTES].limit = 10;
    EXPECT_EQ(
        mach_port_request_notification(space, name, MACH_NOTIFY_NO_SENDERS, 1, notify, &previous),
        KERN_RESOURCE_SHORTAGE);
    EXPECT_EQ(used(quota, QUOTA_QUEUED_BYTES), 0);
    quota->kinds[QUOTA_QUEUED_BYTES].limit = 10000;
    EXPECT_EQ(
        mach_port_request_notification(space, name, MACH_NOTIFY_NO_SENDERS, 1, notify, &previous),
        KERN_SUCCESS);
    EXPECT(used(quota, QUOTA_QUEUED_BYTES) > 0);
    EXPECT_EQ(
        mach_port_request_notification(space, name, MACH_NOTIFY_NO_SENDERS, 0, nullptr, &previous),
        KERN_SUCCESS);
    EXPECT_EQ(used(quota, QUOTA_QUEUED_BYTES), 0);
    ipc_port_consume_send_once(previous);
    quota_release(quota);
    space_end(space);
}

/* A receiver whose names need memory that it must not have is told so. */
KTEST(ipc_delivery_tells_what_was_missing)
{
    struct ipc_space *other = space_begin();
    struct quota *quota = quota_create(nullptr);
    struct ipc_space *space = quota_space_create(quota);
    mach_port_name_t name = new_port(other);
    mach_msg_return_t error = MACH_MSG_SUCCESS;
    quota->kinds[QUOTA_KERNEL_BYTES].limit = 0;
    EXPECT_EQ(ipc_right_deliver(take_right(other, name, MACH_MSG_TYPE_MAKE_SEND),
                                MACH_MSG_TYPE_PORT_SEND, space, &error),
              MACH_PORT_NULL);
    EXPECT_EQ(error, MACH_MSG_IPC_KERNEL);
    error = MACH_MSG_SUCCESS;
    space->entry_limit = 0;
    EXPECT_EQ(ipc_right_deliver(take_right(other, name, MACH_MSG_TYPE_MAKE_SEND),
                                MACH_MSG_TYPE_PORT_SEND, space, &error),
              MACH_PORT_NULL);
    EXPECT_EQ(error, MACH_MSG_IPC_SPACE);
    quota_release(quota);
    space_destroy(space);
    space_end(other);
}

/* Whatever allocation fails, nothing stays charged: the end of a quota is asserted. */
KTEST(ipc_charges_survive_failing_allocations)
{
    for (struct ktest_failures f = ktest_failures_begin(); ktest_failures_next(&f);) {
        interrupts_disable();
        struct quota *quota = quota_create(nullptr);
        struct ipc_space *space = quota != nullptr ? quota_space_create(quota) : nullptr;
        if (space != nullptr) {
            space_make_all_and_destroy(space);
        }
        quota_release(quota);
        interrupts_enable();
    }
}
