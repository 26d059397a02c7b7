/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What tests on the host can do with the fake machine beyond the contract of kernel/arch.
 */
#pragma once

#include <stdint.h>

#include <mach/kern_return.h>
#include <mach/vm_prot.h>

#include <arch/cpu.h>
#include <arch/pmap.h>

/* Nanoseconds since boot, what clock_now() answers; only moves when somebody moves it, a processor
 * spins, or all threads wait. */
extern uint64_t fake_clock;

/* Let NANOSECONDS pass; the alarm rings if it is due and interrupts are enabled. */
void fake_clock_advance(uint64_t nanoseconds);

/* Processors that were poked. */
extern cpu_mask_t fake_poked_cpus;

/* How often the alarm was set. */
extern uint64_t fake_alarm_sets;

/* Where VIRTUAL is mapped in PMAP and what may be done there.  Returns: VM_PROT_NONE if it is not. */
vm_prot_t fake_pmap_protection(struct pmap *pmap, virt_addr_t virtual);

/* Pages that PMAP's tables take. */
uint64_t fake_pmap_table_pages(struct pmap *pmap);

/* Make the arena and describe it in boot_info. */
void fake_memory_init(void);

/* The last address whose place in the source was asked for. */
extern uint64_t fake_place_asked;

/* Let a panic print a trace and end the program. */
void fake_panic_init(void);

/* Run FUNCTION(ARGUMENT) in a copy of this process.  Returns: true if it panicked, with MESSAGE
 * among what it logged. */
bool fake_panics_with(const char *message, void (*function)(void *argument), void *argument);

/* The same, whatever it logged. */
bool fake_panics(void (*function)(void *argument), void *argument);
