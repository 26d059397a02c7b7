/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Hand-off: two threads that play client and server, with hand-off and without.
 */
#include <test/ktest.h>

#include <arch/clock_device.h>
#include <sched/sched.h>
#include <sched/test_hook.h>
#include <sched/waitq.h>

#define ROUNDS 50

static struct spinlock lock;
static struct waitq server_queue; /* (lock) */
static struct waitq client_queue; /* (lock) */
static uint64_t served;
static uint64_t slice_of_client;
static uint64_t slices_inherited;

/* Take a request if one comes, answer the one before to its client.  Context: interrupts off. */
static uintptr_t receive_and_reply(struct thread *client, uintptr_t reply)
{
    spin_lock(&lock);
    waitq_enqueue(&server_queue, WAIT_ARMED);
    spin_unlock(&lock);
    if (client == nullptr) {
        (void)thread_block(WAIT_FOREVER);
    } else {
        client->wait_value = reply;
        (void)thread_block_handoff(WAIT_FOREVER, client);
    }
    return current_thread()->wait_value;
}

/* Serve: the answer is the request plus one; request 0 ends. */
static void server_main([[maybe_unused]] void *argument)
{
    uintptr_t request = receive_and_reply(nullptr, 0);
    while (request != 0) {
        served++;
        slices_inherited += current_thread()->slice_end == slice_of_client;
        spin_lock(&lock);
        struct thread *client = waitq_claim_one(&client_queue);
        spin_unlock(&lock);
        if (!EXPECT(client != nullptr)) {
            return;
        }
        request = receive_and_reply(client, request + 1);
    }
}

static struct thread *claim_server(void)
{
    spin_lock(&lock);
    struct thread *server = waitq_claim_one(&server_queue);
    spin_unlock(&lock);
    return server;
}

/* Ask the server, as an RPC does.  DEADLINE is that of the wait for the reply. */
static uintptr_t call(uintptr_t request, uint64_t deadline)
{
    interrupt_state_t state = interrupts_save();
    struct thread *server = claim_server();
    if (!EXPECT(server != nullptr)) {
        interrupts_restore(state);
        return 0;
    }
    server->wait_value = request;
    slice_of_client = current_thread()->slice_end;
    spin_lock(&lock);
    waitq_enqueue(&client_queue, WAIT_ARMED_INTERRUPTIBLE);
    spin_unlock(&lock);
    enum wait_outcome outcome = thread_block_handoff(deadline, server);
    EXPECT_EQ(outcome, WAIT_WOKEN);
    interrupts_restore(state);
    return current_thread()->wait_value;
}

static void stop_server(struct ktest_thread *server_thread)
{
    ktest_settle();
    interrupt_state_t state = interrupts_save();
    struct thread *server = claim_server();
    server->wait_value = 0;
    thread_wake(server);
    interrupts_restore(state);
    ktest_join(server_thread);
}

static void play(uint8_t server_priority, uint64_t deadline)
{
    spinlock_init(&lock, LOCK_CLASS_TEST);
    waitq_init(&server_queue);
    waitq_init(&client_queue);
    served = 0;
    slices_inherited = 0;
    struct ktest_thread *server = ktest_spawn_at(server_priority, server_main, nullptr);
    ktest_settle();
    for (uintptr_t i = 1; i <= ROUNDS; i++) {
        EXPECT_EQ(call(i, deadline), i + 1);
        if (server_priority < current_thread()->priority) {
            /* It answered, and only now gets the time to wait for the next. */
            ktest_settle();
        }
    }
    stop_server(server);
    EXPECT_EQ(served, ROUNDS);
}

KTEST(handoff_goes_to_and_fro)
{
    play(current_thread()->priority, WAIT_FOREVER);
    EXPECT(slices_inherited > 0);
}

/* The receiver ran on another processor before: it moves, and that is counted. */
KTEST(handoff_from_another_processor_is_a_migration)
{
    spinlock_init(&lock, LOCK_CLASS_TEST);
    waitq_init(&server_queue);
    waitq_init(&client_queue);
    struct ktest_thread *server_thread = ktest_spawn(server_main, nullptr);
    struct thread *server = ktest_thread_of(server_thread);
    ktest_settle();
    interrupt_state_t state = interrupts_save();
    uint64_t migrations = server->migrations;
    server->cpu = cpu_index() + 1;
    EXPECT_EQ(call(1, WAIT_FOREVER), 2);
    EXPECT_EQ(server->cpu, cpu_index());
    EXPECT_EQ(server->migrations, migrations + 1);
    interrupts_restore(state);
    stop_server(server_thread);
}

KTEST(handoff_with_deadline)
{
    play(current_thread()->priority, clock_now() + UINT64_C(3600000000000));
}

KTEST(handoff_to_a_better_and_to_a_lesser_thread)
{
    play(current_thread()->priority + 10, WAIT_FOREVER);
    play(current_thread()->priority - 10, WAIT_FOREVER);
}

KTEST(handoff_switched_off_gives_the_same_result)
{
    sched_handoff_enable(false);
    play(current_thread()->priority, WAIT_FOREVER);
    sched_handoff_enable(true);
}

static _Atomic bool better_ran;

static void note_run([[maybe_unused]] void *argument)
{
    better_ran = true;
}

KTEST(handoff_does_not_overtake_a_better_thread)
{
    spinlock_init(&lock, LOCK_CLASS_TEST);
    waitq_init(&server_queue);
    waitq_init(&client_queue);
    struct ktest_thread *server = ktest_spawn(server_main, nullptr);
    ktest_settle();
    interrupts_disable();
    better_ran = false;
    /* It is runnable now, but interrupts are off: only the hand-off could let it run. */
    struct ktest_thread *better = ktest_spawn_at(current_thread()->priority + 1, note_run, nullptr);
    EXPECT(!better_ran);
    EXPECT_EQ(call(1, WAIT_FOREVER), 2);
    EXPECT(better_ran);
    interrupts_enable();
    ktest_join(better);
    stop_server(server);
}
