/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Waiting and waking, with the orders that threads of equal priority can produce by themselves.  The
 * orders that need a second processor are forced in tests/host/test_interleave.c.
 */
#include <test/ktest.h>

#include <arch/clock_device.h>
#include <sched/waitq.h>

#define MILLISECOND UINT64_C(1000000)
#define FAR         (clock_now() + 3600 * UINT64_C(1000000000))

/* An object to wait for, and what each waiter found. */
struct object {
    struct spinlock lock;
    struct waitq waiters; /* (lock) */
};

struct waiter {
    struct object *object;
    uint64_t deadline;
    enum wait_state how; /* 0: WAIT_ARMED */
    enum wait_outcome outcome;
    uintptr_t value;
    uint32_t order; /* in which it came back */
};

static struct object object;
static uint32_t returns;

static void object_init(void)
{
    spinlock_init(&object.lock, LOCK_CLASS_TEST);
    waitq_init(&object.waiters);
    returns = 0;
}

/* As a layer above would wait. */
static void wait(void *argument)
{
    struct waiter *waiter = argument;
    interrupt_state_t state = spin_lock_save(&object.lock);
    waitq_enqueue(&object.waiters, waiter->how != 0 ? waiter->how : WAIT_ARMED);
    spin_unlock(&object.lock);
    waiter->outcome = thread_block(waiter->deadline);
    if (waiter->outcome != WAIT_WOKEN) {
        spin_lock(&object.lock);
        waitq_remove_self();
        spin_unlock(&object.lock);
    }
    waiter->value = current_thread()->wait_value;
    waiter->order = ++returns;
    interrupts_restore(state);
}

/* Wake one waiter with VALUE.  Returns: false if there is none. */
static bool wake_one(uintptr_t value)
{
    interrupt_state_t state = spin_lock_save(&object.lock);
    struct thread *thread = waitq_claim_one(&object.waiters);
    spin_unlock(&object.lock);
    if (thread != nullptr) {
        thread->wait_value = value;
        thread_wake(thread);
    }
    interrupts_restore(state);
    return thread != nullptr;
}

KTEST(waitq_wakes_in_order_of_arrival_with_value)
{
    object_init();
    struct waiter waiters[3];
    struct ktest_thread *threads[3];
    for (uint32_t i = 0; i < 3; i++) {
        waiters[i] = (struct waiter){ .object = &object, .deadline = WAIT_FOREVER };
        threads[i] = ktest_spawn(wait, &waiters[i]);
    }
    ktest_settle();
    EXPECT_EQ(ktest_thread_of(threads[0])->state, THREAD_BLOCKED);
    for (uint32_t i = 0; i < 3; i++) {
        EXPECT(wake_one(100 + i));
    }
    EXPECT(!wake_one(0));
    for (uint32_t i = 0; i < 3; i++) {
        ktest_join(threads[i]);
        EXPECT_EQ(waiters[i].outcome, WAIT_WOKEN);
        EXPECT_EQ(waiters[i].value, 100 + i);
        EXPECT_EQ(waiters[i].order, i + 1);
    }
}

KTEST(waitq_wake_all_wakes_all)
{
    object_init();
    struct waiter waiters[3];
    struct ktest_thread *threads[3];
    for (uint32_t i = 0; i < 3; i++) {
        waiters[i] = (struct waiter){ .deadline = i == 0 ? FAR : WAIT_FOREVER };
        threads[i] = ktest_spawn(wait, &waiters[i]);
    }
    ktest_settle();
    interrupt_state_t state = spin_lock_save(&object.lock);
    waitq_wake_all(&object.waiters, 7);
    EXPECT(waitq_is_empty(&object.waiters));
    spin_unlock_restore(&object.lock, state);
    for (uint32_t i = 0; i < 3; i++) {
        ktest_join(threads[i]);
        EXPECT_EQ(waiters[i].outcome, WAIT_WOKEN);
        EXPECT_EQ(waiters[i].value, 7);
    }
}

KTEST(waitq_time_out_leaves_the_queue)
{
    object_init();
    struct waiter waiter = { .deadline = clock_now() + 2 * MILLISECOND };
    struct ktest_thread *thread = ktest_spawn(wait, &waiter);
    ktest_join(thread);
    EXPECT_EQ(waiter.outcome, WAIT_TIMED_OUT);
    EXPECT(clock_now() >= waiter.deadline);
    EXPECT(waitq_is_empty(&object.waiters));
    EXPECT(!wake_one(0));
}

KTEST(waitq_woken_before_its_time_out)
{
    object_init();
    struct waiter waiter = { .deadline = FAR };
    struct ktest_thread *thread = ktest_spawn(wait, &waiter);
    ktest_settle();
    EXPECT(ktest_thread_of(thread)->wait_timer.is_armed);
    EXPECT(wake_one(5));
    ktest_join(thread);
    EXPECT_EQ(waiter.outcome, WAIT_WOKEN);
    EXPECT_EQ(waiter.value, 5);
}

KTEST(waitq_abort_ends_only_interruptible_waits)
{
    object_init();
    struct waiter soft = { .deadline = WAIT_FOREVER, .how = WAIT_ARMED_INTERRUPTIBLE };
    struct waiter hard = { .deadline = WAIT_FOREVER };
    struct ktest_thread *soft_thread = ktest_spawn(wait, &soft);
    struct ktest_thread *hard_thread = ktest_spawn(wait, &hard);
    ktest_settle();
    EXPECT(thread_abort_wait(ktest_thread_of(soft_thread), THREAD_AST_ABORT));
    EXPECT(!thread_abort_wait(ktest_thread_of(soft_thread), THREAD_AST_ABORT));
    EXPECT(!thread_abort_wait(ktest_thread_of(hard_thread), THREAD_AST_ABORT));
    /* The first on the queue is claimed already: the waker passes it over. */
    EXPECT(wake_one(9));
    EXPECT(!wake_one(9));
    ktest_join(soft_thread);
    ktest_join(hard_thread);
    EXPECT_EQ(soft.outcome, WAIT_INTERRUPTED);
    EXPECT_EQ(hard.outcome, WAIT_WOKEN);
    EXPECT_EQ(hard.value, 9);
}

KTEST(waitq_safe_abort_ends_only_restartable_waits)
{
    object_init();
    struct waiter safe = { .deadline = WAIT_FOREVER, .how = WAIT_ARMED_RESTARTABLE };
    struct waiter soft = { .deadline = WAIT_FOREVER, .how = WAIT_ARMED_INTERRUPTIBLE };
    struct ktest_thread *safe_thread = ktest_spawn(wait, &safe);
    struct ktest_thread *soft_thread = ktest_spawn(wait, &soft);
    ktest_settle();
    EXPECT(!thread_abort_wait(ktest_thread_of(soft_thread), THREAD_AST_ABORT_SAFELY));
    EXPECT(!thread_abort_wait(ktest_thread_of(safe_thread), THREAD_AST_SUSPEND));
    EXPECT(thread_abort_wait(ktest_thread_of(safe_thread), THREAD_AST_ABORT_SAFELY));
    EXPECT(wake_one(9));
    ktest_join(safe_thread);
    ktest_join(soft_thread);
    EXPECT_EQ(safe.outcome, WAIT_INTERRUPTED);
    EXPECT_EQ(soft.outcome, WAIT_WOKEN);
}

static void wait_with_pending_safe_abort(void *argument)
{
    thread_set_ast(current_thread(), THREAD_AST_ABORT_SAFELY);
    wait(argument);
}

KTEST(waitq_pending_safe_abort_waits_for_a_restartable_wait)
{
    object_init();
    struct waiter soft = { .deadline = clock_now() + MILLISECOND, .how = WAIT_ARMED_INTERRUPTIBLE };
    struct waiter safe = { .deadline = WAIT_FOREVER, .how = WAIT_ARMED_RESTARTABLE };
    ktest_join(ktest_spawn(wait_with_pending_safe_abort, &soft));
    ktest_join(ktest_spawn(wait_with_pending_safe_abort, &safe));
    EXPECT_EQ(soft.outcome, WAIT_TIMED_OUT);
    EXPECT_EQ(safe.outcome, WAIT_INTERRUPTED);
}

static void wait_with_pending_abort(void *argument)
{
    thread_set_ast(current_thread(), THREAD_AST_ABORT);
    wait(argument);
}

KTEST(waitq_pending_abort_ends_the_wait_at_once)
{
    object_init();
    struct waiter waiter = { .deadline = WAIT_FOREVER, .how = WAIT_ARMED_INTERRUPTIBLE };
    ktest_join(ktest_spawn(wait_with_pending_abort, &waiter));
    EXPECT_EQ(waiter.outcome, WAIT_INTERRUPTED);
    EXPECT(waitq_is_empty(&object.waiters));
    struct waiter hard = { .deadline = clock_now() + MILLISECOND };
    ktest_join(ktest_spawn(wait_with_pending_abort, &hard));
    EXPECT_EQ(hard.outcome, WAIT_TIMED_OUT);
}

KTEST(waitq_claim_is_exclusive)
{
    object_init();
    struct waiter waiter = { .deadline = WAIT_FOREVER, .how = WAIT_ARMED_INTERRUPTIBLE };
    struct ktest_thread *thread = ktest_spawn(wait, &waiter);
    ktest_settle();
    interrupt_state_t state = spin_lock_save(&object.lock);
    struct thread *claimed = waitq_claim_one(&object.waiters);
    EXPECT_EQ(claimed, ktest_thread_of(thread));
    EXPECT_EQ(waitq_claim_one(&object.waiters), nullptr);
    EXPECT(!thread_claim_wait(claimed));
    spin_unlock(&object.lock);
    EXPECT(!thread_abort_wait(claimed, THREAD_AST_ABORT));
    claimed->wait_value = 3;
    thread_wake(claimed);
    interrupts_restore(state);
    ktest_join(thread);
    EXPECT_EQ(waiter.outcome, WAIT_WOKEN);
}

KTEST(thread_sleep_can_be_aborted)
{
    struct ktest_thread *thread;
    struct waiter waiter = { .deadline = FAR, .how = WAIT_ARMED_INTERRUPTIBLE };
    object_init();
    thread = ktest_spawn(wait, &waiter);
    ktest_settle();
    EXPECT(thread_abort_wait(ktest_thread_of(thread), THREAD_AST_ABORT));
    ktest_join(thread);
    EXPECT_EQ(waiter.outcome, WAIT_INTERRUPTED);
}
