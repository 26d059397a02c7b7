/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Processor time: the sums are those of the host's clock. Bounds come from clock readings around the
 * questions, so that a slow machine makes them wider and never wrong.
 */
#include <mach/comm_page.h>
#include <mach/host_priv.h>
#include <mach/mach_host.h>
#include <mach/processor_set.h>

#include "systest.h"
#include "systest_msg.h"
#include "systest_task.h"
#include "systest_usage.h"

#define MICROSECOND 1000ull
#define TICK        (10 * MILLISECOND)
#define CPU_MAX     8

static uint32_t cpu_count(void)
{
    uint32_t count = ((const struct comm_page *)COMM_PAGE_ADDRESS)->cpu_count;
    return count < CPU_MAX ? count : CPU_MAX;
}

static _Atomic bool stop;

static void spin(void *argument)
{
    (void)argument;
    while (!stop) {
        __asm__ volatile("pause");
    }
}

/* A sum that grows with the clock, and when it was taken. */
struct moment {
    uint64_t before;
    uint64_t sum;
    uint64_t after;
};

/* Do the sums FROM and TO differ by COUNT times what the clock says, but for 1 % and SLACK? */
static void expect_clock(struct moment from, struct moment to, uint32_t count, uint64_t slack)
{
    uint64_t grown = to.sum - from.sum;
    uint64_t least = (to.before - from.after) * count;
    uint64_t most = (to.after - from.before) * count;
    systest_print("# times: %llu us; the clock: %llu to %llu us\n", grown / MICROSECOND,
                  least / MICROSECOND, most / MICROSECOND);
    EXPECT(grown + slack >= least - least / 100);
    EXPECT(grown <= most + most / 100 + slack);
}

/* What all processors did, as host_statistics says. */
static struct moment processors_moment(void)
{
    host_cpu_load_info_data_t load = {};
    mach_msg_type_number_t count = HOST_CPU_LOAD_INFO_COUNT;
    mach_port_t host = mach_host_self();
    struct moment moment = { .before = mach_absolute_time() };
    EXPECT_OK(host_statistics(host, HOST_CPU_LOAD_INFO, (host_info_t)&load, &count));
    moment.after = mach_absolute_time();
    for (int state = 0; state < CPU_STATE_MAX; state++) {
        moment.sum += load.cpu_ticks[state] * TICK;
    }
    EXPECT_OK(mach_port_deallocate(mach_task_self(), host));
    return moment;
}

/* Has the thread ARGUMENT points to run for 100 ms? */
static bool has_run(void *argument)
{
    return time_of(thread_usage(*(mach_port_t *)argument)) >= 100 * MILLISECOND;
}

CASE(the_times_of_processors_are_that_of_the_clock)
{
    struct worker worker;
    stop = false;
    EXPECT(worker_start(&worker, mach_task_self(), spin, NULL));
    struct moment from = processors_moment();
    EXPECT(systest_wait(has_run, &worker.thread));
    stop = true;
    worker_join(&worker);
    for (int i = 0; i < 20; i++) {
        (void)mach_wait_until_trap(mach_absolute_time() + 5 * MILLISECOND); /* idle, too */
    }
    expect_clock(from, processors_moment(), cpu_count(), 3 * TICK);
}

/* The time of TASK, with that of threads that have ended; 0 if it has ended itself. */
static uint64_t time_of_task(mach_port_t task)
{
    mach_r_usage_info_data_t info = {};
    mach_msg_type_number_t words = MACH_R_USAGE_INFO_COUNT;
    bool is_there = task_info(task, MACH_R_USAGE_INFO, (task_info_t)&info, &words) == KERN_SUCCESS;
    return is_there ? time_of(info) : 0;
}

/* The times of TASK's threads, each asked for its own. */
static uint64_t time_of_threads(mach_port_t task)
{
    thread_act_array_t threads;
    mach_msg_type_number_t count;
    uint64_t sum = 0;
    if (task_threads(task, &threads, &count) != KERN_SUCCESS) {
        return 0;
    }
    for (mach_msg_type_number_t i = 0; i < count; i++) {
        sum += time_of(thread_usage(threads[i]));
        (void)mach_port_deallocate(mach_task_self(), threads[i]);
    }
    (void)vm_deallocate(mach_task_self(), (vm_address_t)threads, count * sizeof(threads[0]));
    return sum;
}

/* The sum of TIME(task) for all tasks. */
static struct moment tasks_moment(mach_port_t set, uint64_t (*time)(mach_port_t task))
{
    task_array_t tasks;
    mach_msg_type_number_t count;
    struct moment moment = {};
    EXPECT_OK(processor_set_tasks(set, &tasks, &count));
    moment.before = mach_absolute_time();
    for (mach_msg_type_number_t i = 0; i < count; i++) {
        moment.sum += time(tasks[i]);
    }
    moment.after = mach_absolute_time();
    for (mach_msg_type_number_t i = 0; i < count; i++) {
        (void)mach_port_deallocate(mach_task_self(), tasks[i]);
    }
    EXPECT_OK(vm_deallocate(mach_task_self(), (vm_address_t)tasks, count * sizeof(tasks[0])));
    return moment;
}

static mach_port_t processor_set_control(void)
{
    mach_port_t host = mach_host_self();
    mach_port_t name = MACH_PORT_NULL, set = MACH_PORT_NULL;
    EXPECT_OK(processor_set_default(host, &name));
    EXPECT_OK(host_processor_set_priv(systest_host_priv(), name, &set));
    EXPECT_OK(mach_port_deallocate(mach_task_self(), name));
    EXPECT_OK(mach_port_deallocate(mach_task_self(), host));
    return set;
}

/* Nothing that spins in user code is system time but for what a sample may say of a trap, and for an
 * interrupt in which the host took the processor away: that is less and less a part of the whole. */
static bool is_mostly_user(void *argument)
{
    mach_r_usage_info_data_t usage = thread_usage(*(const mach_port_t *)argument);
    return usage.user_time > 3 * usage.system_time;
}

/* While all processors are busy the sums of TIME(task) grow with the clock. */
static void expect_times_of_busy_processors(uint64_t (*time)(mach_port_t task))
{
    struct worker workers[2 * CPU_MAX];
    uint32_t count = 2 * cpu_count(); /* nobody idles, even while some sleep */
    mach_port_t set = processor_set_control();
    stop = false;
    for (uint32_t i = 0; i < count; i++) {
        EXPECT(worker_start(&workers[i], mach_task_self(), spin, NULL));
    }
    for (uint32_t i = 0; i < count; i++) {
        EXPECT(systest_wait(has_run, &workers[i].thread));
    }
    struct moment from = tasks_moment(set, time);
    mach_r_usage_info_data_t first = thread_usage(workers[0].thread);
    mach_r_usage_info_data_t now;
    do {
        (void)mach_wait_until_trap(mach_absolute_time() + 50 * MILLISECOND);
        now = thread_usage(workers[0].thread);
    } while (time_of(now) < time_of(first) + 200 * MILLISECOND);
    expect_clock(from, tasks_moment(set, time), cpu_count(), 0);
    EXPECT(systest_wait(is_mostly_user, &workers[0].thread));
    stop = true;
    for (uint32_t i = 0; i < count; i++) {
        worker_join(&workers[i]);
    }
    EXPECT_OK(mach_port_deallocate(mach_task_self(), set));
}

CASE(the_times_of_tasks_on_busy_processors_are_that_of_the_clock)
{
    expect_times_of_busy_processors(time_of_task);
}

CASE(the_times_of_threads_on_busy_processors_are_that_of_the_clock)
{
    expect_times_of_busy_processors(time_of_threads);
}

CASE(a_running_thread_is_charged_while_it_runs)
{
    uint64_t before = mach_absolute_time();
    mach_port_t self = mach_thread_self();
    mach_r_usage_info_data_t first = thread_usage(self);
    uint64_t begin = mach_absolute_time();
    while (mach_absolute_time() < begin + 20 * MILLISECOND) {
    }
    uint64_t end = mach_absolute_time();
    mach_r_usage_info_data_t second = thread_usage(self);
    uint64_t after = mach_absolute_time();
    uint64_t used = time_of(second) - time_of(first);
    EXPECT(used <= after - before);
    /* Alone on its processor it has all of the time, else what the others left. */
    EXPECT(used > 0);
    EXPECT(end - begin >= 20 * MILLISECOND);
    EXPECT(second.user_time >= first.user_time);
    EXPECT(second.system_time >= first.system_time);
    EXPECT_OK(mach_port_deallocate(mach_task_self(), self));
}

CASE(a_task_keeps_the_times_of_threads_that_ended)
{
    struct worker worker;
    stop = false;
    mach_r_usage_info_data_t before = task_usage(mach_task_self());
    EXPECT(worker_start(&worker, mach_task_self(), spin, NULL));
    EXPECT(systest_wait(has_run, &worker.thread));
    mach_r_usage_info_data_t of_thread = thread_usage(worker.thread);
    EXPECT_EQ(task_usage(mach_task_self()).threads, before.threads + 1);
    stop = true;
    worker_join(&worker);
    mach_r_usage_info_data_t after = task_usage(mach_task_self());
    EXPECT(time_of(after) >= time_of(before) + time_of(of_thread));
    EXPECT(after.voluntary_switches + after.involuntary_switches >=
           before.voluntary_switches + of_thread.involuntary_switches);
    EXPECT_EQ(after.threads, before.threads);
}

static uint64_t nanoseconds(time_value_t time)
{
    return (uint64_t)time.seconds * 1000 * MILLISECOND + (uint64_t)time.microseconds * 1000;
}

/* The own task's times of threads that have ended, in whole microseconds. */
static mach_r_usage_info_data_t ended_usage(void)
{
    task_absolutetime_info_data_t info = {};
    mach_msg_type_number_t count = TASK_ABSOLUTETIME_INFO_COUNT;
    EXPECT_OK(task_info(mach_task_self(), TASK_ABSOLUTETIME_INFO, (task_info_t)&info, &count));
    return (mach_r_usage_info_data_t){
        .user_time = (info.total_user - info.threads_user) / 1000 * 1000,
        .system_time = (info.total_system - info.threads_system) / 1000 * 1000,
    };
}

CASE(basic_flavors_tell_the_times_of_threads_that_ended)
{
    task_basic_info_32_data_t narrow = {};
    task_basic_info_64_data_t wide = {};
    mach_task_basic_info_data_t basic = {};
    mach_msg_type_number_t count = TASK_BASIC_INFO_32_COUNT;
    struct worker worker;
    stop = false;
    EXPECT(worker_start(&worker, mach_task_self(), work_in_kernel, (void *)&stop));
    EXPECT(systest_wait(has_run, &worker.thread));
    stop = true;
    worker_join(&worker);
    mach_r_usage_info_data_t ended = ended_usage();
    EXPECT(time_of(ended) >= 100 * MILLISECOND);
    EXPECT_OK(task_info(mach_task_self(), TASK_BASIC_INFO_32, (task_info_t)&narrow, &count));
    count = TASK_BASIC_INFO_64_COUNT;
    EXPECT_OK(task_info(mach_task_self(), TASK_BASIC_INFO_64, (task_info_t)&wide, &count));
    count = MACH_TASK_BASIC_INFO_COUNT;
    EXPECT_OK(task_info(mach_task_self(), MACH_TASK_BASIC_INFO, (task_info_t)&basic, &count));
    EXPECT_EQ(nanoseconds(narrow.user_time), ended.user_time);
    EXPECT_EQ(nanoseconds(narrow.system_time), ended.system_time);
    EXPECT_EQ(nanoseconds(wide.user_time), ended.user_time);
    EXPECT_EQ(nanoseconds(wide.system_time), ended.system_time);
    EXPECT_EQ(nanoseconds(basic.user_time), ended.user_time);
    EXPECT_EQ(nanoseconds(basic.system_time), ended.system_time);
}

CASE(all_flavors_tell_the_same)
{
    task_absolutetime_info_data_t absolute = {};
    task_events_info_data_t events = {};
    task_thread_times_info_data_t living = {};
    mach_msg_type_number_t count = TASK_ABSOLUTETIME_INFO_COUNT;
    mach_r_usage_info_data_t before = task_usage(mach_task_self());
    EXPECT_OK(task_info(mach_task_self(), TASK_ABSOLUTETIME_INFO, (task_info_t)&absolute, &count));
    count = TASK_EVENTS_INFO_COUNT;
    EXPECT_OK(task_info(mach_task_self(), TASK_EVENTS_INFO, (task_info_t)&events, &count));
    count = TASK_THREAD_TIMES_INFO_COUNT;
    EXPECT_OK(task_info(mach_task_self(), TASK_THREAD_TIMES_INFO, (task_info_t)&living, &count));
    mach_r_usage_info_data_t after = task_usage(mach_task_self());
    EXPECT(absolute.total_user >= before.user_time && absolute.total_user <= after.user_time);
    EXPECT(absolute.total_system >= before.system_time &&
           absolute.total_system <= after.system_time);
    EXPECT(absolute.threads_user <= absolute.total_user);
    uint64_t switches = (uint64_t)events.csw;
    EXPECT(switches >= before.voluntary_switches + before.involuntary_switches);
    EXPECT(switches <= after.voluntary_switches + after.involuntary_switches);
    uint64_t user = nanoseconds(living.user_time);
    EXPECT(user + 1000 >= absolute.threads_user);
    EXPECT(user <= after.user_time);
    count = MACH_R_USAGE_INFO_COUNT - 1;
    EXPECT_EQ(task_info(mach_task_self(), MACH_R_USAGE_INFO, (task_info_t)&after, &count),
              KERN_INVALID_ARGUMENT);
}
