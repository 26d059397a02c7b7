/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Several processors played by one, a step at a time, in all orders.
 *
 * Each processor runs a program of its own on a stack of its own.  Before each atomic access, each
 * instruction that the machine is told of and each round of waiting, the player may go on with another
 * processor.  A scenario is run again and again, each time in another order, until all orders have
 * been tried in which a processor is stopped in the middle of its work (where it could have gone on)
 * at most so many times.
 *
 * A processor that waits goes on when another one has done something.  If all wait, and if a check
 * fails, the scenario has failed, and the order is printed: which processor made each step.
 */
#pragma once

#include <stdint.h>

#include <lib/compiler.h>

#define PLAYED_CPUS 3

struct scenario {
    const char *name;
    uint32_t preemptions;                /* how often a processor is stopped in the middle */
    void (*prepare)(void);               /* before each order; all per-processor data is zero */
    void (*programs[PLAYED_CPUS])(void); /* null: there are no more processors */
    void (*check)(void);                 /* when all have ended; or null */
};

/* Try all orders of SCENARIO, and print a TAP line for test NUMBER.  Returns: true if none failed. */
bool play_all(const struct scenario *scenario, uint32_t number);

/* This order has shown a mistake: WHAT. */
void play_fail(const char *what);

/* The running processor is about to do something that others may see, or only to look. */
void play_step(void);
void play_look(void);

/* Let the interrupt of a cross call come to processor CPU. */
void play_interrupt(uint32_t cpu);

/* Called for each processor at each step of anybody: what it may do on its own meanwhile. */
extern void (*play_machine_moves)(uint32_t cpu);
