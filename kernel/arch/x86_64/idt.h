/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The interrupt descriptor table, shared by all processors, and who has which vector.
 */
#pragma once

/* Processor exceptions with a name (Intel SDM vol. 3 table 6-1). */
#define VECTOR_DIVIDE        0
#define VECTOR_DEBUG         1
#define VECTOR_NMI           2
#define VECTOR_BREAKPOINT    3
#define VECTOR_NO_FPU        7
#define VECTOR_DOUBLE_FAULT  8
#define VECTOR_PROTECTION    13
#define VECTOR_PAGE_FAULT    14
#define VECTOR_MACHINE_CHECK 18

/* Device interrupts: vector = VECTOR_DEVICE_FIRST + input of the I/O APICs. */
#define VECTOR_DEVICE_FIRST 32
#define VECTOR_DEVICE_COUNT 192

/* This processor's own. */
#define VECTOR_TIMER      240
#define VECTOR_POKE       241
#define VECTOR_CROSS_CALL 242
#define VECTOR_SPURIOUS   255

/* Fill the table.  Once. */
void idt_init(void);

/* Load the table into this processor. */
void idt_init_cpu(void);
