/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A timer is cancelled while its processor is being stopped, so that another one takes it over between
 * two steps of that: the hook (sched/test_hook.h) is where it does.
 */
#include <test/ktest.h>

#include <arch/clock_device.h>
#include <arch/cpu.h>
#include <sched/sched.h>
#include <sched/test_hook.h>
#include <sched/thread.h>
#include <sched/timer.h>

#ifdef MACH_R_DEBUG

#define MILLISECOND UINT64_C(1000000)
#define IN_TIME     (50 * MILLISECOND)
#define RINGS_FOR   (20 * MILLISECOND)

static struct thread *canceller;
static void (*act)(void); /* once, between the two steps */

static void hook(enum sched_hook_point point, [[maybe_unused]] struct thread *thread)
{
    if (point == SCHED_HOOK_CANCEL && current_thread() == canceller && act != nullptr) {
        void (*once)(void) = act;
        act = nullptr;
        once();
    }
}

static void cancel_while(struct timer *timer, void (*function)(void))
{
    canceller = current_thread();
    act = function;
    sched_test_hook = hook;
    interrupt_state_t state = interrupts_save();
    timer_cancel(timer);
    interrupts_restore(state);
    sched_test_hook = nullptr;
    EXPECT(act == nullptr);
}

/* Run FUNCTION on processor CPU; to its end, which thread_join() waits for. */
static struct thread *start_on(uint32_t cpu, void (*function)(void *argument), void *argument)
{
    struct thread *thread = thread_create(function, argument, THREAD_PRIORITY_KERNEL);
    thread_bind(thread, cpu);
    thread_start(thread);
    return thread;
}

static void thread_join(struct thread *thread)
{
    while (refcount_value(&thread->references) != 1) {
        ktest_settle();
    }
    thread_release(thread);
}

static struct timer cancelled, other;
static _Atomic uint32_t cancelled_rang, other_rang;

static void count_ring(struct timer *timer)
{
    *(timer == &cancelled ? &cancelled_rang : &other_rang) += 1;
}

/* On the processor that will be stopped. */
static void arm_both([[maybe_unused]] void *argument)
{
    timer_arm(&cancelled, clock_now() + IN_TIME, 0);
    timer_arm(&other, clock_now() + IN_TIME, 0);
}

static void prepare(void (*function)(struct timer *timer))
{
    cancelled_rang = other_rang = 0;
    timer_init(&cancelled, function);
    timer_init(&other, count_ring);
    thread_join(start_on(cpu_count() - 1, arm_both, nullptr));
}

static void stop_last(void)
{
    sched_stop_cpu(cpu_count() - 1);
}

/* It leaves the queue that it is in by then, and nothing else does. */
KTEST(timer_adopted_while_it_is_cancelled_does_not_ring)
{
    if (cpu_count() == 1) {
        return;
    }
    prepare(count_ring);
    cancel_while(&cancelled, stop_last);
    EXPECT(!cancelled.is_armed);
    EXPECT(other.is_armed);
    EXPECT(other.cpu != cpu_count() - 1);
    (void)thread_sleep_until(clock_now() + 2 * IN_TIME);
    sched_start_cpu(cpu_count() - 1);
    EXPECT_EQ(cancelled_rang, 0);
    EXPECT_EQ(other_rang, 1);
}

static struct thread *stopper;
static _Atomic bool has_rung;

static void ring_for_long(struct timer *timer)
{
    count_ring(timer);
    for (uint64_t end = clock_now() + RINGS_FOR; clock_now() < end;) {
        ktest_compute();
    }
    has_rung = true;
}

static void stop_there([[maybe_unused]] void *argument)
{
    stop_last();
}

/* A third processor takes the timer over, and it rings there. */
static void let_it_ring_elsewhere(void)
{
    stopper = start_on(cpu_count() - 2, stop_there, nullptr);
    while (cancelled_rang == 0) {
        ktest_settle();
    }
}

/* Who cancels waits for the function where it runs, not where the timer was. */
KTEST(timer_that_rings_where_it_was_adopted_is_waited_for)
{
    if (cpu_count() < 3) {
        return;
    }
    has_rung = false;
    thread_bind(current_thread(), 0);
    prepare(ring_for_long);
    cancel_while(&cancelled, let_it_ring_elsewhere);
    EXPECT(has_rung);
    EXPECT_EQ(cancelled_rang, 1);
    thread_join(stopper);
    while (other_rang == 0) {
        ktest_settle();
    }
    sched_start_cpu(cpu_count() - 1);
    current_thread()->cpu_mask = CPU_SET_ALL;
}

#endif
