/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The traps, one stub each, made from the list the kernel makes its table from. A stub is the least
 * that is possible: the fourth argument moves to r10, because SYSCALL overwrites rcx, and the number
 * goes to rax. Further arguments stand where the C caller put them.
 */
#include <mach/syscall_numbers.h>

    .text

    .macro TRAP number, name, arguments
    .section .text.\name, "ax", @progbits
    .globl \name
    .type \name, @function
    .p2align 4
\name:
    .if \arguments > 3
    movq %rcx, %r10
    .endif
    movl $(MACH_TRAP_CLASS | \number), %eax
    syscall
    ret
    .size \name, . - \name
    .endm

    /* Another name for a trap. */
    .macro ALIAS alias, name
    .globl \alias
    .type \alias, @function
    .set \alias, \name
    .endm

#define MACH_TRAP(number, name, arguments) TRAP number, name, arguments
#include <mach/syscall.def>

    ALIAS mach_thread_self, thread_self_trap
    ALIAS mach_host_self, host_self_trap
    ALIAS mach_wait_until, mach_wait_until_trap
    ALIAS mk_timer_create, mk_timer_create_trap
    ALIAS mk_timer_destroy, mk_timer_destroy_trap
    ALIAS mk_timer_arm, mk_timer_arm_trap
    ALIAS mk_timer_arm_leeway, mk_timer_arm_leeway_trap
    ALIAS mk_timer_cancel, mk_timer_cancel_trap
    ALIAS semaphore_signal, semaphore_signal_trap
    ALIAS semaphore_signal_all, semaphore_signal_all_trap
    ALIAS semaphore_signal_thread, semaphore_signal_thread_trap
    ALIAS semaphore_wait, semaphore_wait_trap
    ALIAS semaphore_wait_signal, semaphore_wait_signal_trap

    .section .note.GNU-stack, "", @progbits
