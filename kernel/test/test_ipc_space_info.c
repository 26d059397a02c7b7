/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of ipc: the slots of a space, what rights stand for, and the attributes that are Darwin's own.
 */
#include <lib/object_number.h>
#include <lib/string.h>
#include <ipc/ipc_port.h>
#include <ipc/mach_port.h>
#include <test/ktest.h>
#include <test/test_ipc.h>
#include <vm/vm_map_copy.h>

#define CHOSEN 0x123456

/* The slots that mach_port_space_info shows, of a small space. */
static ipc_info_name_t slots[2 * IPC_ENTRY_CHUNK];

/* Ask for the slots of SPACE.  Returns: as mach_port_space_info(). */
static kern_return_t read_slots(struct ipc_space *space, ipc_info_space_t *info)
{
    struct vm_map_copy *table = nullptr;
    struct vm_map_copy *tree = nullptr;
    mach_msg_type_number_t count = 0;
    mach_msg_type_number_t tree_count = 99;
    kern_return_t result = mach_port_space_info(space, info, &table, &count, &tree, &tree_count);
    if (result != KERN_SUCCESS) {
        return result;
    }
    EXPECT_EQ(count, info->iis_table_size);
    EXPECT(count <= ARRAY_SIZE(slots) && tree == nullptr && tree_count == 0);
    if (table != nullptr) {
        interrupts_enable();
        EXPECT_EQ(vm_map_copy_read(table, slots, count * sizeof(slots[0])), KERN_SUCCESS);
        vm_map_copy_discard(table);
        interrupts_disable();
    }
    return result;
}

/* The slot of NAME; the first, which is none, if it is not there. */
static const ipc_info_name_t *slot_of(mach_port_name_t name, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        if (slots[i].iin_name == name && slots[i].iin_type != MACH_PORT_TYPE_NONE) {
            return &slots[i];
        }
    }
    return &slots[0];
}

KTEST(ipc_space_info_shows_all_slots)
{
    struct ipc_space *space = space_begin();
    struct ipc_space *other = space_create();
    ipc_info_space_t info;
    ipc_info_space_basic_t basic;
    EXPECT_EQ(read_slots(space, &info), KERN_SUCCESS);
    EXPECT_EQ(info.iis_table_size, 0);
    mach_port_name_t port = new_port(space);
    mach_port_name_t theirs = new_port(other);
    mach_port_name_t send = ipc_space_copyout(
        space, take_right(other, theirs, MACH_MSG_TYPE_MAKE_SEND), MACH_MSG_TYPE_PORT_SEND);
    EXPECT_EQ(mach_port_mod_refs(space, send, MACH_PORT_RIGHT_SEND, 4), KERN_SUCCESS);
    EXPECT_EQ(mach_port_allocate_name(space, MACH_PORT_RIGHT_PORT_SET, CHOSEN), KERN_SUCCESS);

    EXPECT_EQ(read_slots(space, &info), KERN_SUCCESS);
    EXPECT_EQ(info.iis_genno_mask, 0xff);
    EXPECT_EQ(info.iis_table_size, IPC_ENTRY_CHUNK + 1);
    EXPECT(info.iis_table_next > info.iis_table_size);
    EXPECT_EQ(slot_of(port, info.iis_table_size)->iin_type, MACH_PORT_TYPE_RECEIVE);
    EXPECT_EQ(slot_of(send, info.iis_table_size)->iin_type, MACH_PORT_TYPE_SEND);
    EXPECT_EQ(slot_of(send, info.iis_table_size)->iin_urefs, 5);
    EXPECT_EQ(slot_of(CHOSEN, info.iis_table_size)->iin_type, MACH_PORT_TYPE_PORT_SET);
    EXPECT_EQ(slots[0].iin_type, MACH_PORT_TYPE_NONE);
    natural_t object = slot_of(send, info.iis_table_size)->iin_object;
    EXPECT(object != slot_of(port, info.iis_table_size)->iin_object);
    EXPECT_EQ(mach_port_space_basic_info(space, &basic), KERN_SUCCESS);
    EXPECT_EQ(basic.iisb_table_size, info.iis_table_size);
    EXPECT_EQ(basic.iisb_table_inuse, 3);

    EXPECT_EQ(read_slots(other, &info), KERN_SUCCESS);
    EXPECT_EQ(slot_of(theirs, info.iis_table_size)->iin_object, object);
    EXPECT_EQ(mach_port_destroy(other, theirs), KERN_SUCCESS);
    EXPECT_EQ(read_slots(space, &info), KERN_SUCCESS);
    EXPECT_EQ(slot_of(send, info.iis_table_size)->iin_type, MACH_PORT_TYPE_DEAD_NAME);
    space_destroy(other);
    space_end(space);
}

KTEST(ipc_space_info_of_no_space)
{
    struct ipc_space *space = space_begin();
    ipc_info_space_t info;
    ipc_info_space_basic_t basic;
    EXPECT_EQ(read_slots(nullptr, &info), KERN_INVALID_TASK);
    EXPECT_EQ(mach_port_space_basic_info(nullptr, &basic), KERN_INVALID_TASK);
    (void)new_port(space);
    ipc_space_terminate(space);
    EXPECT_EQ(read_slots(space, &info), KERN_INVALID_TASK);
    EXPECT_EQ(mach_port_space_basic_info(space, &basic), KERN_INVALID_TASK);
    space_end(space);
}

KTEST(ipc_lists_survive_failing_allocations)
{
    for (struct ktest_failures f = ktest_failures_begin(); ktest_failures_next(&f);) {
        interrupts_disable();
        struct ipc_space *space = space_create();
        struct vm_map_copy *first;
        struct vm_map_copy *second;
        mach_msg_type_number_t counts[2];
        ipc_info_space_t info;
        if (space != nullptr) {
            mach_port_name_t name;
            (void)mach_port_allocate(space, MACH_PORT_RIGHT_RECEIVE, &name);
            if (mach_port_names(space, &first, &counts[0], &second, &counts[1]) == KERN_SUCCESS) {
                if (counts[0] != 0) {
                    vm_map_copy_discard(first);
                    vm_map_copy_discard(second);
                }
            }
            kern_return_t result = read_slots(space, &info);
            EXPECT(result == KERN_SUCCESS || result == KERN_RESOURCE_SHORTAGE);
            space_destroy(space);
        }
        interrupts_enable();
    }
}

KTEST(ipc_kobject_tells_what_a_right_stands_for)
{
    struct ipc_space *space = space_begin();
    int object;
    struct ipc_port *port = ipc_port_create_kernel(IPC_KOBJECT_SEMAPHORE, &object);
    mach_port_name_t name =
        ipc_space_copyout(space, ipc_port_make_send(port), MACH_MSG_TYPE_PORT_SEND);
    mach_port_name_t plain = new_port(space);
    natural_t type = 99;
    unsigned narrow = 99;
    mach_vm_address_t address = 99;
    kobject_description_t words;
    EXPECT_EQ(mach_port_kobject(space, name, &type, &address), KERN_SUCCESS);
    EXPECT(type == 23 && address == object_number(&object));
    EXPECT_EQ(mach_port_kernel_object(space, name, &type, &narrow), KERN_SUCCESS);
    EXPECT(type == 23 && narrow == object_number(&object));
    EXPECT_EQ(mach_port_kobject_description(space, name, &type, &address, words), KERN_SUCCESS);
    EXPECT_EQ(strcmp(words, "semaphore"), 0);
    EXPECT_EQ(mach_port_kobject_description(space, plain, &type, &address, words), KERN_SUCCESS);
    EXPECT(type == 0 && address == 0 && words[0] == '\0');
    ipc_port_destroy(port);
    EXPECT_EQ(mach_port_kobject(space, name, &type, &address), KERN_INVALID_RIGHT);
    EXPECT_EQ(mach_port_kobject(space, 0xabcdef, &type, &address), KERN_INVALID_NAME);
    EXPECT_EQ(mach_port_kobject(nullptr, plain, &type, &address), KERN_INVALID_TASK);
    space_end(space);
}

/* Set FLAVOR of NAME to a word of 1. */
static kern_return_t set_one(struct ipc_space *space, mach_port_name_t name,
                             mach_port_flavor_t flavor, mach_msg_type_number_t count)
{
    integer_t word = 1;
    return mach_port_set_attributes(space, name, flavor, &word, count);
}

KTEST(ipc_attributes_of_darwin)
{
    struct ipc_space *space = space_begin();
    mach_port_name_t name = new_port(space);
    mach_port_info_ext_t full;
    mach_msg_type_number_t count = MACH_PORT_INFO_EXT_COUNT - 1;
    integer_t *info = (integer_t *)&full;
    memset(&full, 0xff, sizeof(full));
    EXPECT_EQ(mach_port_get_attributes(space, name, MACH_PORT_INFO_EXT, info, &count),
              KERN_FAILURE);
    EXPECT_EQ(set_one(space, name, MACH_PORT_IMPORTANCE_RECEIVER, 0), KERN_SUCCESS);
    count = MACH_PORT_INFO_EXT_COUNT;
    EXPECT_EQ(mach_port_get_attributes(space, name, MACH_PORT_INFO_EXT, info, &count),
              KERN_SUCCESS);
    EXPECT(count == MACH_PORT_INFO_EXT_COUNT && full.mpie_boost_cnt == 0 && full.reserved[5] == 0);
    EXPECT_EQ(full.mpie_status.mps_qlimit, MACH_PORT_QLIMIT_DEFAULT);
    EXPECT_EQ(full.mpie_status.mps_flags, MACH_PORT_STATUS_FLAG_IMP_DONATION);
    EXPECT_EQ(set_one(space, name, MACH_PORT_TEMPOWNER, 0), KERN_SUCCESS);
    EXPECT_EQ(mach_port_get_attributes(space, name, MACH_PORT_INFO_EXT, info, &count),
              KERN_SUCCESS);
    EXPECT(full.mpie_status.mps_flags & MACH_PORT_STATUS_FLAG_TEMPOWNER);
    EXPECT_EQ(set_one(space, name, MACH_PORT_DENAP_RECEIVER, 0), KERN_SUCCESS);
    EXPECT_EQ(set_one(space, name, MACH_PORT_DNREQUESTS_SIZE, 0), KERN_FAILURE);
    EXPECT_EQ(set_one(space, name, MACH_PORT_DNREQUESTS_SIZE, 1), KERN_SUCCESS);
    EXPECT_EQ(set_one(space, name, MACH_PORT_SERVICE_THROTTLED, 1), KERN_INVALID_CAPABILITY);
    EXPECT_EQ(mach_port_get_attributes(space, name, MACH_PORT_SERVICE_THROTTLED, info, &count),
              KERN_INVALID_CAPABILITY);
    space_end(space);
}

KTEST(ipc_no_port_belongs_to_a_service)
{
    struct ipc_space *space = space_begin();
    mach_port_name_t name = new_port(space);
    mach_service_port_info_data_t info;
    uint64_t policy = 1;
    EXPECT_EQ(mach_port_get_service_port_info(space, name, &info), KERN_INVALID_CAPABILITY);
    EXPECT_EQ(mach_port_get_service_port_info(space, 0xabcdef, &info), KERN_INVALID_NAME);
    EXPECT_EQ(mach_port_get_service_port_info(nullptr, name, &info), KERN_INVALID_TASK);
    EXPECT_EQ(mach_port_is_connection_for_service(space, name, name, &policy),
              KERN_INVALID_CAPABILITY);
    EXPECT_EQ(mach_port_is_connection_for_service(space, MACH_PORT_NULL, name, &policy),
              KERN_INVALID_NAME);
    EXPECT_EQ(mach_port_is_connection_for_service(nullptr, name, name, &policy), KERN_INVALID_TASK);
    space_end(space);
}

/* assert_attributes of NAME with GUARD. */
static kern_return_t assert_guard(struct ipc_space *space, mach_port_name_t name, uint64_t guard)
{
    return mach_port_assert_attributes(space, name, MACH_PORT_GUARD_INFO, (integer_t *)&guard,
                                       MACH_PORT_GUARD_INFO_COUNT);
}

KTEST(ipc_assert_attributes_knows_the_guard)
{
    struct ipc_space *space = space_begin();
    mach_port_name_t name = new_port(space);
    uint64_t guard = 5;
    EXPECT_EQ(assert_guard(space, name, 0), KERN_INVALID_ARGUMENT);
    EXPECT_EQ(mach_port_guard(space, name, guard, FALSE), KERN_SUCCESS);
    EXPECT_EQ(assert_guard(space, name, guard), KERN_INVALID_ARGUMENT);
    EXPECT_EQ(mach_port_unguard(space, name, guard), KERN_SUCCESS);
    EXPECT_EQ(mach_port_guard(space, name, guard, TRUE), KERN_SUCCESS);
    EXPECT_EQ(assert_guard(space, name, guard), KERN_SUCCESS);
    EXPECT_EQ(assert_guard(space, name, guard + 1), KERN_INVALID_ARGUMENT);
    EXPECT_EQ(assert_guard(space, 0xabcdef, guard), KERN_INVALID_NAME);
    EXPECT_EQ(assert_guard(nullptr, name, guard), KERN_INVALID_TASK);
    EXPECT_EQ(mach_port_assert_attributes(space, name, MACH_PORT_GUARD_INFO, (integer_t *)&guard,
                                          MACH_PORT_GUARD_INFO_COUNT - 1),
              KERN_FAILURE);
    EXPECT_EQ(mach_port_assert_attributes(space, name, MACH_PORT_LIMITS_INFO, (integer_t *)&guard,
                                          MACH_PORT_GUARD_INFO_COUNT),
              KERN_INVALID_ARGUMENT);
    space_end(space);
}

/* Any name may be chosen; a right is not put under a new one with index 0, as on Darwin. */
KTEST(ipc_names_may_be_chosen)
{
    struct ipc_space *space = space_begin();
    mach_port_name_t port = new_port(space);
    struct ipc_port *right = take_right(space, port, MACH_MSG_TYPE_MAKE_SEND);
    EXPECT_EQ(mach_port_insert_right(space, 123, right, MACH_MSG_TYPE_PORT_SEND), KERN_FAILURE);
    EXPECT_EQ(mach_port_insert_right(space, 122, right, MACH_MSG_TYPE_PORT_SEND),
              KERN_INVALID_VALUE);
    EXPECT_EQ(mach_port_insert_right(space, 1000, right, MACH_MSG_TYPE_PORT_SEND),
              KERN_RIGHT_EXISTS);
    ipc_port_release_send(right);
    EXPECT_EQ(mach_port_rename(space, port, 255), KERN_SUCCESS);
    EXPECT_EQ(mach_port_allocate_name(space, MACH_PORT_RIGHT_RECEIVE, 123), KERN_SUCCESS);
    EXPECT_EQ(mach_port_allocate_name(space, MACH_PORT_RIGHT_DEAD_NAME, 122), KERN_SUCCESS);
    EXPECT_EQ(mach_port_allocate_name(space, MACH_PORT_RIGHT_DEAD_NAME, 255), KERN_NAME_EXISTS);
    right = take_right(space, 123, MACH_MSG_TYPE_MAKE_SEND);
    EXPECT_EQ(mach_port_insert_right(space, 123, right, MACH_MSG_TYPE_PORT_SEND), KERN_SUCCESS);
    EXPECT_EQ(mach_port_rename(space, 255, 111), KERN_SUCCESS);
    EXPECT_EQ(mach_port_rename(space, 111, 112), KERN_SUCCESS);
    EXPECT_EQ(mach_port_rename(space, 112, 1000), KERN_SUCCESS);
    EXPECT_EQ(mach_port_allocate_name(space, MACH_PORT_RIGHT_PORT_SET, 1001), KERN_SUCCESS);
    EXPECT_EQ(mach_port_allocate_name(space, MACH_PORT_RIGHT_DEAD_NAME, 0), KERN_INVALID_VALUE);
    EXPECT_EQ(mach_port_destroy(space, 123), KERN_SUCCESS);
    EXPECT_EQ(mach_port_destroy(space, 123), KERN_INVALID_NAME);
    space_end(space);
}
