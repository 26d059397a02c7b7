/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * struct thread_context of x86_64.  entry.S and switch.S take the offsets from asm_offsets.c.
 */
#pragma once

#include <stdint.h>

struct pmap;

/* Hardware breakpoints of a thread (debug_registers.h). */
#define DEBUG_BREAKPOINTS 4

struct debug_registers {
    uint64_t address[DEBUG_BREAKPOINTS]; /* DR0 to DR3 */
    uint64_t status;                     /* DR6 of the last debug exception */
    uint64_t control;                    /* DR7; 0: no breakpoint is on */
};

/* Lock keys: (s) the thread itself, or whoever stopped it; (c) constant after context_init(). */
struct thread_context {
    uint64_t kernel_sp;     /* (s) while it does not run: its saved stack pointer */
    uint64_t stack_top;     /* (c) end of the kernel stack; the user frame lies right below */
    struct pmap *pmap;      /* (s) loaded at switch-in; null: none of its own */
    uint64_t tls_base;      /* (s) fs base of user code */
    void *fpu;              /* (s) save area, null until the FPU is first used */
    uint64_t fault_address; /* (s) cr2 of the last user page fault, for the exception state */
    uint32_t fault_vector;  /* (s) last user exception, and its error code */
    uint32_t fault_error;
    struct debug_registers debug; /* (s) */
};
