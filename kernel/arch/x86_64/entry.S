/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Every way into the kernel and back.  All of them build the struct trap_frame of
 * <arch/trap_frame.h>; entries from user code build it at the top of the thread's kernel stack
 * (TSS.rsp0).
 *
 *      from user code     swapgs exchanges the user's gs base (always 0: FSGSBASE is off) with the
 *                         kernel's
 *      from kernel code   gs is the kernel's already
 *      NMI, #DF, #MC      may come between the two, so they look at the gs base itself: 0 means the
 *                         user's, or the boot processor's, where exchanging 0 with 0 does no harm
 *      #DB                too: a breakpoint that MOV SS has delayed comes after the SYSCALL or INT3
 *                         behind it, on the kernel's first instruction (SDM vol. 3 section 6.8.3);
 *                         what comes from user code goes on to the thread's stack
 */
#include <asm_offsets.h>
#include <smap.inc>

/*
 * The stack after a vector's stub and SAVE_REGISTERS, rsp at the bottom:
 *      ss rsp rflags cs rip error vector |
 *      rdi rsi rdx rcx rax r8 r9 r10 r11 rbx rbp r12 r13 r14 r15
 */
.macro SAVE_REGISTERS
        pushq   %rdi
        pushq   %rsi
        pushq   %rdx
        pushq   %rcx
        pushq   %rax
        pushq   %r8
        pushq   %r9
        pushq   %r10
        pushq   %r11
        pushq   %rbx
        pushq   %rbp
        pushq   %r12
        pushq   %r13
        pushq   %r14
        pushq   %r15
.endm

.macro RESTORE_REGISTERS
        popq    %r15
        popq    %r14
        popq    %r13
        popq    %r12
        popq    %rbp
        popq    %rbx
        popq    %r11
        popq    %r10
        popq    %r9
        popq    %r8
        popq    %rax
        popq    %rcx
        popq    %rdx
        popq    %rsi
        popq    %rdi
        addq    $16, %rsp
.endm

        .text

/* 256 stubs of 16 bytes: idt.c computes their addresses. */
        .globl  vector_stubs
        .balign 16
vector_stubs:
        .set    vector, 0
        .rept   256
        .balign 16
        /* Vectors 8, 10-14, 17, 21, 29, 30 come with an error code (SDM vol. 3 table 6-1). */
        .if     vector > 31 || (0x60227d00 >> vector) & 1 == 0
        pushq   $0
        .endif
        pushq   $vector
        .if     vector == 2 || vector == 8 || vector == 18
        jmp     paranoid_entry
        .elseif vector == 1
        jmp     debug_entry
        .else
        jmp     trap_entry
        .endif
        .set    vector, vector + 1
        .endr

trap_entry:
        cld
        SAVE_REGISTERS
        CLAC
        testb   $3, FRAME_CS(%rsp)
        jz      1f
        swapgs
1:      movq    %rsp, %rdi
trap_call:
        call    trap_dispatch
trap_return:
        testb   $3, FRAME_CS(%rsp)
        jz      2f
        swapgs
2:      RESTORE_REGISTERS
        iretq

debug_entry:
        testb   $3, FRAME_CS - FRAME_VECTOR(%rsp)
        jz      paranoid_entry
        cld
        SAVE_REGISTERS
        CLAC
        swapgs
        movq    %rsp, %rsi
        movq    %gs:cpu_tss + TSS_RSP0, %rsp
        subq    $FRAME_SIZE, %rsp
        movq    %rsp, %rdi
        movl    $FRAME_SIZE / 8, %ecx
        rep movsq
        movq    %rsp, %rdi
        jmp     trap_call

paranoid_entry:
        cld
        SAVE_REGISTERS
        CLAC
        movl    $MSR_GS_BASE, %ecx
        rdmsr
        movl    %eax, %ebx
        orl     %edx, %ebx
        jnz     1f
        swapgs
1:      movq    %rsp, %rdi
        call    trap_dispatch
        testl   %ebx, %ebx
        jnz     2f
        swapgs
2:      RESTORE_REGISTERS
        iretq

/* void trap_return_frame(struct trap_frame *frame): continue with the user state in FRAME. */
        .globl  trap_return_frame
trap_return_frame:
        movq    %rdi, %rsp
        jmp     trap_return

/*
 * SYSCALL: rcx = rip, r11 = rflags, rsp still the user's, interrupts off (SFMASK).  Saves what the
 * caller may count on (rsp, rip, rflags, rbx, rbp, r12-r15) so that others can see and change it
 * while the thread sleeps in the trap; the argument registers go straight to the handler and come
 * back as zeros.  The frame is where each of the thread's is that comes from user code, so it has the code
 * selector already.
 */
        .globl  syscall_entry
        .balign 16
syscall_entry:
        swapgs
        movq    %rsp, %gs:syscall_user_sp
        movq    %gs:cpu_tss + TSS_RSP0, %rsp
        pushq   $USER_DATA_SELECTOR
        pushq   %gs:syscall_user_sp
        pushq   %r11
        movq    %rcx, FRAME_RIP - FRAME_RFLAGS(%rsp)
        movq    $VECTOR_SYSCALL, FRAME_VECTOR - FRAME_RFLAGS(%rsp)
        leaq    FRAME_RBX + 8 - FRAME_RFLAGS(%rsp), %rsp
        pushq   %rbx
        pushq   %rbp
        pushq   %r12
        pushq   %r13
        pushq   %r14
        pushq   %r15
        movq    %r10, %rcx
        subq    $MACH_CLASS, %rax
        cmpq    $TABLE_SIZE, %rax
        jae     syscall_unknown
        callq   *syscall_table(, %rax, 8)

/*
 * rax is the result.  rip needs no check before SYSRET: it is the one SYSCALL left, below the end
 * of user addresses; whoever sets another changes the frame's vector too, and the frame is then
 * restored as a whole.
 */
syscall_exit:
        cmpl    $0, %gs:ast_pending
        jne     syscall_ast
        cmpl    $VECTOR_SYSCALL, FRAME_VECTOR(%rsp)
        jne     syscall_changed
        movq    FRAME_RIP(%rsp), %rcx
        movq    FRAME_RFLAGS(%rsp), %r11
        xorl    %edi, %edi
        xorl    %esi, %esi
        xorl    %edx, %edx
        xorl    %r8d, %r8d
        xorl    %r9d, %r9d
        xorl    %r10d, %r10d
        movq    FRAME_RSP(%rsp), %rsp
        swapgs
        sysretq

syscall_ast:
        cmpl    $VECTOR_SYSCALL, FRAME_VECTOR(%rsp)
        jne     syscall_changed
        movq    %rax, FRAME_RAX(%rsp)
        movq    $VECTOR_RESULT, FRAME_VECTOR(%rsp)
        call    trap_finish
        cmpl    $VECTOR_RESULT, FRAME_VECTOR(%rsp)
        jne     syscall_changed
        movq    $VECTOR_SYSCALL, FRAME_VECTOR(%rsp)
        movq    FRAME_RAX(%rsp), %rax
        jmp     syscall_exit

syscall_changed:
        call    trap_finish
        jmp     trap_return

/* What a number without a trap has in the table, and so is called like one. */
        .globl  syscall_missing
syscall_missing:
        addq    $8, %rsp

/* No Mach trap: complete the frame for those who will read it. */
syscall_unknown:
        addq    $MACH_CLASS, %rax
        movq    %rdi, FRAME_RDI(%rsp)
        movq    %rsi, FRAME_RSI(%rsp)
        movq    %rdx, FRAME_RDX(%rsp)
        movq    %rax, FRAME_RAX(%rsp)
        movq    %r8, FRAME_R8(%rsp)
        movq    %r9, FRAME_R9(%rsp)
        movq    %r10, FRAME_R10(%rsp)
        movq    FRAME_RIP(%rsp), %rax
        movq    %rax, FRAME_RCX(%rsp)
        movq    FRAME_RFLAGS(%rsp), %rax
        movq    %rax, FRAME_R11(%rsp)
        movq    %rsp, %rdi
        call    trap_unknown_syscall
        jmp     trap_return
