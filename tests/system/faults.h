/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Functions that do what a program must not do, and what the kernel has to say to each. They need
 * no thread-local storage.
 */
#pragma once

#include <stdint.h>

#include <mach/exception_types.h>

#define FAULT_NULL_ADDRESS 0x10

/* BEHAVIOR with codes of 64 bits. */
#define LONG_CODES(behavior) ((exception_behavior_t)((behavior) | MACH_EXCEPTION_CODES))

struct fault {
    const char *name;
    void (*function)(void *argument);
    int exception; /* EXC_* */
    int64_t code;
    int64_t subcode;
    bool has_subcode; /* else it depends */
};

extern const struct fault faults[];
extern const uint32_t fault_count;

void fault_null(void *argument);
void fault_divide(void *argument);
void fault_illegal(void *argument);
void fault_jump(void *argument);
void fault_stack(void *argument);
