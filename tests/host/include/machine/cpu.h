/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The fake processor: interrupts are a flag, and come where the flag is set or the processor waits.
 */
#pragma once

#include <stdint.h>

#include <lib/lock_check.h>

extern bool fake_interrupts_enabled;
extern uint64_t fake_clock;

/* Take the interrupts that are due (tests/host/fake_cpu.c).  Context: the flag is set. */
void fake_interrupts_deliver(void);

/* Some time passes, with interrupts if they are enabled. */
void fake_cpu_spin(void);

static inline bool interrupts_enabled(void)
{
    return fake_interrupts_enabled;
}

static inline LOCK_FUNCTION void interrupts_enable(void)
{
    interrupts_note_on(LOCK_PLACE());
    fake_interrupts_enabled = true;
    fake_interrupts_deliver();
}

static inline LOCK_FUNCTION void interrupts_disable(void)
{
    fake_interrupts_enabled = false;
    interrupts_note_off(LOCK_PLACE());
}

static inline LOCK_FUNCTION void interrupts_let_in(void)
{
    interrupts_enable();
    interrupts_disable();
}

static inline interrupt_state_t interrupts_save_at(const void *place)
{
    interrupt_state_t state = fake_interrupts_enabled;
    fake_interrupts_enabled = false;
    interrupts_note_off(place);
    return state;
}

static inline LOCK_FUNCTION interrupt_state_t interrupts_save(void)
{
    return interrupts_save_at(LOCK_PLACE());
}

static inline LOCK_FUNCTION void interrupts_restore(interrupt_state_t state)
{
    if (state != 0) {
        interrupts_note_on(LOCK_PLACE());
        fake_interrupts_enabled = true;
        fake_interrupts_deliver();
    }
}

static inline void cpu_pause(void)
{
    fake_cpu_spin();
}

static inline uint64_t cpu_cycles(void)
{
    return fake_clock;
}

static inline uint32_t cpu_index(void)
{
    return 0;
}

static inline cpu_mask_t cpu_self(void)
{
    return CPU_BIT(0);
}
