/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Faults, in assembly where a compiler would be too clever.
 */
#include "faults.h"

#include <mach/exception_types.h>
#include <mach/kern_return.h>

#define KERNEL_ADDRESS   INT64_C(-0x7fe00000)
#define UNMAPPED_ADDRESS INT64_C(0x123456789000)
#define BAD_TRAP         0x1000077
#define UNIX_TRAP        0x2000004
#define WRONG_SELECTOR   0xfff8 /* behind all that there are */

static const uint8_t constant[16] = { 0xc3 };
static uint8_t data[16] = { 0xc3 };

#define ARGUMENT [[maybe_unused]] void *argument

void fault_null(ARGUMENT)
{
    __asm__ volatile("movb (%0), %%al" ::"r"((uint64_t)FAULT_NULL_ADDRESS) : "rax");
}

void fault_divide(ARGUMENT)
{
    __asm__ volatile("xorl %%edx, %%edx\n\txorl %%ecx, %%ecx\n\tdivl %%ecx" ::
                         : "rax", "rcx", "rdx");
}

void fault_illegal(ARGUMENT)
{
    __asm__ volatile("ud2");
}

void fault_jump(ARGUMENT)
{
    __asm__ volatile("jmp *%0" ::"r"(UNMAPPED_ADDRESS));
}

/* The return address of each call lands deeper, until there is no stack left. */
void fault_stack(ARGUMENT)
{
    __asm__ volatile("1:\tpushq %rax\n\tjmp 1b");
}

static void write_constant(ARGUMENT)
{
    __asm__ volatile("movb $1, (%0)" ::"r"(constant) : "memory");
}

static void execute_data(ARGUMENT)
{
    __asm__ volatile("jmp *%0" ::"r"(data));
}

static void read_kernel(ARGUMENT)
{
    __asm__ volatile("movb (%0), %%al" ::"r"(KERNEL_ADDRESS) : "rax");
}

static void read_hole(ARGUMENT)
{
    __asm__ volatile("movb (%0), %%al" ::"r"(INT64_C(0x1234567890abcdef)) : "rax");
}

static void privileged(ARGUMENT)
{
    __asm__ volatile("cli");
}

static void breakpoint(ARGUMENT)
{
    __asm__ volatile("int3");
}

static void kernel_vector(ARGUMENT)
{
    __asm__ volatile("int $0x40");
}

static void wrong_selector(ARGUMENT)
{
    __asm__ volatile("movw %w0, %%fs" ::"r"(WRONG_SELECTOR));
}

static void unknown_trap(ARGUMENT)
{
    __asm__ volatile("syscall" ::"a"((uint64_t)BAD_TRAP) : "rcx", "r11", "memory");
}

static void unix_trap(ARGUMENT)
{
    __asm__ volatile("syscall" ::"a"((uint64_t)UNIX_TRAP) : "rcx", "r11", "memory");
}

static void high_trap(ARGUMENT)
{
    __asm__ volatile("syscall" ::"a"(UINT64_C(0x100000001000010)) : "rcx", "r11", "memory");
}

const struct fault faults[] = {
    { "null", fault_null, EXC_BAD_ACCESS, KERN_INVALID_ADDRESS, FAULT_NULL_ADDRESS, true },
    { "jump", fault_jump, EXC_BAD_ACCESS, KERN_INVALID_ADDRESS, UNMAPPED_ADDRESS, true },
    { "stack", fault_stack, EXC_BAD_ACCESS, KERN_INVALID_ADDRESS, 0, false },
    { "write to constants", write_constant, EXC_BAD_ACCESS, KERN_PROTECTION_FAILURE,
      (int64_t)(uintptr_t)constant, true },
    { "execution of data", execute_data, EXC_BAD_ACCESS, KERN_PROTECTION_FAILURE,
      (int64_t)(uintptr_t)data, true },
    { "read of kernel memory", read_kernel, EXC_BAD_ACCESS, KERN_INVALID_ADDRESS, KERNEL_ADDRESS,
      true },
    { "read between the halves", read_hole, EXC_BAD_ACCESS, EXC_I386_GPFLT, 0, true },
    { "privileged instruction", privileged, EXC_BAD_ACCESS, EXC_I386_GPFLT, 0, true },
    { "interrupt vector", kernel_vector, EXC_BAD_ACCESS, EXC_I386_GPFLT, 0, false },
    { "wrong selector", wrong_selector, EXC_BAD_ACCESS, EXC_I386_GPFLT, WRONG_SELECTOR, true },
    { "divide", fault_divide, EXC_ARITHMETIC, EXC_I386_DIV, 0, true },
    { "illegal", fault_illegal, EXC_BAD_INSTRUCTION, EXC_I386_INVOP, 0, true },
    { "breakpoint", breakpoint, EXC_BREAKPOINT, EXC_I386_BPT, 0, true },
    { "unknown Mach trap", unknown_trap, EXC_SYSCALL, BAD_TRAP, 0, true },
    { "trap of another class", unix_trap, EXC_SYSCALL, UNIX_TRAP, 0, true },
    { "trap with high bits", high_trap, EXC_SYSCALL, INT64_C(0x100000001000010), 0, true },
};

const uint32_t fault_count = sizeof(faults) / sizeof(faults[0]);
