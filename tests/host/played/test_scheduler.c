/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The scheduler on several processors, in all orders: a processor stops, or starts, while threads are made
 * runnable, sleep, hand their processor on or compute; and goes idle while one is made runnable; a thread
 * that is about to wait is preempted.  In the
 * end every thread has run to its end, and no queue has one.
 */
#include <stdio.h>

#include <sched/sched_internal.h>
#include <sched/waitq.h>

#include "player.h"
#include "sched_machine.h"

#define PRIORITY 40
#define SOON     1000

static struct thread *late;    /* started in the middle */
static struct thread *sleeper; /* or null */
static _Atomic bool has_stopped;
static struct spinlock lock;
static struct waitq clients, servers; /* (lock) */

static void do_nothing([[maybe_unused]] void *argument)
{
}

static void take_interrupts(void)
{
    interrupts_disable();
    interrupts_enable();
}

/* Things for another processor to come in between. */
static void compute([[maybe_unused]] void *argument)
{
    take_interrupts();
    take_interrupts();
}

/* Who is not taken away from a processor that stops never ends. */
static void compute_until_stopped([[maybe_unused]] void *argument)
{
    while (!atomic_load(&has_stopped)) {
        take_interrupts();
    }
}

static void start_late([[maybe_unused]] void *argument)
{
    thread_start(late);
}

/* As long as the thread waits, a processor that could take it does not sleep; this one is busy. */
static void start_late_and_go_on([[maybe_unused]] void *argument)
{
    interrupts_disable();
    thread_start(late);
    while (late->state == THREAD_RUNNABLE && !play_sleeps(1)) {
        play_look();
    }
    if (late->state == THREAD_RUNNABLE) {
        play_fail("a processor sleeps while a thread waits");
    }
    interrupts_enable();
}

static void sleep_a_little([[maybe_unused]] void *argument)
{
    (void)thread_sleep_until(clock_now() + SOON);
}

static void sleep_until_now([[maybe_unused]] void *argument)
{
    (void)thread_sleep_until(clock_now());
}

/* Nothing is left where processor 1 has stopped. */
static void look_at_stopped(void)
{
    const struct sched_cpu *cpu = percpu_ptr_of(1, sched_cpu);
    if (!cpu->is_parked || current_thread()->cpu == 1) {
        play_fail("a processor that has stopped is at work");
    }
    if (sleeper != nullptr && sleeper->wait_timer.is_armed && sleeper->wait_timer.cpu == 1) {
        play_fail("a processor that has stopped has kept a timer");
    }
}

static void stop([[maybe_unused]] void *argument)
{
    sched_stop_cpu(1);
    atomic_store(&has_stopped, true);
    look_at_stopped();
}

static void stop_and_start([[maybe_unused]] void *argument)
{
    stop(nullptr);
    sched_start_cpu(1);
    if (percpu_ptr_of(1, sched_cpu)->is_parked) {
        play_fail("a processor that was started rests");
    }
}

/* Wait on WAITQ, having claimed TARGET (or null), who gets the processor. */
static void wait_on(struct waitq *waitq, struct thread *target) REQUIRES(lock) RELEASE(lock)
{
    waitq_enqueue(waitq, WAIT_ARMED);
    spin_unlock(&lock);
    if (target != nullptr) {
        (void)thread_block_handoff(WAIT_FOREVER, target);
    } else {
        (void)thread_block(WAIT_FOREVER);
    }
}

/* Answer the next call, whose caller has woken this thread. */
static void answer(void)
{
    spin_lock(&lock);
    struct thread *client = waitq_claim_one(&clients);
    spin_unlock(&lock);
    if (client != nullptr) {
        thread_wake(client);
    } else {
        play_fail("a server was woken without a client");
    }
}

static void serve([[maybe_unused]] void *argument)
{
    interrupts_disable();
    spin_lock(&lock);
    wait_on(&servers, nullptr);
    answer();
    interrupts_enable();
}

/* The same, and others may run when the wait has begun. */
static void serve_letting_in([[maybe_unused]] void *argument)
{
    interrupts_disable();
    spin_lock(&lock);
    waitq_enqueue(&servers, WAIT_ARMED);
    spin_unlock(&lock);
    sched_let_in();
    (void)thread_block(WAIT_FOREVER);
    answer();
    interrupts_enable();
}

static void call([[maybe_unused]] void *argument)
{
    interrupts_disable();
    struct thread *server;
    for (;;) {
        spin_lock(&lock);
        server = waitq_claim_one(&servers);
        if (server != nullptr) {
            break;
        }
        spin_unlock(&lock);
        (void)thread_sleep_until(clock_now() + SOON);
    }
    wait_on(&clients, server);
    interrupts_enable();
}

/* Half of what two processors can do; a quarter more is promised to nobody. */
static const struct sched_constraint one_processor = { SOON, SOON, SOON };

static void promise([[maybe_unused]] void *argument)
{
    (void)thread_set_real_time(late, &one_processor);
}

static void begin(void)
{
    sched_machine_begin();
    sleeper = nullptr;
    has_stopped = false;
    spinlock_init(&lock, LOCK_CLASS_TEST);
    waitq_init(&clients);
    waitq_init(&servers);
}

static void begin_stop_and_enqueue(void)
{
    begin();
    late = sched_machine_thread(1, do_nothing, nullptr, PRIORITY);
    late->cpu_mask = CPU_BIT(1); /* nobody steals it */
    sched_machine_runnable(0, stop, nullptr, PRIORITY);
    sched_machine_runnable(2, start_late, nullptr, PRIORITY);
}

static void begin_stop_and_give_away(void)
{
    begin();
    late = sched_machine_runnable(1, do_nothing, nullptr, PRIORITY);
    late->cpu_mask = CPU_BIT(1);
    sched_machine_runnable(1, compute_until_stopped, nullptr, PRIORITY);
    sched_machine_runnable(0, stop, nullptr, PRIORITY);
}

static void begin_restart_and_enqueue(void)
{
    begin();
    late = sched_machine_thread(1, do_nothing, nullptr, PRIORITY);
    sched_machine_runnable(0, stop_and_start, nullptr, PRIORITY);
    sched_machine_runnable(2, start_late, nullptr, PRIORITY);
}

static void begin_stop_and_sleep(void)
{
    begin();
    sched_machine_runnable(0, stop, nullptr, PRIORITY);
    sleeper = sched_machine_runnable(1, sleep_a_little, nullptr, PRIORITY);
}

static void begin_stop_and_ring(void)
{
    begin();
    sched_machine_runnable(0, stop, nullptr, PRIORITY);
    sched_machine_runnable(1, sleep_until_now, nullptr, PRIORITY);
}

static void begin_stop_and_hand_off(void)
{
    begin();
    sched_machine_runnable(0, stop, nullptr, PRIORITY);
    sched_machine_runnable(1, serve, nullptr, PRIORITY);
    sched_machine_runnable(1, call, nullptr, PRIORITY);
}

static void begin_restart_and_hand_off(void)
{
    begin();
    sched_machine_runnable(0, stop_and_start, nullptr, PRIORITY);
    sched_machine_runnable(1, serve, nullptr, PRIORITY);
    sched_machine_runnable(1, call, nullptr, PRIORITY);
}

static void begin_restart_and_compute(void)
{
    begin();
    sched_machine_runnable(0, stop_and_start, nullptr, PRIORITY);
    sched_machine_runnable(1, compute, nullptr, PRIORITY);
    sched_machine_runnable(1, compute, nullptr, PRIORITY);
}

static void begin_idle_and_enqueue(void)
{
    begin();
    late = sched_machine_thread(0, do_nothing, nullptr, PRIORITY);
    sched_machine_runnable(0, start_late_and_go_on, nullptr, PRIORITY);
}

static void begin_call_across(void)
{
    begin();
    sched_machine_runnable(0, serve, nullptr, PRIORITY);
    sched_machine_runnable(1, call, nullptr, PRIORITY);
}

static void begin_call_who_lets_in(void)
{
    begin();
    late = sched_machine_thread(0, do_nothing, nullptr, PRIORITY + 1);
    late->cpu_mask = CPU_BIT(0);
    sched_machine_runnable(0, serve_letting_in, nullptr, PRIORITY);
    sched_machine_runnable(1, start_late, nullptr, PRIORITY);
    sched_machine_runnable(1, call, nullptr, PRIORITY);
}

static void begin_promise_and_end(void)
{
    begin();
    sleeper = sched_machine_thread(0, do_nothing, nullptr, PRIORITY); /* never started */
    late = sched_machine_runnable(1, do_nothing, nullptr, PRIORITY);
    sched_machine_runnable(0, promise, nullptr, PRIORITY);
}

/* What was promised to a thread that has ended can be promised to another. */
static void check_promises(void)
{
    if (thread_set_real_time(sleeper, &one_processor) != KERN_SUCCESS) {
        play_fail("a thread that has ended keeps what it was promised");
    }
    thread_set_policy(sleeper, SCHED_FIXED, PRIORITY);
}

#define TWO   { sched_machine_run, sched_machine_run }
#define THREE { sched_machine_run, sched_machine_run, sched_machine_run }

static const struct scenario scenarios[] = {
    { "a thread is made runnable where a processor stops", 2, begin_stop_and_enqueue, THREE,
      sched_machine_check },
    { "a thread is made runnable where a processor stops and starts", 2, begin_restart_and_enqueue,
      THREE, sched_machine_check },
    { "a processor stops that has threads", 2, begin_stop_and_give_away, TWO, sched_machine_check },
    { "a timer is armed where a processor stops", 3, begin_stop_and_sleep, TWO,
      sched_machine_check },
    { "a timer rings where a processor stops", 2, begin_stop_and_ring, TWO, sched_machine_check },
    { "a processor is handed on that stops", 2, begin_stop_and_hand_off, TWO, sched_machine_check },
    { "a processor is handed on that stops and starts", 2, begin_restart_and_hand_off, TWO,
      sched_machine_check },
    { "threads compute where a processor stops and starts", 2, begin_restart_and_compute, TWO,
      sched_machine_check },
    { "a thread is made runnable while a processor goes idle", 2, begin_idle_and_enqueue, TWO,
      sched_machine_check },
    { "a call and its answer on two processors", 2, begin_call_across, TWO, sched_machine_check },
    { "a thread is promised time and ends", 3, begin_promise_and_end, TWO, check_promises },
    { "a thread is called that lets others run before it waits", 2, begin_call_who_lets_in, TWO,
      sched_machine_check },
};

int main(void)
{
    bool have_all_passed = true;
    printf("TAP version 13\n1..%zu\n", ARRAY_SIZE(scenarios));
    for (uint32_t i = 0; i < ARRAY_SIZE(scenarios); i++) {
        have_all_passed &= play_all(&scenarios[i], i + 1);
    }
    return have_all_passed ? 0 : 1;
}
