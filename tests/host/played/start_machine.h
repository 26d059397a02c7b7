/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What arch/x86_64/smp.c sees of a machine whose processors are played: start messages, a clock that goes on
 * when all wait, and the first instructions of a processor (ap_boot.S).
 */
#pragma once

#include <stdint.h>

/* How far the clock goes when all wait, in nanoseconds. */
#define START_MACHINE_TICK UINT64_C(500000000)

/* A processor is given up so long after its first start message. */
#define START_MACHINE_PATIENCE (3 * START_MACHINE_TICK)

/* All but the first processor wait for start messages; none is known to the kernel. */
void start_machine_begin(void);

/* Program of the first processor: start all others, one after the other. */
void start_machine_boot(void);

/* Program of another: wait for a start message, and then for LATE nanoseconds, and begin. */
[[noreturn]] void start_machine_arrive(uint64_t late);

/* Expect that all processors run that came in time, and the kernel counts those that run, and no others. */
void start_machine_check(void);
