/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The interrupt controller in each processor (Intel SDM vol. 3 chapter 10): its timer, and messages
 * between processors.
 */
#pragma once

#include <stdint.h>

/* Map the registers, if they are in memory.  Once, before lapic_init_cpu(); panics if the machine has none. */
void lapic_init(void);

/* Switch this processor's controller on, with its timer stopped. */
void lapic_init_cpu(void);

/* This processor's number among controllers. */
uint32_t lapic_id(void);

/* Can a message be sent to the controller with number ID alone?  In memory there are eight bits for it, and
 * the highest number means all. */
bool lapic_can_reach(uint32_t id);

/* The interrupt that is being handled is over. */
void lapic_end_of_interrupt(void);

/* Let the timer run once for COUNT ticks of its own clock; 0 stops it. */
void lapic_timer_start(uint32_t count);

/* Ticks that are left. */
uint32_t lapic_timer_remaining(void);

/*
 * Let the timer ring when the time-stamp counter reaches a value in MSR_TSC_DEADLINE, instead of
 * after a count.
 */
void lapic_timer_use_deadline(void);

/* The timer rang (clock_tsc.c). */
void lapic_timer_interrupt(void);

/* Send interrupt VECTOR, or a non-maskable one, to the processor whose controller is ID.  Context:
 * interrupts off. */
void lapic_send(uint32_t id, uint32_t vector);
void lapic_send_nmi(uint32_t id);

/* Reset that processor; let it begin in real mode at the physical page PAGE (below 256).  Context:
 * interrupts off. */
void lapic_send_init(uint32_t id);
void lapic_send_startup(uint32_t id, uint32_t page);
