/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * mach_msg() and mach_msg_overwrite(): one trap, and another one only if the wait was broken off and
 * the caller did not ask to be told. The functions take the same arguments as the traps, so those
 * on the stack are in place already. The register arguments are noted in the red zone (nothing runs
 * on a thread's stack behind its back here), as the kernel does not promise to preserve them:
 *
 *      -8(%rsp)   message          -24(%rsp)  receive size
 *      -12(%rsp)  option           -28(%rsp)  receive name
 *      -16(%rsp)  send size        -32(%rsp)  timeout
 */
#include <mach/syscall_numbers.h>

#define TRAP_MACH_MSG           31
#define TRAP_MACH_MSG_OVERWRITE 32

/* As in <mach/message.h> and <mach/message_return.h>, which are for C only. */
#define SEND_MSG         0x00000001
#define SEND_INTERRUPT   0x00000040
#define RCV_INTERRUPT    0x00000400
#define SEND_INTERRUPTED 0x10000007
#define RCV_INTERRUPTED  0x10004005

    .macro MESSAGE_TRAP name, number
    .section .text.\name, "ax", @progbits
    .globl \name
    .type \name, @function
    .p2align 4
\name:
    movq %rdi, -8(%rsp)
    movl %esi, -12(%rsp)
    movl %edx, -16(%rsp)
    movl %ecx, -24(%rsp)
    movl %r8d, -28(%rsp)
    movl %r9d, -32(%rsp)
    movl %ecx, %r10d
    movl $(MACH_TRAP_CLASS | \number), %eax
    syscall
    testl %eax, %eax
    jne 1f
    ret

1:  movl -12(%rsp), %esi
    movl -16(%rsp), %edx
    cmpl $SEND_INTERRUPTED, %eax
    je 2f
    cmpl $RCV_INTERRUPTED, %eax
    jne 3f
    testl $RCV_INTERRUPT, %esi
    jnz 3f
    andl $~SEND_MSG, %esi           /* that half is done */
    xorl %edx, %edx
    jmp 4f
2:  testl $SEND_INTERRUPT, %esi
    jz 4f
3:  ret

4:  movq -8(%rsp), %rdi
    movl -24(%rsp), %ecx
    movl -28(%rsp), %r8d
    movl -32(%rsp), %r9d
    jmp \name
    .size \name, . - \name
    .endm

    MESSAGE_TRAP mach_msg, TRAP_MACH_MSG
    MESSAGE_TRAP mach_msg_overwrite, TRAP_MACH_MSG_OVERWRITE

    .section .note.GNU-stack, "", @progbits
