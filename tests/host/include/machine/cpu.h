/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The fake processor: interrupts are a flag, and come where the flag is set or the processor waits.
 */
#pragma once

#include <stdint.h>

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

/* Panic if this processor holds a spin lock (tests/host/fake_cpu.c). */
void interrupts_check(void);

static inline void interrupts_enable(void)
{
    interrupts_check();
    fake_interrupts_enabled = true;
    fake_interrupts_deliver();
}

static inline void interrupts_disable(void)
{
    fake_interrupts_enabled = false;
}

static inline interrupt_state_t interrupts_save(void)
{
    interrupt_state_t state = fake_interrupts_enabled;
    fake_interrupts_enabled = false;
    return state;
}

static inline void interrupts_restore(interrupt_state_t state)
{
    if (state != 0) {
        interrupts_enable();
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
