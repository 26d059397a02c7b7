/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The page is an object like any other; it is written through a map that is there for that only.
 */
#include <kern/comm_page.h>

#include <mach/comm_page.h>
#include <mach/vm_inherit.h>
#include <mach/vm_prot.h>
#include <mach/vm_statistics.h>

#include <lib/panic.h>
#include <lib/string.h>
#include <arch/boot_info.h>
#include <arch/clock_device.h>
#include <arch/cpu.h>
#include <vm/vm_fault.h>
#include <vm/vm_map.h>
#include <kern/version.h>

/* Fixed-point digits of the factor from cycles to nanoseconds: its fraction fills one word. */
#define TSC_SHIFT 32

#define NANOSECONDS_PER_SECOND UINT64_C(1000000000)

static struct vm_object *object;

static_assert(sizeof(struct comm_page) <= PAGE_SIZE);

static void comm_page_fill(struct comm_page *page)
{
    struct clock_parameters clock = clock_parameters();
    *page = (struct comm_page){
        .magic = COMM_PAGE_MAGIC,
        .version = COMM_PAGE_VERSION,
        .page_size = PAGE_SIZE,
        .cpu_count = cpu_count(),
        .timebase_numer = 1, /* absolute time is in nanoseconds */
        .timebase_denom = 1,
        .tsc_shift = TSC_SHIFT,
        .tsc_multiplier = ((uint64_t)clock.numer << TSC_SHIFT) / clock.denom,
        .tsc_base = clock.tsc_base,
        .tsc_hz = clock.tsc_hz,
        .calendar_offset = clock_boot_calendar_seconds() * NANOSECONDS_PER_SECOND,
        .memory_size = boot_info.installed_bytes,
    };
    strlcpy(page->kernel_version, KERNEL_VERSION, sizeof(page->kernel_version));
}

static kern_return_t map_object(struct vm_map *map, vm_prot_t protection)
{
    struct vm_map_request request = {
        .address = COMM_PAGE_ADDRESS,
        .size = PAGE_SIZE,
        .flags = VM_FLAGS_FIXED,
        .object = object,
        .protection = protection,
        .max_protection = protection,
        .inheritance = VM_INHERIT_NONE,
    };
    vm_object_reference(object);
    kern_return_t result = vm_map_enter(map, &request);
    if (result != KERN_SUCCESS) {
        vm_object_release(object);
    }
    return result;
}

/* Write SIZE bytes of DATA at OFFSET of the page. */
static kern_return_t comm_page_write(size_t offset, const void *data, size_t size)
{
    struct vm_map *map = vm_map_create();
    if (map == nullptr) {
        return KERN_RESOURCE_SHORTAGE;
    }
    kern_return_t result = map_object(map, VM_PROT_READ | VM_PROT_WRITE);
    if (result == KERN_SUCCESS) {
        result = vm_map_write_bytes(map, COMM_PAGE_ADDRESS + offset, data, size);
    }
    vm_map_terminate(map);
    vm_map_deallocate(map);
    return result == KERN_SUCCESS ? KERN_SUCCESS : KERN_RESOURCE_SHORTAGE;
}

void comm_page_init(void)
{
    struct comm_page page;
    comm_page_fill(&page);
    object = vm_object_create(PAGE_SIZE);
    if (object == nullptr || comm_page_write(0, &page, sizeof(page)) != KERN_SUCCESS) {
        panic("no memory for the comm page");
    }
}

kern_return_t comm_page_set_calendar(uint64_t offset)
{
    return comm_page_write(offsetof(struct comm_page, calendar_offset), &offset, sizeof(offset));
}

kern_return_t comm_page_map(struct vm_map *map)
{
    return map_object(map, VM_PROT_READ);
}
