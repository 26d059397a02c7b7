/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The entry point. rdi points to the startup block and is handed on; rbp = 0 ends stack traces.
 */
    .section .text._start, "ax", @progbits
    .globl _start
    .type _start, @function
_start:
    xorl %ebp, %ebp
    andq $-16, %rsp
    call libmach_start
    ud2
    .size _start, . - _start

    .section .note.GNU-stack, "", @progbits
