/* SPDX-License-Identifier: BSD-2-Clause */
/* The instructions that change what a processor knows of page tables, as tlb_machine.c plays them. */
#pragma once

#include <stdint.h>

void write_cr3(uint64_t value);
void invlpg(uint64_t virtual);
void invpcid_single(uint64_t tag);
