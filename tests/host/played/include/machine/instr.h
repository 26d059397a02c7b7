/* SPDX-License-Identifier: BSD-2-Clause */
/* Instructions: those that change what a processor knows of page tables, as tlb_machine.c plays them, and
 * one that waits. */
#pragma once

#include <stdint.h>

void write_cr3(uint64_t value);
uint64_t read_cr4(void);
void write_cr4(uint64_t value);
void invlpg(uint64_t virtual);
void invpcid_single(uint64_t tag);

/* player.c */
void play_wait(void);

static inline void pause(void)
{
    play_wait();
}
