/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Numbers that assembly and C share.  Assembly cannot ask the compiler for them; asm_offsets.c
 * makes the compiler check each one.
 */
#pragma once

/* struct trap_frame */
#define FRAME_RBX    40
#define FRAME_R11    48
#define FRAME_R10    56
#define FRAME_R9     64
#define FRAME_R8     72
#define FRAME_RAX    80
#define FRAME_RCX    88
#define FRAME_RDX    96
#define FRAME_RSI    104
#define FRAME_RDI    112
#define FRAME_VECTOR 120
#define FRAME_RIP    136
#define FRAME_CS     144
#define FRAME_RFLAGS 152
#define FRAME_RSP    160
#define FRAME_SIZE   176

/* struct thread_context */
#define CONTEXT_KERNEL_SP 0

/* struct tss */
#define TSS_RSP0 4

/* TRAP_VECTOR_SYSCALL, SYSCALL_CLASS_MACH, SYSCALL_TABLE_SIZE, KERN_INVALID_ADDRESS */
#define VECTOR_SYSCALL    256
#define VECTOR_RESULT     258
#define MACH_CLASS        0x1000000
#define TABLE_SIZE        128
#define ERROR_BAD_ADDRESS 1

/* Selectors (gdt.c); SYSRET wants user data right below user code. */
#define KERNEL_CODE_SELECTOR 0x08
#define KERNEL_DATA_SELECTOR 0x10
#define USER_DATA_SELECTOR   0x23
#define USER_CODE_SELECTOR   0x2b
#define TSS_SELECTOR         0x30

#define MSR_GS_BASE 0xc0000101

/* ap_boot_turn: the processor whose turn it is has come (smp.c). */
#define AP_TURN_TAKEN 0x200000000

/* Where the kernel's image is linked, relative to its load address. */
#define KERNEL_BASE 0xffffffff80000000
