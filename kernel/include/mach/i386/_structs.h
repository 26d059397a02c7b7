/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Register sets of x86-64 threads, in the layout and with the member names debuggers know.
 */
#pragma once

/* Darwin's word for members named __rax instead of rax, as programs ask. */
#ifndef __DARWIN_UNIX03
#define __DARWIN_UNIX03 1
#endif

#include <stdint.h>

#include <mach/abi.h>

/* Of 32-bit programs, which this system does not run; unions have a member for them. */
#define _STRUCT_X86_THREAD_STATE32 struct __darwin_i386_thread_state
_STRUCT_X86_THREAD_STATE32
{
    unsigned int __eax;
    unsigned int __ebx;
    unsigned int __ecx;
    unsigned int __edx;
    unsigned int __edi;
    unsigned int __esi;
    unsigned int __ebp;
    unsigned int __esp;
    unsigned int __ss;
    unsigned int __eflags;
    unsigned int __eip;
    unsigned int __cs;
    unsigned int __ds;
    unsigned int __es;
    unsigned int __fs;
    unsigned int __gs;
};
MACH_ABI_SIZE(_STRUCT_X86_THREAD_STATE32, 64);

#define _STRUCT_X86_EXCEPTION_STATE32 struct __darwin_i386_exception_state
_STRUCT_X86_EXCEPTION_STATE32
{
    uint16_t __trapno;
    uint16_t __cpu;
    uint32_t __err;
    uint32_t __faultvaddr;
};
MACH_ABI_SIZE(_STRUCT_X86_EXCEPTION_STATE32, 12);

#define _STRUCT_X86_DEBUG_STATE32 struct __darwin_x86_debug_state32
_STRUCT_X86_DEBUG_STATE32
{
    unsigned int __dr0;
    unsigned int __dr1;
    unsigned int __dr2;
    unsigned int __dr3;
    unsigned int __dr4;
    unsigned int __dr5;
    unsigned int __dr6;
    unsigned int __dr7;
};
MACH_ABI_SIZE(_STRUCT_X86_DEBUG_STATE32, 32);

#define _STRUCT_X86_THREAD_STATE64 struct __darwin_x86_thread_state64
_STRUCT_X86_THREAD_STATE64
{
    uint64_t __rax;
    uint64_t __rbx;
    uint64_t __rcx;
    uint64_t __rdx;
    uint64_t __rdi;
    uint64_t __rsi;
    uint64_t __rbp;
    uint64_t __rsp;
    uint64_t __r8;
    uint64_t __r9;
    uint64_t __r10;
    uint64_t __r11;
    uint64_t __r12;
    uint64_t __r13;
    uint64_t __r14;
    uint64_t __r15;
    uint64_t __rip;
    uint64_t __rflags;
    uint64_t __cs;
    uint64_t __fs;
    uint64_t __gs;
};
MACH_ABI_SIZE(_STRUCT_X86_THREAD_STATE64, 168);
MACH_ABI_OFFSET(_STRUCT_X86_THREAD_STATE64, __rip, 128);

#define _STRUCT_X86_THREAD_FULL_STATE64 struct __darwin_x86_thread_full_state64
_STRUCT_X86_THREAD_FULL_STATE64
{
    _STRUCT_X86_THREAD_STATE64 __ss64;
    uint64_t __ds;
    uint64_t __es;
    uint64_t __ss;
    uint64_t __gsbase;
};
MACH_ABI_SIZE(_STRUCT_X86_THREAD_FULL_STATE64, 200);

#define _STRUCT_X86_EXCEPTION_STATE64 struct __darwin_x86_exception_state64
_STRUCT_X86_EXCEPTION_STATE64
{
    uint16_t __trapno;
    uint16_t __cpu;
    uint32_t __err;
    uint64_t __faultvaddr;
};
MACH_ABI_SIZE(_STRUCT_X86_EXCEPTION_STATE64, 16);

#define _STRUCT_X86_DEBUG_STATE64 struct __darwin_x86_debug_state64
_STRUCT_X86_DEBUG_STATE64
{
    uint64_t __dr0;
    uint64_t __dr1;
    uint64_t __dr2;
    uint64_t __dr3;
    uint64_t __dr4;
    uint64_t __dr5;
    uint64_t __dr6;
    uint64_t __dr7;
};
MACH_ABI_SIZE(_STRUCT_X86_DEBUG_STATE64, 64);

#define _STRUCT_FP_CONTROL struct __darwin_fp_control
_STRUCT_FP_CONTROL
{
    unsigned short __invalid : 1, __denorm : 1, __zdiv : 1, __ovrfl : 1, __undfl : 1,
        __precis : 1, : 2, __pc : 2, __rc : 2, : 1, : 3;
};
MACH_ABI_SIZE(_STRUCT_FP_CONTROL, 2);

#define FP_PREC_24B 0
#define FP_PREC_53B 2
#define FP_PREC_64B 3
#define FP_RND_NEAR 0
#define FP_RND_DOWN 1
#define FP_RND_UP   2
#define FP_CHOP     3

#define _STRUCT_FP_STATUS struct __darwin_fp_status
_STRUCT_FP_STATUS
{
    unsigned short __invalid : 1, __denorm : 1, __zdiv : 1, __ovrfl : 1, __undfl : 1, __precis : 1,
        __stkflt : 1, __errsumm : 1, __c0 : 1, __c1 : 1, __c2 : 1, __tos : 3, __c3 : 1, __busy : 1;
};
MACH_ABI_SIZE(_STRUCT_FP_STATUS, 2);

#define _STRUCT_MMST_REG struct __darwin_mmst_reg
_STRUCT_MMST_REG
{
    char __mmst_reg[10];
    char __mmst_rsrv[6];
};

#define _STRUCT_XMM_REG struct __darwin_xmm_reg
_STRUCT_XMM_REG
{
    char __xmm_reg[16];
};

#define FP_STATE_BYTES 512 /* from __fpu_fcw on */

/* The 512-byte FXSAVE area behind two words that carry nothing, up to the registers that 32-bit programs
 * have. */
#define X86_FPU_MEMBERS           \
    int __fpu_reserved[2];        \
    _STRUCT_FP_CONTROL __fpu_fcw; \
    _STRUCT_FP_STATUS __fpu_fsw;  \
    uint8_t __fpu_ftw;            \
    uint8_t __fpu_rsrv1;          \
    uint16_t __fpu_fop;           \
    uint32_t __fpu_ip;            \
    uint16_t __fpu_cs;            \
    uint16_t __fpu_rsrv2;         \
    uint32_t __fpu_dp;            \
    uint16_t __fpu_ds;            \
    uint16_t __fpu_rsrv3;         \
    uint32_t __fpu_mxcsr;         \
    uint32_t __fpu_mxcsrmask;     \
    _STRUCT_MMST_REG __fpu_stmm0; \
    _STRUCT_MMST_REG __fpu_stmm1; \
    _STRUCT_MMST_REG __fpu_stmm2; \
    _STRUCT_MMST_REG __fpu_stmm3; \
    _STRUCT_MMST_REG __fpu_stmm4; \
    _STRUCT_MMST_REG __fpu_stmm5; \
    _STRUCT_MMST_REG __fpu_stmm6; \
    _STRUCT_MMST_REG __fpu_stmm7; \
    _STRUCT_XMM_REG __fpu_xmm0;   \
    _STRUCT_XMM_REG __fpu_xmm1;   \
    _STRUCT_XMM_REG __fpu_xmm2;   \
    _STRUCT_XMM_REG __fpu_xmm3;   \
    _STRUCT_XMM_REG __fpu_xmm4;   \
    _STRUCT_XMM_REG __fpu_xmm5;   \
    _STRUCT_XMM_REG __fpu_xmm6;   \
    _STRUCT_XMM_REG __fpu_xmm7;

#define X86_FPU_MEMBERS32      \
    X86_FPU_MEMBERS            \
    char __fpu_rsrv4[14 * 16]; \
    int __fpu_reserved1;

#define X86_FPU_MEMBERS64        \
    X86_FPU_MEMBERS              \
    _STRUCT_XMM_REG __fpu_xmm8;  \
    _STRUCT_XMM_REG __fpu_xmm9;  \
    _STRUCT_XMM_REG __fpu_xmm10; \
    _STRUCT_XMM_REG __fpu_xmm11; \
    _STRUCT_XMM_REG __fpu_xmm12; \
    _STRUCT_XMM_REG __fpu_xmm13; \
    _STRUCT_XMM_REG __fpu_xmm14; \
    _STRUCT_XMM_REG __fpu_xmm15; \
    char __fpu_rsrv4[6 * 16];    \
    int __fpu_reserved1;

/* The upper halves of vector registers, and the masks, behind it. */
#define X86_AVX_MEMBERS          \
    char __avx_reserved1[64];    \
    _STRUCT_XMM_REG __fpu_ymmh0; \
    _STRUCT_XMM_REG __fpu_ymmh1; \
    _STRUCT_XMM_REG __fpu_ymmh2; \
    _STRUCT_XMM_REG __fpu_ymmh3; \
    _STRUCT_XMM_REG __fpu_ymmh4; \
    _STRUCT_XMM_REG __fpu_ymmh5; \
    _STRUCT_XMM_REG __fpu_ymmh6; \
    _STRUCT_XMM_REG __fpu_ymmh7;

#define X86_AVX_MEMBERS64         \
    X86_AVX_MEMBERS               \
    _STRUCT_XMM_REG __fpu_ymmh8;  \
    _STRUCT_XMM_REG __fpu_ymmh9;  \
    _STRUCT_XMM_REG __fpu_ymmh10; \
    _STRUCT_XMM_REG __fpu_ymmh11; \
    _STRUCT_XMM_REG __fpu_ymmh12; \
    _STRUCT_XMM_REG __fpu_ymmh13; \
    _STRUCT_XMM_REG __fpu_ymmh14; \
    _STRUCT_XMM_REG __fpu_ymmh15;

#define X86_AVX512_MEMBERS       \
    _STRUCT_OPMASK_REG __fpu_k0; \
    _STRUCT_OPMASK_REG __fpu_k1; \
    _STRUCT_OPMASK_REG __fpu_k2; \
    _STRUCT_OPMASK_REG __fpu_k3; \
    _STRUCT_OPMASK_REG __fpu_k4; \
    _STRUCT_OPMASK_REG __fpu_k5; \
    _STRUCT_OPMASK_REG __fpu_k6; \
    _STRUCT_OPMASK_REG __fpu_k7; \
    _STRUCT_YMM_REG __fpu_zmmh0; \
    _STRUCT_YMM_REG __fpu_zmmh1; \
    _STRUCT_YMM_REG __fpu_zmmh2; \
    _STRUCT_YMM_REG __fpu_zmmh3; \
    _STRUCT_YMM_REG __fpu_zmmh4; \
    _STRUCT_YMM_REG __fpu_zmmh5; \
    _STRUCT_YMM_REG __fpu_zmmh6; \
    _STRUCT_YMM_REG __fpu_zmmh7;

#define _STRUCT_YMM_REG struct __darwin_ymm_reg
_STRUCT_YMM_REG
{
    char __ymm_reg[32];
};

#define _STRUCT_ZMM_REG struct __darwin_zmm_reg
_STRUCT_ZMM_REG
{
    char __zmm_reg[64];
};

#define _STRUCT_OPMASK_REG struct __darwin_opmask_reg
_STRUCT_OPMASK_REG
{
    char __opmask_reg[8];
};

#define _STRUCT_X86_FLOAT_STATE32 struct __darwin_i386_float_state
_STRUCT_X86_FLOAT_STATE32{ X86_FPU_MEMBERS32 };
MACH_ABI_SIZE(_STRUCT_X86_FLOAT_STATE32, 524);

#define _STRUCT_X86_FLOAT_STATE64 struct __darwin_x86_float_state64
_STRUCT_X86_FLOAT_STATE64{ X86_FPU_MEMBERS64 };
MACH_ABI_SIZE(_STRUCT_X86_FLOAT_STATE64, 524);
MACH_ABI_OFFSET(_STRUCT_X86_FLOAT_STATE64, __fpu_fcw, 8);
MACH_ABI_OFFSET(_STRUCT_X86_FLOAT_STATE64, __fpu_stmm0, 40);
MACH_ABI_OFFSET(_STRUCT_X86_FLOAT_STATE64, __fpu_xmm0, 168);

/* Of programs that use AVX, whose upper halves this kernel does not keep; no call takes or gives them. */
#define _STRUCT_X86_AVX_STATE32 struct __darwin_i386_avx_state
_STRUCT_X86_AVX_STATE32{ X86_FPU_MEMBERS32 X86_AVX_MEMBERS };
MACH_ABI_SIZE(_STRUCT_X86_AVX_STATE32, 716);

#define _STRUCT_X86_AVX_STATE64 struct __darwin_x86_avx_state64
_STRUCT_X86_AVX_STATE64{ X86_FPU_MEMBERS64 X86_AVX_MEMBERS64 };
MACH_ABI_SIZE(_STRUCT_X86_AVX_STATE64, 844);

#define _STRUCT_X86_AVX512_STATE32 struct __darwin_i386_avx512_state
_STRUCT_X86_AVX512_STATE32{ X86_FPU_MEMBERS32 X86_AVX_MEMBERS X86_AVX512_MEMBERS };
MACH_ABI_SIZE(_STRUCT_X86_AVX512_STATE32, 1036);

#define _STRUCT_X86_AVX512_STATE64 struct __darwin_x86_avx512_state64
_STRUCT_X86_AVX512_STATE64
{
    X86_FPU_MEMBERS64
    X86_AVX_MEMBERS64
    X86_AVX512_MEMBERS
    _STRUCT_YMM_REG __fpu_zmmh8;
    _STRUCT_YMM_REG __fpu_zmmh9;
    _STRUCT_YMM_REG __fpu_zmmh10;
    _STRUCT_YMM_REG __fpu_zmmh11;
    _STRUCT_YMM_REG __fpu_zmmh12;
    _STRUCT_YMM_REG __fpu_zmmh13;
    _STRUCT_YMM_REG __fpu_zmmh14;
    _STRUCT_YMM_REG __fpu_zmmh15;
    _STRUCT_ZMM_REG __fpu_zmm16;
    _STRUCT_ZMM_REG __fpu_zmm17;
    _STRUCT_ZMM_REG __fpu_zmm18;
    _STRUCT_ZMM_REG __fpu_zmm19;
    _STRUCT_ZMM_REG __fpu_zmm20;
    _STRUCT_ZMM_REG __fpu_zmm21;
    _STRUCT_ZMM_REG __fpu_zmm22;
    _STRUCT_ZMM_REG __fpu_zmm23;
    _STRUCT_ZMM_REG __fpu_zmm24;
    _STRUCT_ZMM_REG __fpu_zmm25;
    _STRUCT_ZMM_REG __fpu_zmm26;
    _STRUCT_ZMM_REG __fpu_zmm27;
    _STRUCT_ZMM_REG __fpu_zmm28;
    _STRUCT_ZMM_REG __fpu_zmm29;
    _STRUCT_ZMM_REG __fpu_zmm30;
    _STRUCT_ZMM_REG __fpu_zmm31;
};
MACH_ABI_SIZE(_STRUCT_X86_AVX512_STATE64, 2444);
