/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Processors that are played one step at a time: see player.h.  Interrupts come at the steps of a processor
 * that takes them; a cross call also when it is asked for in a loop that waits.
 */
#pragma once

#include <stdint.h>

#include <lib/lock_check.h>
#include <machine/percpu.h>

/* player.c */
extern uint64_t play_time;
bool play_takes_interrupts(void);
void play_set_interrupts(bool are_taken);
void play_wait(void);

PERCPU_DECLARE(_Atomic uint64_t, cross_callers);
void cross_call_serve(void);

static inline bool interrupts_enabled(void)
{
    return play_takes_interrupts();
}

static inline void interrupts_enable(void)
{
    play_set_interrupts(true);
}

static inline void interrupts_disable(void)
{
    play_set_interrupts(false);
}

static inline interrupt_state_t interrupts_save_at([[maybe_unused]] const void *place)
{
    interrupt_state_t state = play_takes_interrupts();
    play_set_interrupts(false);
    return state;
}

static inline interrupt_state_t interrupts_save(void)
{
    return interrupts_save_at(nullptr);
}

static inline void interrupts_restore(interrupt_state_t state)
{
    play_set_interrupts(state != 0);
}

static inline void interrupts_let_in(void)
{
    play_set_interrupts(true);
    play_set_interrupts(false);
}

static inline void cpu_pause(void)
{
    if (__c11_atomic_load(percpu_ptr(cross_callers), __ATOMIC_SEQ_CST) == 0) {
        play_wait();
    }
    if (__c11_atomic_load(percpu_ptr(cross_callers), __ATOMIC_SEQ_CST) != 0) {
        cross_call_serve();
    }
}

static inline uint64_t cpu_cycles(void)
{
    return play_time;
}

static inline uint32_t cpu_index(void)
{
    return play_cpu;
}

static inline cpu_mask_t cpu_self(void)
{
    return CPU_BIT(play_cpu);
}
