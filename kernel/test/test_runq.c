/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Run queues.
 */
#include <test/ktest.h>

#include <sched/runq.h>

static struct runq runq;
static struct thread threads[6];

static struct thread *thread_at(uint32_t index, uint8_t priority)
{
    threads[index].priority = priority;
    list_init(&threads[index].run_link);
    return &threads[index];
}

/* The queue is not shared, but its functions want the lock. */
static struct thread *pop(void)
{
    interrupt_state_t state = spin_lock_save(&runq.lock);
    struct thread *thread = runq_pop(&runq);
    spin_unlock_restore(&runq.lock, state);
    return thread;
}

static void insert(struct thread *thread, bool at_head)
{
    interrupt_state_t state = spin_lock_save(&runq.lock);
    runq_insert(&runq, thread, at_head);
    spin_unlock_restore(&runq.lock, state);
}

static bool take_off(struct thread *thread)
{
    interrupt_state_t state = spin_lock_save(&runq.lock);
    bool was_on = runq_remove(&runq, thread);
    spin_unlock_restore(&runq.lock, state);
    return was_on;
}

KTEST(runq_serves_by_priority_then_arrival)
{
    runq_init(&runq);
    EXPECT_EQ(pop(), nullptr);
    struct thread *low = thread_at(0, 0);
    struct thread *first = thread_at(1, 31);
    struct thread *second = thread_at(2, 31);
    struct thread *high = thread_at(3, 127);
    struct thread *middle = thread_at(4, 64);
    insert(first, false);
    EXPECT_EQ(runq.best, 31);
    insert(low, false);
    insert(second, false);
    insert(high, false);
    EXPECT_EQ(runq.best, 127);
    insert(middle, false);
    struct thread *const order[] = { high, middle, first, second, low };
    for (uint32_t i = 0; i < ARRAY_SIZE(order); i++) {
        EXPECT_EQ(runq.best, order[i]->priority);
        EXPECT_EQ(pop(), order[i]);
    }
    EXPECT_EQ(pop(), nullptr);
    EXPECT_EQ(runq.best, RUNQ_EMPTY);
}

KTEST(runq_head_comes_first)
{
    runq_init(&runq);
    insert(thread_at(0, 63), false);
    insert(thread_at(1, 63), true);
    EXPECT_EQ(pop(), &threads[1]);
    EXPECT_EQ(pop(), &threads[0]);
}

KTEST(runq_remove_takes_one_out)
{
    runq_init(&runq);
    for (uint32_t i = 0; i < 3; i++) {
        insert(thread_at(i, 40), false);
    }
    insert(thread_at(3, 50), false);
    EXPECT(take_off(&threads[3]));
    EXPECT_EQ(runq.best, 40);
    EXPECT(take_off(&threads[1]));
    EXPECT(!take_off(&threads[1]));
    EXPECT_EQ(pop(), &threads[0]);
    EXPECT_EQ(pop(), &threads[2]);
    EXPECT_EQ(runq.best, RUNQ_EMPTY);
}
