/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Processors are started, one of which comes late, or never: in all orders it either runs and is counted, or
 * is left out and touches nothing, while the next one is started or runs already.
 */
#include <stdio.h>

#include <lib/compiler.h>

#include "player.h"
#include "start_machine.h"

/* When a processor comes. */
#define IN_TIME     (START_MACHINE_PATIENCE - START_MACHINE_TICK)
#define LAST_MOMENT START_MACHINE_PATIENCE
#define TOO_LATE    (START_MACHINE_PATIENCE + START_MACHINE_TICK)

static void come(void)
{
    start_machine_arrive(0);
}

static void come_just_in_time(void)
{
    start_machine_arrive(IN_TIME);
}

static void come_at_the_last_moment(void)
{
    start_machine_arrive(LAST_MOMENT);
}

static void come_too_late(void)
{
    start_machine_arrive(TOO_LATE);
}

static void never_come(void)
{
}

static const struct scenario scenarios[] = {
    { "two come", 4, start_machine_begin, { start_machine_boot, come, come }, start_machine_check },
    { "the first comes just in time",
      4,
      start_machine_begin,
      { start_machine_boot, come_just_in_time, come },
      start_machine_check },
    { "the first comes at the last moment",
      4,
      start_machine_begin,
      { start_machine_boot, come_at_the_last_moment, come },
      start_machine_check },
    { "the first comes while the second is started",
      4,
      start_machine_begin,
      { start_machine_boot, come_too_late, come_just_in_time },
      start_machine_check },
    { "the first comes when the second runs",
      4,
      start_machine_begin,
      { start_machine_boot, come_too_late, come },
      start_machine_check },
    { "both come at the last moment",
      4,
      start_machine_begin,
      { start_machine_boot, come_at_the_last_moment, come_at_the_last_moment },
      start_machine_check },
    { "the first never comes",
      4,
      start_machine_begin,
      { start_machine_boot, never_come, come },
      start_machine_check },
};

int main(void)
{
    bool have_all_passed = true;
    printf("TAP version 13\n1..%zu\n", ARRAY_SIZE(scenarios));
    for (uint32_t i = 0; i < ARRAY_SIZE(scenarios); i++) {
        have_all_passed &= play_all(&scenarios[i], i + 1);
    }
    return have_all_passed ? 0 : 1;
}
