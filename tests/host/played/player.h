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
 * A processor that waits goes on when another one has done something, or time passes; one that sleeps, or has
 * ended its program, when an interrupt comes.  When all sleep, the run is over.  If all wait, and if a check
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

/* This order has shown a mistake: WHAT.  And: it cannot go on. */
void play_fail(const char *what);
[[noreturn]] void play_give_up(void);

/* How many processors the scenario has. */
uint32_t play_cpus(void);

/* What a clock says; the machine moves it on. */
extern uint64_t play_time;

/* The running processor is about to do something that others may see, or only to look. */
void play_step(void);
void play_look(void);

/* Let the interrupts WHICH (bits) come to processor CPU. */
void play_interrupt(uint32_t cpu, uint32_t which);

/* Take interrupts, sleep until one came, and take no others. */
void play_sleep(void);

/* True if processor CPU sleeps, and no interrupt is on its way to it. */
bool play_sleeps(uint32_t cpu);

/* What a processor does at the interrupts PENDING, given by the machine.  Context: interrupts off. */
void play_machine_interrupt(uint32_t pending);

/* Called for each processor at each step of anybody: what it may do on its own meanwhile. */
extern void (*play_machine_moves)(uint32_t cpu);

/* Called when all sleep or wait, and when one has made many steps, if it is not null: time passes.  Returns: true
 * if that wakes somebody. */
extern bool (*play_machine_quiet)(void);
