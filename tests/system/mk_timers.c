/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Timers: each error, expiry, arming again, cancelling, and what becomes of a timer whose receive
 * right moves or dies while it is armed. Nothing sleeps: that a time has passed, a later timer
 * tells.
 */
#include <mach/clock_types.h>
#include <mach/mk_timer.h>
#include <mach/notify.h>

#include "systest.h"
#include "systest_msg.h"
#include "systest_task.h"

#define FAR_AWAY (3600 * NSEC_PER_SEC)
#define RACES    2000

static uint64_t after(uint64_t ns)
{
    return mach_absolute_time() + ns;
}

static void expect_expiry(mach_port_t timer)
{
    union any_message message;
    if (EXPECT_OK(receive(timer, &message))) {
        EXPECT_EQ(message.header.msgh_size, sizeof(mk_timer_expire_msg_t));
        EXPECT_EQ(message.header.msgh_id, 0);
        EXPECT_EQ(message.header.msgh_local_port, timer);
        EXPECT_EQ(message.header.msgh_remote_port, MACH_PORT_NULL);
    }
}

static void expect_nothing(mach_port_t timer)
{
    union any_message message;
    EXPECT_EQ(receive_now(timer, &message), MACH_RCV_TIMED_OUT);
}

/* Return when a timer that is armed now, another one, has expired. */
static void let_pass(uint64_t ns)
{
    mach_port_t timer = mk_timer_create();
    EXPECT_OK(mk_timer_arm(timer, after(ns)));
    expect_expiry(timer);
    EXPECT_OK(mk_timer_destroy(timer));
}

static void expect_errors(mach_port_name_t name, kern_return_t error)
{
    uint64_t time;
    EXPECT_EQ(mk_timer_arm(name, FAR_AWAY), error);
    EXPECT_EQ(mk_timer_arm_leeway(name, MK_TIMER_NORMAL, FAR_AWAY, 0), error);
    EXPECT_EQ(mk_timer_cancel(name, &time), error);
    EXPECT_EQ(mk_timer_destroy(name), error);
}

CASE(a_timers_port_goes_with_its_timer)
{
    mach_port_t timer = mk_timer_create(), notify = port_create(), previous = MACH_PORT_NULL;
    natural_t type = 0;
    mach_vm_address_t address;
    EXPECT_EQ(mach_port_request_notification(mach_task_self(), timer, MACH_NOTIFY_PORT_DESTROYED, 0,
                                             notify, MACH_MSG_TYPE_MAKE_SEND_ONCE, &previous),
              KERN_INVALID_RIGHT);
    expect_nothing(timer);
    EXPECT_OK(mach_port_kobject(mach_task_self(), timer, &type, &address));
    EXPECT_EQ(type, 8); /* Darwin's number of timers */
    EXPECT_OK(mk_timer_destroy(timer));
    port_destroy(notify);
}

CASE(what_is_no_timer_is_refused)
{
    mach_port_t port = port_create();
    expect_errors(MACH_PORT_NULL, KERN_INVALID_NAME);
    expect_errors(mach_task_self(), KERN_INVALID_RIGHT);
    expect_errors(port, KERN_INVALID_ARGUMENT);
    port_destroy(port);
    mach_port_t timer = mk_timer_create();
    EXPECT_EQ(port_type(timer), MACH_PORT_TYPE_RECEIVE);
    EXPECT_EQ(mk_timer_cancel(timer, (uint64_t *)8), KERN_FAILURE);
    EXPECT_OK(mk_timer_destroy(timer));
    expect_errors(timer, KERN_INVALID_NAME);
}

CASE(a_timer_expires_once_each_time_it_is_armed)
{
    mach_port_t timer = mk_timer_create();
    for (int i = 0; i < 3; i++) {
        uint64_t time = after(2 * NSEC_PER_MSEC);
        EXPECT_OK(mk_timer_arm(timer, time));
        expect_expiry(timer);
        EXPECT(mach_absolute_time() >= time);
    }
    EXPECT_OK(mk_timer_arm(timer, 0));
    expect_expiry(timer);
    uint64_t time = after(NSEC_PER_MSEC);
    EXPECT_OK(mk_timer_arm_leeway(timer, MK_TIMER_CRITICAL, time, NSEC_PER_MSEC));
    expect_expiry(timer);
    EXPECT(mach_absolute_time() >= time);
    let_pass(NSEC_PER_MSEC);
    expect_nothing(timer);
    EXPECT_OK(mk_timer_destroy(timer));
}

CASE(arming_again_replaces)
{
    mach_port_t timer = mk_timer_create();
    EXPECT_OK(mk_timer_arm(timer, after(FAR_AWAY)));
    EXPECT_OK(mk_timer_arm(timer, after(NSEC_PER_MSEC)));
    expect_expiry(timer);
    EXPECT_OK(mk_timer_arm(timer, after(20 * NSEC_PER_MSEC)));
    EXPECT_OK(mk_timer_arm(timer, after(FAR_AWAY)));
    let_pass(25 * NSEC_PER_MSEC);
    expect_nothing(timer);
    EXPECT_OK(mk_timer_destroy(timer));
}

CASE(a_cancelled_timer_never_expires)
{
    mach_port_t timer = mk_timer_create();
    uint64_t time = after(20 * NSEC_PER_MSEC), told = 1;
    EXPECT_OK(mk_timer_cancel(timer, &told));
    EXPECT_EQ(told, 0);
    EXPECT_OK(mk_timer_arm(timer, time));
    EXPECT_OK(mk_timer_cancel(timer, &told));
    EXPECT_EQ(told, time);
    EXPECT_OK(mk_timer_cancel(timer, NULL));
    let_pass(25 * NSEC_PER_MSEC);
    expect_nothing(timer);
    EXPECT_OK(mk_timer_destroy(timer));
}

CASE(a_timer_goes_where_its_receive_right_goes)
{
    mach_port_t carrier = port_create_with_send(), timer = mk_timer_create();
    EXPECT_OK(mk_timer_arm(timer, after(NSEC_PER_MSEC)));
    EXPECT_OK(send_right(carrier, timer, MACH_MSG_TYPE_MOVE_RECEIVE));
    let_pass(2 * NSEC_PER_MSEC);
    timer = receive_right(carrier);
    expect_expiry(timer);
    EXPECT_OK(mk_timer_arm(timer, 0));
    expect_expiry(timer);
    EXPECT_OK(mk_timer_destroy(timer));
    port_destroy_with_send(carrier);
}

static bool no_alarms_but(void *count)
{
    return systest_count("alarms") == *(uint64_t *)count;
}

CASE(an_armed_timer_ends_with_its_port_or_task)
{
    struct helper helper;
    uint64_t before = systest_count("alarms");
    mach_port_t timer = mk_timer_create();
    EXPECT_OK(mk_timer_arm(timer, after(FAR_AWAY)));
    EXPECT_EQ(systest_count("alarms"), before + 1);
    port_destroy(timer);
    EXPECT_EQ(systest_count("alarms"), before);
    if (helper_create(&helper)) {
        timer = mk_timer_create();
        EXPECT_OK(mk_timer_arm(timer, after(FAR_AWAY)));
        helper_give(&helper, 0, timer, MACH_MSG_TYPE_MOVE_RECEIVE);
        helper_destroy(&helper);
        EXPECT(systest_wait(no_alarms_but, &before));
    }
}

/* Each arming ends in exactly one of a message and a cancellation. */
CASE(timers_expire_while_they_are_cancelled)
{
    union any_message message;
    mach_port_t timer = mk_timer_create();
    for (uint64_t i = 0; i < RACES; i++) {
        uint64_t deadline = after(100 * NSEC_PER_USEC), told = 0;
        EXPECT_OK(mk_timer_arm(timer, deadline));
        while (mach_absolute_time() + 20 * NSEC_PER_USEC < deadline + i % 40 * NSEC_PER_USEC) {
        }
        EXPECT_OK(mk_timer_cancel(timer, &told));
        if (told == 0) {
            EXPECT_OK(receive(timer, &message));
        }
        expect_nothing(timer);
    }
    EXPECT_OK(mk_timer_destroy(timer));
}

CASE(timers_expire_while_they_are_destroyed)
{
    for (uint64_t i = 0; i < RACES; i++) {
        mach_port_t timer = mk_timer_create();
        uint64_t deadline = after(100 * NSEC_PER_USEC);
        EXPECT_OK(mk_timer_arm(timer, deadline));
        while (mach_absolute_time() + 20 * NSEC_PER_USEC < deadline + i % 40 * NSEC_PER_USEC) {
        }
        EXPECT_OK(mk_timer_destroy(timer));
    }
}
