/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The fake machine itself, as far as other tests lean on it.
 */
#include <test/ktest.h>

#include <arch/user_copy.h>
#include <mem/kernel_stack.h>
#include <mem/vm_page.h>

#include "fake.h"

#define USER_ADDRESS UINT64_C(0x10000)

KTEST(fake_pmap_remembers_and_forgets)
{
    struct vm_page *page = vm_page_allocate_zeroed();
    phys_addr_t physical = vm_page_physical(page);
    struct pmap *pmap = pmap_create();
    EXPECT(!pmap_extract(pmap, USER_ADDRESS, &physical));
    EXPECT_EQ(
        pmap_enter(pmap, USER_ADDRESS, physical, VM_PROT_READ | VM_PROT_WRITE, PMAP_CACHE_NORMAL),
        KERN_SUCCESS);
    EXPECT_EQ(pmap_resident_bytes(pmap), PAGE_SIZE);
    EXPECT_EQ(fake_pmap_protection(pmap, USER_ADDRESS), VM_PROT_READ | VM_PROT_WRITE);
    pmap_page_protect(physical, VM_PROT_READ);
    EXPECT_EQ(fake_pmap_protection(pmap, USER_ADDRESS), VM_PROT_READ);
    pmap_remove(pmap, USER_ADDRESS, USER_ADDRESS + PAGE_SIZE);
    EXPECT_EQ(pmap_resident_bytes(pmap), 0);
    pmap_destroy(pmap);
    vm_page_free(page);
}

KTEST(fake_user_copy_goes_through_the_active_pmap)
{
    struct vm_page *pages[2] = { vm_page_allocate_zeroed(), vm_page_allocate_zeroed() };
    struct pmap *pmap = pmap_create();
    struct pmap *before = fake_pmap_active;
    for (uint32_t i = 0; i < 2; i++) {
        EXPECT_EQ(pmap_enter(pmap, USER_ADDRESS + i * PAGE_SIZE, vm_page_physical(pages[i]),
                             VM_PROT_READ | VM_PROT_WRITE, PMAP_CACHE_NORMAL),
                  KERN_SUCCESS);
    }
    pmap_activate(pmap);
    uint64_t address = USER_ADDRESS + PAGE_SIZE - 4;
    char text[8] = "";
    EXPECT_EQ(copyout(address, "mach_r!", 8), KERN_SUCCESS);
    EXPECT_EQ(copyin(text, address, 8), KERN_SUCCESS);
    EXPECT_STRING(text, "mach_r!");
    EXPECT_STRING((char *)vm_page_data(pages[1]), "_r!");
    EXPECT_EQ(copyin(text, USER_ADDRESS - 4, 8), KERN_INVALID_ADDRESS);
    EXPECT_EQ(copyin(text, UINT64_MAX - 3, 8), KERN_INVALID_ADDRESS);
    pmap_protect(pmap, USER_ADDRESS, USER_ADDRESS + PAGE_SIZE, VM_PROT_READ);
    EXPECT_EQ(copyout(address, "mach_r!", 8), KERN_INVALID_ADDRESS);
    pmap_activate(before);
    pmap_destroy(pmap);
    vm_page_free(pages[0]);
    vm_page_free(pages[1]);
}

/* Only here is it known how many pages the tables take. */
KTEST(fake_kernel_stack_failure_takes_pages_for_tables_only)
{
    static void *stacks[200];
    for (uint32_t i = 0; i < ARRAY_SIZE(stacks); i++) {
        for (struct ktest_failures f = ktest_failures_begin(); ktest_failures_next(&f);) {
            uint64_t tables = fake_pmap_table_pages(kernel_pmap);
            uint64_t free_before = vm_page_free_count();
            stacks[i] = kernel_stack_allocate();
            if (stacks[i] == nullptr) {
                tables = fake_pmap_table_pages(kernel_pmap) - tables;
                EXPECT_EQ(vm_page_free_count(), free_before - tables);
            }
        }
    }
    for (uint32_t i = 0; i < ARRAY_SIZE(stacks); i++) {
        kernel_stack_free(stacks[i]);
    }
}
