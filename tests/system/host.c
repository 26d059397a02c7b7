/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The host: its special ports, what it tells, what it refuses.
 */
#include <mach/host_info.h>
#include <mach/host_reboot.h>
#include <mach/host_special_ports.h>
#include <mach/mach_vm.h>
#include <mach_r/mach_r_host.h>

#include <string.h>

#include "systest.h"
#include "systest_msg.h"
#include "systest_task.h"

static kern_return_t get_special(int which, mach_port_t *port)
{
    return host_get_special_port(systest_host_priv(), HOST_LOCAL_NODE, which, port);
}

CASE(special_ports_of_servers_are_told_and_replaced)
{
    mach_port_t told = MACH_PORT_NULL;
    mach_port_t ports[] = { port_create_with_send(), port_create_with_send() };
    for (int i = 0; i < 2; i++) {
        EXPECT_OK(host_set_special_port(systest_host_priv(), HOST_UNFREED_PORT, ports[i]));
        EXPECT_OK(get_special(HOST_UNFREED_PORT, &told));
        EXPECT_EQ(told, ports[i]);
        EXPECT_OK(mach_port_deallocate(mach_task_self(), told));
    }
    EXPECT_OK(host_set_special_port(systest_host_priv(), HOST_UNFREED_PORT, MACH_PORT_NULL));
    EXPECT_OK(get_special(HOST_UNFREED_PORT, &told));
    EXPECT_EQ(told, MACH_PORT_NULL);
    port_destroy_with_send(ports[0]);
    port_destroy_with_send(ports[1]);
}

CASE(the_kernels_special_ports_stay_its_own)
{
    mach_port_t port = port_create_with_send(), told = MACH_PORT_NULL;
    static const int wrong[] = {
        HOST_SECURITY_PORT,
        HOST_IO_MAIN_PORT,
        HOST_MAX_SPECIAL_KERNEL_PORT,
        HOST_MAX_SPECIAL_PORT + 1,
        -1,
    };
    for (uint32_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        EXPECT_EQ(host_set_special_port(systest_host_priv(), wrong[i], port),
                  KERN_INVALID_ARGUMENT);
    }
    EXPECT_EQ(get_special(HOST_MAX_SPECIAL_PORT + 1, &told), KERN_INVALID_ARGUMENT);
    port_destroy_with_send(port);
}

static _Atomic bool is_over;

static void spin([[maybe_unused]] void *argument)
{
    while (!is_over) {
    }
}

/* The load average over five seconds, in thousandths. */
static uint32_t load_now(void)
{
    struct host_load_info load;
    mach_msg_type_number_t count = HOST_LOAD_INFO_COUNT;
    mach_port_t host = mach_host_self();
    EXPECT_OK(host_statistics(host, HOST_LOAD_INFO, (host_info_t)&load, &count));
    EXPECT_EQ(count, HOST_LOAD_INFO_COUNT);
    EXPECT(load.mach_factor[0] >= 0);
    EXPECT_OK(mach_port_deallocate(mach_task_self(), host));
    return (uint32_t)load.avenrun[0];
}

/* Three threads that do nothing else make more than two in the average after some six seconds. */
static bool is_loaded([[maybe_unused]] void *argument)
{
    return load_now() > 2000;
}

static bool is_quiet([[maybe_unused]] void *argument)
{
    return load_now() < 1500;
}

CASE(the_load_of_the_last_seconds_is_told)
{
    struct worker workers[3];
    is_over = false;
    for (uint32_t i = 0; i < 3; i++) {
        EXPECT(worker_start(&workers[i], mach_task_self(), spin, NULL));
    }
    EXPECT(systest_wait(is_loaded, NULL));
    is_over = true;
    for (uint32_t i = 0; i < 3; i++) {
        worker_join(&workers[i]);
    }
    EXPECT(systest_wait(is_quiet, NULL));
}

CASE(too_little_room_for_an_answer_is_told)
{
    vm_statistics_data_t info;
    mach_port_t host = mach_host_self();
    mach_msg_type_number_t count = HOST_VM_INFO_REV0_COUNT;
    EXPECT_OK(host_statistics(host, HOST_VM_INFO, (host_info_t)&info, &count));
    EXPECT_EQ(count, HOST_VM_INFO_REV0_COUNT);
    count = HOST_VM_INFO_REV0_COUNT - 1;
    EXPECT_EQ(host_statistics(host, HOST_VM_INFO, (host_info_t)&info, &count), KERN_FAILURE);
    EXPECT_OK(mach_port_deallocate(mach_task_self(), host));
}

static vm_statistics64_data_t page_counts(void)
{
    vm_statistics64_data_t told = {};
    mach_port_t host = mach_host_self();
    mach_msg_type_number_t count = HOST_VM_INFO64_COUNT;
    EXPECT_OK(host_statistics64(host, HOST_VM_INFO64, (host_info64_t)&told, &count));
    EXPECT_OK(mach_port_deallocate(mach_task_self(), host));
    return told;
}

CASE(pages_are_told_by_what_they_are_for)
{
    const natural_t many = 1024;
    mach_vm_address_t memory = 0;
    vm_statistics64_data_t before = page_counts();
    EXPECT_EQ(before.internal_page_count + before.external_page_count, before.active_count);
    EXPECT(before.wire_count != 0);
    EXPECT_OK(mach_vm_allocate(mach_task_self(), &memory, many * vm_page_size, VM_FLAGS_ANYWHERE));
    memset((void *)memory, 1, many * vm_page_size);
    vm_statistics64_data_t filled = page_counts();
    EXPECT(filled.internal_page_count >= before.internal_page_count + many);
    EXPECT(filled.wire_count < before.wire_count + many);
    EXPECT_OK(mach_vm_deallocate(mach_task_self(), memory, many * vm_page_size));
    vm_statistics64_data_t after = page_counts();
    EXPECT(after.internal_page_count <= filled.internal_page_count - many);
}

CASE(a_reboot_in_an_unknown_way_is_refused)
{
    EXPECT_EQ(host_reboot(systest_host_priv(), 0x40000000 | HOST_REBOOT_HALT),
              KERN_INVALID_ARGUMENT);
}

/* The port of all programs tells; what changes the machine needs the other. */
CASE(the_privileged_port_is_a_host_port_but_not_the_other_way_round)
{
    kernel_version_t version;
    kernel_boot_info_t options;
    mach_port_t host = mach_host_self(), told = MACH_PORT_NULL;
    EXPECT_OK(host_kernel_version(host, version));
    EXPECT_OK(host_kernel_version(systest_host_priv(), version));
    EXPECT_OK(host_get_boot_info(systest_host_priv(), options));
    EXPECT_EQ(host_get_boot_info(host, options), KERN_INVALID_HOST);
    EXPECT_EQ(host_get_special_port(host, HOST_LOCAL_NODE, HOST_PRIV_PORT, &told),
              KERN_INVALID_HOST);
    EXPECT_OK(mach_port_deallocate(mach_task_self(), host));
}

/* A debug kernel counts, a release kernel says that it does not. */
CASE(locks_are_counted_for_the_privileged)
{
    static lock_info_t classes[LOCK_INFO_MAX];
    mach_msg_type_number_t count = LOCK_INFO_MAX;
    mach_port_t host = mach_host_self();
    EXPECT_EQ(host_lock_info(host, classes, &count), KERN_INVALID_HOST);
    EXPECT_OK(mach_port_deallocate(mach_task_self(), host));
    kern_return_t result = host_lock_info(systest_host_priv(), classes, &count);
    if (result == KERN_NOT_SUPPORTED) {
        return;
    }
    EXPECT_OK(result);
    EXPECT(count > 10 && count <= LOCK_INFO_MAX);
    bool has_space = false;
    for (uint32_t i = 0; i < count; i++) {
        EXPECT(i == 0 || classes[i - 1].contended >= classes[i].contended);
        if (strcmp(classes[i].name, "space") == 0) {
            has_space = true;
            EXPECT(classes[i].acquisitions > 0 && classes[i].longest_ns > 0);
            EXPECT(strstr(classes[i].longest_place, ".c:") != NULL ||
                   strstr(classes[i].longest_place, ".h:") != NULL);
        }
    }
    EXPECT(has_space);
}

CASE(the_one_processor_set_is_listed)
{
    processor_set_name_array_t sets;
    processor_set_t control;
    mach_msg_type_number_t count;
    if (!EXPECT_OK(host_processor_sets(systest_host_priv(), &sets, &count)) ||
        !EXPECT_EQ(count, 1)) {
        return;
    }
    EXPECT_OK(host_processor_set_priv(systest_host_priv(), sets[0], &control));
    EXPECT_OK(mach_port_deallocate(mach_task_self(), control));
    EXPECT_OK(mach_port_deallocate(mach_task_self(), sets[0]));
    EXPECT_OK(vm_deallocate(mach_task_self(), (vm_address_t)sets, sizeof(sets[0])));
    EXPECT_EQ(host_processor_sets(mach_task_self(), &sets, &count), KERN_INVALID_HOST);
}

CASE(the_privileged_port_tells_counters)
{
    vm_statistics_data_t told;
    mach_msg_type_number_t count = HOST_VM_INFO_COUNT;
    EXPECT_OK(host_priv_statistics(systest_host_priv(), HOST_VM_INFO, (host_info_t)&told, &count));
    EXPECT(told.free_count > 0);
    EXPECT_EQ(host_priv_statistics(mach_task_self(), HOST_VM_INFO, (host_info_t)&told, &count),
              KERN_INVALID_HOST);
}

CASE(a_processor_cannot_be_moved)
{
    processor_array_t list;
    processor_set_t set;
    mach_msg_type_number_t count;
    mach_port_t host = mach_host_self();
    EXPECT_OK(processor_set_default(host, &set));
    EXPECT_OK(mach_port_deallocate(mach_task_self(), host));
    EXPECT_OK(host_processors(systest_host_priv(), &list, &count));
    EXPECT_EQ(processor_assign(list[0], mach_task_self(), FALSE), KERN_INVALID_ARGUMENT);
    EXPECT_EQ(processor_assign(mach_task_self(), set, FALSE), KERN_INVALID_ARGUMENT);
    for (mach_msg_type_number_t i = 0; i < count; i++) {
        EXPECT_OK(mach_port_deallocate(mach_task_self(), list[i]));
    }
    EXPECT_OK(vm_deallocate(mach_task_self(), (vm_address_t)list, count * sizeof(list[0])));
    EXPECT_OK(mach_port_deallocate(mach_task_self(), set));
}
