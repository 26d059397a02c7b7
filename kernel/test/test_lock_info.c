/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the lock checker of debug builds counts.
 */
#include <test/ktest.h>

#include <lib/string.h>
#include <arch/clock_device.h>
#include <arch/off_time.h>
#include <arch/spinlock.h>
#include <sched/lock_info.h>
#include <sched/mutex.h>
#include <sched/thread.h>

#ifdef MACH_R_DEBUG

#define HOLD UINT64_C(2000000)

static struct spinlock lock = SPINLOCK_INITIALIZER(LOCK_CLASS_TEST);
static struct mutex mutex;

/* The figures of CLASS. */
static struct lock_info info_of(enum lock_class class)
{
    static struct lock_info entries[LOCK_INFO_MAX];
    uint32_t count = lock_info_read(entries, LOCK_INFO_MAX);
    for (uint32_t i = 0; i < count; i++) {
        if (strcmp(entries[i].name, lock_class_name(class)) == 0) {
            return entries[i];
        }
    }
    EXPECT_STRING("no class", lock_class_name(class));
    return (struct lock_info){};
}

/* Take the lock twice, the second time by trying; the analysis does not look into EXPECT(). */
static void take_twice(void) NO_LOCK_ANALYSIS
{
    interrupt_state_t state = spin_lock_save(&lock);
    spin_unlock(&lock);
    EXPECT(spin_trylock(&lock));
    EXPECT(!spin_trylock(&lock));
    spin_unlock_restore(&lock, state);
}

KTEST(lock_info_counts_acquisitions)
{
    struct lock_info before = info_of(LOCK_CLASS_TEST);
    take_twice();
    struct lock_info after = info_of(LOCK_CLASS_TEST);
    EXPECT_EQ(after.acquisitions, before.acquisitions + 2);
    EXPECT_EQ(after.contended, before.contended);
    EXPECT_EQ(after.is_mutex, 0);
}

KTEST(lock_info_keeps_the_longest_hold)
{
    interrupt_state_t state = spin_lock_save(&lock);
    for (uint64_t end = clock_now() + HOLD; clock_now() < end;) {
        ktest_compute();
    }
    spin_unlock_restore(&lock, state);
    struct lock_info longest = info_of(LOCK_CLASS_TEST);
    EXPECT(longest.longest_ns >= HOLD);
    EXPECT(longest.longest_place[0] != '\0');
    state = spin_lock_save(&lock);
    spin_unlock_restore(&lock, state);
    EXPECT_EQ(info_of(LOCK_CLASS_TEST).longest_ns, longest.longest_ns);
}

static void take_mutex([[maybe_unused]] void *argument)
{
    mutex_lock(&mutex);
    mutex_unlock(&mutex);
}

KTEST(lock_info_counts_contention)
{
    mutex_init(&mutex, LOCK_CLASS_TASK_LIST);
    struct lock_info before = info_of(LOCK_CLASS_TASK_LIST);
    mutex_lock(&mutex);
    struct ktest_thread *waiter = ktest_spawn(take_mutex, nullptr);
    ktest_settle();
    mutex_unlock(&mutex);
    ktest_join(waiter);
    struct lock_info after = info_of(LOCK_CLASS_TASK_LIST);
    EXPECT(after.acquisitions >= before.acquisitions + 2);
    EXPECT(after.contended > before.contended);
    EXPECT_EQ(after.is_mutex, 1);
}

/* As a lock's own code notes it, of a lock that was waited for. */
KTEST(lock_info_adds_up_how_long_was_waited)
{
    struct lock_info before = info_of(LOCK_CLASS_TEST);
    interrupt_state_t state = interrupts_save();
    for (uint64_t spins = 0; spins < 4; spins++) {
        spinlock_note_taken(&lock, LOCK_PLACE(), spins);
        spinlock_note_given(&lock);
    }
    interrupts_restore(state);
    struct lock_info after = info_of(LOCK_CLASS_TEST);
    EXPECT_EQ(after.acquisitions, before.acquisitions + 4);
    EXPECT_EQ(after.contended, before.contended + 3);
    EXPECT_EQ(after.spins, before.spins + 6);
}

static _Atomic bool is_held;
static _Atomic bool is_wanted;

/* Hold the lock until somebody has wanted it for a while. */
static void hold_until_wanted([[maybe_unused]] void *argument)
{
    interrupt_state_t state = spin_lock_save(&lock);
    is_held = true;
    while (!is_wanted) {
        ktest_compute();
    }
    for (uint64_t end = clock_now() + HOLD; clock_now() < end;) {
        ktest_compute();
    }
    spin_unlock_restore(&lock, state);
}

KTEST(lock_info_counts_waiting_for_a_spin_lock)
{
    if (cpu_count() == 1) {
        return;
    }
    struct lock_info before = info_of(LOCK_CLASS_TEST);
    is_held = is_wanted = false;
    struct thread *holder = thread_create(hold_until_wanted, nullptr, THREAD_PRIORITY_KERNEL);
    thread_bind(holder, (cpu_index() + 1) % cpu_count());
    thread_start(holder);
    while (!is_held) {
        ktest_settle();
    }
    interrupt_state_t state = interrupts_save();
    is_wanted = true;
    spin_lock(&lock);
    spin_unlock_restore(&lock, state);
    struct lock_info after = info_of(LOCK_CLASS_TEST);
    EXPECT_EQ(after.acquisitions, before.acquisitions + 2);
    EXPECT_EQ(after.contended, before.contended + 1);
    EXPECT(after.spins > before.spins);
    while (refcount_value(&holder->references) != 1) {
        ktest_settle();
    }
    thread_release(holder);
}

/* With as much contention, what is taken more often is hotter; with several processors the counts
 * change while they are read. */
static bool is_in_order(const struct lock_info *hotter, const struct lock_info *other)
{
    return hotter->contended > other->contended ||
           (hotter->contended == other->contended &&
            (hotter->acquisitions >= other->acquisitions || cpu_count() > 1));
}

KTEST(lock_info_has_the_hottest_first)
{
    static struct lock_info entries[LOCK_INFO_MAX];
    interrupt_state_t state = interrupts_save();
    EXPECT_EQ(lock_info_read(entries, LOCK_INFO_MAX), LOCK_CLASS_COUNT);
    interrupts_restore(state);
    uint32_t mutexes = entries[0].is_mutex;
    for (uint32_t i = 1; i + 1 < LOCK_CLASS_COUNT; i++) {
        EXPECT(is_in_order(&entries[i - 1], &entries[i]));
        mutexes += entries[i].is_mutex;
    }
    EXPECT_EQ(mutexes, LOCK_CLASS_FIRST_SPIN - 1);
    EXPECT_EQ(lock_info_read(entries, 10), 10);
}

/* What a non-maskable interrupt does to the list leaves the others in it. */
KTEST(lock_check_list_survives_any_order)
{
    static struct held_locks held;
    static struct lock_statistics statistics;
    int locks[3];
    for (uint32_t i = 0; i < ARRAY_SIZE(locks); i++) {
        lock_check_push(&held, &locks[i], LOCK_CLASS_TEST, &locks[i], 10 * i);
    }
    lock_check_pop(&held, &locks[1], 100, &statistics);
    EXPECT_EQ(held.count, 2);
    EXPECT_EQ(held.locks[0].lock, &locks[0]);
    EXPECT_EQ(held.locks[1].lock, &locks[2]);
    EXPECT_EQ(statistics.longest_hold, 90);
    EXPECT_EQ(statistics.longest_place, (const void *)&locks[1]);
    lock_check_pop(&held, &locks[0], 50, &statistics);
    EXPECT_EQ(statistics.longest_hold, 90);
    lock_check_pop(&held, &locks[2], 10, &statistics);
    EXPECT_EQ(statistics.longest_hold, 90);
    EXPECT_EQ(statistics.longest_place, (const void *)&locks[1]);
    EXPECT_EQ(held.count, 0);
}

KTEST(off_time_keeps_the_longest)
{
    struct off_time off = {};
    int places[5];
    /* Since boot: nobody knows for how long. */
    off_time_begin(&off, 10, &places[0]);
    off_time_end(&off, 1000, &places[0]);
    EXPECT_EQ(off.longest, 0);
    off_time_begin(&off, 2000, &places[1]);
    off_time_begin(&off, 2010, &places[0]);
    off_time_end(&off, 2050, &places[2]);
    off_time_begin(&off, 2060, &places[3]);
    off_time_end(&off, 2109, &places[4]);
    off_time_end(&off, 3000, &places[4]);
    EXPECT_EQ(off.longest, 50);
    EXPECT_EQ(off.longest_from, (const void *)&places[1]);
    EXPECT_EQ(off.longest_to, (const void *)&places[2]);
}

/* The longest time, and that of this processor, in what is told of it. */
KTEST(off_time_is_measured_and_told)
{
    static struct lock_info entries[LOCK_INFO_MAX];
    struct lock_info own;
    interrupt_state_t state = interrupts_save();
    uint32_t self = cpu_index();
    for (uint64_t end = clock_now() + 2 * HOLD; clock_now() < end;) {
        ktest_compute();
    }
    interrupts_restore(state);
    EXPECT(lock_info_interrupts(self, &own));
    EXPECT(own.longest_ns >= 2 * HOLD);
    EXPECT_EQ(own.acquisitions, 0);
    uint32_t count = lock_info_read(entries, LOCK_INFO_MAX);
    EXPECT(entries[count - 1].longest_ns >= own.longest_ns);
    EXPECT_EQ(strncmp(entries[count - 1].name, "interrupts off", 14), 0);
}

#else

KTEST(lock_info_is_for_debug_builds)
{
    struct lock_info entry;
    EXPECT_EQ(lock_info_read(&entry, 1), 0);
    EXPECT(!lock_info_interrupts(0, &entry));
}

#endif
