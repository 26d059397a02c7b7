/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Exceptions as messages: what each fault reports, who is asked, and what an answer does. The test
 * itself is the handler; the faults happen in bare threads.
 */
#include <string.h>

#include "exception_handler.h"
#include "faults.h"
#include "systest.h"
#include "systest_msg.h"
#include "systest_task.h"

/* Answer an exception with a state by the same state that continues in recover(). */
static void answer_state(uint32_t flavor, const natural_t *words, uint32_t count)
{
    x86_thread_state64_t state;
    __Reply__mach_exception_raise_state_identity_t reply = {
        .Head = {
            .msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_MOVE_SEND_ONCE, 0),
            .msgh_remote_port = caught.header.msgh_remote_port,
            .msgh_id = caught.header.msgh_id + REPLY_OFFSET,
        },
        .NDR = NDR_record,
        .flavor = (int)flavor,
        .new_stateCnt = count,
    };
    EXPECT_EQ(flavor, x86_THREAD_STATE64);
    EXPECT_EQ(count, x86_THREAD_STATE64_COUNT);
    memcpy(&state, words, sizeof(state));
    make_recover(&state);
    memcpy(reply.new_state, &state, sizeof(state));
    mach_msg_size_t size = sizeof(reply) - sizeof(reply.new_state) + sizeof(state);
    EXPECT_OK(mach_msg(&reply.Head, MACH_SEND_MSG, size, 0, 0, 0, 0));
    caught.header.msgh_remote_port = MACH_PORT_NULL;
    mach_msg_destroy(&caught.header);
}

/* Let FUNCTION fault in a thread whose exceptions HANDLER takes by BEHAVIOR, as routine ID. CHECK
 * looks at the message and answers it, so that the thread recovers. */
static void take_one(mach_port_t handler, void (*function)(void *argument),
                     exception_behavior_t behavior, mach_msg_id_t id,
                     void (*check)(mach_port_t thread, const void *argument), const void *argument)
{
    struct worker worker;
    int before = recovered;
    EXPECT(worker_create(&worker, mach_task_self(), function, NULL));
    take_from_thread(worker.thread, handler, behavior);
    EXPECT_OK(thread_resume(worker.thread));
    if (receive_exception(handler, id)) {
        check(worker.thread, argument);
    }
    worker_join(&worker);
    EXPECT_EQ(recovered, before + 1);
}

static void check_fault(mach_port_t thread, const void *argument)
{
    const struct fault *fault = argument;
    const __Request__mach_exception_raise_t *request =
        &caught.request.Request_catch_mach_exception_raise;
    EXPECT_EQ(request->thread.name, thread);
    EXPECT_EQ(request->task.name, mach_task_self());
    EXPECT_EQ(request->codeCnt, 2);
    if (!EXPECT_EQ(request->exception, fault->exception) ||
        !EXPECT_EQ(request->code[0], fault->code) ||
        (fault->has_subcode && !EXPECT_EQ(request->code[1], fault->subcode))) {
        systest_print("# this was %s\n", fault->name);
    }
    answer_recover();
}

CASE(each_fault_reports_what_it_is)
{
    mach_port_t handler = handler_create();
    for (uint32_t i = 0; i < fault_count; i++) {
        take_one(handler, faults[i].function, LONG_CODES(EXCEPTION_DEFAULT), RAISE_ID, check_fault,
                 &faults[i]);
    }
    port_destroy_with_send(handler);
}

static void check_short_codes(mach_port_t thread, const void *argument)
{
    const __Request__exception_raise_t *request =
        &caught.short_request.Request_catch_exception_raise;
    (void)argument;
    EXPECT_EQ(request->thread.name, thread);
    EXPECT_EQ(request->exception, EXC_BAD_ACCESS);
    EXPECT_EQ(request->codeCnt, 2);
    EXPECT_EQ(request->code[0], KERN_INVALID_ADDRESS);
    EXPECT_EQ(request->code[1], FAULT_NULL_ADDRESS);
    answer_recover();
}

static void check_state(mach_port_t thread, const void *argument)
{
    const __Request__mach_exception_raise_state_t *request =
        &caught.request.Request_catch_mach_exception_raise_state;
    (void)thread;
    (void)argument;
    EXPECT(!MACH_MSGH_BITS_IS_COMPLEX(caught.header.msgh_bits));
    EXPECT_EQ(request->exception, EXC_BAD_INSTRUCTION);
    answer_state((uint32_t)request->flavor, request->old_state, request->old_stateCnt);
}

static void check_state_identity(mach_port_t thread, const void *argument)
{
    const __Request__mach_exception_raise_state_identity_t *request =
        &caught.request.Request_catch_mach_exception_raise_state_identity;
    (void)argument;
    EXPECT_EQ(request->thread.name, thread);
    EXPECT_EQ(request->exception, EXC_ARITHMETIC);
    answer_state((uint32_t)request->flavor, request->old_state, request->old_stateCnt);
}

CASE(each_behavior_has_its_message)
{
    mach_port_t handler = handler_create();
    take_one(handler, fault_null, EXCEPTION_DEFAULT, 2401, check_short_codes, NULL);
    take_one(handler, fault_illegal, LONG_CODES(EXCEPTION_STATE), RAISE_STATE_ID, check_state,
             NULL);
    take_one(handler, fault_divide, LONG_CODES(EXCEPTION_STATE_IDENTITY), RAISE_IDENTITY_ID,
             check_state_identity, NULL);
    port_destroy_with_send(handler);
}

CASE(the_thread_is_asked_first_then_the_task)
{
    struct helper helper;
    struct worker worker;
    mach_port_t first = handler_create(), second = handler_create();
    if (helper_create(&helper)) {
        EXPECT(worker_create(&worker, helper.task, fault_illegal, NULL));
        take_from_thread(worker.thread, first, LONG_CODES(EXCEPTION_DEFAULT));
        take_from_task(helper.task, second, LONG_CODES(EXCEPTION_DEFAULT));
        EXPECT_OK(thread_resume(worker.thread));
        EXPECT(receive_exception(first, RAISE_ID));
        answer(KERN_FAILURE);
        EXPECT(receive_exception(second, RAISE_ID));
        EXPECT_EQ(caught.request.Request_catch_mach_exception_raise.task.name, helper.task);
        answer_recover();
        worker_join(&worker);
        EXPECT_EQ(recovered, 1);
        helper_destroy(&helper);
    }
    port_destroy_with_send(first);
    port_destroy_with_send(second);
}

/* A crash that the process server reports. Each of its threads that do so makes a reply port for its
 * first, and they take turns. */
static void crash_once(void)
{
    struct helper helper;
    struct worker worker;
    if (helper_create(&helper)) {
        EXPECT(worker_start(&worker, helper.task, fault_null, NULL));
        (void)wait_dead(helper.task);
        worker_join(&worker);
        helper_destroy(&helper);
    }
}

void systest_prepare(void)
{
    crash_once();
    crash_once();
}

CASE(a_dropped_reply_right_is_no_answer)
{
    struct faulting faulting;
    if (faulting_create(&faulting)) {
        EXPECT(receive_exception(faulting.handler, RAISE_ID));
        mach_msg_destroy(&caught.header);
        faulting_expect_end(&faulting);
        port_destroy_with_send(faulting.handler);
    }
}

CASE(a_handler_may_die_with_the_exception_in_its_queue)
{
    struct faulting faulting;
    if (faulting_create(&faulting)) {
        (void)worker_wait_blocked(&faulting.worker);
        port_destroy_with_send(faulting.handler);
        faulting_expect_end(&faulting);
    }
}

CASE(a_thread_may_be_ended_while_its_handler_thinks)
{
    struct faulting faulting;
    if (faulting_create(&faulting)) {
        EXPECT(receive_exception(faulting.handler, RAISE_ID));
        worker_kill(&faulting.worker);
        answer_too_late(KERN_SUCCESS);
        EXPECT_OK(task_suspend(faulting.helper.task)); /* it is still there */
        helper_destroy(&faulting.helper);
        port_destroy_with_send(faulting.handler);
    }
}

CASE(a_thread_is_not_broken_off_safely_while_its_handler_thinks)
{
    struct faulting faulting;
    if (faulting_create(&faulting)) {
        EXPECT(receive_exception(faulting.handler, RAISE_ID));
        (void)worker_wait_blocked(&faulting.worker);
        EXPECT_OK(thread_abort_safely(faulting.worker.thread));
        EXPECT(worker_wait_blocked(&faulting.worker));
        answer_recover(); /* there is somebody who waits for that */
        worker_join(&faulting.worker);
        EXPECT_EQ(recovered, 1);
        helper_destroy(&faulting.helper);
        port_destroy_with_send(faulting.handler);
    }
}

/* It gives up, so that the thread runs into the exception again; nobody else is asked. */
CASE(a_thread_can_be_broken_off_while_its_handler_thinks)
{
    struct faulting faulting;
    if (faulting_create(&faulting)) {
        EXPECT(receive_exception(faulting.handler, RAISE_ID));
        (void)worker_wait_blocked(&faulting.worker);
        EXPECT_OK(thread_abort(faulting.worker.thread));
        answer_too_late(KERN_SUCCESS);
        EXPECT(receive_exception(faulting.handler, RAISE_ID));
        answer(KERN_FAILURE);
        faulting_expect_end(&faulting);
        port_destroy_with_send(faulting.handler);
    }
}

/* The kernel's report does not wait for room. */
CASE(an_exception_is_reported_to_a_full_queue)
{
    struct worker worker;
    mach_port_t handler = handler_create();
    for (uint32_t i = 0; i < MACH_PORT_QLIMIT_DEFAULT; i++) {
        EXPECT_OK(send_value(handler, i));
    }
    EXPECT(worker_create(&worker, mach_task_self(), fault_null, NULL));
    take_from_thread(worker.thread, handler, LONG_CODES(EXCEPTION_DEFAULT));
    EXPECT_OK(thread_resume(worker.thread));
    (void)worker_wait_blocked(&worker);
    for (uint32_t i = 0; i < MACH_PORT_QLIMIT_DEFAULT; i++) {
        EXPECT_EQ(receive_value(handler), i);
    }
    EXPECT(receive_exception(handler, RAISE_ID));
    worker_kill(&worker);
    answer_too_late(KERN_SUCCESS);
    port_destroy_with_send(handler);
}
