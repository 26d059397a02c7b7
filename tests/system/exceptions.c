/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Exceptions as messages: what each fault reports, who is asked, and what an answer does. The test
 * itself is the handler; the faults happen in bare threads.
 */
#include <string.h>

#include <mach/exc_server.h>
#include <mach/mach_exc_server.h>

#include "faults.h"
#include "systest.h"
#include "systest_msg.h"
#include "systest_task.h"

/* Any message of exc.defs or mach_exc.defs, and any answer. */
union exception_message {
    mach_msg_header_t header;
    union __RequestUnion__catch_mach_exc_subsystem request;
    union __RequestUnion__catch_exc_subsystem short_request;
    __Reply__mach_exception_raise_state_identity_t state_reply;
    mig_reply_error_t reply;
    uint8_t room[4096];
};

static union exception_message message;
static _Atomic int recovered;
static alignas(16) uint8_t recover_stack[16384];

/* Where a handler sends a thread, on a stack of its own: the thread may have lost its. */
static void recover(void)
{
    recovered++;
    bare_thread_exit();
}

static void make_recover(x86_thread_state64_t *state)
{
    state->__rip = (uint64_t)recover;
    state->__rsp = (uint64_t)recover_stack + sizeof(recover_stack) - sizeof(uint64_t);
}

/* A port for exceptions: receive and send right. */
static mach_port_t handler_create(void)
{
    recovered = 0;
    return port_create_with_send();
}

static void take_from_thread(mach_port_t thread, mach_port_t handler, exception_behavior_t behavior)
{
    EXPECT_OK(
        thread_set_exception_ports(thread, EXC_MASK_ALL, handler, behavior, x86_THREAD_STATE64));
}

static void take_from_task(mach_port_t task, mach_port_t handler, exception_behavior_t behavior)
{
    EXPECT_OK(task_set_exception_ports(task, EXC_MASK_ALL, handler, behavior, x86_THREAD_STATE64));
}

/* Receive an exception on HANDLER, which has to be of routine ID. */
static bool receive_exception(mach_port_t handler, mach_msg_id_t id)
{
    memset(&message, 0, sizeof(message));
    return EXPECT_OK(mach_msg(&message.header, MACH_RCV_MSG | MACH_RCV_TIMEOUT, 0, sizeof(message),
                              handler, 20000, MACH_PORT_NULL)) &&
           EXPECT_EQ(message.header.msgh_id, id);
}

/* Answer the exception received with RESULT, and give its rights back.  Returns: how the message was
 * sent. */
static mach_msg_return_t send_answer(kern_return_t result)
{
    mig_reply_error_t reply = {
        .Head = {
            .msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_MOVE_SEND_ONCE, 0),
            .msgh_remote_port = message.header.msgh_remote_port,
            .msgh_id = message.header.msgh_id + 100,
        },
        .NDR = NDR_record,
        .RetCode = result,
    };
    mach_msg_return_t sent = mach_msg(&reply.Head, MACH_SEND_MSG, sizeof(reply), 0, 0, 0, 0);
    if (sent == MACH_MSG_SUCCESS) {
        message.header.msgh_remote_port = MACH_PORT_NULL;
    }
    mach_msg_destroy(&message.header);
    return sent;
}

static void answer(kern_return_t result)
{
    EXPECT_OK(send_answer(result));
}

/* The same for a thread that does not wait any more: its reply port may be there still, or not. */
static void answer_too_late(kern_return_t result)
{
    mach_msg_return_t sent = send_answer(result);
    EXPECT(sent == MACH_MSG_SUCCESS || sent == MACH_SEND_INVALID_DEST);
}

/* Send the thread of the exception received (EXCEPTION_DEFAULT) to recover(). */
static void answer_recover(void)
{
    x86_thread_state64_t state;
    mach_msg_type_number_t count = x86_THREAD_STATE64_COUNT;
    mach_port_t thread = message.request.Request_catch_mach_exception_raise.thread.name;
    EXPECT_OK(thread_get_state(thread, x86_THREAD_STATE64, (thread_state_t)&state, &count));
    make_recover(&state);
    EXPECT_OK(thread_set_state(thread, x86_THREAD_STATE64, (thread_state_t)&state, count));
    answer(KERN_SUCCESS);
}

/* Answer an exception with a state by the same state that continues in recover(). */
static void answer_state(uint32_t flavor, const natural_t *words, uint32_t count)
{
    x86_thread_state64_t state;
    __Reply__mach_exception_raise_state_identity_t reply = {
        .Head = {
            .msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_MOVE_SEND_ONCE, 0),
            .msgh_remote_port = message.header.msgh_remote_port,
            .msgh_id = message.header.msgh_id + 100,
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
    message.header.msgh_remote_port = MACH_PORT_NULL;
    mach_msg_destroy(&message.header);
}

#define LONG_CODES(behavior) ((exception_behavior_t)((behavior) | MACH_EXCEPTION_CODES))

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
        &message.request.Request_catch_mach_exception_raise;
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
        take_one(handler, faults[i].function, LONG_CODES(EXCEPTION_DEFAULT), 2405, check_fault,
                 &faults[i]);
    }
    port_destroy_with_send(handler);
}

static void check_short_codes(mach_port_t thread, const void *argument)
{
    const __Request__exception_raise_t *request =
        &message.short_request.Request_catch_exception_raise;
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
        &message.request.Request_catch_mach_exception_raise_state;
    (void)thread;
    (void)argument;
    EXPECT(!MACH_MSGH_BITS_IS_COMPLEX(message.header.msgh_bits));
    EXPECT_EQ(request->exception, EXC_BAD_INSTRUCTION);
    answer_state((uint32_t)request->flavor, request->old_state, request->old_stateCnt);
}

static void check_state_identity(mach_port_t thread, const void *argument)
{
    const __Request__mach_exception_raise_state_identity_t *request =
        &message.request.Request_catch_mach_exception_raise_state_identity;
    (void)argument;
    EXPECT_EQ(request->thread.name, thread);
    EXPECT_EQ(request->exception, EXC_ARITHMETIC);
    answer_state((uint32_t)request->flavor, request->old_state, request->old_stateCnt);
}

CASE(each_behavior_has_its_message)
{
    mach_port_t handler = handler_create();
    take_one(handler, fault_null, EXCEPTION_DEFAULT, 2401, check_short_codes, NULL);
    take_one(handler, fault_illegal, LONG_CODES(EXCEPTION_STATE), 2406, check_state, NULL);
    take_one(handler, fault_divide, LONG_CODES(EXCEPTION_STATE_IDENTITY), 2407,
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
        EXPECT(receive_exception(first, 2405));
        answer(KERN_FAILURE);
        EXPECT(receive_exception(second, 2405));
        EXPECT_EQ(message.request.Request_catch_mach_exception_raise.task.name, helper.task);
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

/* A helper whose one thread has run into an exception, which the test has to take. */
struct faulting {
    struct helper helper;
    struct worker worker;
    mach_port_t handler;
};

static bool faulting_create(struct faulting *faulting)
{
    faulting->handler = handler_create();
    if (!helper_create(&faulting->helper)) {
        return false;
    }
    EXPECT(worker_create(&faulting->worker, faulting->helper.task, fault_null, NULL));
    take_from_task(faulting->helper.task, faulting->handler, LONG_CODES(EXCEPTION_DEFAULT));
    EXPECT_OK(thread_resume(faulting->worker.thread));
    return true;
}

/* Nobody else wants the exception either: the task has to end. */
static void faulting_expect_end(struct faulting *faulting)
{
    (void)wait_dead(faulting->helper.task);
    worker_join(&faulting->worker);
    helper_destroy(&faulting->helper);
}

CASE(a_dropped_reply_right_is_no_answer)
{
    struct faulting faulting;
    if (faulting_create(&faulting)) {
        EXPECT(receive_exception(faulting.handler, 2405));
        mach_msg_destroy(&message.header);
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
        EXPECT(receive_exception(faulting.handler, 2405));
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
        EXPECT(receive_exception(faulting.handler, 2405));
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
        EXPECT(receive_exception(faulting.handler, 2405));
        (void)worker_wait_blocked(&faulting.worker);
        EXPECT_OK(thread_abort(faulting.worker.thread));
        answer_too_late(KERN_SUCCESS);
        EXPECT(receive_exception(faulting.handler, 2405));
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
    EXPECT(receive_exception(handler, 2405));
    worker_kill(&worker);
    answer_too_late(KERN_SUCCESS);
    port_destroy_with_send(handler);
}
