/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Errors that the interfaces promise and that no other test has reason to provoke. The suite compares
 * what all tests have provoked with what idl/ promises (docs/testing.md).
 */
#include <mach/host_security.h>
#include <mach/mach_vm.h>
#include <mach/notify.h>
#include <mach/processor_set.h>
#include <mach/quota_info.h>
#include <mach/vm_attributes.h>
#include <mach/vm_map.h>
#include <mach/vm_sync.h>

#include "systest.h"
#include "systest_msg.h"
#include "systest_task.h"

#define SELF      mach_task_self()
#define UNMAPPED  ((mach_vm_address_t)0x1000)
#define BEYOND    ((mach_vm_address_t)1 << 47)
#define PAGE      ((mach_vm_size_t)4096)
#define MAX_UREFS 65535

/* A name that denotes nothing. */
static mach_port_t unused_name(void)
{
    mach_port_t name = port_create();
    port_destroy(name);
    return name;
}

/* A send right to a port that has died. */
static mach_port_t dead_name(void)
{
    mach_port_t name = port_create_with_send();
    port_destroy(name);
    return name;
}

CASE(no_room_for_one_more_name)
{
    struct helper helper;
    struct mach_r_quota_info info = {};
    mach_msg_type_number_t count = MACH_R_QUOTA_INFO_COUNT;
    mach_port_qos_t qos = {};
    mach_port_options_t options = {};
    mach_port_name_t name;
    if (!helper_create(&helper)) {
        return;
    }
    EXPECT_OK(task_info(helper.task, MACH_R_QUOTA_INFO, (task_info_t)&info, &count));
    info.names.limit = info.names.used;
    EXPECT_OK(task_set_info(helper.task, MACH_R_QUOTA_INFO, (task_info_t)&info, count));
    EXPECT_EQ(mach_port_allocate(helper.task, MACH_PORT_RIGHT_RECEIVE, &name), KERN_NO_SPACE);
    EXPECT_EQ(mach_port_allocate_qos(helper.task, MACH_PORT_RIGHT_RECEIVE, &qos, &name),
              KERN_NO_SPACE);
    EXPECT_EQ(
        mach_port_allocate_full(helper.task, MACH_PORT_RIGHT_RECEIVE, MACH_PORT_NULL, &qos, &name),
        KERN_NO_SPACE);
    EXPECT_EQ(mach_port_construct(helper.task, &options, 0, &name), KERN_NO_SPACE);
    helper_destroy(&helper);
}

CASE(names_in_the_task_of_no_task)
{
    mach_port_t host = mach_host_self();
    EXPECT_EQ(mach_port_rename(host, 1000, 1100), KERN_INVALID_TASK);
    EXPECT_EQ(mach_port_allocate_name(host, MACH_PORT_RIGHT_RECEIVE, 1000), KERN_INVALID_TASK);
    EXPECT_OK(mach_port_deallocate(SELF, host));
}

CASE(requests_that_nobody_can_hear_of)
{
    mach_port_t port = port_create(), dead = dead_name(), notify = port_create();
    mach_port_t previous = MACH_PORT_NULL;
    EXPECT_EQ(mach_port_request_notification(SELF, port, MACH_NOTIFY_NO_SENDERS, 0, dead,
                                             MACH_MSG_TYPE_MOVE_SEND_ONCE, &previous),
              KERN_INVALID_CAPABILITY);
    mach_port_t full = dead_name();
    EXPECT_OK(mach_port_mod_refs(SELF, full, MACH_PORT_RIGHT_DEAD_NAME, MAX_UREFS - 1));
    EXPECT_EQ(mach_port_request_notification(SELF, full, MACH_NOTIFY_DEAD_NAME, 1, notify,
                                             MACH_MSG_TYPE_MAKE_SEND_ONCE, &previous),
              KERN_UREFS_OVERFLOW);
    EXPECT_OK(mach_port_destroy(SELF, full));
    (void)mach_port_destroy(SELF, dead);
    port_destroy(notify);
    port_destroy(port);
}

CASE(one_more_send_right_than_can_be_counted)
{
    mach_port_t port = port_create_with_send();
    EXPECT_OK(mach_port_mod_refs(SELF, port, MACH_PORT_RIGHT_SEND, MAX_UREFS - 1));
    EXPECT_EQ(mach_port_insert_right(SELF, port, port, MACH_MSG_TYPE_MAKE_SEND),
              KERN_UREFS_OVERFLOW);
    EXPECT_EQ(port_refs(port, MACH_PORT_RIGHT_SEND), MAX_UREFS);
    EXPECT_OK(mach_port_destroy(SELF, port));
}

CASE(attributes_of_services_and_short_arrays)
{
    mach_port_t port = port_create();
    integer_t words[MACH_PORT_INFO_EXT_COUNT] = {};
    mach_msg_type_number_t count = 1;
    EXPECT_EQ(mach_port_get_attributes(SELF, port, MACH_PORT_SERVICE_THROTTLED, words, &count),
              KERN_INVALID_CAPABILITY);
    EXPECT_EQ(mach_port_set_attributes(SELF, port, MACH_PORT_SERVICE_THROTTLED, words, 1),
              KERN_INVALID_CAPABILITY);
    EXPECT_EQ(mach_port_set_attributes(SELF, port, MACH_PORT_LIMITS_INFO, words, 0), KERN_FAILURE);
    EXPECT_EQ(mach_port_assert_attributes(SELF, port, MACH_PORT_GUARD_INFO, words, 0),
              KERN_FAILURE);
    port_destroy(port);
}

CASE(kinds_of_what_is_no_port)
{
    mach_port_t bad = unused_name(), set = MACH_PORT_NULL;
    natural_t type;
    unsigned address32;
    mach_vm_address_t address;
    kobject_description_t words;
    EXPECT_OK(mach_port_allocate(SELF, MACH_PORT_RIGHT_PORT_SET, &set));
    EXPECT_EQ(mach_port_kernel_object(SELF, bad, &type, &address32), KERN_INVALID_NAME);
    EXPECT_EQ(mach_port_kobject(SELF, set, &type, &address), KERN_INVALID_RIGHT);
    EXPECT_EQ(mach_port_kobject_description(SELF, bad, &type, &address, words), KERN_INVALID_NAME);
    EXPECT_OK(mach_port_mod_refs(SELF, set, MACH_PORT_RIGHT_PORT_SET, -1));
}

CASE(guards_and_services_of_what_has_none)
{
    mach_port_t bad = unused_name(), set = MACH_PORT_NULL, port = port_create();
    mach_service_port_info_data_t info;
    mach_port_guard_info_t guard = { 1 };
    uint64_t policy;
    EXPECT_OK(mach_port_allocate(SELF, MACH_PORT_RIGHT_PORT_SET, &set));
    EXPECT_EQ(mach_port_guard_with_flags(SELF, bad, 1, 0), KERN_INVALID_NAME);
    EXPECT_EQ(mach_port_guard_with_flags(SELF, set, 1, 0), KERN_INVALID_RIGHT);
    EXPECT_OK(mach_port_guard_with_flags(SELF, port, 1, 0));
    EXPECT_EQ(mach_port_guard_with_flags(SELF, port, 1, 0), KERN_INVALID_ARGUMENT);
    EXPECT_EQ(mach_port_assert_attributes(SELF, bad, MACH_PORT_GUARD_INFO, (mach_port_info_t)&guard,
                                          MACH_PORT_GUARD_INFO_COUNT),
              KERN_INVALID_NAME);
    EXPECT_EQ(mach_port_assert_attributes(SELF, set, MACH_PORT_GUARD_INFO, (mach_port_info_t)&guard,
                                          MACH_PORT_GUARD_INFO_COUNT),
              KERN_INVALID_RIGHT);
    EXPECT_EQ(mach_port_is_connection_for_service(SELF, MACH_PORT_NULL, port, &policy),
              KERN_INVALID_NAME);
    EXPECT_EQ(mach_port_is_connection_for_service(SELF, port, set, &policy), KERN_INVALID_RIGHT);
    EXPECT_EQ(mach_port_get_service_port_info(SELF, bad, &info), KERN_INVALID_NAME);
    EXPECT_EQ(mach_port_get_service_port_info(SELF, set, &info), KERN_INVALID_RIGHT);
    EXPECT_OK(mach_port_destruct(SELF, port, 0, 1));
    EXPECT_OK(mach_port_mod_refs(SELF, set, MACH_PORT_RIGHT_PORT_SET, -1));
}

CASE(questions_to_the_host_that_it_does_not_understand)
{
    static integer_t words[HOST_INFO_MAX];
    mach_port_t host = mach_host_self(), priv = systest_host_priv();
    mach_msg_type_number_t count = HOST_VM_INFO_COUNT, none = 0;
    EXPECT_EQ(host_info(host, 999, words, &count), KERN_INVALID_ARGUMENT);
    EXPECT_EQ(host_info(host, HOST_BASIC_INFO, words, &none), KERN_FAILURE);
    EXPECT_EQ(host_statistics(host, 999, words, &count), KERN_INVALID_ARGUMENT);
    EXPECT_EQ(host_statistics(host, HOST_LOAD_INFO, words, &none), KERN_FAILURE);
    EXPECT_EQ(host_statistics64(host, 999, words, &count), KERN_INVALID_ARGUMENT);
    EXPECT_EQ(host_statistics64(host, HOST_VM_INFO64, words, &none), KERN_FAILURE);
    EXPECT_EQ(host_priv_statistics(priv, 999, words, &count), KERN_INVALID_ARGUMENT);
    EXPECT_EQ(host_priv_statistics(priv, HOST_VM_INFO, words, &none), KERN_FAILURE);
    EXPECT_OK(mach_port_deallocate(SELF, host));
}

CASE(the_privileged_host_and_what_is_none_of_its_objects)
{
    mach_port_t priv = systest_host_priv(), port = MACH_PORT_NULL;
    security_token_t security = {};
    audit_token_t audit = {};
    EXPECT_EQ(thread_wire(priv, SELF, TRUE), KERN_INVALID_ARGUMENT);
    EXPECT_EQ(host_processor_set_priv(priv, SELF, &port), KERN_INVALID_ARGUMENT);
    EXPECT_OK(host_get_special_port(priv, HOST_LOCAL_NODE, HOST_SECURITY_PORT, &port));
    EXPECT_EQ(host_security_set_task_token(port, priv, security, audit, MACH_PORT_NULL),
              KERN_INVALID_ARGUMENT);
    EXPECT_OK(mach_port_deallocate(SELF, port));
}

CASE(exception_ports_that_cannot_be)
{
    exception_mask_t masks[EXC_TYPES_COUNT];
    mach_port_t ports[EXC_TYPES_COUNT];
    exception_behavior_t behaviors[EXC_TYPES_COUNT];
    thread_state_flavor_t flavors[EXC_TYPES_COUNT];
    mach_msg_type_number_t count = EXC_TYPES_COUNT;
    const exception_mask_t wrong = 0xffffffff;
    mach_port_t priv = systest_host_priv(), thread = MACH_PORT_NULL;
    EXPECT_OK(thread_create(SELF, &thread));
    EXPECT_EQ(host_set_exception_ports(priv, wrong, MACH_PORT_NULL, EXCEPTION_DEFAULT, 0),
              KERN_INVALID_ARGUMENT);
    EXPECT_EQ(host_set_exception_ports(priv, EXC_MASK_RPC_ALERT, SELF, EXCEPTION_DEFAULT, 0),
              KERN_INVALID_RIGHT);
    EXPECT_EQ(host_get_exception_ports(priv, wrong, masks, &count, ports, behaviors, flavors),
              KERN_INVALID_ARGUMENT);
    EXPECT_EQ(host_swap_exception_ports(priv, wrong, MACH_PORT_NULL, EXCEPTION_DEFAULT, 0, masks,
                                        &count, ports, behaviors, flavors),
              KERN_INVALID_ARGUMENT);
    EXPECT_EQ(host_swap_exception_ports(priv, EXC_MASK_RPC_ALERT, SELF, EXCEPTION_DEFAULT, 0, masks,
                                        &count, ports, behaviors, flavors),
              KERN_INVALID_RIGHT);
    EXPECT_EQ(thread_set_exception_ports(thread, EXC_MASK_RPC_ALERT, SELF, EXCEPTION_DEFAULT, 0),
              KERN_INVALID_RIGHT);
    EXPECT_EQ(thread_swap_exception_ports(thread, EXC_MASK_RPC_ALERT, SELF, EXCEPTION_DEFAULT, 0,
                                          masks, &count, ports, behaviors, flavors),
              KERN_INVALID_RIGHT);
    EXPECT_OK(thread_terminate(thread));
}

CASE(processor_sets_and_processors)
{
    mach_port_t host = mach_host_self(), set = MACH_PORT_NULL, control = MACH_PORT_NULL;
    processor_array_t processors;
    mach_msg_type_number_t count;
    integer_t words[PROCESSOR_SET_LOAD_INFO_COUNT];
    EXPECT_OK(processor_set_default(host, &set));
    EXPECT_OK(host_processor_set_priv(systest_host_priv(), set, &control));
    count = PROCESSOR_SET_LOAD_INFO_COUNT;
    EXPECT_EQ(processor_set_statistics(set, 999, words, &count), KERN_INVALID_ARGUMENT);
    count = 0;
    EXPECT_EQ(processor_set_statistics(set, PROCESSOR_SET_LOAD_INFO, words, &count), KERN_FAILURE);
    EXPECT_OK(host_processors(systest_host_priv(), &processors, &count));
    EXPECT_EQ(processor_assign(processors[0], control, FALSE), KERN_FAILURE);
    for (mach_msg_type_number_t i = 0; i < count; i++) {
        EXPECT_OK(mach_port_deallocate(SELF, processors[i]));
    }
    EXPECT_OK(vm_deallocate(SELF, (vm_address_t)processors, count * sizeof(processors[0])));
    EXPECT_OK(mach_port_deallocate(SELF, control));
    EXPECT_OK(mach_port_deallocate(SELF, set));
    EXPECT_OK(mach_port_deallocate(SELF, host));
}

CASE(memory_that_is_not_mapped)
{
    mach_vm_address_t address = UNMAPPED, target = 0;
    mach_vm_size_t size = PAGE;
    vm_offset_t data;
    mach_msg_type_number_t count = PAGE;
    mach_vm_read_entry_t list = { { UNMAPPED, PAGE } };
    vm_region_submap_info_data_64_t info;
    natural_t depth = 0;
    vm_prot_t current, maximum;
    EXPECT_EQ(mach_vm_inherit(SELF, UNMAPPED, PAGE, VM_INHERIT_NONE), KERN_INVALID_ADDRESS);
    EXPECT_EQ(mach_vm_read(SELF, UNMAPPED, PAGE, &data, &count), KERN_INVALID_ADDRESS);
    EXPECT_EQ(mach_vm_read_list(SELF, list, 1), KERN_INVALID_ADDRESS);
    EXPECT_EQ(mach_vm_write(SELF, UNMAPPED, (vm_offset_t)&info, 4), KERN_INVALID_ADDRESS);
    EXPECT_EQ(mach_vm_msync(SELF, UNMAPPED, PAGE, VM_SYNC_CONTIGUOUS), KERN_INVALID_ADDRESS);
    address = BEYOND;
    EXPECT_EQ(mach_vm_map(SELF, &address, PAGE, 0, VM_FLAGS_FIXED, MACH_PORT_NULL, 0, FALSE,
                          VM_PROT_ALL, VM_PROT_ALL, VM_INHERIT_NONE),
              KERN_INVALID_ADDRESS);
    EXPECT_EQ(mach_vm_remap(SELF, &target, PAGE, 0, VM_FLAGS_ANYWHERE, SELF, UNMAPPED, TRUE,
                            &current, &maximum, VM_INHERIT_NONE),
              KERN_INVALID_ADDRESS);
    address = BEYOND;
    count = VM_REGION_SUBMAP_INFO_COUNT_64;
    EXPECT_EQ(mach_vm_region_recurse(SELF, &address, &size, &depth, (vm_region_recurse_info_t)&info,
                                     &count),
              KERN_INVALID_ADDRESS);
}

CASE(memory_that_cannot_be_read)
{
    mach_vm_address_t memory = 0, target = 0;
    vm_offset_t data;
    mach_msg_type_number_t count;
    vm_prot_t current, maximum;
    EXPECT_OK(mach_vm_allocate(SELF, &memory, PAGE, VM_FLAGS_ANYWHERE));
    EXPECT_OK(mach_vm_protect(SELF, memory, PAGE, FALSE, VM_PROT_NONE));
    mach_vm_read_entry_t list = { { memory, PAGE } };
    EXPECT_EQ(mach_vm_read(SELF, memory, PAGE, &data, &count), KERN_PROTECTION_FAILURE);
    EXPECT_EQ(mach_vm_read_list(SELF, list, 1), KERN_PROTECTION_FAILURE);
    target = memory;
    EXPECT_EQ(mach_vm_remap(SELF, &target, PAGE, 0, VM_FLAGS_FIXED, SELF, memory, TRUE, &current,
                            &maximum, VM_INHERIT_NONE),
              KERN_NO_SPACE);
    EXPECT_OK(mach_vm_deallocate(SELF, memory, PAGE));
}

CASE(a_token_leads_to_a_port_that_nobody_asked_for_before)
{
    struct helper helper;
    mach_port_t token = MACH_PORT_NULL, name = MACH_PORT_NULL;
    if (helper_create(&helper)) {
        EXPECT_OK(task_create_identity_token(helper.task, &token));
        EXPECT_OK(task_identity_token_get_task_port(token, TASK_FLAVOR_NAME, &name));
        EXPECT_OK(mach_port_deallocate(SELF, name));
        EXPECT_OK(mach_port_deallocate(SELF, token));
        helper_destroy(&helper);
    }
}

/* The older calls, with the same errors. */
CASE(older_calls_for_memory_that_is_not_mapped)
{
    vm_address_t address = BEYOND, target = 0;
    vm_size_t size = PAGE, done;
    vm_offset_t data;
    mach_msg_type_number_t count = PAGE;
    vm_region_submap_info_data_64_t info;
    natural_t depth = 0;
    vm_prot_t current, maximum;
    mach_port_t object;
    int state = 0;
    EXPECT_EQ(vm_read(SELF, UNMAPPED, PAGE, &data, &count), KERN_INVALID_ADDRESS);
    EXPECT_EQ(vm_write(SELF, UNMAPPED, (vm_offset_t)&info, 4), KERN_INVALID_ADDRESS);
    EXPECT_EQ(vm_copy(SELF, UNMAPPED, PAGE, UNMAPPED), KERN_INVALID_ADDRESS);
    EXPECT_EQ(vm_read_overwrite(SELF, UNMAPPED, 4, (vm_address_t)&info, &done),
              KERN_INVALID_ADDRESS);
    EXPECT_EQ(vm_inherit(SELF, UNMAPPED, PAGE, VM_INHERIT_NONE), KERN_INVALID_ADDRESS);
    EXPECT_EQ(vm_protect(SELF, UNMAPPED, PAGE, FALSE, VM_PROT_READ), KERN_INVALID_ADDRESS);
    EXPECT_EQ(vm_behavior_set(SELF, UNMAPPED, PAGE, VM_BEHAVIOR_DEFAULT), KERN_INVALID_ADDRESS);
    EXPECT_EQ(vm_map(SELF, &address, PAGE, 0, VM_FLAGS_FIXED, MACH_PORT_NULL, 0, FALSE, VM_PROT_ALL,
                     VM_PROT_ALL, VM_INHERIT_NONE),
              KERN_INVALID_ADDRESS);
    EXPECT_EQ(vm_allocate(SELF, &address, PAGE, VM_FLAGS_FIXED), KERN_INVALID_ADDRESS);
    EXPECT_EQ(vm_remap(SELF, &target, PAGE, 0, VM_FLAGS_ANYWHERE, SELF, UNMAPPED, TRUE, &current,
                       &maximum, VM_INHERIT_NONE),
              KERN_INVALID_ADDRESS);
    EXPECT_EQ(vm_map(SELF, &address, PAGE, 0, VM_FLAGS_ANYWHERE, MACH_PORT_NULL, 0, FALSE,
                     VM_PROT_ALL, VM_PROT_ALL, 99),
              KERN_INVALID_ARGUMENT);
    state = MATTR_VAL_CACHE_FLUSH;
    EXPECT_EQ(vm_machine_attribute(SELF, UNMAPPED, PAGE, MATTR_CACHE, &state),
              KERN_INVALID_ADDRESS);
    EXPECT_EQ(vm_purgable_control(SELF, UNMAPPED, VM_PURGABLE_GET_STATE, &state),
              KERN_INVALID_ADDRESS);
    count = VM_REGION_BASIC_INFO_COUNT_64;
    EXPECT_EQ(vm_region_64(SELF, &address, &size, VM_REGION_BASIC_INFO_64, (vm_region_info_t)&info,
                           &count, &object),
              KERN_INVALID_ADDRESS);
    count = VM_REGION_SUBMAP_INFO_COUNT_64;
    EXPECT_EQ(vm_region_recurse_64(SELF, &address, &size, &depth, (vm_region_recurse_info_t)&info,
                                   &count),
              KERN_INVALID_ADDRESS);
    address = BEYOND;
    count = VM_REGION_BASIC_INFO_COUNT;
    EXPECT_EQ(vm_region(SELF, &address, &size, VM_REGION_BASIC_INFO, (vm_region_info_t)&info,
                        &count, &object),
              KERN_INVALID_ADDRESS);
    count = VM_REGION_SUBMAP_INFO_COUNT;
    address = BEYOND;
    EXPECT_EQ(
        vm_region_recurse(SELF, &address, &size, &depth, (vm_region_recurse_info_t)&info, &count),
        KERN_INVALID_ADDRESS);
}

CASE(older_calls_for_memory_that_cannot_be_used)
{
    mach_vm_address_t memory = 0;
    vm_address_t target = 0;
    vm_offset_t data;
    vm_size_t done = PAGE;
    mach_msg_type_number_t count;
    vm_prot_t current, maximum;
    mach_port_t entry, host = mach_host_self();
    memory_object_size_t size = PAGE;
    EXPECT_OK(mach_vm_allocate(SELF, &memory, 2 * PAGE, VM_FLAGS_ANYWHERE));
    EXPECT_OK(mach_vm_protect(SELF, memory, PAGE, TRUE, VM_PROT_NONE));
    EXPECT_EQ(vm_read(SELF, memory, PAGE, &data, &count), KERN_PROTECTION_FAILURE);
    EXPECT_EQ(vm_write(SELF, memory, (vm_offset_t)&size, 4), KERN_PROTECTION_FAILURE);
    EXPECT_EQ(vm_copy(SELF, memory, PAGE, memory + PAGE), KERN_PROTECTION_FAILURE);
    EXPECT_EQ(vm_read_overwrite(SELF, memory, 4, (vm_address_t)&size, &done),
              KERN_PROTECTION_FAILURE);
    EXPECT_EQ(vm_protect(SELF, memory, PAGE, FALSE, VM_PROT_READ), KERN_PROTECTION_FAILURE);
    target = memory;
    EXPECT_EQ(vm_map(SELF, &target, PAGE, 0, VM_FLAGS_FIXED, MACH_PORT_NULL, 0, FALSE, VM_PROT_ALL,
                     VM_PROT_ALL, VM_INHERIT_NONE),
              KERN_NO_SPACE);
    EXPECT_EQ(vm_allocate(SELF, &target, PAGE, VM_FLAGS_FIXED), KERN_NO_SPACE);
    EXPECT_EQ(vm_remap(SELF, &target, PAGE, 0, VM_FLAGS_FIXED, SELF, memory + PAGE, TRUE, &current,
                       &maximum, VM_INHERIT_NONE),
              KERN_NO_SPACE);
    EXPECT_EQ(mach_make_memory_entry_64(SELF, &size, memory, VM_PROT_READ, &entry, MACH_PORT_NULL),
              KERN_PROTECTION_FAILURE);
    EXPECT_EQ(mach_make_memory_entry_64(SELF, &size, memory + PAGE, VM_PROT_READ, &entry, host),
              KERN_INVALID_RIGHT);
    EXPECT_EQ(mach_make_memory_entry(SELF, &done, memory, VM_PROT_READ, &entry, MACH_PORT_NULL),
              KERN_PROTECTION_FAILURE);
    EXPECT_EQ(mach_make_memory_entry(SELF, &done, memory + PAGE, VM_PROT_READ, &entry, host),
              KERN_INVALID_RIGHT);
    done = (vm_size_t)1 << 46;
    EXPECT_EQ(mach_make_memory_entry(SELF, &done, 0, MAP_MEM_NAMED_CREATE | VM_PROT_DEFAULT, &entry,
                                     MACH_PORT_NULL),
              KERN_FAILURE);
    EXPECT_EQ(
        mach_make_memory_entry_64(SELF, &size, UNMAPPED, VM_PROT_READ, &entry, MACH_PORT_NULL),
        KERN_INVALID_ADDRESS);
    EXPECT_OK(mach_vm_deallocate(SELF, memory, 2 * PAGE));
    EXPECT_OK(mach_port_deallocate(SELF, host));
}
