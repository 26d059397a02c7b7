/* SPDX-License-Identifier: BSD-2-Clause */
/* Inline bodies of <arch/cpu.h>. */
#pragma once

#include <machine/instr.h>
#include <machine/percpu.h>

PERCPU_DECLARE(uint32_t, cpu_number);

/* Who waits for this processor (cross_call.h), and serving them. */
PERCPU_DECLARE(_Atomic uint64_t, cross_callers);
void cross_call_serve(void);

static inline bool interrupts_enabled(void)
{
    return (read_rflags() & RFLAGS_IF) != 0;
}

/* Debug builds: panic if this processor holds a spin lock (spinlock.c).  Context: interrupts off. */
#ifdef MACH_R_DEBUG
void interrupts_check(void);
#else
static inline void interrupts_check(void)
{
}
#endif

static inline void interrupts_enable(void)
{
    interrupts_check();
    sti();
}

static inline void interrupts_disable(void)
{
    cli();
}

static inline interrupt_state_t interrupts_save(void)
{
    interrupt_state_t state = read_rflags();
    cli();
    return state;
}

static inline void interrupts_restore(interrupt_state_t state)
{
    if ((state & RFLAGS_IF) != 0) {
        interrupts_check();
        sti();
    }
}

static inline void cpu_pause(void)
{
    pause();
    if (__builtin_expect(percpu_read(cross_callers) != 0, 0)) {
        cross_call_serve();
    }
}

static inline uint64_t cpu_cycles(void)
{
    return rdtsc();
}

static inline uint32_t cpu_index(void)
{
    return percpu_read(cpu_number);
}
