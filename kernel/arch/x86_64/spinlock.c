/* SPDX-License-Identifier: BSD-2-Clause */
/* Pairs of locks of one class. */
#include <arch/spinlock.h>

/* The analysis cannot follow two names for one lock, nor the exchange. */
void spin_lock_pair(struct spinlock *a, struct spinlock *b) NO_LOCK_ANALYSIS
{
    if ((uintptr_t)a > (uintptr_t)b) {
        struct spinlock *swap = a;
        a = b;
        b = swap;
    }
    spin_lock(a);
    if (a != b) {
        spin_lock(b);
    }
}

void spin_unlock_pair(struct spinlock *a, struct spinlock *b) NO_LOCK_ANALYSIS
{
    spin_unlock(a);
    if (a != b) {
        spin_unlock(b);
    }
}
