/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The I/O APICs, which turn interrupt lines into messages to a local APIC (Intel 82093AA data
 * sheet).
 */
#pragma once

#include <stdint.h>

/* Mask the old interrupt controllers and every input of the new ones.  Once. */
void ioapic_init(void);

/* The interrupt of global number GSI came.  Context: interrupts off. */
void ioapic_interrupt(uint32_t gsi);
