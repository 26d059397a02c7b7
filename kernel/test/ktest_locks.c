/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The ten most contended classes of locks; of all spin locks but those of the tests, the longest time
 * that one was held; and how long interrupts were off, which the tests themselves decide here.
 */
#include <test/ktest_locks.h>

#include <lib/log.h>
#include <arch/spinlock.h>
#include <sched/lock_info.h>

#define TOP 10

static void print(const struct lock_info *lock)
{
    log_info("# %-17s %10lu taken %8lu waited %8lu spins, held at most %lu ns since %s", lock->name,
             lock->acquisitions, lock->contended, lock->spins, lock->longest_ns,
             lock->longest_place);
}

void ktest_locks_print(void)
{
    static struct lock_info entries[TOP];
    uint32_t count = lock_info_read(entries, TOP);
    for (uint32_t i = 0; i < count; i++) {
        print(&entries[i]);
    }
    struct lock_info longest;
    if (lock_info_longest(&longest)) {
        log_info("# the longest hold of a spin lock:");
        print(&longest);
    }
    for (uint32_t cpu = 0; cpu < cpu_count() && lock_info_interrupts(cpu, &longest); cpu++) {
        log_info("# %s, at most %lu ns: %s", longest.name, longest.longest_ns,
                 longest.longest_place);
    }
}

static struct spinlock earlier = SPINLOCK_INITIALIZER(LOCK_CLASS_SPACE);
static struct spinlock later = SPINLOCK_INITIALIZER(LOCK_CLASS_PORT);

void ktest_locks_break_order(void)
{
    interrupt_state_t state = spin_lock_save(&later);
    spin_lock(&earlier);
    spin_unlock(&earlier);
    spin_unlock_restore(&later, state);
}
