/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory: allocation and faults.
 */
#include <mach/mach_vm.h>

#include "bench.h"

#define ROUNDS 200
#define PAGES  256

static void page_cycle(void *argument)
{
    mach_vm_address_t address = 0;
    (void)argument;
    bench_check(mach_vm_allocate(mach_task_self(), &address, vm_page_size, VM_FLAGS_ANYWHERE),
                "allocate");
    *(volatile char *)address = 1;
    bench_check(mach_vm_deallocate(mach_task_self(), address, vm_page_size), "deallocate");
}

/* Ticks of the first write to each of PAGES pages, for one. */
static uint64_t touch_pages(mach_vm_address_t address)
{
    uint64_t start = bench_ticks();
    for (uint64_t i = 0; i < PAGES; i++) {
        *(volatile char *)(address + i * vm_page_size) = 1;
    }
    return (bench_ticks() - start) / PAGES;
}

void bench_memory(void)
{
    mach_vm_address_t address = 0;
    uint64_t size = PAGES * vm_page_size;
    bench_measure("page_alloc_touch_free", page_cycle, NULL, ROUNDS);
    bench_check(mach_vm_allocate(mach_task_self(), &address, size, VM_FLAGS_ANYWHERE), "allocate");
    bench_print("zero_fill_fault", touch_pages(address), "ticks");

    /* A copy whose pages are all shared until they are written. */
    mach_vm_address_t copy = 0;
    vm_prot_t protection;
    vm_prot_t maximum;
    bench_check(mach_vm_remap(mach_task_self(), &copy, size, 0, VM_FLAGS_ANYWHERE, mach_task_self(),
                              address, TRUE, &protection, &maximum, VM_INHERIT_COPY),
                "copy");
    bench_print("cow_fault", touch_pages(copy), "ticks");
    bench_check(mach_vm_deallocate(mach_task_self(), copy, size), "deallocate");
    bench_check(mach_vm_deallocate(mach_task_self(), address, size), "deallocate");
}
