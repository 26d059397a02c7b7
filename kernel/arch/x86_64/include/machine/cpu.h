/* SPDX-License-Identifier: BSD-2-Clause */
/* Inline bodies of <arch/cpu.h>. */
#pragma once

#include <lib/lock_check.h>
#include <machine/instr.h>
#include <machine/percpu.h>

PERCPU_DECLARE(uint32_t, cpu_number);
PERCPU_DECLARE(cpu_mask_t, cpu_self_mask);

/* Who waits for this processor (cross_call.h), and serving them. */
PERCPU_DECLARE(_Atomic uint64_t, cross_callers);
void cross_call_serve(void);

static inline bool interrupts_enabled(void)
{
    return (read_rflags() & RFLAGS_IF) != 0;
}

static inline LOCK_FUNCTION void interrupts_enable(void)
{
    interrupts_note_on(LOCK_PLACE());
    sti();
}

static inline LOCK_FUNCTION void interrupts_disable(void)
{
    cli();
    interrupts_note_off(LOCK_PLACE());
}

static inline LOCK_FUNCTION void interrupts_let_in(void)
{
    interrupts_note_on(LOCK_PLACE());
    sti_nop();
    cli();
    interrupts_note_off(LOCK_PLACE());
}

static inline interrupt_state_t interrupts_save_at(const void *place)
{
    interrupt_state_t state = read_rflags();
    cli();
    interrupts_note_off(place);
    return state;
}

static inline LOCK_FUNCTION interrupt_state_t interrupts_save(void)
{
    return interrupts_save_at(LOCK_PLACE());
}

static inline LOCK_FUNCTION void interrupts_restore(interrupt_state_t state)
{
    if ((state & RFLAGS_IF) != 0) {
        interrupts_note_on(LOCK_PLACE());
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

static inline cpu_mask_t cpu_self(void)
{
    return percpu_read(cpu_self_mask);
}
