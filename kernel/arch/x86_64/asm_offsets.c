/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Compiles to nothing: it checks that the numbers of asm_offsets.h are those of the C declarations.
 */
#include <asm_offsets.h>

#include <stddef.h>

#include <mach/kern_return.h>

#include <arch/context.h>
#include <arch/syscall.h>
#include <arch/trap_frame.h>
#include <gdt.h>

static_assert(offsetof(struct trap_frame, rbx) == FRAME_RBX);
static_assert(offsetof(struct trap_frame, r11) == FRAME_R11);
static_assert(offsetof(struct trap_frame, r10) == FRAME_R10);
static_assert(offsetof(struct trap_frame, r9) == FRAME_R9);
static_assert(offsetof(struct trap_frame, r8) == FRAME_R8);
static_assert(offsetof(struct trap_frame, rax) == FRAME_RAX);
static_assert(offsetof(struct trap_frame, rcx) == FRAME_RCX);
static_assert(offsetof(struct trap_frame, rdx) == FRAME_RDX);
static_assert(offsetof(struct trap_frame, rsi) == FRAME_RSI);
static_assert(offsetof(struct trap_frame, rdi) == FRAME_RDI);
static_assert(offsetof(struct trap_frame, vector) == FRAME_VECTOR);
static_assert(offsetof(struct trap_frame, rip) == FRAME_RIP);
static_assert(offsetof(struct trap_frame, cs) == FRAME_CS);
static_assert(offsetof(struct trap_frame, rflags) == FRAME_RFLAGS);
static_assert(offsetof(struct trap_frame, rsp) == FRAME_RSP);
static_assert(sizeof(struct trap_frame) == FRAME_SIZE);
static_assert(offsetof(struct thread_context, kernel_sp) == CONTEXT_KERNEL_SP);
static_assert(offsetof(struct tss, rsp0) == TSS_RSP0);
static_assert(TRAP_VECTOR_SYSCALL == VECTOR_SYSCALL);
static_assert(TRAP_VECTOR_RESULT == VECTOR_RESULT);
static_assert(SYSCALL_CLASS_MACH == MACH_CLASS);
static_assert(SYSCALL_TABLE_SIZE == TABLE_SIZE);
static_assert(KERN_INVALID_ADDRESS == ERROR_BAD_ADDRESS);
