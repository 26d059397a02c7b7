/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Clocks and alarms: what they tell, each error, and alarms whose port moves or dies while they are
 * set. No test waits by sleeping: that a time has passed, a later alarm tells.
 */
#include <mach/clock.h>
#include <mach/clock_reply.h>
#include <mach/clock_reply_server.h>
#include <mach/mach_time.h>

#include <sys/time.h>

#include "systest.h"
#include "systest_msg.h"
#include "systest_task.h"

#define FAR_AWAY_SECONDS 3600
#define RACES            2000

/* The alarm that the generated server got last. */
static struct {
    kern_return_t code;
    alarm_type_t type;
    mach_timespec_t time;
} rung;

kern_return_t clock_alarm_reply(clock_reply_t alarm_port, kern_return_t alarm_code,
                                alarm_type_t alarm_type, mach_timespec_t alarm_time)
{
    (void)alarm_port;
    rung.code = alarm_code;
    rung.type = alarm_type;
    rung.time = alarm_time;
    return KERN_SUCCESS;
}

static uint64_t to_ns(mach_timespec_t time)
{
    return time.tv_sec * NSEC_PER_SEC + (uint64_t)time.tv_nsec;
}

static mach_timespec_t from_ns(uint64_t ns)
{
    return (mach_timespec_t){ (unsigned)(ns / NSEC_PER_SEC), (clock_res_t)(ns % NSEC_PER_SEC) };
}

static void clock_close(clock_serv_t clock)
{
    EXPECT_OK(mach_port_deallocate(mach_task_self(), clock));
}

/* The time that CLOCK shows, in nanoseconds. */
static uint64_t clock_read(clock_serv_t clock)
{
    mach_timespec_t time = { 0 };
    EXPECT_OK(clock_get_time(clock, &time));
    EXPECT(!BAD_MACH_TIMESPEC(&time));
    return to_ns(time);
}

/* Set an alarm of PORT in NS nanoseconds. */
static void alarm_after(mach_port_t port, uint64_t ns)
{
    clock_serv_t clock = systest_clock(SYSTEM_CLOCK);
    EXPECT_OK(clock_alarm(clock, TIME_RELATIVE, from_ns(ns), port));
    clock_close(clock);
}

/* Wait for an alarm of PORT, and note it in `rung`. */
static bool alarm_receive(mach_port_t port)
{
    union any_message message, reply;
    return EXPECT_OK(receive(port, &message)) &&
           EXPECT(clock_reply_server(&message.header, &reply.header));
}

static void expect_nothing(mach_port_t port)
{
    union any_message message;
    EXPECT_EQ(receive_now(port, &message), MACH_RCV_TIMED_OUT);
}

/* Return when an alarm that is set now, of a port of its own, has come. */
static void let_pass(uint64_t ns)
{
    mach_port_t port = port_create();
    alarm_after(port, ns);
    (void)alarm_receive(port);
    port_destroy(port);
}

CASE(all_clocks_of_ticks_show_the_same)
{
    uint64_t before = mach_absolute_time();
    uint64_t times[] = { mach_approximate_time(), mach_continuous_time(),
                         mach_continuous_approximate_time() };
    uint64_t behind = mach_absolute_time();
    for (int i = 0; i < 3; i++) {
        EXPECT(times[i] >= before && times[i] <= behind);
    }
}

CASE(there_are_two_clocks)
{
    mach_port_t host = mach_host_self(), clock = MACH_PORT_NULL;
    static const clock_id_t wrong[] = { -1, 2, 0x7fffffff };
    for (uint32_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        EXPECT_EQ(host_get_clock_service(host, wrong[i], &clock), KERN_INVALID_ARGUMENT);
    }
    EXPECT_EQ(host_get_clock_service(mach_task_self(), SYSTEM_CLOCK, &clock),
              KERN_INVALID_ARGUMENT);
    EXPECT_OK(mach_port_deallocate(mach_task_self(), host));
    clock_serv_t system = systest_clock(SYSTEM_CLOCK), calendar = systest_clock(CALENDAR_CLOCK);
    EXPECT(system != calendar);
    EXPECT_EQ(systest_clock(SYSTEM_CLOCK), system);
    clock_close(system);
    clock_close(system);
    clock_close(calendar);
}

CASE(the_system_clock_shows_absolute_time)
{
    clock_serv_t clock = systest_clock(SYSTEM_CLOCK);
    uint64_t before = mach_absolute_time(), now = clock_read(clock);
    EXPECT(now >= before && now <= mach_absolute_time());
    clock_close(clock);
}

static uint64_t posix_us(void)
{
    struct timeval time;
    EXPECT_EQ(gettimeofday(&time, NULL), 0);
    return (uint64_t)time.tv_sec * USEC_PER_SEC + (uint64_t)time.tv_usec;
}

CASE(the_calendar_clock_shows_the_time_of_day)
{
    clock_serv_t clock = systest_clock(CALENDAR_CLOCK);
    uint64_t before = posix_us(), now = clock_read(clock) / NSEC_PER_USEC;
    EXPECT(now >= before && now <= posix_us());
    clock_close(clock);
}

CASE(resolutions_are_told)
{
    static const struct {
        clock_id_t clock;
        clock_flavor_t flavor;
        mach_msg_type_number_t count;
        kern_return_t result;
    } cases[] = {
        { SYSTEM_CLOCK, CLOCK_GET_TIME_RES, 1, KERN_SUCCESS },
        { SYSTEM_CLOCK, CLOCK_ALARM_CURRES, 1, KERN_SUCCESS },
        { SYSTEM_CLOCK, CLOCK_ALARM_MINRES, 1, KERN_SUCCESS },
        { SYSTEM_CLOCK, CLOCK_ALARM_MAXRES, 1, KERN_SUCCESS },
        { SYSTEM_CLOCK, CLOCK_GET_TIME_RES, 0, KERN_FAILURE },
        { SYSTEM_CLOCK, 2, 1, KERN_INVALID_VALUE },
        { CALENDAR_CLOCK, CLOCK_GET_TIME_RES, 1, KERN_SUCCESS },
        { CALENDAR_CLOCK, CLOCK_ALARM_CURRES, 1, KERN_INVALID_VALUE },
        { CALENDAR_CLOCK, CLOCK_ALARM_MINRES, 1, KERN_INVALID_VALUE },
        { CALENDAR_CLOCK, CLOCK_ALARM_MAXRES, 1, KERN_INVALID_VALUE },
    };
    for (uint32_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        clock_serv_t clock = systest_clock(cases[i].clock);
        clock_res_t resolution = 0;
        mach_msg_type_number_t count = cases[i].count;
        EXPECT_EQ(clock_get_attributes(clock, cases[i].flavor, &resolution, &count),
                  cases[i].result);
        EXPECT(cases[i].result != KERN_SUCCESS || (count == 1 && resolution == 1));
        clock_close(clock);
    }
}

CASE(what_is_no_clock_is_refused)
{
    mach_timespec_t time = { 0 };
    clock_res_t resolution;
    mach_msg_type_number_t count = 1;
    mach_port_t host = mach_host_self();
    EXPECT_EQ(clock_get_time(host, &time), KERN_INVALID_ARGUMENT);
    EXPECT_EQ(clock_get_attributes(host, CLOCK_GET_TIME_RES, &resolution, &count),
              KERN_INVALID_ARGUMENT);
    EXPECT_EQ(clock_alarm(host, TIME_RELATIVE, time, MACH_PORT_NULL), KERN_INVALID_ARGUMENT);
    EXPECT_OK(mach_port_deallocate(mach_task_self(), host));
}

/* A refused alarm's send-once right comes back as a notification. */
CASE(alarms_are_of_the_system_clock_and_need_a_port)
{
    union any_message message;
    mach_port_t port = port_create();
    clock_serv_t clock = systest_clock(CALENDAR_CLOCK);
    EXPECT_EQ(clock_alarm(clock, TIME_RELATIVE, from_ns(1), port), KERN_FAILURE);
    EXPECT_OK(receive(port, &message));
    EXPECT_EQ(message.header.msgh_id, MACH_NOTIFY_SEND_ONCE);
    clock_close(clock);
    clock = systest_clock(SYSTEM_CLOCK);
    EXPECT_EQ(clock_alarm(clock, TIME_RELATIVE, from_ns(1), MACH_PORT_NULL),
              KERN_INVALID_CAPABILITY);
    EXPECT_EQ(clock_alarm(clock, TIME_RELATIVE, from_ns(1), MACH_PORT_DEAD),
              KERN_INVALID_CAPABILITY);
    clock_close(clock);
    expect_nothing(port);
    port_destroy(port);
}

/* Sleep by CLOCK for or until NS. */
static kern_return_t sleep_by(clock_serv_t clock, sleep_type_t type, uint64_t ns,
                              mach_timespec_t *wakeup)
{
    return clock_sleep(clock, type, from_ns(ns), wakeup);
}

CASE(a_sleep_ends_not_too_early_and_tells_when)
{
    const uint64_t length = 3 * NSEC_PER_MSEC;
    mach_timespec_t woken = { 0 };
    clock_serv_t clock = systest_clock(SYSTEM_CLOCK);
    clock_serv_t by[] = { clock, MACH_PORT_NULL };
    for (uint32_t i = 0; i < 2; i++) {
        uint64_t start = mach_absolute_time();
        EXPECT_OK(sleep_by(by[i], TIME_RELATIVE, length, &woken));
        EXPECT(to_ns(woken) >= start + length && to_ns(woken) <= mach_absolute_time());
        start = mach_absolute_time();
        EXPECT_OK(sleep_by(by[i], TIME_ABSOLUTE, start + length, &woken));
        EXPECT_EQ(to_ns(woken), start + length);
        EXPECT(mach_absolute_time() >= start + length);
    }
    /* A time that has passed. */
    uint64_t start = mach_absolute_time();
    EXPECT_OK(sleep_by(clock, TIME_ABSOLUTE, 1, &woken));
    EXPECT(to_ns(woken) >= start && to_ns(woken) <= mach_absolute_time());
    EXPECT_OK(sleep_by(clock, TIME_RELATIVE, 0, NULL));
    clock_close(clock);
}

CASE(what_cannot_be_slept)
{
    mach_timespec_t woken = { 7, 7 };
    mach_port_t host = mach_host_self();
    clock_serv_t clock = systest_clock(CALENDAR_CLOCK);
    const mach_timespec_t wrong = { .tv_nsec = NSEC_PER_SEC };
    EXPECT_EQ(sleep_by(host, TIME_RELATIVE, 1, &woken), KERN_INVALID_ARGUMENT);
    EXPECT_EQ(sleep_by(MACH_PORT_DEAD, TIME_RELATIVE, 1, &woken), KERN_INVALID_ARGUMENT);
    EXPECT_EQ(sleep_by(clock, TIME_RELATIVE, 1, &woken), KERN_FAILURE);
    EXPECT_EQ(sleep_by(MACH_PORT_NULL, 2, 1, &woken), KERN_INVALID_VALUE);
    EXPECT_EQ(clock_sleep(MACH_PORT_NULL, TIME_RELATIVE, wrong, &woken), KERN_INVALID_VALUE);
    EXPECT_EQ(to_ns(woken), to_ns((mach_timespec_t){ 7, 7 }));
    clock_close(clock);
    EXPECT_OK(mach_port_deallocate(mach_task_self(), host));
}

CASE(an_alarm_comes_once_and_not_too_early)
{
    mach_port_t port = port_create();
    clock_serv_t clock = systest_clock(SYSTEM_CLOCK);
    uint64_t start = mach_absolute_time();
    alarm_after(port, 2 * NSEC_PER_MSEC);
    if (alarm_receive(port)) {
        EXPECT_EQ(rung.code, KERN_SUCCESS);
        EXPECT_EQ(rung.type, TIME_RELATIVE);
        EXPECT(to_ns(rung.time) >= start + 2 * NSEC_PER_MSEC);
        EXPECT(to_ns(rung.time) <= mach_absolute_time());
    }
    uint64_t deadline = mach_absolute_time() + 2 * NSEC_PER_MSEC;
    EXPECT_OK(clock_alarm(clock, TIME_ABSOLUTE, from_ns(deadline), port));
    if (alarm_receive(port)) {
        EXPECT_EQ(rung.code, KERN_SUCCESS);
        EXPECT_EQ(rung.type, TIME_ABSOLUTE);
        EXPECT(to_ns(rung.time) >= deadline);
    }
    let_pass(NSEC_PER_MSEC);
    expect_nothing(port);
    clock_close(clock);
    port_destroy(port);
}

CASE(a_time_that_has_passed_or_makes_no_sense_is_told_at_once)
{
    static const struct {
        alarm_type_t type;
        mach_timespec_t time;
        kern_return_t code;
    } cases[] = {
        { TIME_RELATIVE, { 0, 0 }, KERN_SUCCESS },
        { TIME_ABSOLUTE, { 0, 1 }, KERN_SUCCESS },
        { 2, { FAR_AWAY_SECONDS, 0 }, KERN_INVALID_VALUE },
        { TIME_RELATIVE, { FAR_AWAY_SECONDS, -1 }, KERN_INVALID_VALUE },
        { TIME_RELATIVE, { FAR_AWAY_SECONDS, NSEC_PER_SEC }, KERN_INVALID_VALUE },
    };
    mach_port_t port = port_create();
    clock_serv_t clock = systest_clock(SYSTEM_CLOCK);
    for (uint32_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        uint64_t start = mach_absolute_time();
        EXPECT_OK(clock_alarm(clock, cases[i].type, cases[i].time, port));
        if (alarm_receive(port)) {
            EXPECT_EQ(rung.code, cases[i].code);
            EXPECT_EQ(rung.type, cases[i].type);
            EXPECT(to_ns(rung.time) >= start && to_ns(rung.time) <= mach_absolute_time());
        }
    }
    expect_nothing(port);
    clock_close(clock);
    port_destroy(port);
}

CASE(alarms_of_one_port_come_in_the_order_of_their_times)
{
    mach_port_t port = port_create();
    uint64_t last = 0;
    for (uint64_t i = 0; i < 8; i++) {
        alarm_after(port, (i * 5 % 8 + 1) * NSEC_PER_MSEC);
    }
    for (uint64_t i = 0; i < 8 && alarm_receive(port); i++) {
        EXPECT(to_ns(rung.time) >= last);
        last = to_ns(rung.time);
    }
    expect_nothing(port);
    port_destroy(port);
}

CASE(an_alarm_comes_to_a_port_whose_receive_right_is_in_a_message)
{
    mach_port_t carrier = port_create_with_send(), port = port_create();
    alarm_after(port, NSEC_PER_MSEC);
    EXPECT_OK(send_right(carrier, port, MACH_MSG_TYPE_MOVE_RECEIVE));
    let_pass(2 * NSEC_PER_MSEC);
    port = receive_right(carrier);
    EXPECT(port != MACH_PORT_NULL && alarm_receive(port));
    expect_nothing(port);
    port_destroy(port);
    port_destroy_with_send(carrier);
}

CASE(alarms_end_with_their_port)
{
    uint64_t before = systest_count("alarms");
    mach_port_t port = port_create();
    for (int i = 0; i < 3; i++) {
        alarm_after(port, FAR_AWAY_SECONDS * NSEC_PER_SEC);
    }
    EXPECT_EQ(systest_count("alarms"), before + 3);
    port_destroy(port);
    EXPECT_EQ(systest_count("alarms"), before);
}

static bool alarms_are(void *count)
{
    return systest_count("alarms") == *(uint64_t *)count;
}

CASE(alarms_end_with_the_task_that_would_get_them)
{
    struct helper helper;
    uint64_t before = systest_count("alarms");
    mach_port_t port = port_create();
    if (helper_create(&helper)) {
        alarm_after(port, FAR_AWAY_SECONDS * NSEC_PER_SEC);
        helper_give(&helper, 0, port, MACH_MSG_TYPE_MOVE_RECEIVE);
        EXPECT_EQ(systest_count("alarms"), before + 1);
        helper_destroy(&helper);
        EXPECT(systest_wait(alarms_are, &before));
    }
}

/* The port dies before, while or after the alarm rings: the ledger finds what is left over. */
CASE(alarms_ring_while_their_port_dies)
{
    clock_serv_t clock = systest_clock(SYSTEM_CLOCK);
    for (uint64_t i = 0; i < RACES; i++) {
        mach_port_t port = port_create();
        uint64_t deadline = mach_absolute_time() + 100 * NSEC_PER_USEC;
        EXPECT_OK(clock_alarm(clock, TIME_ABSOLUTE, from_ns(deadline), port));
        while (mach_absolute_time() + 20 * NSEC_PER_USEC < deadline + i % 40 * NSEC_PER_USEC) {
        }
        port_destroy(port);
    }
    clock_close(clock);
}
