/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Processor time and switches: the sums are those of the host's clock, and what is counted is what
 * was done. Bounds come from clock readings around the questions, so that a slow machine makes them
 * wider and never wrong.
 */
#include <stdlib.h>
#include <string.h>

#include <mach/comm_page.h>
#include <mach/host_priv.h>
#include <mach/mach_host.h>
#include <mach/processor.h>
#include <mach/processor_set.h>
#include <mach/usage_info.h>

#include "systest.h"
#include "systest_msg.h"
#include "systest_task.h"

#define MILLISECOND UINT64_C(1000000)
#define TICK        (10 * MILLISECOND)
#define CPU_MAX     8

static uint32_t cpu_count(void)
{
    uint32_t count = ((const struct comm_page *)COMM_PAGE_ADDRESS)->cpu_count;
    return count < CPU_MAX ? count : CPU_MAX;
}

static mach_r_usage_info_data_t thread_usage(mach_port_t thread)
{
    mach_r_usage_info_data_t info = {};
    mach_msg_type_number_t count = MACH_R_USAGE_INFO_COUNT;
    EXPECT_OK(thread_info(thread, MACH_R_USAGE_INFO, (thread_info_t)&info, &count));
    return info;
}

static mach_r_usage_info_data_t task_usage(mach_port_t task)
{
    mach_r_usage_info_data_t info = {};
    mach_msg_type_number_t count = MACH_R_USAGE_INFO_COUNT;
    EXPECT_OK(task_info(task, MACH_R_USAGE_INFO, (task_info_t)&info, &count));
    return info;
}

static uint64_t time_of(mach_r_usage_info_data_t usage)
{
    return usage.user_time + usage.system_time;
}

/* Rights to all processors, of which only the first runs. */
struct one_processor {
    processor_array_t processors;
    mach_msg_type_number_t count;
};

/* Stop all processors but the first: what runs shares that. */
static struct one_processor one_processor_begin(void)
{
    struct one_processor one = {};
    EXPECT_OK(host_processors(systest_host_priv(), &one.processors, &one.count));
    for (mach_msg_type_number_t i = 1; i < one.count; i++) {
        EXPECT_OK(processor_exit(one.processors[i]));
    }
    return one;
}

/* Start those that do not run yet, from number FIRST on. */
static void one_processor_end(struct one_processor *one, mach_msg_type_number_t first)
{
    for (mach_msg_type_number_t i = 0; i < one->count; i++) {
        if (i >= first) {
            EXPECT_OK(processor_start(one->processors[i]));
        }
        EXPECT_OK(mach_port_deallocate(mach_task_self(), one->processors[i]));
    }
    EXPECT_OK(vm_deallocate(mach_task_self(), (vm_address_t)one->processors,
                            one->count * sizeof(one->processors[0])));
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

/* The times of all tasks, with those of threads that have ended. */
static struct moment tasks_moment(mach_port_t set)
{
    task_array_t tasks;
    mach_msg_type_number_t count;
    struct moment moment = {};
    EXPECT_OK(processor_set_tasks(set, &tasks, &count));
    moment.before = mach_absolute_time();
    for (mach_msg_type_number_t i = 0; i < count; i++) {
        mach_r_usage_info_data_t info = {};
        mach_msg_type_number_t words = MACH_R_USAGE_INFO_COUNT;
        if (task_info(tasks[i], MACH_R_USAGE_INFO, (task_info_t)&info, &words) == KERN_SUCCESS) {
            moment.sum += time_of(info);
        }
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

CASE(the_times_of_tasks_on_busy_processors_are_that_of_the_clock)
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
    struct moment from = tasks_moment(set);
    mach_r_usage_info_data_t first = thread_usage(workers[0].thread);
    mach_r_usage_info_data_t now;
    do {
        (void)mach_wait_until_trap(mach_absolute_time() + 50 * MILLISECOND);
        now = thread_usage(workers[0].thread);
    } while (time_of(now) < time_of(first) + 200 * MILLISECOND);
    expect_clock(from, tasks_moment(set), cpu_count(), 5 * MILLISECOND);
    /* Nothing that spins in user code is system time but for what a sample may say of a trap. */
    EXPECT(now.user_time > 3 * now.system_time);
    stop = true;
    for (uint32_t i = 0; i < count; i++) {
        worker_join(&workers[i]);
    }
    EXPECT_OK(mach_port_deallocate(mach_task_self(), set));
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

static _Atomic uint32_t turns;

/* Wait again and again. */
static void sleep_often(void *argument)
{
    uint32_t count = *(const uint32_t *)argument;
    for (uint32_t i = 0; i < count; i++) {
        (void)mach_wait_until_trap(mach_absolute_time() + MILLISECOND / 10);
        turns++;
    }
    while (!stop) {
        (void)mach_wait_until_trap(mach_absolute_time() + MILLISECOND);
    }
}

static bool has_slept(void *argument)
{
    return turns >= *(const uint32_t *)argument;
}

CASE(a_wait_is_a_voluntary_switch)
{
    static uint32_t count = 100;
    struct worker worker;
    stop = false;
    turns = 0;
    EXPECT(worker_start(&worker, mach_task_self(), sleep_often, &count));
    EXPECT(systest_wait(has_slept, &count));
    EXPECT(thread_usage(worker.thread).voluntary_switches >= count);
    stop = true;
    worker_join(&worker);
}

static bool was_interrupted(void *argument)
{
    return thread_usage(*(mach_port_t *)argument).involuntary_switches >= 5;
}

CASE(the_end_of_a_slice_is_an_involuntary_switch)
{
    struct worker workers[2];
    struct one_processor one = one_processor_begin();
    stop = false;
    for (int i = 0; i < 2; i++) {
        EXPECT(worker_start(&workers[i], mach_task_self(), spin, NULL));
    }
    EXPECT(systest_wait(was_interrupted, &workers[0].thread));
    mach_r_usage_info_data_t usage = thread_usage(workers[0].thread);
    EXPECT(usage.voluntary_switches < usage.involuntary_switches);
    stop = true;
    for (int i = 0; i < 2; i++) {
        worker_join(&workers[i]);
    }
    one_processor_end(&one, 1);
}

/* Let the kernel work for a long time in each call. */
static void work_in_kernel(void *argument)
{
    while (!stop) {
        uint64_t address = 0;
        if (_kernelrpc_mach_vm_allocate_trap(mach_task_self(), &address, 1 << 20,
                                             VM_FLAGS_ANYWHERE) == KERN_SUCCESS) {
            for (uint64_t page = 0; page < 1 << 20; page += 4096) {
                *(volatile uint8_t *)(address + page) = 1;
            }
            (void)_kernelrpc_mach_vm_deallocate_trap(mach_task_self(), address, 1 << 20);
        }
    }
    (void)argument;
}

static bool has_system_time(void *argument)
{
    return thread_usage(*(mach_port_t *)argument).system_time >= 50 * MILLISECOND;
}

CASE(time_in_the_kernel_is_system_time)
{
    struct worker workers[2];
    struct one_processor one = one_processor_begin();
    stop = false;
    EXPECT(worker_start(&workers[0], mach_task_self(), work_in_kernel, NULL));
    EXPECT(worker_start(&workers[1], mach_task_self(), spin, NULL));
    EXPECT(systest_wait(has_system_time, &workers[0].thread));
    stop = true;
    for (int i = 0; i < 2; i++) {
        worker_join(&workers[i]);
    }
    one_processor_end(&one, 1);
}

/* A thread, and a processor to be left. */
struct move_watch {
    mach_port_t thread;
    uint32_t processor;
    uint64_t migrations;
};

/* Has one of the two threads left its processor? */
static bool one_is_elsewhere(void *argument)
{
    struct move_watch *watch = argument;
    bool is_elsewhere = false;
    for (int i = 0; i < 2; i++) {
        mach_r_usage_info_data_t usage = thread_usage(watch[i].thread);
        watch[i].migrations = usage.migrations;
        is_elsewhere = is_elsewhere || usage.processor != watch[i].processor;
    }
    return is_elsewhere;
}

CASE(migrations_are_counted)
{
    struct worker workers[2];
    struct one_processor one = one_processor_begin();
    stop = false;
    for (int i = 0; i < 2; i++) {
        EXPECT(worker_start(&workers[i], mach_task_self(), spin, NULL));
        EXPECT_EQ(thread_usage(workers[i].thread).migrations, 0);
        EXPECT_EQ(thread_usage(workers[i].thread).processor, 0);
    }
    mach_msg_type_number_t first = 1;
    if (one.count > 1) {
        /* The second takes one of the two that share the first. */
        struct move_watch watch[2] = { { .thread = workers[0].thread },
                                       { .thread = workers[1].thread } };
        EXPECT_OK(processor_start(one.processors[1]));
        first = 2;
        EXPECT(systest_wait(one_is_elsewhere, watch));
        EXPECT(watch[0].migrations + watch[1].migrations > 0);
    }
    stop = true;
    for (int i = 0; i < 2; i++) {
        worker_join(&workers[i]);
    }
    one_processor_end(&one, first);
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
    uint64_t user = (uint64_t)living.user_time.seconds * 1000000000 +
                    (uint64_t)living.user_time.microseconds * 1000;
    EXPECT(user + 1000 >= absolute.threads_user);
    EXPECT(user <= after.user_time);
    count = MACH_R_USAGE_INFO_COUNT - 1;
    EXPECT_EQ(task_info(mach_task_self(), MACH_R_USAGE_INFO, (task_info_t)&after, &count),
              KERN_INVALID_ARGUMENT);
}
