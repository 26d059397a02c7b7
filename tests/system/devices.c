/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a driver may have: ports, physical memory and interrupts that nobody else has. The test runs
 * no device; it takes an interrupt that none of this machine uses.
 */
#include <mach/device_types.h>
#include <mach/host_special_ports.h>

#include <mach_r/device.h>

#include "systest.h"
#include "systest_msg.h"
#include "systest_task.h"

#define PAGE        UINT64_C(4096)
#define SPARE_IRQ   5
#define ADDRESS_RAM UINT64_C(0x100000)
#define ADDRESS_VGA UINT64_C(0xb8000)
#define ADDRESS_END (UINT64_C(1) << 52)

/* The right to all devices. */
static device_master_t master_get(void)
{
    mach_port_t master = MACH_PORT_NULL;
    EXPECT_OK(
        host_get_special_port(systest_host_priv(), HOST_LOCAL_NODE, HOST_IO_MAIN_PORT, &master));
    return master;
}

static void master_release(device_master_t master)
{
    EXPECT_OK(mach_port_deallocate(mach_task_self(), master));
}

CASE(io_ports_of_the_kernel_are_not_granted)
{
    static const struct {
        uint32_t first;
        uint32_t count;
        kern_return_t result;
    } cases[] = {
        { 0x1f, 1, KERN_SUCCESS },
        { 0x1f, 2, KERN_NO_ACCESS },
        { 0x21, 1, KERN_NO_ACCESS },
        { 0x22, 1, KERN_SUCCESS },
        { 0x43, 5, KERN_NO_ACCESS },
        { 0xa1, 1, KERN_NO_ACCESS },
        { 0, DEVICE_IO_PORT_MAX, KERN_NO_ACCESS },
        { DEVICE_IO_PORT_MAX - 1, 1, KERN_SUCCESS },
        { DEVICE_IO_PORT_MAX - 1, 2, KERN_INVALID_ARGUMENT },
        { DEVICE_IO_PORT_MAX, 1, KERN_INVALID_ARGUMENT },
        { 0x100, 0xffffffff, KERN_INVALID_ARGUMENT },
        { 0x100, 0, KERN_INVALID_ARGUMENT },
    };
    struct helper helper;
    device_master_t master = master_get();
    if (helper_create(&helper)) {
        for (uint32_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
            EXPECT_EQ(device_grant_io_ports(master, helper.task, cases[i].first, cases[i].count),
                      cases[i].result);
        }
        EXPECT_EQ(device_grant_io_ports(mach_task_self(), helper.task, 0x1f, 1),
                  KERN_INVALID_CAPABILITY);
        EXPECT_EQ(device_grant_io_ports(master, master, 0x1f, 1), KERN_INVALID_TASK);
        helper_destroy(&helper);
    }
    master_release(master);
}

CASE(physical_memory_is_mapped_unless_it_is_ram)
{
    static const struct {
        uint64_t address;
        uint64_t size;
        vm_prot_t protection;
        int caching;
        kern_return_t result;
    } wrong[] = {
        { ADDRESS_RAM, PAGE, VM_PROT_READ, DEVICE_CACHE_UNCACHED, KERN_NO_ACCESS },
        { ADDRESS_VGA, ADDRESS_RAM + PAGE - ADDRESS_VGA, VM_PROT_READ, DEVICE_CACHE_UNCACHED,
          KERN_NO_ACCESS },
        { ADDRESS_VGA + 1, PAGE, VM_PROT_READ, DEVICE_CACHE_UNCACHED, KERN_INVALID_ARGUMENT },
        { ADDRESS_VGA, 0, VM_PROT_READ, DEVICE_CACHE_UNCACHED, KERN_INVALID_ARGUMENT },
        { ADDRESS_END - PAGE, 2 * PAGE, VM_PROT_READ, DEVICE_CACHE_UNCACHED,
          KERN_INVALID_ARGUMENT },
        { ADDRESS_END / 2, ADDRESS_END / 4, VM_PROT_READ, DEVICE_CACHE_UNCACHED,
          KERN_INVALID_ARGUMENT },
        { ADDRESS_VGA, PAGE, VM_PROT_EXECUTE, DEVICE_CACHE_UNCACHED, KERN_INVALID_ARGUMENT },
        { ADDRESS_VGA, PAGE, VM_PROT_READ, 77, KERN_INVALID_ARGUMENT },
    };
    device_master_t master = master_get();
    mach_port_t entry = MACH_PORT_NULL;
    for (uint32_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        EXPECT_EQ(device_map_physical(master, wrong[i].address, wrong[i].size, wrong[i].protection,
                                      wrong[i].caching, &entry),
                  wrong[i].result);
    }
    EXPECT_OK(device_map_physical(master, ADDRESS_VGA, PAGE, VM_PROT_READ, DEVICE_CACHE_UNCACHED,
                                  &entry));
    EXPECT_OK(mach_port_deallocate(mach_task_self(), entry));
    master_release(master);
}

CASE(an_interrupt_has_one_driver)
{
    device_master_t master = master_get();
    mach_port_t driver = port_create_with_send(), other = port_create_with_send();
    EXPECT_EQ(device_acknowledge_interrupt(master, SPARE_IRQ), KERN_INVALID_ARGUMENT);
    EXPECT_EQ(device_release_interrupt(master, SPARE_IRQ), KERN_INVALID_ARGUMENT);
    EXPECT_OK(device_register_interrupt(master, SPARE_IRQ, driver, MACH_MSG_TYPE_COPY_SEND));
    EXPECT_EQ(device_register_interrupt(master, SPARE_IRQ, other, MACH_MSG_TYPE_COPY_SEND),
              KERN_RIGHT_EXISTS);
    EXPECT_OK(device_acknowledge_interrupt(master, SPARE_IRQ)); /* none has come: no matter */
    EXPECT_OK(device_release_interrupt(master, SPARE_IRQ));
    EXPECT_EQ(device_release_interrupt(master, SPARE_IRQ), KERN_INVALID_ARGUMENT);
    EXPECT_EQ(
        device_register_interrupt(master, DEVICE_INTERRUPT_MAX, driver, MACH_MSG_TYPE_COPY_SEND),
        KERN_INVALID_ARGUMENT);
    EXPECT_EQ(
        device_register_interrupt(master, SPARE_IRQ, mach_task_self(), MACH_MSG_TYPE_COPY_SEND),
        KERN_INVALID_CAPABILITY);
    port_destroy_with_send(driver);
    port_destroy_with_send(other);
    master_release(master);
}

CASE(a_dead_drivers_interrupt_is_free)
{
    device_master_t master = master_get();
    mach_port_t former = port_create_with_send(), driver = port_create_with_send();
    EXPECT_OK(device_register_interrupt(master, SPARE_IRQ, former, MACH_MSG_TYPE_COPY_SEND));
    port_destroy_with_send(former);
    EXPECT_OK(device_register_interrupt(master, SPARE_IRQ, driver, MACH_MSG_TYPE_COPY_SEND));
    EXPECT_OK(device_release_interrupt(master, SPARE_IRQ));
    port_destroy_with_send(driver);
    master_release(master);
}
