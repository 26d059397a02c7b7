/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Calls about parts of Darwin that this system does not have: each says so, as a Darwin that lacks them, and
 * takes nothing from the caller. Besides, calls that name parts there are: zones, rights to devices, tokens.
 */
#include <string.h>

#include "systest.h"
#include "systest_msg.h"
#include "systest_task.h"

#define SELF mach_task_self()

static mach_port_t host_open(void)
{
    return mach_host_self();
}

static void drop(mach_port_t right)
{
    EXPECT_OK(mach_port_deallocate(SELF, right));
}

CASE(what_darwins_kernel_does_not_know_either_of_tasks)
{
    integer_t words[5] = {};
    int start = 0;
    emulation_vector_t vector = NULL;
    mach_zone_name_array_t names = NULL;
    task_zone_info_array_t infos = NULL;
    mach_msg_type_number_t count = 0, more = 0;
    mach_port_t port = port_create(), set = MACH_PORT_NULL, locks = MACH_PORT_NULL;
    mach_port_t host = host_open();
    EXPECT_OK(processor_set_default(host, &set));
    EXPECT_EQ(lock_set_create(SELF, &locks, 1, SYNC_POLICY_FIFO), MIG_BAD_ID);
    EXPECT_EQ(lock_set_destroy(SELF, port), MACH_SEND_INVALID_RIGHT);
    EXPECT_EQ(lock_set_destroy(SELF, MACH_PORT_NULL), MIG_BAD_ID);
    EXPECT_EQ(task_sample(SELF, port), MIG_BAD_ID);
    EXPECT_EQ(task_policy(SELF, POLICY_RR, words, 2, FALSE, FALSE), MIG_BAD_ID);
    EXPECT_EQ(task_set_policy(SELF, set, POLICY_RR, words, 2, words, 1, FALSE), MIG_BAD_ID);
    EXPECT_EQ(task_set_emulation(SELF, 0, 0), MIG_BAD_ID);
    EXPECT_EQ(task_get_emulation_vector(SELF, &start, &vector, &count), MIG_BAD_ID);
    EXPECT_EQ(task_set_emulation_vector(SELF, 0, NULL, 0), MIG_BAD_ID);
    EXPECT_EQ(task_set_ras_pc(SELF, 0, 0), MIG_BAD_ID);
    EXPECT_EQ(task_zone_info(SELF, &names, &count, &infos, &more), MIG_BAD_ID);
    drop(set);
    drop(host);
    port_destroy(port);
}

CASE(what_darwins_kernel_does_not_know_either_of_threads_and_hosts)
{
    mach_port_t port = port_create(), thread = mach_thread_self(), host = systest_host_priv();
    vm_address_t address = 0;
    kmod_t module = 0;
    kmod_args_t data = NULL;
    mach_msg_type_number_t count = 0;
    EXPECT_EQ(thread_sample(thread, port), MIG_BAD_ID);
    EXPECT_EQ(etap_trace_thread(thread, TRUE), MIG_BAD_ID);
    EXPECT_EQ(vm_allocate_cpm(host, SELF, &address, vm_page_size, VM_FLAGS_ANYWHERE), MIG_BAD_ID);
    EXPECT_EQ(kmod_create(host, 0, &module), MIG_BAD_ID);
    EXPECT_EQ(kmod_destroy(host, 0), MIG_BAD_ID);
    EXPECT_EQ(kmod_control(host, 0, 0, &data, &count), MIG_BAD_ID);
    drop(thread);
    port_destroy(port);
}

CASE(there_are_no_corpses)
{
    mach_port_t corpse = MACH_PORT_NULL;
    vm_address_t address = 0;
    uint32_t size = 0;
    mach_vm_address_t long_address = 0;
    mach_vm_size_t long_size = 0;
    EXPECT_EQ(task_generate_corpse(SELF, &corpse), KERN_NOT_SUPPORTED);
    EXPECT_EQ(task_map_corpse_info(SELF, SELF, &address, &size), KERN_INVALID_ARGUMENT);
    EXPECT_EQ(task_map_corpse_info_64(SELF, SELF, &long_address, &long_size),
              KERN_INVALID_ARGUMENT);
    EXPECT_EQ(task_map_kcdata_object_64(SELF, SELF, &long_address, &long_size),
              KERN_INVALID_ARGUMENT);
    EXPECT_EQ(task_set_corpse_forking_behavior(SELF, 0), KERN_NOT_SUPPORTED);
}

CASE(the_kernel_knows_no_images)
{
    dyld_kernel_image_info_t image = {};
    dyld_kernel_image_info_array_t images = NULL;
    dyld_kernel_process_info_t process = {};
    mach_msg_type_number_t count = 0;
    mach_port_t port = port_create();
    EXPECT_EQ(task_register_dyld_image_infos(SELF, &image, 1), KERN_NOT_SUPPORTED);
    EXPECT_EQ(task_unregister_dyld_image_infos(SELF, &image, 1), KERN_NOT_SUPPORTED);
    EXPECT_EQ(task_get_dyld_image_infos(SELF, &images, &count), KERN_NOT_SUPPORTED);
    EXPECT_EQ(task_register_dyld_shared_cache_image_info(SELF, image, TRUE, FALSE),
              KERN_NOT_SUPPORTED);
    EXPECT_EQ(task_register_dyld_set_dyld_state(SELF, 0), KERN_NOT_SUPPORTED);
    EXPECT_EQ(task_register_dyld_get_process_state(SELF, &process), KERN_NOT_SUPPORTED);
    EXPECT_EQ(task_dyld_process_info_notify_register(SELF, port), KERN_NOT_SUPPORTED);
    EXPECT_EQ(task_dyld_process_info_notify_deregister(SELF, port), KERN_NOT_SUPPORTED);
    EXPECT_EQ(port_type(port), MACH_PORT_TYPE_RECEIVE); /* no send right of it is left */
    port_destroy(port);
}

CASE(what_only_signed_programs_and_kernels_for_tests_do)
{
    mach_port_t thread = mach_thread_self();
    int old = 0;
    boolean_t lost = FALSE;
    integer_t counts[4];
    mach_msg_type_number_t count = 4;
    EXPECT_EQ(task_set_phys_footprint_limit(SELF, 100, &old), KERN_NO_ACCESS);
    EXPECT_EQ(task_inspect(SELF, TASK_INSPECT_BASIC_COUNTS, counts, &count), KERN_NOT_SUPPORTED);
    EXPECT_EQ(task_test_sync_upcall(SELF, SELF), KERN_NOT_SUPPORTED);
    EXPECT_EQ(task_test_async_upcall_propagation(SELF, SELF, 0, 0), KERN_NOT_SUPPORTED);
    EXPECT_EQ(task_register_hardened_exception_handler(SELF, 0, EXC_MASK_BREAKPOINT,
                                                       EXCEPTION_DEFAULT, 0, MACH_PORT_NULL),
              KERN_DENIED);
    EXPECT_EQ(thread_adopt_exception_handler(thread, MACH_PORT_NULL, 0, 0, 0), KERN_DENIED);
    EXPECT_EQ(mach_port_special_reply_port_reset_link(SELF, thread, &lost), KERN_NOT_SUPPORTED);
    drop(thread);
}

CASE(hosts_without_activities_and_users)
{
    mach_port_t host = host_open(), priv = systest_host_priv();
    uint32_t flags = 1;
    mach_zone_name_array_t names = NULL;
    zone_btrecord_array_t records = NULL;
    mach_msg_type_number_t count = 0;
    EXPECT_EQ(host_set_atm_diagnostic_flag(host, 1), KERN_NO_ACCESS);
    EXPECT_OK(host_get_atm_diagnostic_flag(host, &flags));
    EXPECT_EQ(flags, 0);
    EXPECT_EQ(host_set_multiuser_config_flags(priv, 1), KERN_NOT_SUPPORTED);
    EXPECT_EQ(host_get_multiuser_config_flags(host, &flags), KERN_NOT_SUPPORTED);
    EXPECT_EQ(host_check_multiuser_mode(host, &flags), KERN_NOT_SUPPORTED);
    EXPECT_EQ(mach_zone_get_zlog_zones(priv, &names, &count), KERN_FAILURE);
    EXPECT_EQ(mach_zone_get_btlog_records(priv, (mach_zone_name_t){ "threads" }, &records, &count),
              KERN_FAILURE);
    drop(host);
}

CASE(hosts_without_pagers_and_extensions)
{
    static char request[16];
    mach_port_t manager = MACH_PORT_NULL, priv = systest_host_priv();
    vm_offset_t response = 0, log = 0;
    mach_msg_type_number_t response_count = 0, log_count = 0;
    kern_return_t op_result = 0;
    EXPECT_EQ(host_default_memory_manager(priv, &manager, 0), KERN_NOT_SUPPORTED);
    EXPECT_EQ(kext_request(priv, 0, (vm_offset_t)request, sizeof(request), &response,
                           &response_count, &log, &log_count, &op_result),
              KERN_NOT_SUPPORTED);
}

CASE(a_hint_on_names_is_one)
{
    EXPECT_OK(task_set_port_space(SELF, 1000));
    EXPECT_EQ(task_set_port_space(systest_host_priv(), 1000), KERN_INVALID_TASK);
}

CASE(a_state_is_converted_into_itself)
{
    natural_t in[] = { 1, 2, 3 }, out[3] = {};
    mach_msg_type_number_t count = 3;
    mach_port_t thread = mach_thread_self();
    EXPECT_OK(thread_convert_thread_state(thread, THREAD_CONVERT_THREAD_STATE_TO_SELF,
                                          x86_THREAD_STATE64, in, 3, out, &count));
    EXPECT_EQ(count, 3);
    EXPECT_EQ(memcmp(in, out, sizeof(in)), 0);
    count = 2;
    EXPECT_EQ(thread_convert_thread_state(thread, THREAD_CONVERT_THREAD_STATE_FROM_SELF,
                                          x86_THREAD_STATE64, in, 3, out, &count),
              KERN_INSUFFICIENT_BUFFER_SIZE);
    EXPECT_EQ(thread_convert_thread_state(thread, 3, x86_THREAD_STATE64, in, 3, out, &count),
              KERN_INVALID_ARGUMENT);
    drop(thread);
}

CASE(only_the_privileged_host_has_the_devices)
{
    mach_port_t host = host_open(), main = MACH_PORT_NULL, special = MACH_PORT_NULL;
    EXPECT_EQ(host_get_io_main(host, &main), KERN_NO_ACCESS);
    EXPECT_EQ(host_get_io_main(SELF, &main), KERN_INVALID_ARGUMENT);
    EXPECT_OK(host_get_io_main(systest_host_priv(), &main));
    EXPECT_OK(
        host_get_special_port(systest_host_priv(), HOST_LOCAL_NODE, HOST_IO_MAIN_PORT, &special));
    EXPECT_EQ(main, special);
    drop(main);
    EXPECT_OK(host_get_io_master(systest_host_priv(), &main));
    EXPECT_EQ(main, special);
    drop(main);
    drop(special);
    drop(host);
}

CASE(who_shows_messages_is_a_special_port)
{
    mach_port_t host = host_open(), port = port_create_with_send(), found = MACH_PORT_NULL;
    mach_port_t priv = systest_host_priv();
    EXPECT_OK(host_set_UNDServer(priv, port));
    EXPECT_OK(host_get_user_notification_port(priv, &found));
    EXPECT_EQ(found, port);
    drop(found);
    EXPECT_OK(host_get_UNDServer(priv, &found));
    EXPECT_EQ(found, port);
    drop(found);
    EXPECT_OK(host_set_UNDServer(priv, MACH_PORT_NULL));
    EXPECT_OK(host_get_UNDServer(priv, &found));
    EXPECT_EQ(found, MACH_PORT_NULL);
    EXPECT_EQ(host_set_UNDServer(host, port), KERN_INVALID_HOST);
    EXPECT_EQ(host_get_UNDServer(host, &found), KERN_INVALID_HOST);
    drop(host);
    port_destroy_with_send(port);
}

CASE(zones_are_found_by_name_and_by_size)
{
    mach_port_t host = host_open(), priv = systest_host_priv();
    mach_zone_info_t info = {}, largest = {};
    mach_zone_name_t name = { "ports" };
    mach_port_t port = port_create();
    EXPECT_OK(mach_zone_info_for_zone(priv, name, &info));
    EXPECT_EQ(info.mzi_count, systest_count("ports"));
    EXPECT(info.mzi_cur_size >= info.mzi_count * info.mzi_elem_size);
    EXPECT_EQ(mach_zone_info_for_zone(priv, (mach_zone_name_t){ "no such zone" }, &info),
              KERN_INVALID_ARGUMENT);
    EXPECT_EQ(mach_zone_info_for_zone(host, name, &info), KERN_INVALID_HOST);
    EXPECT_OK(mach_zone_info_for_largest_zone(priv, &name, &largest));
    EXPECT(largest.mzi_cur_size >= info.mzi_cur_size);
    EXPECT_OK(mach_zone_info_for_zone(priv, name, &info));
    EXPECT_EQ(info.mzi_elem_size, largest.mzi_elem_size);
    EXPECT_EQ(mach_zone_info_for_largest_zone(host, &name, &largest), KERN_INVALID_HOST);
    EXPECT_OK(mach_zone_force_gc(host));
    EXPECT_EQ(mach_zone_force_gc(SELF), KERN_INVALID_HOST);
    port_destroy(port);
    drop(host);
}

CASE(the_kernels_memory_is_told)
{
    mach_port_t host = host_open();
    mach_zone_name_array_t names = NULL;
    mach_zone_info_array_t infos = NULL;
    mach_memory_info_array_t memory = NULL;
    mach_msg_type_number_t names_count = 0, count = 0, memory_count = 0;
    struct host_basic_info basic = {};
    mach_msg_type_number_t basic_count = HOST_BASIC_INFO_COUNT;
    EXPECT_OK(host_info(host, HOST_BASIC_INFO, (host_info_t)&basic, &basic_count));
    EXPECT_EQ(mach_memory_info(host, &names, &names_count, &infos, &count, &memory, &memory_count),
              KERN_INVALID_HOST);
    EXPECT_OK(mach_memory_info(systest_host_priv(), &names, &names_count, &infos, &count, &memory,
                               &memory_count));
    EXPECT_EQ(names_count, count);
    if (EXPECT_EQ(memory_count, 2)) {
        EXPECT_EQ(memory[0].flags & VM_KERN_SITE_TYPE, VM_KERN_SITE_COUNTER);
        EXPECT_EQ(memory[0].site, VM_KERN_COUNT_MANAGED);
        EXPECT(memory[0].size <= basic.max_mem && memory[0].free < memory[0].size);
        EXPECT_EQ(memory[1].site, VM_KERN_COUNT_MAP_ZONE);
        EXPECT(memory[1].size > 0 && memory[1].size < memory[0].size);
    }
    EXPECT_OK(vm_deallocate(SELF, (vm_address_t)names, names_count * sizeof(*names)));
    EXPECT_OK(vm_deallocate(SELF, (vm_address_t)infos, count * sizeof(*infos)));
    EXPECT_OK(vm_deallocate(SELF, (vm_address_t)memory, memory_count * sizeof(*memory)));
    drop(host);
}

CASE(a_task_is_made_with_an_identity)
{
    mach_port_t security = MACH_PORT_NULL, host = port_create_with_send(), found = MACH_PORT_NULL;
    security_token_t token = { { 11, 22 } }, told = { { 0 } };
    audit_token_t audit = { { 1, 2, 3, 4, 5, 6, 7, 8 } }, told_audit = { { 0 } };
    mach_msg_type_number_t count = TASK_SECURITY_TOKEN_COUNT;
    task_t child = MACH_PORT_NULL;
    ledger_t ledgers[1] = { host };
    EXPECT_OK(
        host_get_special_port(systest_host_priv(), HOST_LOCAL_NODE, HOST_SECURITY_PORT, &security));
    EXPECT_OK(host_security_create_task_token(security, SELF, token, audit, host, ledgers, 1, FALSE,
                                              &child));
    EXPECT_OK(task_info(child, TASK_SECURITY_TOKEN, (task_info_t)&told, &count));
    EXPECT_EQ(memcmp(&told, &token, sizeof(told)), 0);
    count = TASK_AUDIT_TOKEN_COUNT;
    EXPECT_OK(task_info(child, TASK_AUDIT_TOKEN, (task_info_t)&told_audit, &count));
    EXPECT_EQ(memcmp(&told_audit, &audit, sizeof(audit)), 0);
    EXPECT_OK(task_get_special_port(child, TASK_HOST_PORT, &found));
    EXPECT_EQ(found, host);
    drop(found);
    EXPECT_OK(task_terminate(child));
    drop(child);
    EXPECT_EQ(host_security_create_task_token(systest_host_priv(), SELF, token, audit,
                                              MACH_PORT_NULL, NULL, 0, FALSE, &child),
              KERN_INVALID_SECURITY);
    EXPECT_EQ(host_security_create_task_token(security, systest_host_priv(), token, audit,
                                              MACH_PORT_NULL, NULL, 0, FALSE, &child),
              KERN_INVALID_TASK);
    drop(security);
    port_destroy_with_send(host);
}
