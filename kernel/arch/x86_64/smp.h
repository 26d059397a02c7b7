/* SPDX-License-Identifier: BSD-2-Clause */
/* The machine's processors. */
#pragma once

#include <stdint.h>

/* Take stock of them, with memory for each.  Once, after lapic_init_cpu() and before
 * boot_pages_close(). */
void smp_init(void);

/* The number of processor CPU's local APIC. */
uint32_t smp_apic_id(uint32_t cpu);

/* Stop all other processors for good.  For the end of the machine; they may hold any lock. */
void smp_stop_others(void);
