/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Threads and injected failures for tests.
 */
#include <lib/assert.h>
#include <arch/clock_device.h>
#include <mem/zone.h>
#include <sched/waitq.h>
#include <test/ktest.h>

struct ktest_thread {
    void (*function)(void *argument);
    void *argument;
    struct thread *thread;
    struct spinlock lock;
    struct waitq joiners; /* (lock) */
    bool has_ended;       /* (lock) */
};

static void spawned_main(void *argument)
{
    struct ktest_thread *spawned = argument;
    spawned->function(spawned->argument);
    interrupts_disable();
    spin_lock(&spawned->lock);
    spawned->has_ended = true;
    waitq_wake_all(&spawned->joiners, 0);
    spin_unlock(&spawned->lock);
}

struct ktest_thread *ktest_spawn_at(uint8_t priority, void (*function)(void *argument),
                                    void *argument)
{
    struct ktest_thread *spawned = kalloc_zeroed(sizeof(*spawned));
    assert(spawned != nullptr);
    spawned->function = function;
    spawned->argument = argument;
    spinlock_init(&spawned->lock, LOCK_CLASS_TEST);
    waitq_init(&spawned->joiners);
    spawned->thread = thread_create(spawned_main, spawned, priority);
    assert(spawned->thread != nullptr);
    thread_bind(spawned->thread, cpu_index());
    thread_start(spawned->thread);
    return spawned;
}

struct ktest_thread *ktest_spawn(void (*function)(void *argument), void *argument)
{
    return ktest_spawn_at(current_thread()->priority, function, argument);
}

struct thread *ktest_thread_of(struct ktest_thread *spawned)
{
    return spawned->thread;
}

void ktest_join(struct ktest_thread *spawned)
{
    interrupt_state_t state = spin_lock_save(&spawned->lock);
    while (!spawned->has_ended) {
        waitq_enqueue(&spawned->joiners, WAIT_ARMED);
        spin_unlock(&spawned->lock);
        (void)thread_block(WAIT_FOREVER);
        spin_lock(&spawned->lock);
    }
    spin_unlock_restore(&spawned->lock, state);
    /* It has said so, but may still be on its last steps. */
    while (refcount_value(&spawned->thread->references) != 1) {
        (void)thread_sleep_until(clock_now() + 100000);
    }
    thread_release(spawned->thread);
    kfree(spawned, sizeof(*spawned));
}

void ktest_settle(void)
{
    (void)thread_sleep_until(clock_now() + 1000000);
}

void ktest_compute(void)
{
    for (volatile uint32_t i = 0; i < 256; i++) {
    }
    cpu_pause(); /* on the host time goes on by it */
}

struct ktest_failures ktest_failures_begin(void)
{
    return (struct ktest_failures){ .next = -1 };
}

bool ktest_failures_next(struct ktest_failures *failures)
{
    /* The first call begins the first round; each other one looks at the round before. */
    if (failures->next >= 0 && !zone_failure_happened()) {
        zone_fail_after(-1);
        return false;
    }
    failures->next++;
    zone_fail_after(failures->next);
    return true;
}

bool ktest_failure_happened(void)
{
    return zone_failure_happened();
}
