/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a signal's handler is told about the thread, in Darwin's form. There are no calls for contexts
 * (getcontext() and its kin, deprecated there).
 */
#pragma once

#include <signal.h>

#include <mach/machine/_structs.h>

#define _STRUCT_MCONTEXT64 struct __darwin_mcontext64
_STRUCT_MCONTEXT64
{
    _STRUCT_X86_EXCEPTION_STATE64 __es;
    _STRUCT_X86_THREAD_STATE64 __ss;
    _STRUCT_X86_FLOAT_STATE64 __fs;
};

typedef _STRUCT_MCONTEXT64 *mcontext_t;
#define _STRUCT_MCONTEXT _STRUCT_MCONTEXT64

#define _STRUCT_UCONTEXT struct __darwin_ucontext
_STRUCT_UCONTEXT
{
    int uc_onstack;
    sigset_t uc_sigmask;
    stack_t uc_stack;
    _STRUCT_UCONTEXT *uc_link;
    size_t uc_mcsize;
    _STRUCT_MCONTEXT64 *uc_mcontext;
};

typedef _STRUCT_UCONTEXT ucontext_t;
