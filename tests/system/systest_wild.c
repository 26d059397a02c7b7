/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Raw traps and tasks of their own.
 */
#include "systest_wild.h"

#include <string.h>

#include <mach/mach_vm.h>
#include <mach/syscall_numbers.h>

#include "systest.h"

/* The image ends, and the heap begins, below; stacks are above. */
#define IMAGE_END UINT64_C(0x100000000)

__asm__(".text\n"
        ".globl raw_trap, raw_trap_on_stack\n"
        "raw_trap:\n\t"
        "pushq %rbp\n\t"
        "movq %rsp, %rbp\n\t"
        "pushq 56(%rsi)\n\t"
        "pushq 48(%rsi)\n\t"
        "pushq $0\n\t" /* where a return address would be */
        "jmp 1f\n"
        "raw_trap_on_stack:\n\t"
        "pushq %rbp\n\t"
        "movq %rsp, %rbp\n\t"
        "movq %rdx, %rsp\n"
        "1:\tmovq %rdi, %rax\n\t"
        "movq %rsi, %r11\n\t"
        "movq (%r11), %rdi\n\t"
        "movq 8(%r11), %rsi\n\t"
        "movq 16(%r11), %rdx\n\t"
        "movq 24(%r11), %r10\n\t"
        "movq 32(%r11), %r8\n\t"
        "movq 40(%r11), %r9\n\t"
        "syscall\n\t"
        "movq %rbp, %rsp\n\t"
        "popq %rbp\n\t"
        "ret\n");

const uint64_t wild_addresses[] = {
    0,
    1,
    8,
    0xfff,
    0x123456789000,     /* nothing there */
    0x123456789abd,     /* and not aligned */
    0x7fffffe00000,     /* the communication page: read only */
    0x7fffffffeff8,     /* the last user page */
    0x7fffffffeffe,     /* across its end */
    0x7ffffffff000,     /* one beyond */
    0x7fffffffffff,     /* the end of the lower half */
    0x800000000000,     /* no address */
    0x8000000000000000, /* no address */
    0xffff800000000000, /* the kernel's */
    0xffffffff80000000, /* the kernel's */
    0xffffffff80200000, /* the kernel's code */
    0xfffffffffffffff8,
    0xffffffffffffffff,
};

const uint32_t wild_count = sizeof(wild_addresses) / sizeof(wild_addresses[0]);

const struct trap_entry trap_table[] = {
#define MACH_TRAP(number, name, arguments) { MACH_TRAP_CLASS | (number), arguments },
#include <mach/syscall.def>
};

const uint32_t trap_count = sizeof(trap_table) / sizeof(trap_table[0]);

/* Put a copy of the caller's SIZE bytes at ADDRESS there in TASK, too. */
static bool copy_region(task_t task, mach_vm_address_t address, mach_vm_size_t size)
{
    mach_vm_address_t buffer = 0;
    memory_object_size_t entry_size = size;
    mach_port_t entry;
    bool is_done = EXPECT_OK(mach_vm_allocate(mach_task_self(), &buffer, size, VM_FLAGS_ANYWHERE));
    if (!is_done) {
        return false;
    }
    memcpy((void *)buffer, (const void *)address, size);
    is_done =
        EXPECT_OK(mach_make_memory_entry_64(mach_task_self(), &entry_size, buffer,
                                            VM_PROT_READ | VM_PROT_WRITE, &entry, MACH_PORT_NULL));
    if (is_done) {
        is_done = EXPECT_OK(mach_vm_map(task, &address, size, 0, VM_FLAGS_FIXED, entry, 0, FALSE,
                                        VM_PROT_READ | VM_PROT_WRITE, VM_PROT_READ | VM_PROT_WRITE,
                                        VM_INHERIT_COPY));
        EXPECT_OK(mach_port_deallocate(mach_task_self(), entry));
    }
    EXPECT_OK(mach_vm_deallocate(mach_task_self(), buffer, size));
    return is_done;
}

/* Map the caller's SIZE bytes at ADDRESS, which nobody can change, there in TASK, too. */
static bool share_region(task_t task, mach_vm_address_t address, mach_vm_size_t size)
{
    vm_prot_t current, maximum;
    return EXPECT_OK(mach_vm_remap(task, &address, size, 0, VM_FLAGS_FIXED, mach_task_self(),
                                   address, FALSE, &current, &maximum, VM_INHERIT_COPY));
}

static bool copy_image(task_t task)
{
    mach_vm_address_t address = 0;
    for (;;) {
        mach_vm_size_t size;
        mach_port_t object;
        vm_region_basic_info_data_64_t info;
        mach_msg_type_number_t count = VM_REGION_BASIC_INFO_COUNT_64;
        if (mach_vm_region(mach_task_self(), &address, &size, VM_REGION_BASIC_INFO_64,
                           (vm_region_info_t)&info, &count, &object) != KERN_SUCCESS ||
            address >= IMAGE_END) {
            return true;
        }
        bool is_done = (info.protection & VM_PROT_WRITE) != 0 ? copy_region(task, address, size)
                                                              : share_region(task, address, size);
        if (!is_done) {
            return false;
        }
        address += size;
    }
}

bool helper_create_private(struct helper *helper)
{
    return EXPECT_OK(task_create(mach_task_self(), NULL, 0, FALSE, &helper->task)) &&
           EXPECT_OK(mach_port_insert_right(helper->task, mach_task_self(), helper->task,
                                            MACH_MSG_TYPE_COPY_SEND)) &&
           copy_image(helper->task);
}
