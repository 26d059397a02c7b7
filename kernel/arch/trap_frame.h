/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The user's registers as every entry into the kernel leaves them at the top of the kernel stack,
 * lowest address first.  The processor pushes the last five (and the error code, for some vectors:
 * Intel SDM vol. 3 section 6.14); SYSCALL entry builds the same picture, with rcx = rip and r11 =
 * rflags as SYSCALL leaves them.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/*
 * Vectors that are none.  In the frame of a Mach trap (SYSCALL) only rip, rflags, rsp, rbx, rbp and
 * r12 to r15 are meaningful, and the return is by SYSRET.  A frame that was completed or written
 * from outside says FULL: all registers are restored from it.  RESULT is a Mach trap's that is over, and so has rax.
 */
#define TRAP_VECTOR_SYSCALL 256
#define TRAP_VECTOR_FULL    257
#define TRAP_VECTOR_RESULT  258

struct trap_frame {
    uint64_t r15;    /*   0 */
    uint64_t r14;    /*   8 */
    uint64_t r13;    /*  16 */
    uint64_t r12;    /*  24 */
    uint64_t rbp;    /*  32 */
    uint64_t rbx;    /*  40 */
    uint64_t r11;    /*  48 */
    uint64_t r10;    /*  56 */
    uint64_t r9;     /*  64 */
    uint64_t r8;     /*  72 */
    uint64_t rax;    /*  80 */
    uint64_t rcx;    /*  88 */
    uint64_t rdx;    /*  96 */
    uint64_t rsi;    /* 104 */
    uint64_t rdi;    /* 112 */
    uint64_t vector; /* 120: 0-255, or TRAP_VECTOR_* */
    uint64_t error;  /* 128: pushed by the processor, or 0 */
    uint64_t rip;    /* 136 */
    uint64_t cs;     /* 144 */
    uint64_t rflags; /* 152 */
    uint64_t rsp;    /* 160 */
    uint64_t ss;     /* 168 */
};

static_assert(sizeof(struct trap_frame) == 176);
static_assert(offsetof(struct trap_frame, vector) == 120);
static_assert(offsetof(struct trap_frame, rip) == 136);
