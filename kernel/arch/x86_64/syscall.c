/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * SYSCALL's registers (Intel SDM vol. 2), and the way for numbers that are no Mach traps.
 */
#include <trap.h>

#include <arch/cpu.h>
#include <arch/upcalls.h>
#include <asm_offsets.h>
#include <msr.h>

extern const char syscall_entry[];

void syscall_init_cpu(void)
{
    /* SYSRET adds 8 for the stack's and 16 for the code's selector. */
    uint64_t user = USER_DATA_SELECTOR - 8;
    wrmsr(MSR_STAR, user << 48 | (uint64_t)KERNEL_CODE_SELECTOR << 32);
    wrmsr(MSR_LSTAR, (uintptr_t)syscall_entry);
    wrmsr(MSR_SFMASK, RFLAGS_IF | RFLAGS_DF | RFLAGS_TF | RFLAGS_NT | RFLAGS_AC | RFLAGS_IOPL);
}

void trap_unknown_syscall(struct trap_frame *frame)
{
    interrupts_note_off(nullptr);
    frame->vector = TRAP_VECTOR_FULL;
    frame->error = 0;
    upcall_unknown_trap(frame);
    trap_finish();
}
