/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * thread_abort and thread_abort_safely in the middle of a send, a receive, a call, a sleep and a wait
 * for a semaphore: who asked for it learns of it, for all others the library takes it up again, and
 * nothing is sent twice or lost.
 */
#include <string.h>

#include "systest.h"
#include "systest_msg.h"
#include "systest_task.h"

/* What both calls have to do, and by which of them it is done. */
static const struct {
    const char *name;
    kern_return_t (*abort)(thread_act_t thread);
} aborts[] = {
    { "thread_abort", thread_abort },
    { "thread_abort_safely", thread_abort_safely },
};

#define ABORT_COUNT 2

/* What the worker does, and how that ended. */
static struct {
    mach_port_t port;
    mach_port_t reply_port;
    mach_msg_option_t option;
    _Atomic uint64_t result;
    uint32_t value;
    mach_msg_header_t header;
    _Atomic bool may_go;
} work;

#define UNKNOWN UINT64_C(0xffffffffffffffff)

static void work_begin(mach_msg_option_t option)
{
    work.port = port_create_with_send();
    work.reply_port = port_create();
    work.option = option;
    work.result = UNKNOWN;
    work.may_go = false;
}

static void work_end(void)
{
    port_destroy_with_send(work.port);
    port_destroy(work.reply_port);
}

/* Run FUNCTION until it waits, and break that off by the call INDEX.  RUNS_ON: it must go on waiting. */
static void break_off(struct worker *worker, void (*function)(void *argument), uint32_t index,
                      bool runs_on)
{
    EXPECT(worker_start(worker, mach_task_self(), function, NULL));
    (void)worker_wait_blocked(worker);
    if (!EXPECT_OK(aborts[index].abort(worker->thread))) {
        systest_print("# this was %s\n", aborts[index].name);
    }
    if (runs_on) {
        (void)worker_wait_blocked(worker);
        EXPECT_EQ(work.result, UNKNOWN);
    } else {
        worker_join(worker);
    }
}

static void receive_one(void *argument)
{
    union any_message message = { 0 };
    (void)argument;
    work.result = (uint32_t)mach_msg(&message.header, MACH_RCV_MSG | work.option, 0,
                                     sizeof(message), work.port, 0, MACH_PORT_NULL);
    work.value = message.value.value;
}

CASE(a_receive_ends_for_who_asked_for_it)
{
    for (uint32_t i = 0; i < ABORT_COUNT; i++) {
        struct worker worker;
        work_begin(MACH_RCV_INTERRUPT);
        break_off(&worker, receive_one, i, false);
        EXPECT_EQ(work.result, MACH_RCV_INTERRUPTED);
        EXPECT_OK(send_value(work.port, 5));
        EXPECT_EQ(receive_value(work.port), 5);
        work_end();
    }
}

CASE(a_receive_is_taken_up_again_for_all_others)
{
    for (uint32_t i = 0; i < ABORT_COUNT; i++) {
        struct worker worker;
        work_begin(0);
        break_off(&worker, receive_one, i, true);
        EXPECT_OK(send_value(work.port, 6));
        worker_join(&worker);
        EXPECT_EQ(work.result, MACH_MSG_SUCCESS);
        EXPECT_EQ(work.value, 6);
        work_end();
    }
}

CASE(a_receive_from_a_set_ends_too)
{
    for (uint32_t i = 0; i < ABORT_COUNT; i++) {
        struct worker worker;
        mach_port_t set, member;
        work_begin(MACH_RCV_INTERRUPT);
        member = work.port;
        EXPECT_OK(mach_port_allocate(mach_task_self(), MACH_PORT_RIGHT_PORT_SET, &set));
        EXPECT_OK(mach_port_insert_member(mach_task_self(), member, set));
        work.port = set;
        break_off(&worker, receive_one, i, false);
        EXPECT_EQ(work.result, MACH_RCV_INTERRUPTED);
        work.port = member;
        EXPECT_OK(mach_port_mod_refs(mach_task_self(), set, MACH_PORT_RIGHT_PORT_SET, -1));
        work_end();
    }
}

/* Send a right for a reply along: what comes back must be usable. */
static void send_one(void *argument)
{
    struct value_message message = {
        .header = { .msgh_bits =
                        MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, MACH_MSG_TYPE_MAKE_SEND_ONCE),
                    .msgh_remote_port = work.port,
                    .msgh_local_port = work.reply_port },
        .value = 77,
    };
    (void)argument;
    work.result = (uint32_t)mach_msg(&message.header, MACH_SEND_MSG | work.option, sizeof(message),
                                     0, MACH_PORT_NULL, 0, MACH_PORT_NULL);
    work.header = message.header;
}

static void fill(void)
{
    for (uint32_t i = 0; i < MACH_PORT_QLIMIT_DEFAULT; i++) {
        EXPECT_OK(send_value(work.port, i));
    }
}

static void expect_filling(void)
{
    for (uint32_t i = 0; i < MACH_PORT_QLIMIT_DEFAULT; i++) {
        EXPECT_EQ(receive_value(work.port), i);
    }
}

CASE(a_send_ends_for_who_asked_for_it_and_gives_the_rights_back)
{
    for (uint32_t i = 0; i < ABORT_COUNT; i++) {
        struct worker worker;
        union any_message message;
        work_begin(MACH_SEND_INTERRUPT);
        fill();
        break_off(&worker, send_one, i, false);
        EXPECT_EQ(work.result, MACH_SEND_INTERRUPTED);
        EXPECT_EQ(work.header.msgh_remote_port, work.port);
        EXPECT_EQ(port_refs(work.port, MACH_PORT_RIGHT_SEND), 2);
        EXPECT_EQ(MACH_MSGH_BITS_REMOTE(work.header.msgh_bits), MACH_MSG_TYPE_MOVE_SEND);
        EXPECT_EQ(MACH_MSGH_BITS_LOCAL(work.header.msgh_bits), MACH_MSG_TYPE_MOVE_SEND_ONCE);
        expect_filling();
        EXPECT_EQ(receive_now(work.port, &message), MACH_RCV_TIMED_OUT);
        EXPECT_OK(mach_port_deallocate(mach_task_self(), work.header.msgh_remote_port));
        EXPECT_OK(mach_port_deallocate(mach_task_self(), work.header.msgh_local_port));
        EXPECT_OK(receive_now(work.reply_port, &message)); /* the send-once right went unused */
        work_end();
    }
}

CASE(a_send_is_taken_up_again_for_all_others)
{
    for (uint32_t i = 0; i < ABORT_COUNT; i++) {
        struct worker worker;
        union any_message message;
        work_begin(0);
        fill();
        break_off(&worker, send_one, i, true);
        expect_filling();
        worker_join(&worker);
        EXPECT_EQ(work.result, MACH_MSG_SUCCESS);
        EXPECT_OK(receive(work.port, &message));
        EXPECT_EQ(message.value.value, 77);
        EXPECT_EQ(message.header.msgh_size, sizeof(struct value_message));
        EXPECT_OK(mach_port_deallocate(mach_task_self(), message.header.msgh_remote_port));
        EXPECT_EQ(receive_now(work.port, &message), MACH_RCV_TIMED_OUT);
        EXPECT_EQ(port_refs(work.port, MACH_PORT_RIGHT_SEND), 1);
        EXPECT_OK(receive_now(work.reply_port, &message));
        work_end();
    }
}

static void call(void *argument)
{
    union any_message message = {
        .value = {
            .header = { .msgh_bits =
                            MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, MACH_MSG_TYPE_MAKE_SEND_ONCE),
                        .msgh_remote_port = work.port,
                        .msgh_local_port = work.reply_port },
            .value = 88,
        },
    };
    (void)argument;
    work.result = (uint32_t)mach_msg(&message.header, MACH_SEND_MSG | MACH_RCV_MSG | work.option,
                                     sizeof(struct value_message), sizeof(message), work.reply_port,
                                     0, MACH_PORT_NULL);
    work.value = message.value.value;
}

/* Take the one request that there is, and answer it with VALUE. */
static void serve_one(uint32_t value)
{
    union any_message message;
    EXPECT_OK(receive(work.port, &message));
    EXPECT_EQ(message.value.value, 88);
    EXPECT_OK(send_value_option(message.header.msgh_remote_port, MACH_MSG_TYPE_MOVE_SEND_ONCE,
                                value, 0, 0));
    EXPECT_EQ(receive_now(work.port, &message), MACH_RCV_TIMED_OUT);
}

CASE(a_call_goes_on_waiting_for_its_answer_and_asks_once)
{
    for (uint32_t i = 0; i < ABORT_COUNT; i++) {
        struct worker worker;
        work_begin(0);
        break_off(&worker, call, i, true);
        serve_one(99);
        worker_join(&worker);
        EXPECT_EQ(work.result, MACH_MSG_SUCCESS);
        EXPECT_EQ(work.value, 99);
        work_end();
    }
}

CASE(a_call_that_asked_for_it_can_still_have_its_answer)
{
    for (uint32_t i = 0; i < ABORT_COUNT; i++) {
        struct worker worker;
        work_begin(MACH_RCV_INTERRUPT);
        break_off(&worker, call, i, false);
        EXPECT_EQ(work.result, MACH_RCV_INTERRUPTED);
        serve_one(98);
        EXPECT_EQ(receive_value(work.reply_port), 98);
        work_end();
    }
}

static void sleep_long(void *argument)
{
    (void)argument;
    work.result = (uint32_t)mach_wait_until_trap(mach_absolute_time() + UINT64_C(3600000000000));
}

CASE(a_sleep_ends)
{
    for (uint32_t i = 0; i < ABORT_COUNT; i++) {
        struct worker worker;
        work_begin(0);
        break_off(&worker, sleep_long, i, false);
        EXPECT_EQ(work.result, KERN_ABORTED);
        work_end();
    }
}

/* The same by a clock, which tells when the sleep was to end. */
static void sleep_long_by_clock(void *argument)
{
    const mach_timespec_t hour = { .tv_sec = 3600 };
    mach_timespec_t wakeup = { 0 };
    (void)argument;
    uint64_t end = mach_absolute_time() / NSEC_PER_SEC + hour.tv_sec;
    work.result = (uint32_t)clock_sleep(MACH_PORT_NULL, TIME_RELATIVE, hour, &wakeup);
    work.value = wakeup.tv_sec >= end && wakeup.tv_sec < end + hour.tv_sec;
}

CASE(a_sleep_by_a_clock_ends)
{
    for (uint32_t i = 0; i < ABORT_COUNT; i++) {
        struct worker worker;
        work_begin(0);
        break_off(&worker, sleep_long_by_clock, i, false);
        EXPECT_EQ(work.result, KERN_ABORTED);
        EXPECT_EQ(work.value, 1);
        work_end();
    }
}

static semaphore_t semaphore;

static void wait_for_semaphore(void *argument)
{
    (void)argument;
    work.result = (uint32_t)semaphore_wait(semaphore);
}

CASE(a_wait_for_a_semaphore_ends_and_takes_nothing)
{
    for (uint32_t i = 0; i < ABORT_COUNT; i++) {
        struct worker worker;
        static const mach_timespec_t no_time = { 0, 0 };
        work_begin(0);
        EXPECT_OK(semaphore_create(mach_task_self(), &semaphore, SYNC_POLICY_FIFO, 0));
        break_off(&worker, wait_for_semaphore, i, false);
        EXPECT_EQ(work.result, KERN_ABORTED);
        EXPECT_OK(semaphore_signal(semaphore));
        EXPECT_OK(semaphore_timedwait(semaphore, no_time));
        EXPECT_OK(semaphore_destroy(mach_task_self(), semaphore));
        work_end();
    }
}

/* In user code up to that moment. */
static void spin_then_receive(void *argument)
{
    while (!work.may_go) {
    }
    receive_one(argument);
}

/* As a debugger does it: a thread that waits for nothing has nothing to be broken off, not later
 * either. */
CASE(a_thread_in_user_code_notices_nothing)
{
    for (uint32_t i = 0; i < ABORT_COUNT; i++) {
        struct worker worker;
        work_begin(MACH_RCV_INTERRUPT);
        EXPECT(worker_start(&worker, mach_task_self(), spin_then_receive, NULL));
        EXPECT_OK(thread_suspend(worker.thread));
        EXPECT_OK(aborts[i].abort(worker.thread));
        EXPECT_OK(thread_resume(worker.thread));
        work.may_go = true;
        (void)worker_wait_blocked(&worker);
        EXPECT_OK(send_value(work.port, 7));
        worker_join(&worker);
        EXPECT_EQ(work.result, MACH_MSG_SUCCESS);
        EXPECT_EQ(work.value, 7);
        work_end();
    }
}

CASE(what_is_no_thread_or_has_ended_is_refused)
{
    for (uint32_t i = 0; i < ABORT_COUNT; i++) {
        EXPECT_EQ(aborts[i].abort(mach_task_self()), KERN_INVALID_ARGUMENT);
        EXPECT_EQ(aborts[i].abort(MACH_PORT_NULL), MACH_SEND_INVALID_DEST);
    }
}
