/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Each kind of thing, made and destroyed again and again, leaves the kernel's memory where it was: every
 * kind of object, the allocator's size classes too, and the free pages. The program's argument says how
 * often; without one it is quick; another one behind it ("all") has those done as often that take long.
 * scripts/test has jobs that do each a million times, and those 50,000 times.
 */
#pragma once

#include <stddef.h>

/* Make a thing and destroy it. */
struct cycle {
    const char *what;
    void (*once)(void);
    bool is_dear; /* done a twentieth as often, if it is often and not all are */
};

/* Do each of the COUNT CYCLES many times; before and after them the kernel has to have the same. */
void cycles_check(const struct cycle *cycles, size_t count);

#define CYCLES_CHECK(cycles) cycles_check(cycles, sizeof(cycles) / sizeof((cycles)[0]))
