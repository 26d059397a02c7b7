/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Per-processor data of x86_64.  A variable's own address is that of the boot processor's copy; gs
 * holds the distance from there to the running processor's copy (0 on the boot processor), so that
 * `gs:variable` is the right one.
 */
#pragma once

#include <stdint.h>

#include <lib/compiler.h>

#define PERCPU_DEFINE(type, name)  SECTION(".percpu") __typeof__(type) name
#define PERCPU_DECLARE(type, name) extern __typeof__(type) name

/* NAME as the processor sees it through gs. */
#define PERCPU_THROUGH_GS(name) \
    (*(__typeof__(name) __attribute__((address_space(256))) *)(uintptr_t)&(name))

#define percpu_read(name)         PERCPU_THROUGH_GS(name)
#define percpu_write(name, value) ((void)(PERCPU_THROUGH_GS(name) = (value)))

/* percpu_read() of a pointer that stays the same as long as one thread runs, wherever it does: the
 * compiler may keep it. */
#define percpu_read_constant(name)                                             \
    ({                                                                         \
        __typeof__(name) value_;                                               \
        __asm__("movq %%gs:%c1, %0" : "=r"(value_) : "i"((uintptr_t)&(name))); \
        value_;                                                                \
    })

/* The gs base of each processor, and the running one's own. */
extern uint64_t percpu_bases[];
PERCPU_DECLARE(uint64_t, percpu_base);

#define percpu_ptr(name)         ((__typeof__(name) *)((uintptr_t)&(name) + percpu_read(percpu_base)))
#define percpu_ptr_of(cpu, name) ((__typeof__(name) *)((uintptr_t)&(name) + percpu_bases[cpu]))
