/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What can be learned about a task's names and rights, and which names it may choose.
 */
#include <string.h>

#include <mach_debug/ipc_info.h>

#include "systest.h"
#include "systest_msg.h"

#define SELF mach_task_self()

/* A name that denotes nothing. */
#define NOTHING 0xabcdef

CASE(space_info_lists_the_names)
{
    mach_port_t port = port_create_with_send();
    ipc_info_space_t info;
    ipc_info_space_basic_t basic;
    ipc_info_name_array_t table;
    ipc_info_tree_name_array_t tree;
    mach_msg_type_number_t count;
    mach_msg_type_number_t tree_count;
    EXPECT_OK(mach_port_space_info(SELF, &info, &table, &count, &tree, &tree_count));
    EXPECT_EQ(info.iis_table_size, count);
    EXPECT_EQ(tree_count, 0);
    uint32_t found = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (table[i].iin_name == port) {
            found++;
            EXPECT_EQ(table[i].iin_type, MACH_PORT_TYPE_SEND_RECEIVE);
            EXPECT_EQ(table[i].iin_urefs, 1);
        }
    }
    EXPECT_EQ(found, 1);
    EXPECT_OK(vm_deallocate(SELF, (vm_address_t)table, count * sizeof(table[0])));
    EXPECT_OK(mach_port_space_basic_info(SELF, &basic));
    EXPECT_EQ(basic.iisb_table_size, count);
    EXPECT(basic.iisb_table_inuse > 1 && basic.iisb_table_inuse < count);
    port_destroy_with_send(port);
}

CASE(space_info_of_what_is_no_task)
{
    mach_port_t host = mach_host_self();
    ipc_info_space_t info;
    ipc_info_space_basic_t basic;
    ipc_info_name_array_t table;
    ipc_info_tree_name_array_t tree;
    mach_msg_type_number_t count;
    mach_msg_type_number_t tree_count;
    EXPECT_EQ(mach_port_space_info(host, &info, &table, &count, &tree, &tree_count),
              KERN_INVALID_TASK);
    EXPECT_EQ(mach_port_space_basic_info(host, &basic), KERN_INVALID_TASK);
    EXPECT_OK(mach_port_deallocate(SELF, host));
}

CASE(kobject_names_the_kinds)
{
    mach_port_t host = mach_host_self();
    mach_port_t port = port_create();
    natural_t type = 99;
    unsigned narrow = 99;
    mach_vm_address_t address = 99;
    kobject_description_t words;
    EXPECT_OK(mach_port_kobject(SELF, host, &type, &address));
    EXPECT(type == 3 && address != 0);
    EXPECT_OK(mach_port_kernel_object(SELF, SELF, &type, &narrow));
    EXPECT(type == 2 && narrow != 0 && narrow != address);
    EXPECT_OK(mach_port_kobject_description(SELF, host, &type, &address, words));
    EXPECT_EQ(strcmp(words, "host"), 0);
    EXPECT_OK(mach_port_kobject_description(SELF, port, &type, &address, words));
    EXPECT(type == 0 && address == 0 && words[0] == '\0');
    EXPECT_EQ(mach_port_kobject(host, port, &type, &address), KERN_INVALID_TASK);
    EXPECT_EQ(mach_port_kobject(SELF, NOTHING, &type, &address), KERN_INVALID_NAME);
    port_destroy(port);
    EXPECT_OK(mach_port_allocate(SELF, MACH_PORT_RIGHT_PORT_SET, &port));
    EXPECT_EQ(mach_port_kobject_description(SELF, port, &type, &address, words),
              KERN_INVALID_RIGHT);
    EXPECT_EQ(mach_port_kernel_object(SELF, port, &type, &narrow), KERN_INVALID_RIGHT);
    EXPECT_OK(mach_port_destroy(SELF, port));
    EXPECT_OK(mach_port_deallocate(SELF, host));
}

CASE(requests_are_counted)
{
    mach_port_t port = port_create_with_send();
    mach_port_t previous = MACH_PORT_NULL;
    unsigned total = 9;
    unsigned used = 9;
    EXPECT_OK(mach_port_dnrequest_info(SELF, port, &total, &used));
    EXPECT(total == 0 && used == 0);
    EXPECT_OK(mach_port_request_notification(SELF, port, MACH_NOTIFY_DEAD_NAME, 0, port,
                                             MACH_MSG_TYPE_MAKE_SEND_ONCE, &previous));
    EXPECT_OK(mach_port_dnrequest_info(SELF, port, &total, &used));
    EXPECT(total == 1 && used == 1);
    EXPECT_EQ(mach_port_dnrequest_info(SELF, SELF, &total, &used), KERN_INVALID_RIGHT);
    EXPECT_EQ(mach_port_dnrequest_info(SELF, NOTHING, &total, &used), KERN_INVALID_NAME);
    EXPECT_OK(mach_port_destroy(SELF, port));
}

CASE(attributes_of_darwin)
{
    mach_port_t port = port_create();
    mach_port_info_ext_t full;
    mach_msg_type_number_t count = MACH_PORT_INFO_EXT_COUNT;
    mach_port_guard_info_t guard = { .mpgi_guard = 7 };
    mach_service_port_info_data_t service;
    uint64_t policy;
    EXPECT_OK(mach_port_set_attributes(SELF, port, MACH_PORT_TEMPOWNER, nullptr, 0));
    EXPECT_OK(
        mach_port_get_attributes(SELF, port, MACH_PORT_INFO_EXT, (mach_port_info_t)&full, &count));
    EXPECT(full.mpie_status.mps_flags & MACH_PORT_STATUS_FLAG_TEMPOWNER);
    EXPECT_EQ(mach_port_assert_attributes(SELF, port, MACH_PORT_GUARD_INFO,
                                          (mach_port_info_t)&guard, MACH_PORT_GUARD_INFO_COUNT),
              KERN_INVALID_ARGUMENT);
    EXPECT_OK(mach_port_guard(SELF, port, 7, TRUE));
    EXPECT_OK(mach_port_assert_attributes(SELF, port, MACH_PORT_GUARD_INFO,
                                          (mach_port_info_t)&guard, MACH_PORT_GUARD_INFO_COUNT));
    EXPECT_EQ(mach_port_get_service_port_info(SELF, port, &service), KERN_INVALID_CAPABILITY);
    EXPECT_EQ(mach_port_is_connection_for_service(SELF, port, port, &policy),
              KERN_INVALID_CAPABILITY);
    EXPECT_OK(mach_port_destruct(SELF, port, 0, 7));
}

CASE(some_names_cannot_be_chosen)
{
    mach_port_t port = port_create();
    EXPECT_EQ(mach_port_insert_right(SELF, 123, port, MACH_MSG_TYPE_MAKE_SEND), KERN_FAILURE);
    EXPECT_EQ(mach_port_insert_right(SELF, 122, port, MACH_MSG_TYPE_MAKE_SEND), KERN_INVALID_VALUE);
    EXPECT_OK(mach_port_allocate_name(SELF, MACH_PORT_RIGHT_RECEIVE, 123)); /* as on GNU Mach */
    EXPECT_OK(mach_port_rename(SELF, 123, 122));
    EXPECT_EQ(mach_port_mod_refs(SELF, 123, MACH_PORT_RIGHT_RECEIVE, -1), KERN_INVALID_NAME);
    EXPECT_OK(mach_port_mod_refs(SELF, 122, MACH_PORT_RIGHT_RECEIVE, -1));
    EXPECT_OK(mach_port_rename(SELF, port, 1000));
    port_destroy(1000);
}

CASE(the_choice_of_exceptions_for_misuse_is_told_again)
{
    task_exc_guard_behavior_t behavior = TASK_EXC_GUARD_ALL;
    mach_port_t host = mach_host_self();
    EXPECT_OK(task_get_exc_guard_behavior(SELF, &behavior));
    EXPECT_EQ(behavior, TASK_EXC_GUARD_NONE);
    EXPECT_OK(task_set_exc_guard_behavior(SELF, TASK_EXC_GUARD_ALL));
    EXPECT_OK(task_get_exc_guard_behavior(SELF, &behavior));
    EXPECT_EQ(behavior, TASK_EXC_GUARD_ALL);
    EXPECT_OK(task_set_exc_guard_behavior(SELF, TASK_EXC_GUARD_NONE));
    EXPECT_EQ(task_set_exc_guard_behavior(SELF, TASK_EXC_GUARD_ALL + 1), KERN_INVALID_VALUE);
    EXPECT_EQ(task_set_exc_guard_behavior(host, 0), KERN_INVALID_TASK);
    EXPECT_EQ(task_get_exc_guard_behavior(host, &behavior), KERN_INVALID_TASK);
    EXPECT_OK(mach_port_deallocate(SELF, host));
}
