/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Counts are kept by zone number: zones that a test makes must be gone, or empty, after it.
 */
#include <test/ktest_ledger.h>

#include <lib/log.h>
#include <mem/zone.h>
#include <test/ktest.h>

static uint64_t in_use_before[ZONE_MAX];

static void note(const struct zone *zone, [[maybe_unused]] void *argument)
{
    in_use_before[zone->id] = zone_in_use(zone);
}

static void compare(const struct zone *zone, [[maybe_unused]] void *argument)
{
    uint64_t in_use = zone_in_use(zone);
    if (!EXPECT(in_use == in_use_before[zone->id])) {
        log_info("# zone %s: %lld before the test, %lld after it", zone->name,
                 (long long)in_use_before[zone->id], (long long)in_use);
    }
}

void ktest_ledger_begin(void)
{
    for (uint32_t i = 0; i < ZONE_MAX; i++) {
        in_use_before[i] = 0;
    }
    zone_visit(note, nullptr);
}

void ktest_ledger_end(void)
{
    zone_visit(compare, nullptr);
}
