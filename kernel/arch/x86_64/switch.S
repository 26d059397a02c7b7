/* SPDX-License-Identifier: BSD-2-Clause */
/* The part of a context switch that C cannot say: exchanging the stacks. */
#include <asm_offsets.h>

        .text

/*
 * struct thread_context *switch_stacks(struct thread_context *from, struct thread_context *to)
 * Returns FROM on TO's stack, where TO last called this, or to switch_first for a new one. The
 * stack of a context that does not run, kernel_sp at the bottom: return address, rbp, rbx, r12,
 * r13, r14, r15.
 */
        .globl  switch_stacks
switch_stacks:
        pushq   %rbp
        pushq   %rbx
        pushq   %r12
        pushq   %r13
        pushq   %r14
        pushq   %r15
        movq    %rsp, CONTEXT_KERNEL_SP(%rdi)
        movq    CONTEXT_KERNEL_SP(%rsi), %rsp
        movq    %rdi, %rax
        popq    %r15
        popq    %r14
        popq    %r13
        popq    %r12
        popq    %rbx
        popq    %rbp
        ret

/* A new context begins here: r12(rbx), with rbp = 0 as the end of the chain of stack frames. */
        .globl  switch_first
switch_first:
        movq    %rbx, %rdi
        callq   *%r12
        ud2
