/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where a new context begins: the first switch to it returns here (struct switch_frame in context.c).
 */
        .text

        .globl  switch_first
switch_first:
        popq    %rbp                            /* 0: the end of the chain of stack frames */
        popq    %rax
        popq    %rdi
        callq   *%rax
        ud2
