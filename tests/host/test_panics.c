/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Mistakes that must stop the kernel: each is made in a copy of the process.
 */
#include <test/ktest.h>

#include <lib/refcount.h>
#include <arch/spinlock.h>
#include <mem/vm_page.h>
#include <mem/zone.h>
#include <mem/sanitizer.h>
#include <sched/mutex.h>

#include "fake.h"

#define PANICS(function) EXPECT(fake_panics(function, nullptr))

static void no_mistake([[maybe_unused]] void *argument)
{
}

static void refcount_released_below_zero([[maybe_unused]] void *argument)
{
    struct refcount count;
    refcount_init(&count, 1);
    bool is_last = refcount_release(&count);
    is_last = refcount_release(&count) || is_last;
}

static void refcount_revived([[maybe_unused]] void *argument)
{
    struct refcount count;
    refcount_init(&count, 0);
    refcount_acquire(&count);
}

static void page_freed_twice([[maybe_unused]] void *argument)
{
    struct vm_page *page = vm_page_allocate();
    vm_page_free(page);
    vm_page_free(page);
}

/* The pattern is what the kernel has in the machine, where nothing hides free memory. */
static void zone_object_freed_twice([[maybe_unused]] void *argument)
{
    struct zone zone;
    zone_init(&zone, "test", 64);
    void *object = zone_alloc(&zone);
    zone_free(&zone, object);
    memory_reveal(object, 64);
    zone_free(&zone, object);
}

static void zone_object_written_after_free([[maybe_unused]] void *argument)
{
    struct zone zone;
    zone_init(&zone, "test", 64);
    uint64_t *object = zone_alloc(&zone);
    zone_free(&zone, object);
    memory_reveal(object, 64);
    object[3] = 1;
    object = zone_alloc(&zone);
}

static void zone_object_of_another_zone([[maybe_unused]] void *argument)
{
    struct zone a;
    struct zone b;
    zone_init(&a, "a", 64);
    zone_init(&b, "b", 64);
    for (uint32_t i = 0; i <= ZONE_CACHE_SIZE; i++) {
        zone_free(&b, zone_alloc(&a));
    }
    zone_destroy(&b);
}

static void zone_destroyed_in_use([[maybe_unused]] void *argument)
{
    struct zone zone;
    zone_init(&zone, "test", 64);
    EXPECT(zone_alloc(&zone) != nullptr);
    zone_destroy(&zone);
}

static void spin_lock_with_interrupts([[maybe_unused]] void *argument)
{
    struct spinlock lock = SPINLOCK_INITIALIZER(LOCK_CLASS_TEST);
    spin_lock(&lock);
    spin_unlock(&lock);
}

static void mutex_locked_twice([[maybe_unused]] void *argument) NO_LOCK_ANALYSIS
{
    struct mutex mutex;
    mutex_init(&mutex, LOCK_CLASS_TASK);
    mutex_lock(&mutex);
    mutex_lock(&mutex);
}

static void mutex_unlocked_by_another([[maybe_unused]] void *argument) NO_LOCK_ANALYSIS
{
    struct mutex mutex;
    mutex_init(&mutex, LOCK_CLASS_TASK);
    mutex_unlock(&mutex);
}

KTEST(panic_only_at_mistakes)
{
    EXPECT(!fake_panics(no_mistake, nullptr));
}

KTEST(panic_at_wrong_references)
{
    PANICS(refcount_released_below_zero);
    PANICS(refcount_revived);
}

KTEST(panic_at_wrong_frees)
{
    PANICS(page_freed_twice);
    PANICS(zone_object_freed_twice);
    PANICS(zone_object_written_after_free);
    PANICS(zone_object_of_another_zone);
    PANICS(zone_destroyed_in_use);
}

KTEST(panic_at_wrong_locks)
{
    PANICS(spin_lock_with_interrupts);
    PANICS(mutex_locked_twice);
    PANICS(mutex_unlocked_by_another);
}
