/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Cycles (cycles_check.h) of memory, memory that can be purged, and memory entries of each kind.
 */
#include <string.h>

#include <mach/host_priv.h>
#include <mach/mach.h>
#include <mach/mach_vm.h>
#include <mach/memory_entry.h>
#include <mach_r/device.h>

#include "cycles_check.h"
#include "systest.h"

#define SELF mach_task_self()
#define PAGE UINT64_C(4096)
#define SIZE (3 * PAGE)
#define BOTH (VM_PROT_READ | VM_PROT_WRITE)

#define ADDRESS_VGA 0xb8000

static mach_vm_address_t allocate(int flags)
{
    mach_vm_address_t address = 0;
    EXPECT_OK(mach_vm_allocate(SELF, &address, SIZE, VM_FLAGS_ANYWHERE | flags));
    *(volatile char *)address = 1;
    return address;
}

static void deallocate(mach_vm_address_t address)
{
    EXPECT_OK(mach_vm_deallocate(SELF, address, SIZE));
}

static void cycle_memory(void)
{
    deallocate(allocate(0));
}

static void cycle_used_memory(void)
{
    mach_vm_address_t address = allocate(0);
    memset((void *)address, 1, SIZE);
    EXPECT_OK(mach_vm_protect(SELF, address, PAGE, FALSE, VM_PROT_READ));
    deallocate(address);
}

/* Memory that is there all the time. */
static mach_vm_address_t there;

static void cycle_remapped_memory(void)
{
    for (boolean_t copy = FALSE; copy <= TRUE; copy++) {
        mach_vm_address_t place = 0;
        vm_prot_t current, maximum;
        EXPECT_OK(mach_vm_remap(SELF, &place, SIZE, 0, VM_FLAGS_ANYWHERE, SELF, there, copy,
                                &current, &maximum, VM_INHERIT_NONE));
        *(volatile char *)place = 2;
        deallocate(place);
    }
}

static void cycle_copied_memory(void)
{
    vm_offset_t data;
    mach_msg_type_number_t size;
    mach_vm_address_t copy = allocate(0);
    EXPECT_OK(mach_vm_read(SELF, there, SIZE, &data, &size));
    EXPECT_OK(mach_vm_write(SELF, copy, data, size));
    EXPECT_OK(mach_vm_copy(SELF, there, SIZE, copy));
    deallocate(data);
    deallocate(copy);
}

static void cycle_wired_memory(void)
{
    mach_vm_address_t address = allocate(0);
    EXPECT_OK(mach_vm_wire(systest_host_priv(), SELF, address, SIZE, BOTH));
    EXPECT_OK(mach_vm_wire(systest_host_priv(), SELF, address, SIZE, VM_PROT_NONE));
    deallocate(address);
}

/* The pages are taken back. */
static void cycle_purgeable_memory(void)
{
    mach_vm_address_t address = allocate(VM_FLAGS_PURGABLE);
    int state = VM_PURGABLE_VOLATILE;
    EXPECT_OK(mach_vm_purgable_control(SELF, address, VM_PURGABLE_SET_STATE, &state));
    EXPECT_OK(mach_vm_purgable_control(SELF, 0, VM_PURGABLE_PURGE_ALL, &state));
    deallocate(address);
}

CASE(memory)
{
    static const struct cycle cycles[] = {
        { "memory", cycle_memory, false },
        { "memory that is used", cycle_used_memory, true },
        { "remapped memory", cycle_remapped_memory, true },
        { "copied memory", cycle_copied_memory, true },
        { "wired memory", cycle_wired_memory, true },
        { "purgeable memory", cycle_purgeable_memory, false },
    };
    there = allocate(0);
    CYCLES_CHECK(cycles);
    deallocate(there);
}

static mach_port_t make(uint64_t offset, int permission, mach_port_t parent)
{
    mach_port_t entry = MACH_PORT_NULL;
    memory_object_size_t size = SIZE;
    EXPECT_OK(mach_make_memory_entry_64(SELF, &size, offset, permission, &entry, parent));
    return entry;
}

static void release(mach_port_t entry)
{
    EXPECT_OK(mach_port_deallocate(SELF, entry));
}

static void cycle_entry(void)
{
    release(make(there, BOTH, MACH_PORT_NULL));
}

static void cycle_fresh_entry(void)
{
    release(make(0, MAP_MEM_NAMED_CREATE | BOTH, MACH_PORT_NULL));
}

static void cycle_copied_entry(void)
{
    release(make(there, MAP_MEM_VM_COPY | BOTH, MACH_PORT_NULL));
}

static void cycle_shared_entry(void)
{
    release(make(there, MAP_MEM_VM_SHARE | BOTH, MACH_PORT_NULL));
}

static void cycle_purgeable_entry(void)
{
    mach_port_t entry = make(0, MAP_MEM_NAMED_CREATE | MAP_MEM_PURGABLE | BOTH, MACH_PORT_NULL);
    int state = VM_PURGABLE_VOLATILE;
    EXPECT_OK(mach_memory_entry_purgable_control(entry, VM_PURGABLE_SET_STATE, &state));
    release(entry);
}

static void cycle_tagged_entry(void)
{
    mach_port_t entry =
        make(0, MAP_MEM_NAMED_CREATE | MAP_MEM_LEDGER_TAGGED | BOTH, MACH_PORT_NULL);
    EXPECT_OK(mach_memory_entry_ownership(entry, SELF, VM_LEDGER_TAG_MEDIA, 0));
    release(entry);
}

static mach_port_t parent;

static void cycle_part_of_entry(void)
{
    release(make(0, BOTH, parent));
}

/* Entries of each kind are mapped, written, and forgotten. */
static void cycle_mapped_entries(void)
{
    mach_port_t entries[] = {
        make(there, BOTH, MACH_PORT_NULL),
        make(there, MAP_MEM_VM_COPY | BOTH, MACH_PORT_NULL),
        make(there, MAP_MEM_VM_SHARE | BOTH, MACH_PORT_NULL),
        make(0, MAP_MEM_NAMED_CREATE | BOTH, MACH_PORT_NULL),
        make(0, MAP_MEM_NAMED_CREATE | MAP_MEM_PURGABLE | BOTH, MACH_PORT_NULL),
    };
    for (uint32_t i = 0; i < sizeof(entries) / sizeof(entries[0]); i++) {
        mach_vm_address_t address = 0;
        EXPECT_OK(mach_vm_map(SELF, &address, SIZE, 0, VM_FLAGS_ANYWHERE, entries[i], 0, FALSE,
                              BOTH, BOTH, VM_INHERIT_NONE));
        *(volatile char *)address = 1;
        release(entries[i]);
        deallocate(address);
    }
}

static mach_port_t master;

static void cycle_physical_entry(void)
{
    mach_port_t entry;
    EXPECT_OK(device_map_physical(master, ADDRESS_VGA, PAGE, VM_PROT_READ, DEVICE_CACHE_UNCACHED,
                                  &entry));
    release(entry);
}

CASE(memory_entries)
{
    static const struct cycle cycles[] = {
        { "entry for memory that is there", cycle_entry, false },
        { "entry for fresh memory", cycle_fresh_entry, false },
        { "entry for a copy", cycle_copied_entry, false },
        { "entry for a range", cycle_shared_entry, false },
        { "entry that can be purged", cycle_purgeable_entry, false },
        { "entry with an owner", cycle_tagged_entry, false },
        { "part of an entry", cycle_part_of_entry, false },
        { "entries that are mapped", cycle_mapped_entries, true },
        { "entry for a device's memory", cycle_physical_entry, false },
    };
    EXPECT_OK(
        host_get_special_port(systest_host_priv(), HOST_LOCAL_NODE, HOST_IO_MAIN_PORT, &master));
    there = allocate(0);
    parent = make(0, MAP_MEM_NAMED_CREATE | BOTH, MACH_PORT_NULL);
    CYCLES_CHECK(cycles);
    release(parent);
    deallocate(there);
    release(master);
}
