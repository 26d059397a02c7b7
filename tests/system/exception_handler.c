/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * See exception_handler.h.
 */
#include "exception_handler.h"

#include <string.h>

#include "faults.h"
#include "systest.h"
#include "systest_msg.h"

union exception_message caught;
_Atomic int recovered;
static alignas(16) uint8_t recover_stack[16384];

/* Where a handler sends a thread, on a stack of its own: the thread may have lost its. */
static void recover(void)
{
    recovered++;
    bare_thread_exit();
}

void make_recover(x86_thread_state64_t *state)
{
    state->__rip = (uint64_t)recover;
    state->__rsp = (uint64_t)recover_stack + sizeof(recover_stack) - sizeof(uint64_t);
}

mach_port_t handler_create(void)
{
    recovered = 0;
    return port_create_with_send();
}

void take_from_thread(mach_port_t thread, mach_port_t handler, exception_behavior_t behavior)
{
    EXPECT_OK(
        thread_set_exception_ports(thread, EXC_MASK_ALL, handler, behavior, x86_THREAD_STATE64));
}

void take_from_task(mach_port_t task, mach_port_t handler, exception_behavior_t behavior)
{
    EXPECT_OK(task_set_exception_ports(task, EXC_MASK_ALL, handler, behavior, x86_THREAD_STATE64));
}

bool receive_exception(mach_port_t handler, mach_msg_id_t id)
{
    memset(&caught, 0, sizeof(caught));
    return EXPECT_OK(mach_msg(&caught.header, MACH_RCV_MSG | MACH_RCV_TIMEOUT, 0, sizeof(caught),
                              handler, 20000, MACH_PORT_NULL)) &&
           EXPECT_EQ(caught.header.msgh_id, id);
}

/* Answer the exception received with RESULT, and give its rights back.  Returns: how the message was
 * sent. */
static mach_msg_return_t send_answer(kern_return_t result)
{
    mig_reply_error_t reply = {
        .Head = {
            .msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_MOVE_SEND_ONCE, 0),
            .msgh_remote_port = caught.header.msgh_remote_port,
            .msgh_id = caught.header.msgh_id + REPLY_OFFSET,
        },
        .NDR = NDR_record,
        .RetCode = result,
    };
    mach_msg_return_t sent = mach_msg(&reply.Head, MACH_SEND_MSG, sizeof(reply), 0, 0, 0, 0);
    if (sent == MACH_MSG_SUCCESS) {
        caught.header.msgh_remote_port = MACH_PORT_NULL;
    }
    mach_msg_destroy(&caught.header);
    return sent;
}

void answer(kern_return_t result)
{
    EXPECT_OK(send_answer(result));
}

void answer_too_late(kern_return_t result)
{
    mach_msg_return_t sent = send_answer(result);
    EXPECT(sent == MACH_MSG_SUCCESS || sent == MACH_SEND_INVALID_DEST);
}

void answer_recover(void)
{
    x86_thread_state64_t state;
    mach_msg_type_number_t count = x86_THREAD_STATE64_COUNT;
    mach_port_t thread = caught.request.Request_catch_mach_exception_raise.thread.name;
    EXPECT_OK(thread_get_state(thread, x86_THREAD_STATE64, (thread_state_t)&state, &count));
    make_recover(&state);
    EXPECT_OK(thread_set_state(thread, x86_THREAD_STATE64, (thread_state_t)&state, count));
    answer(KERN_SUCCESS);
}

bool faulting_create(struct faulting *faulting)
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

void faulting_expect_end(struct faulting *faulting)
{
    (void)wait_dead(faulting->helper.task);
    worker_join(&faulting->worker);
    helper_destroy(&faulting->helper);
}
