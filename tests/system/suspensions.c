/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tokens of suspensions: a task stands still as long as somebody has its token, and goes on in
 * whatever way that is given up.
 */
#include "systest.h"
#include "systest_msg.h"
#include "systest_task.h"

#define SELF mach_task_self()

static int32_t suspensions(task_t task)
{
    mach_task_basic_info_data_t info = { .suspend_count = -1 };
    mach_msg_type_number_t count = MACH_TASK_BASIC_INFO_COUNT;
    EXPECT_OK(task_info(task, MACH_TASK_BASIC_INFO, (task_info_t)&info, &count));
    return info.suspend_count;
}

static task_suspension_token_t suspend(task_t task)
{
    task_suspension_token_t token = MACH_PORT_NULL;
    EXPECT_OK(task_suspend2(task, &token));
    EXPECT(MACH_PORT_VALID(token));
    return token;
}

static mach_port_type_t type_of(mach_port_t name)
{
    mach_port_type_t type = 0;
    return mach_port_type(SELF, name, &type) == KERN_SUCCESS ? type : MACH_PORT_TYPE_NONE;
}

static _Atomic bool has_run;

static bool ran([[maybe_unused]] void *argument)
{
    return has_run;
}

static void run([[maybe_unused]] void *argument)
{
    has_run = true;
}

CASE(a_task_stands_still_until_its_token_is_taken)
{
    struct helper helper;
    struct worker worker;
    has_run = false;
    if (helper_create(&helper)) {
        EXPECT(worker_create(&worker, helper.task, run, NULL));
        task_suspension_token_t token = suspend(helper.task);
        EXPECT_OK(thread_resume(worker.thread));
        for (int i = 0; i < 20; i++) {
            systest_pause();
        }
        EXPECT(!has_run);
        EXPECT_EQ(type_of(token), MACH_PORT_TYPE_SEND_ONCE);
        EXPECT_OK(task_resume2(token));
        EXPECT(systest_wait(ran, NULL));
        EXPECT_EQ(type_of(token), MACH_PORT_TYPE_NONE);
        worker_join(&worker);
        helper_destroy(&helper);
    }
}

/* Each is for one suspension. */
CASE(tokens_are_given_up_one_by_one)
{
    struct helper helper;
    if (helper_create(&helper)) {
        task_suspension_token_t tokens[3];
        for (int i = 0; i < 3; i++) {
            tokens[i] = suspend(helper.task);
            EXPECT_EQ(suspensions(helper.task), i + 1);
        }
        EXPECT_OK(mach_port_deallocate(SELF, tokens[1]));
        EXPECT_EQ(suspensions(helper.task), 2);
        EXPECT_OK(task_resume2(tokens[0]));
        EXPECT_EQ(suspensions(helper.task), 1);
        EXPECT_OK(mach_port_destroy(SELF, tokens[2]));
        EXPECT_EQ(suspensions(helper.task), 0);
        helper_destroy(&helper);
    }
}

CASE(a_token_that_gets_lost_is_given_up)
{
    struct helper target, holder;
    mach_port_t port = port_create_with_send();
    if (helper_create(&target)) {
        if (helper_create(&holder)) { /* with who ends */
            helper_give(&holder, 0, suspend(target.task), MACH_MSG_TYPE_MOVE_SEND_ONCE);
            EXPECT_EQ(suspensions(target.task), 1);
            helper_destroy(&holder);
            EXPECT_EQ(suspensions(target.task), 0);
        }
        mach_msg_header_t message = {
            /* as the destination of a message that it does not know */
            .msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_MOVE_SEND_ONCE, 0),
            .msgh_remote_port = suspend(target.task),
            .msgh_id = 1,
        };
        EXPECT_OK(mach_msg(&message, MACH_SEND_MSG, sizeof(message), 0, MACH_PORT_NULL, 0, 0));
        EXPECT_EQ(suspensions(target.task), 0);
        message = (mach_msg_header_t){
            /* as the reply port of one that nobody reads */
            .msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, MACH_MSG_TYPE_MOVE_SEND_ONCE),
            .msgh_remote_port = port,
            .msgh_local_port = suspend(target.task),
        };
        EXPECT_OK(mach_msg(&message, MACH_SEND_MSG, sizeof(message), 0, MACH_PORT_NULL, 0, 0));
        EXPECT_EQ(suspensions(target.task), 1);
        port_destroy_with_send(port);
        EXPECT_EQ(suspensions(target.task), 0);
        helper_destroy(&target);
    }
}

/* There is one count: task_resume ends a suspension with a token as well, which then is void. */
CASE(who_resumes_without_the_token_is_first)
{
    struct helper helper;
    if (helper_create(&helper)) {
        task_suspension_token_t token = suspend(helper.task);
        EXPECT_OK(task_resume(helper.task));
        EXPECT_EQ(task_resume2(token), KERN_FAILURE);
        EXPECT_EQ(suspensions(helper.task), 0);
        token = suspend(helper.task);
        EXPECT_OK(task_resume(helper.task));
        EXPECT_OK(mach_port_deallocate(SELF, token));
        EXPECT_EQ(suspensions(helper.task), 0);
        helper_destroy(&helper);
    }
}

CASE(what_is_no_token_resumes_nobody)
{
    struct helper helper;
    mach_port_t port = port_create_with_send(), host = mach_host_self();
    task_suspension_token_t token = MACH_PORT_NULL;
    struct {
        mach_msg_header_t Head;
        NDR_record_t NDR;
        kern_return_t RetCode;
        mach_msg_trailer_t trailer;
    } message = {
        .Head = { .msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, MACH_MSG_TYPE_MAKE_SEND),
                  .msgh_remote_port = host,
                  .msgh_local_port = port,
                  .msgh_id = 3437 },
    };
    EXPECT_OK(mach_msg(&message.Head, MACH_SEND_MSG | MACH_RCV_MSG, sizeof(message.Head),
                       sizeof(message), port, 0, MACH_PORT_NULL));
    EXPECT_EQ(message.RetCode, KERN_INVALID_ARGUMENT);
    EXPECT_EQ(task_resume2(MACH_PORT_NULL), MACH_SEND_INVALID_DEST);
    EXPECT_EQ(task_resume2(host), MACH_SEND_INVALID_DEST);
    EXPECT_EQ(task_suspend2(host, &token), KERN_INVALID_TASK);
    if (helper_create(&helper)) {
        token = suspend(helper.task);
        helper_destroy(&helper);
        EXPECT_EQ(task_resume2(token), KERN_INVALID_ARGUMENT);
    }
    EXPECT_OK(mach_port_deallocate(SELF, host));
    port_destroy_with_send(port);
}
