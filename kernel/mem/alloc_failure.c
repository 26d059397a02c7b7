/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The count behind injected failures.  It goes down to 0, where the allocation fails, and on to -1,
 * which means off.
 */
#include <mem/alloc_failure.h>

#include <stdatomic.h>

#include <mem/zone.h>

_Atomic int64_t allocation_countdown = -1;
static _Atomic bool has_failed;

bool allocation_count(void)
{
    int64_t left = atomic_load(&allocation_countdown);
    while (left >= 0 && !atomic_compare_exchange_weak(&allocation_countdown, &left, left - 1)) {
    }
    if (left == 0) {
        atomic_store(&has_failed, true);
    }
    return left == 0;
}

void zone_fail_after(int64_t n)
{
    atomic_store(&allocation_countdown, n);
    if (n >= 0) {
        atomic_store(&has_failed, false);
    }
}

bool zone_failure_happened(void)
{
    return atomic_load(&has_failed);
}
