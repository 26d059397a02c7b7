/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where a thread goes on that was sent a signal (<mach_r/signal_frame.h>): on the frame's own page, with the
 * frame's address in rdi. It moves to the handler's stack, and back with the help of a few bytes that signal_place()
 * keeps free below the red zone of the stack it returns to. (iretq would need none, but the QEMU of Debian 12 reads
 * its stack as the kernel's, and where the processor has SMAP faults for ever.)
 */
#include "signal_stack.h"

/* In x86_thread_state64_t. */
#define RAX    0
#define RBX    8
#define RCX    16
#define RDX    24
#define RDI    32
#define RSI    40
#define RBP    48
#define RSP    56
#define R8     64
#define R9     72
#define R10    80
#define R11    88
#define R12    96
#define R13    104
#define R14    112
#define R15    120
#define RIP    128
#define RFLAGS 136

/* In the bytes for the return. */
#define SLOT_RDI    0
#define SLOT_RCX    8
#define SLOT_RFLAGS 16
#define SLOT_RIP    24

    .section .text.signal_entry, "ax", @progbits
    .globl signal_entry
    .type signal_entry, @function
    .p2align 4
signal_entry:
    movq %rdi, %rbx
    call signal_place               /* the frame's copy on the handler's stack, or null */
    testq %rax, %rax
    jz 1f
    movq %rax, %rsp
    movq %rax, %rdi
    movq %rbx, %rsi
    xorl %ebp, %ebp
    call signal_run                 /* what to go on with */
    jmp 2f
1:  movq %rbx, %rdi
    call signal_refuse
2:  movq %rax, %rdi
    movq RSP(%rdi), %rcx
    subq $(SIGNAL_RED_ZONE + SIGNAL_RETURN_BYTES), %rcx
    movq RDI(%rdi), %rax
    movq %rax, SLOT_RDI(%rcx)
    movq RCX(%rdi), %rax
    movq %rax, SLOT_RCX(%rcx)
    movq RFLAGS(%rdi), %rax
    movq %rax, SLOT_RFLAGS(%rcx)
    movq RIP(%rdi), %rax
    movq %rax, SLOT_RIP(%rcx)
    movq RAX(%rdi), %rax
    movq RBX(%rdi), %rbx
    movq RDX(%rdi), %rdx
    movq RSI(%rdi), %rsi
    movq RBP(%rdi), %rbp
    movq R8(%rdi), %r8
    movq R9(%rdi), %r9
    movq R10(%rdi), %r10
    movq R11(%rdi), %r11
    movq R12(%rdi), %r12
    movq R13(%rdi), %r13
    movq R14(%rdi), %r14
    movq R15(%rdi), %r15
    movq %rcx, %rsp                 /* from here the frame may be overwritten: by another signal's */
    popq %rdi
    popq %rcx
    popfq
    ret $SIGNAL_RED_ZONE
    .size signal_entry, . - signal_entry

/* void signal_on_stack(uint64_t top, void (*function)(const void *), const void *argument): call it there */
    .section .text.signal_on_stack, "ax", @progbits
    .globl signal_on_stack
    .type signal_on_stack, @function
    .p2align 4
signal_on_stack:
    pushq %rbp
    movq %rsp, %rbp
    movq %rdi, %rsp
    andq $-16, %rsp
    movq %rdx, %rdi
    call *%rsi
    movq %rbp, %rsp
    popq %rbp
    ret
    .size signal_on_stack, . - signal_on_stack

    .section .note.GNU-stack, "", @progbits
