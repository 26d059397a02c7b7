/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How long the kernel has held a spin lock at most, and how long it took no interrupts, since boot: to
 * be run last, in a debug kernel, and where time goes with the instructions (1 ns each); else it is
 * the host that makes them long.
 */
#include <string.h>

#include <mach_r/mach_r_host.h>

#include "systest.h"
#include "systest_msg.h"

/* Nanoseconds: instructions of a debug kernel, of which the longest time seen is 120,000. */
#define BOUND 200000

static lock_info_t entries[LOCK_INFO_MAX];
static mach_msg_type_number_t count;

static void print(const lock_info_t *entry)
{
    systest_print("# %s: at most %llu ns, %s\n", entry->name, (unsigned long long)entry->longest_ns,
                  entry->longest_place);
}

/* Returns: false in a kernel that does not count. */
static bool ask(void)
{
    count = LOCK_INFO_MAX;
    kern_return_t result = host_lock_info(systest_host_priv(), entries, &count);
    return result != KERN_NOT_SUPPORTED && EXPECT_OK(result);
}

CASE(spin_locks_are_held_for_a_bounded_time)
{
    for (mach_msg_type_number_t i = 0; ask() && i + 1 < count; i++) {
        if (!entries[i].is_mutex && !EXPECT(entries[i].longest_ns <= BOUND)) {
            print(&entries[i]);
        }
    }
}

CASE(interrupts_are_off_for_a_bounded_time)
{
    if (ask()) {
        print(&entries[count - 1]);
        EXPECT(entries[count - 1].longest_ns <= BOUND);
    }
}
