/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Waiting for a spin lock, out of line, so that taking a free one is four instructions; and what the
 * lock checker of debug builds keeps for each processor.
 */
#include <arch/spinlock.h>

uint64_t spinlock_wait(struct spinlock *lock)
{
    uint64_t spins = 0;
    do {
        spins++;
        while (atomic_load_explicit(&lock->locked, memory_order_relaxed) != 0) {
            cpu_pause();
            spins++;
        }
    } while (atomic_exchange_explicit(&lock->locked, 1, memory_order_acquire) != 0);
    return spins;
}

#ifdef MACH_R_DEBUG
PERCPU_DEFINE(struct lock_cpu, lock_cpu);
#endif
