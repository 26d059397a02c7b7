/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Exceptions whose handlers are in trouble themselves: they run into one of their own, or die with the
 * exception in their hands. The next in the order thread, task, host is asked then.
 */
#include <string.h>

#include "exception_handler.h"
#include "faults.h"
#include "systest.h"
#include "systest_msg.h"
#include "systest_task.h"

/* What a handler of its own has received: shared with its task. */
static struct {
    mach_port_t port;
    union exception_message caught;
    _Atomic bool has_received;
} inner;

static bool inner_has_received(void *argument)
{
    (void)argument;
    return inner.has_received;
}

static void inner_receive(void)
{
    EXPECT_OK(mach_msg(&inner.caught.header, MACH_RCV_MSG, 0, sizeof(inner.caught), inner.port, 0,
                       MACH_PORT_NULL));
    inner.has_received = true;
}

static void inner_begin(mach_port_t port)
{
    memset(&inner.caught, 0, sizeof(inner.caught));
    inner.port = port;
    inner.has_received = false;
}

/* Let the thread recover whose exception the inner handler has received, in the test's task. */
static void recover_inner(void)
{
    caught = inner.caught;
    answer_recover();
}

static void receive_and_fault(void *argument)
{
    inner_receive();
    fault_illegal(argument);
}

/* The test takes the exceptions of a thread that takes those of another. */
CASE(a_handler_may_run_into_an_exception)
{
    struct faulting faulting;
    struct worker handler;
    mach_port_t outer = port_create_with_send();
    if (faulting_create(&faulting)) {
        inner_begin(faulting.handler);
        EXPECT(worker_create(&handler, mach_task_self(), receive_and_fault, NULL));
        take_from_thread(handler.thread, outer, LONG_CODES(EXCEPTION_DEFAULT));
        EXPECT_OK(thread_resume(handler.thread));
        EXPECT(receive_exception(outer, RAISE_ID));
        EXPECT_EQ(caught.request.Request_catch_mach_exception_raise.thread.name, handler.thread);
        answer_recover();
        worker_join(&handler);
        EXPECT_EQ(recovered, 1);
        recover_inner();
        worker_join(&faulting.worker);
        EXPECT_EQ(recovered, 2);
        helper_destroy(&faulting.helper);
        port_destroy_with_send(faulting.handler);
    }
    port_destroy_with_send(outer);
}

/* Nobody can answer, but that does not keep the thread from being ended. */
CASE(a_handler_may_run_into_an_exception_that_is_for_itself)
{
    struct faulting faulting;
    struct worker handler;
    if (faulting_create(&faulting)) {
        inner_begin(faulting.handler);
        EXPECT(worker_create(&handler, mach_task_self(), receive_and_fault, NULL));
        take_from_thread(handler.thread, faulting.handler, LONG_CODES(EXCEPTION_DEFAULT));
        EXPECT_OK(thread_resume(handler.thread));
        EXPECT(systest_wait(inner_has_received, NULL));
        (void)worker_wait_blocked(&handler);
        worker_kill(&handler);
        EXPECT(receive_exception(faulting.handler, RAISE_ID));
        answer_too_late(KERN_SUCCESS);
        recover_inner();
        worker_join(&faulting.worker);
        EXPECT_EQ(recovered, 1);
        helper_destroy(&faulting.helper);
        port_destroy_with_send(faulting.handler);
    }
}

static void receive_and_stay(void *argument)
{
    (void)argument;
    inner_receive();
    for (;;) {
        systest_pause();
    }
}

/* The thread's handler is a task that ends between request and answer. */
static void check_dying_handler(struct faulting *faulting, mach_port_t first)
{
    struct helper owner;
    struct worker handler;
    if (!helper_create(&owner)) {
        return;
    }
    helper_give(&owner, 0, first, MACH_MSG_TYPE_MOVE_RECEIVE);
    inner_begin(HELPER_PORT(0));
    EXPECT(worker_start(&handler, owner.task, receive_and_stay, NULL));
    EXPECT_OK(thread_resume(faulting->worker.thread));
    EXPECT(systest_wait(inner_has_received, NULL));
    helper_destroy(&owner);
    EXPECT(receive_exception(faulting->handler, RAISE_ID));
    answer_recover();
    worker_join(&handler);
    worker_join(&faulting->worker);
    EXPECT_EQ(recovered, 1);
}

CASE(a_handler_may_die_between_request_and_answer)
{
    struct faulting faulting = { .handler = handler_create() };
    mach_port_t first = port_create_with_send();
    if (helper_create(&faulting.helper)) {
        EXPECT(worker_create(&faulting.worker, faulting.helper.task, fault_null, NULL));
        take_from_task(faulting.helper.task, faulting.handler, LONG_CODES(EXCEPTION_DEFAULT));
        take_from_thread(faulting.worker.thread, first, LONG_CODES(EXCEPTION_DEFAULT));
        check_dying_handler(&faulting, first);
        helper_destroy(&faulting.helper);
    }
    EXPECT_OK(mach_port_deallocate(mach_task_self(), first));
    port_destroy_with_send(faulting.handler);
}

/* What the host does with bad accesses, as host_swap_exception_ports() tells and takes it. */
struct host_action {
    mach_msg_type_number_t count;
    exception_mask_t mask;
    mach_port_t handler;
    exception_behavior_t behavior;
    thread_state_flavor_t flavor;
};

static struct host_action swap_host(const struct host_action *action)
{
    struct host_action old = { .count = 1 };
    EXPECT_OK(host_swap_exception_ports(systest_host_priv(), EXC_MASK_BAD_ACCESS, action->handler,
                                        action->behavior, action->flavor, &old.mask, &old.count,
                                        &old.handler, &old.behavior, &old.flavor));
    EXPECT_EQ(old.mask, EXC_MASK_BAD_ACCESS);
    return old;
}

static void give_back(mach_port_t right)
{
    if (MACH_PORT_VALID(right)) {
        EXPECT_OK(mach_port_deallocate(mach_task_self(), right));
    }
}

/* The thread's handler refuses, the task's dies, the host's takes it. */
CASE(the_host_is_asked_last)
{
    struct faulting faulting = { .handler = handler_create() };
    mach_port_t first = port_create_with_send(), last = port_create_with_send();
    const struct host_action wanted = { 0, 0, last, LONG_CODES(EXCEPTION_DEFAULT),
                                        THREAD_STATE_NONE };
    struct host_action old = swap_host(&wanted);
    if (helper_create(&faulting.helper)) {
        EXPECT(worker_create(&faulting.worker, faulting.helper.task, fault_null, NULL));
        take_from_task(faulting.helper.task, faulting.handler, LONG_CODES(EXCEPTION_DEFAULT));
        take_from_thread(faulting.worker.thread, first, LONG_CODES(EXCEPTION_DEFAULT));
        EXPECT_OK(thread_resume(faulting.worker.thread));
        EXPECT(receive_exception(first, RAISE_ID));
        answer(KERN_FAILURE);
        EXPECT(receive_exception(faulting.handler, RAISE_ID));
        EXPECT_EQ(receive_now(last, (union any_message *)&inner.caught), MACH_RCV_TIMED_OUT);
        mach_msg_destroy(&caught.header);
        EXPECT(receive_exception(last, RAISE_ID));
        EXPECT_EQ(caught.request.Request_catch_mach_exception_raise.task.name,
                  faulting.helper.task);
        answer_recover();
        worker_join(&faulting.worker);
        EXPECT_EQ(recovered, 1);
        helper_destroy(&faulting.helper);
    }
    give_back(swap_host(&old).handler);
    give_back(old.handler);
    port_destroy_with_send(first);
    port_destroy_with_send(faulting.handler);
    port_destroy_with_send(last);
}

/* Send the thread of the exception received to fault_illegal(), and take what it runs into there. */
static void fault_again(const struct faulting *faulting)
{
    x86_thread_state64_t state;
    mach_msg_type_number_t count = x86_THREAD_STATE64_COUNT;
    thread_act_t thread = faulting->worker.thread;
    EXPECT_OK(thread_get_state(thread, x86_THREAD_STATE64, (thread_state_t)&state, &count));
    state.__rip = (uint64_t)fault_illegal;
    EXPECT_OK(thread_set_state(thread, x86_THREAD_STATE64, (thread_state_t)&state, count));
    answer(KERN_SUCCESS);
    EXPECT(receive_exception(faulting->handler, RAISE_ID));
    EXPECT_EQ(caught.request.Request_catch_mach_exception_raise.exception, EXC_BAD_INSTRUCTION);
}

CASE(a_handled_thread_may_run_into_the_next_exception_at_once)
{
    struct faulting faulting;
    if (faulting_create(&faulting)) {
        EXPECT(receive_exception(faulting.handler, RAISE_ID));
        for (int i = 0; i < 20; i++) {
            fault_again(&faulting);
        }
        answer_recover();
        worker_join(&faulting.worker);
        EXPECT_EQ(recovered, 1);
        helper_destroy(&faulting.helper);
        port_destroy_with_send(faulting.handler);
    }
}
