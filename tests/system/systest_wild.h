/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * For tests that do what a correct program does not: traps with any arguments, in tasks whose
 * memory is their own, so that they spoil nobody else's.
 */
#pragma once

#include <stdint.h>

#include "systest_task.h"

/* The trap of rax NUMBER (with its class), with six arguments in registers and two on the stack. */
uint64_t raw_trap(uint64_t number, const uint64_t arguments[8]);

/* The same with rsp at STACK. Arguments on the stack are what lies there. */
uint64_t raw_trap_on_stack(uint64_t number, const uint64_t arguments[8], uint64_t stack);

/*
 * Make a helper that has a copy of the program's data, not the data itself; whatever it changes, it
 * changes for itself.
 */
[[nodiscard]] bool helper_create_private(struct helper *helper);

/* Addresses where a pointer should not point. */
extern const uint64_t wild_addresses[];
extern const uint32_t wild_count;

/* All traps there are. */
struct trap_entry {
    uint32_t number;
    uint32_t arguments;
};
extern const struct trap_entry trap_table[];
extern const uint32_t trap_count;
