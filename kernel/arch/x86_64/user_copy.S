/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Copies to and from user memory.  A fault on a user address between user_copy_start and
 * user_copy_end that vm/ cannot resolve continues at user_copy_fault, with AC clear; since nothing here
 * touches the stack, one place serves all. All take (rdi to, rsi from, rdx size), as C passes them and
 * the string instructions want them.
 */
#include <asm_offsets.h>
#include <smap.inc>

/* Refuse ranges that begin outside the lower half.  One that leaves it comes by the last page of user
 * addresses first, where nothing is ever mapped, and faults. */
.macro CHECK_RANGE user
        movq    \user, %rax
        shrq    $47, %rax
        jnz     user_copy_refuse
.endm

.macro COPY_WORDS
        movq    %rdx, %rcx
        shrq    $3, %rcx
        STAC
        rep movsq
.endm

.macro USER_COPY name, user
        .globl  \name
\name:
        CHECK_RANGE \user
        COPY_WORDS
        movl    %edx, %ecx
        andl    $7, %ecx
        rep movsb
        CLAC
        xorl    %eax, %eax
        ret
.endm

        .text
user_copy_start:
USER_COPY copyin, %rsi
USER_COPY copyout, %rdi
user_copy_end:

        .pushsection .user_copy, "a"
        .quad   user_copy_start, user_copy_end, user_copy_fault, 1
        .popsection

user_copy_fault:
user_copy_refuse:
        movl    $ERROR_BAD_ADDRESS, %eax
        ret
