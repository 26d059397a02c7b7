/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Control of the clocks: who may set them, which can be set, and that all who ask for the time of day
 * are told the new one.
 */
#include <mach/clock.h>
#include <mach/clock_priv.h>
#include <mach/mach_time.h>

#include <sys/time.h>

#include "systest.h"
#include "systest_msg.h"

/* How much later than the clock was set it may be read. */
#define READ_WITHIN_S 100

static const mach_timespec_t new_time = { 2000000000, 500000000 };

static clock_ctrl_t control_open(clock_id_t id)
{
    clock_ctrl_t control = MACH_PORT_NULL;
    EXPECT_OK(host_get_clock_control(systest_host_priv(), id, &control));
    return control;
}

static void drop(mach_port_t right)
{
    EXPECT_OK(mach_port_deallocate(mach_task_self(), right));
}

static mach_timespec_t clock_read(clock_id_t id)
{
    mach_timespec_t time = { 0 };
    clock_serv_t clock = systest_clock(id);
    EXPECT_OK(clock_get_time(clock, &time));
    drop(clock);
    return time;
}

static bool is_shortly_after(uint64_t seconds, uint64_t begin)
{
    return EXPECT(seconds >= begin) && EXPECT(seconds < begin + READ_WITHIN_S);
}

CASE(only_the_privileged_host_port_gives_control)
{
    clock_ctrl_t control = MACH_PORT_NULL;
    mach_port_t host = mach_host_self();
    EXPECT_EQ(host_get_clock_control(host, CALENDAR_CLOCK, &control), KERN_INVALID_ARGUMENT);
    EXPECT_EQ(host_get_clock_control(systest_host_priv(), -1, &control), KERN_INVALID_ARGUMENT);
    EXPECT_EQ(host_get_clock_control(systest_host_priv(), 2, &control), KERN_INVALID_ARGUMENT);
    EXPECT_EQ(control, MACH_PORT_NULL);
    drop(host);
}

CASE(the_right_to_a_clock_is_none_to_its_control)
{
    clock_res_t resolution = 1;
    mach_timespec_t time;
    mach_timespec_t before = clock_read(CALENDAR_CLOCK);
    clock_serv_t clock = systest_clock(CALENDAR_CLOCK);
    clock_ctrl_t control = control_open(CALENDAR_CLOCK);
    EXPECT(clock != control);
    EXPECT_EQ(clock_set_time(clock, new_time), KERN_INVALID_ARGUMENT);
    EXPECT_EQ(clock_set_attributes(clock, CLOCK_GET_TIME_RES, &resolution, 1),
              KERN_INVALID_ARGUMENT);
    EXPECT_EQ(clock_get_time(control, &time), KERN_INVALID_ARGUMENT);
    (void)is_shortly_after(clock_read(CALENDAR_CLOCK).tv_sec, before.tv_sec);
    drop(clock);
    drop(control);
}

CASE(what_cannot_be_set_is_refused)
{
    static const mach_timespec_t bad[] = { { 1, -1 }, { 1, 1000000000 } };
    clock_res_t resolution = 1;
    mach_timespec_t before = clock_read(CALENDAR_CLOCK);
    clock_ctrl_t system = control_open(SYSTEM_CLOCK), calendar = control_open(CALENDAR_CLOCK);
    EXPECT(system != calendar);
    EXPECT_EQ(clock_set_time(system, new_time), KERN_FAILURE);
    EXPECT_EQ(clock_set_time(calendar, bad[0]), KERN_INVALID_VALUE);
    EXPECT_EQ(clock_set_time(calendar, bad[1]), KERN_INVALID_VALUE);
    EXPECT_EQ(clock_set_attributes(system, CLOCK_ALARM_CURRES, &resolution, 1), KERN_FAILURE);
    EXPECT_EQ(clock_set_attributes(calendar, CLOCK_GET_TIME_RES, &resolution, 1), KERN_FAILURE);
    (void)is_shortly_after(clock_read(CALENDAR_CLOCK).tv_sec, before.tv_sec);
    drop(system);
    drop(calendar);
}

CASE(all_are_told_the_new_time_of_day)
{
    struct timeval time = { 0 };
    clock_ctrl_t control = control_open(CALENDAR_CLOCK);
    mach_timespec_t old = clock_read(CALENDAR_CLOCK);
    uint64_t before = mach_absolute_time();
    EXPECT_OK(clock_set_time(control, new_time));
    (void)is_shortly_after(clock_read(CALENDAR_CLOCK).tv_sec, new_time.tv_sec);
    EXPECT_EQ(gettimeofday(&time, NULL), 0); /* which reads the page that all share */
    (void)is_shortly_after((uint64_t)time.tv_sec, new_time.tv_sec);
    EXPECT_OK(clock_set_time(control, (mach_timespec_t){ 1, 0 })); /* before boot, as it were */
    (void)is_shortly_after(clock_read(CALENDAR_CLOCK).tv_sec, 1);
    uint64_t passed = mach_absolute_time() - before;
    EXPECT(passed < READ_WITHIN_S * NSEC_PER_SEC); /* that goes on as before */
    old.tv_sec += (unsigned)(passed / NSEC_PER_SEC);
    EXPECT_OK(clock_set_time(control, old));
    (void)is_shortly_after(clock_read(CALENDAR_CLOCK).tv_sec, old.tv_sec);
    drop(control);
}
