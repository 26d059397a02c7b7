/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the functions behind Mach traps look like.  A trap gets six registers, whatever it makes of
 * them.
 */
#pragma once

#include <stdint.h>

#include <mach/kern_return.h>

/* The head of the handler NAME, with arguments a1 to a6.  Context: arch/syscall.h. */
#define TRAP_HANDLER(name)                                                    \
    uint64_t name([[maybe_unused]] uint64_t a1, [[maybe_unused]] uint64_t a2, \
                  [[maybe_unused]] uint64_t a3, [[maybe_unused]] uint64_t a4, \
                  [[maybe_unused]] uint64_t a5, [[maybe_unused]] uint64_t a6)

/* The answer of a trap. */
static inline uint64_t trap_result(kern_return_t result)
{
    return (uint32_t)result;
}
