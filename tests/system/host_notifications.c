/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Messages that tell of a new time of day: who asked gets one for each request, once, whatever became of
 * the port meanwhile.
 */
#include <mach/clock.h>
#include <mach/clock_priv.h>
#include <mach/host_notify_reply_server.h>
#include <mach/quota_info.h>

#include "systest.h"
#include "systest_msg.h"
#include "systest_task.h"

#define SELF     mach_task_self()
#define REQUESTS 20

#define REQUEST_ID 217

/* More requests than a quota below allows. */
#define TRIES 10000

/* What the generated server got. */
static struct {
    uint32_t changed;
    uint32_t set;
} told;

kern_return_t host_calendar_changed([[maybe_unused]] mach_port_t notify_port)
{
    told.changed++;
    return KERN_SUCCESS;
}

kern_return_t host_calendar_set([[maybe_unused]] mach_port_t notify_port)
{
    told.set++;
    return KERN_SUCCESS;
}

static kern_return_t request(int type, mach_port_t port)
{
    mach_port_t host = mach_host_self();
    kern_return_t result = host_request_notification(host, type, port);
    EXPECT_OK(mach_port_deallocate(SELF, host));
    return result;
}

/* Set the time of day to what it is, more or less. */
static void set_calendar(void)
{
    clock_ctrl_t control = MACH_PORT_NULL;
    clock_serv_t calendar = systest_clock(CALENDAR_CLOCK);
    mach_timespec_t now = {};
    EXPECT_OK(host_get_clock_control(systest_host_priv(), CALENDAR_CLOCK, &control));
    EXPECT_OK(clock_get_time(calendar, &now));
    EXPECT_OK(clock_set_time(control, now));
    EXPECT_OK(mach_port_deallocate(SELF, control));
    EXPECT_OK(mach_port_deallocate(SELF, calendar));
}

/* Serve all messages that PORT has. */
static void serve(mach_port_t port)
{
    union any_message message;
    mig_reply_error_t reply;
    told.changed = told.set = 0;
    while (receive_now(port, &message) == MACH_MSG_SUCCESS) {
        EXPECT_EQ(message.header.msgh_size, sizeof(mach_msg_header_t));
        EXPECT_EQ(MACH_MSGH_BITS_LOCAL(message.header.msgh_bits), MACH_MSG_TYPE_PORT_SEND_ONCE);
        EXPECT(host_notify_reply_server(&message.header, &reply.Head));
    }
}

static void expect_told(mach_port_t port, uint32_t changed, uint32_t set)
{
    serve(port);
    EXPECT_EQ(told.changed, changed);
    EXPECT_EQ(told.set, set);
}

CASE(what_was_asked_for_comes_once)
{
    mach_port_t port = port_create();
    EXPECT_OK(request(HOST_NOTIFY_CALENDAR_CHANGE, port));
    EXPECT_OK(request(HOST_NOTIFY_CALENDAR_SET, port));
    expect_told(port, 0, 0);
    set_calendar();
    expect_told(port, 1, 1);
    set_calendar();
    expect_told(port, 0, 0);
    EXPECT_OK(request(HOST_NOTIFY_CALENDAR_SET, port));
    set_calendar();
    expect_told(port, 0, 1);
    port_destroy(port);
}

CASE(each_request_is_answered)
{
    mach_port_t first = port_create(), second = port_create();
    for (int i = 0; i < REQUESTS; i++) {
        EXPECT_OK(request(HOST_NOTIFY_CALENDAR_CHANGE, first));
    }
    EXPECT_OK(request(HOST_NOTIFY_CALENDAR_CHANGE, second));
    set_calendar();
    expect_told(first, REQUESTS, 0);
    expect_told(second, 1, 0);
    port_destroy(first);
    port_destroy(second);
}

CASE(a_time_that_cannot_be_is_nothing_to_tell)
{
    clock_ctrl_t control = MACH_PORT_NULL;
    mach_port_t port = port_create();
    EXPECT_OK(request(HOST_NOTIFY_CALENDAR_SET, port));
    EXPECT_OK(host_get_clock_control(systest_host_priv(), CALENDAR_CLOCK, &control));
    EXPECT_EQ(clock_set_time(control, (mach_timespec_t){ 1, -1 }), KERN_INVALID_VALUE);
    expect_told(port, 0, 0);
    EXPECT_OK(mach_port_deallocate(SELF, control));
    port_destroy(port);
}

/* The ledger sees what is left. */
CASE(a_port_that_dies_takes_its_requests_along)
{
    uint64_t before = systest_count("host requests");
    mach_port_t port = port_create();
    for (int i = 0; i < REQUESTS; i++) {
        EXPECT_OK(request(i % 2, port));
    }
    EXPECT_EQ(systest_count("host requests"), before + REQUESTS);
    port_destroy(port);
    EXPECT_EQ(systest_count("host requests"), before);
    set_calendar();
}

CASE(a_task_that_ends_takes_its_requests_along)
{
    struct helper helper;
    mach_port_t port = port_create(), once = MACH_PORT_NULL;
    mach_msg_type_name_t type;
    if (!helper_create(&helper)) {
        return;
    }
    uint64_t before = systest_count("host requests");
    EXPECT_OK(request(HOST_NOTIFY_CALENDAR_SET, port));
    helper_give(&helper, 0, port, MACH_MSG_TYPE_MOVE_RECEIVE);
    EXPECT_EQ(mach_port_extract_right(helper.task, HELPER_PORT(0), MACH_MSG_TYPE_MAKE_SEND_ONCE,
                                      &once, &type),
              KERN_SUCCESS);
    EXPECT_EQ(systest_count("host requests"), before + 1);
    helper_destroy(&helper);
    EXPECT_EQ(systest_count("host requests"), before);
    EXPECT_OK(mach_port_deallocate(SELF, once));
}

CASE(a_receive_right_that_moves_takes_its_requests_along)
{
    struct helper helper;
    mach_port_t port = port_create(), back = MACH_PORT_NULL;
    mach_msg_type_name_t type;
    if (!helper_create(&helper)) {
        return;
    }
    EXPECT_OK(request(HOST_NOTIFY_CALENDAR_SET, port));
    helper_give(&helper, 0, port, MACH_MSG_TYPE_MOVE_RECEIVE);
    set_calendar();
    EXPECT_OK(mach_port_extract_right(helper.task, HELPER_PORT(0), MACH_MSG_TYPE_MOVE_RECEIVE,
                                      &back, &type));
    expect_told(back, 0, 1);
    port_destroy(back);
    helper_destroy(&helper);
}

CASE(what_cannot_be_asked_for)
{
    mach_port_t port = port_create();
    union any_message message;
    EXPECT_EQ(request(-1, port), KERN_INVALID_ARGUMENT);
    EXPECT_EQ(request(HOST_NOTIFY_TYPE_MAX + 1, port), KERN_INVALID_ARGUMENT);
    EXPECT_EQ(request(HOST_NOTIFY_CALENDAR_SET, MACH_PORT_NULL), KERN_INVALID_CAPABILITY);
    EXPECT_EQ(host_request_notification(SELF, HOST_NOTIFY_CALENDAR_SET, port),
              KERN_INVALID_ARGUMENT);
    set_calendar();
    /* Only that the rights went unused is told. */
    for (int i = 0; i < 3; i++) {
        EXPECT_OK(receive_now(port, &message));
        EXPECT_EQ(message.header.msgh_id, MACH_NOTIFY_SEND_ONCE);
    }
    EXPECT_EQ(receive_now(port, &message), MACH_RCV_TIMED_OUT);
    port_destroy(port);
}

CASE(requests_are_charged_to_who_asks)
{
    mach_port_t port = port_create();
    struct mach_r_quota_info old = {}, now = {};
    mach_msg_type_number_t count = MACH_R_QUOTA_INFO_COUNT;
    EXPECT_OK(task_info(SELF, MACH_R_QUOTA_INFO, (task_info_t)&old, &count));
    EXPECT_OK(request(HOST_NOTIFY_CALENDAR_SET, port));
    EXPECT_OK(task_info(SELF, MACH_R_QUOTA_INFO, (task_info_t)&now, &count));
    EXPECT(now.queued_bytes.used > old.queued_bytes.used);
    port_destroy(port);
    EXPECT_OK(task_info(SELF, MACH_R_QUOTA_INFO, (task_info_t)&now, &count));
    EXPECT_EQ(now.queued_bytes.used, old.queued_bytes.used);
}

/* Ask without the library, which a bare thread has not. */
static kern_return_t request_bare(mach_port_t host, mach_port_t port, mach_port_t reply_port)
{
    union {
        __Request__host_request_notification_t request;
        __Reply__host_request_notification_t reply;
        uint8_t room[256];
    } call = { .request = {
                   .Head = { .msgh_bits = MACH_MSGH_BITS_SET(MACH_MSG_TYPE_COPY_SEND,
                                                             MACH_MSG_TYPE_MAKE_SEND_ONCE, 0,
                                                             MACH_MSGH_BITS_COMPLEX),
                             .msgh_remote_port = host,
                             .msgh_local_port = reply_port,
                             .msgh_id = REQUEST_ID },
                   .msgh_body = { 1 },
                   .notify_port = { .name = port,
                                    .disposition = MACH_MSG_TYPE_MAKE_SEND_ONCE,
                                    .type = MACH_MSG_PORT_DESCRIPTOR },
                   .NDR = NDR_record,
                   .notify_type = HOST_NOTIFY_CALENDAR_SET,
               } };
    kern_return_t result =
        mach_msg(&call.request.Head, MACH_SEND_MSG | MACH_RCV_MSG, sizeof(call.request),
                 sizeof(call), reply_port, 0, MACH_PORT_NULL);
    return result == MACH_MSG_SUCCESS ? call.reply.RetCode : result;
}

/* In a task of its own, whose limit is lowered. */
static void ask_for_too_much([[maybe_unused]] void *argument)
{
    mach_port_t port = MACH_PORT_NULL, host = mach_host_self(), reply_port = mach_reply_port();
    kern_return_t result = mach_port_allocate(task_self_trap(), MACH_PORT_RIGHT_RECEIVE, &port);
    uint32_t made = 0;
    while (result == KERN_SUCCESS && made < TRIES) {
        result = request_bare(host, port, reply_port);
        made++;
    }
    EXPECT(made > 10);
    EXPECT_EQ(result, KERN_RESOURCE_SHORTAGE);
}

CASE(nobody_can_ask_for_more_than_his_quota)
{
    struct helper helper;
    struct worker worker;
    struct mach_r_quota_info info = {};
    mach_msg_type_number_t count = MACH_R_QUOTA_INFO_COUNT;
    if (!helper_create(&helper)) {
        return;
    }
    EXPECT_OK(task_info(helper.task, MACH_R_QUOTA_INFO, (task_info_t)&info, &count));
    info.queued_bytes.limit = 16 * 1024;
    EXPECT_OK(task_set_info(helper.task, MACH_R_QUOTA_INFO, (task_info_t)&info, count));
    if (EXPECT(worker_start(&worker, helper.task, ask_for_too_much, NULL))) {
        worker_join(&worker);
    }
    helper_destroy(&helper);
}
