/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The counts behind injected failures.  They go down to 0, where the allocation fails, and on to -1,
 * which means off.
 */
#include <mem/alloc_failure.h>

#include <stdatomic.h>

#include <mem/zone.h>

_Atomic int64_t allocation_countdown = -1;
_Atomic int64_t *(*allocation_own_countdown)(void);
static _Atomic bool has_failed;

/* Take one off COUNTDOWN.  Returns: true if that was its last. */
static bool count_down(_Atomic int64_t *countdown)
{
    int64_t left = atomic_load(countdown);
    while (left >= 0 && !atomic_compare_exchange_weak(countdown, &left, left - 1)) {
    }
    return left == 0;
}

bool allocation_count(void)
{
    _Atomic int64_t *own =
        allocation_own_countdown != nullptr ? allocation_own_countdown() : nullptr;
    if (own != nullptr && count_down(own)) {
        return true;
    }
    bool is_last = count_down(&allocation_countdown);
    if (is_last) {
        atomic_store(&has_failed, true);
    }
    return is_last;
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
