/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Threads: the processor is shared, registers are each thread's own, and others can stop threads,
 * look at them and change them.
 */
#include <string.h>

#include <mach/comm_page.h>
#include <mach/thread_info.h>
#include <mach/thread_status.h>

#include "systest.h"
#include "systest_msg.h"
#include "systest_task.h"

#define CPU_MAX 8

static _Atomic bool stop;
static _Atomic uint32_t mistakes;

/* What spinning threads count. */
static _Atomic uint64_t counters[CPU_MAX + 2];

static uint32_t cpu_count(void)
{
    uint32_t count = ((const struct comm_page *)COMM_PAGE_ADDRESS)->cpu_count;
    return count < CPU_MAX ? count : CPU_MAX;
}

static void count_up(void *argument)
{
    while (!stop) {
        (*(_Atomic uint64_t *)argument)++;
    }
}

/* Has the counter at ARGUMENT moved by a good deal since it was set to 0? */
static bool has_moved(void *argument)
{
    return *(_Atomic uint64_t *)argument > 1000;
}

CASE(equal_threads_share_the_processors)
{
    struct worker workers[CPU_MAX + 2];
    uint32_t count = cpu_count() + 2;
    stop = false;
    for (uint32_t i = 0; i < count; i++) {
        counters[i] = 0;
        EXPECT(worker_start(&workers[i], mach_task_self(), count_up, &counters[i]));
    }
    /* Three times, so that it is no matter of who comes first. */
    for (int round = 0; round < 3; round++) {
        for (uint32_t i = 0; i < count; i++) {
            counters[i] = 0;
        }
        for (uint32_t i = 0; i < count; i++) {
            EXPECT(systest_wait(has_moved, &counters[i]));
        }
    }
    stop = true;
    for (uint32_t i = 0; i < count; i++) {
        worker_join(&workers[i]);
    }
}

/* Hold a pattern in vector registers, x87 and MXCSR, for as long as others do the same. */
static void keep_vectors(void *argument)
{
    uint64_t pattern[2] = { (uint64_t)argument, ~(uint64_t)argument }, seen[2];
    uint32_t control = 0x1f80 | (((uint32_t)(uint64_t)argument & 3) << 13), control_seen;
    __asm__ volatile("movdqu %0, %%xmm0\n\tmovdqu %0, %%xmm15\n\tldmxcsr %1" ::"m"(pattern),
                     "m"(control)
                     : "xmm0", "xmm15");
    while (!stop) {
        for (int i = 0; i < 1000; i++) {
            __asm__ volatile("pause");
        }
        __asm__ volatile("movdqu %%xmm15, %0\n\tstmxcsr %1" : "=m"(seen), "=m"(control_seen));
        mistakes += seen[0] != pattern[0] || seen[1] != pattern[1] ||
                    (control_seen & 0x6000) != (control & 0x6000);
        __asm__ volatile("movdqu %%xmm0, %0" : "=m"(seen));
        mistakes += seen[0] != pattern[0];
        ++*(_Atomic uint64_t *)&counters[(uint64_t)argument % (CPU_MAX + 2)];
    }
}

CASE(vector_registers_survive_switches)
{
    struct worker workers[CPU_MAX + 2];
    uint32_t count = cpu_count() + 2;
    stop = false;
    mistakes = 0;
    for (uint32_t i = 0; i < count; i++) {
        counters[i] = 0;
        EXPECT(worker_start(&workers[i], mach_task_self(), keep_vectors, (void *)(uint64_t)i));
    }
    for (uint32_t i = 0; i < count; i++) {
        EXPECT(systest_wait(has_moved, &counters[i]));
    }
    stop = true;
    for (uint32_t i = 0; i < count; i++) {
        worker_join(&workers[i]);
    }
    EXPECT_EQ(mistakes, 0);
}

/* Keep a thread-local base, and see it in every turn. */
static void keep_tls(void *argument)
{
    uint64_t block[2] = { (uint64_t)argument, 0 };
    mistakes += thread_set_tls_base_trap((vm_address_t)block) != KERN_SUCCESS;
    while (!stop) {
        uint64_t seen;
        __asm__ volatile("movq %%fs:0, %0" : "=r"(seen));
        mistakes += seen != (uint64_t)argument;
        (void)swtch();
    }
}

CASE(each_thread_has_its_own_local_storage)
{
    struct worker workers[4];
    stop = false;
    mistakes = 0;
    for (uint64_t i = 0; i < 4; i++) {
        EXPECT(worker_start(&workers[i], mach_task_self(), keep_tls, (void *)(i + 1)));
    }
    for (int i = 0; i < 50; i++) {
        systest_pause();
    }
    stop = true;
    for (int i = 0; i < 4; i++) {
        worker_join(&workers[i]);
    }
    EXPECT_EQ(mistakes, 0);
    EXPECT_EQ(thread_set_tls_base_trap(0xffffffff80000000), KERN_INVALID_ADDRESS);
}

CASE(a_suspended_thread_stands_still)
{
    struct worker worker;
    stop = false;
    counters[0] = 0;
    EXPECT(worker_start(&worker, mach_task_self(), count_up, &counters[0]));
    EXPECT(systest_wait(has_moved, &counters[0]));
    EXPECT_OK(thread_suspend(worker.thread));
    EXPECT_OK(thread_suspend(worker.thread));
    uint64_t seen = counters[0];
    EXPECT_OK(thread_resume(worker.thread));
    for (int i = 0; i < 20; i++) {
        systest_pause();
    }
    EXPECT_EQ(counters[0], seen);
    counters[0] = 0;
    EXPECT_OK(thread_resume(worker.thread));
    EXPECT(systest_wait(has_moved, &counters[0]));
    EXPECT_EQ(thread_resume(worker.thread), KERN_FAILURE);
    stop = true;
    worker_join(&worker);
}

CASE(a_suspended_task_stands_still)
{
    struct helper helper;
    struct worker workers[2];
    stop = false;
    if (!helper_create(&helper)) {
        return;
    }
    for (int i = 0; i < 2; i++) {
        counters[i] = 0;
        EXPECT(worker_start(&workers[i], helper.task, count_up, &counters[i]));
        EXPECT(systest_wait(has_moved, &counters[i]));
    }
    EXPECT_OK(task_suspend(helper.task));
    for (int i = 0; i < 10; i++) {
        systest_pause(); /* a thread on another processor may be on its way to stop */
    }
    uint64_t seen = counters[0] + counters[1];
    for (int i = 0; i < 20; i++) {
        systest_pause();
    }
    EXPECT_EQ(counters[0] + counters[1], seen);
    EXPECT_OK(task_resume(helper.task));
    EXPECT_EQ(task_resume(helper.task), KERN_FAILURE);
    counters[0] = counters[1] = 0;
    EXPECT(systest_wait(has_moved, &counters[0]));
    EXPECT(systest_wait(has_moved, &counters[1]));
    stop = true;
    worker_join(&workers[0]);
    worker_join(&workers[1]);
    helper_destroy(&helper);
}

static void sleep_long(void *argument)
{
    (void)argument;
    (void)mach_wait_until_trap(mach_absolute_time() + UINT64_C(3600000000000));
}

/* A thread, and the state that it has to reach. */
struct expected_state {
    const struct worker *worker;
    integer_t run_state;
};

static thread_basic_info_data_t basic_info(const struct worker *worker)
{
    thread_basic_info_data_t info = {};
    mach_msg_type_number_t count = THREAD_BASIC_INFO_COUNT;
    EXPECT_OK(thread_info(worker->thread, THREAD_BASIC_INFO, (thread_info_t)&info, &count));
    return info;
}

static bool has_state(void *argument)
{
    const struct expected_state *expected = argument;
    return basic_info(expected->worker).run_state == expected->run_state;
}

/* WORKER must be, or come, to RUN_STATE, and be suspended COUNT times. */
static void expect_state(const struct worker *worker, integer_t run_state, integer_t count)
{
    struct expected_state expected = { worker, run_state };
    thread_extended_info_data_t extended = {};
    mach_msg_type_number_t words = THREAD_EXTENDED_INFO_COUNT;
    EXPECT(systest_wait(has_state, &expected));
    EXPECT_EQ(basic_info(worker).suspend_count, count);
    EXPECT_OK(thread_info(worker->thread, THREAD_EXTENDED_INFO, (thread_info_t)&extended, &words));
    EXPECT_EQ(extended.pth_run_state, run_state);
}

/* Held, whatever it does otherwise, is stopped. */
CASE(a_threads_state_is_told)
{
    struct worker spinner, sleeper;
    stop = false;
    EXPECT(worker_create(&spinner, mach_task_self(), count_up, &counters[0]));
    EXPECT(worker_create(&sleeper, mach_task_self(), sleep_long, NULL));
    expect_state(&spinner, TH_STATE_STOPPED, 1);
    EXPECT_OK(thread_resume(spinner.thread));
    EXPECT_OK(thread_resume(sleeper.thread));
    expect_state(&spinner, TH_STATE_RUNNING, 0);
    expect_state(&sleeper, TH_STATE_WAITING, 0);
    for (integer_t count = 1; count <= 2; count++) {
        EXPECT_OK(thread_suspend(spinner.thread));
        EXPECT_OK(thread_suspend(sleeper.thread));
        expect_state(&spinner, TH_STATE_STOPPED, count);
        expect_state(&sleeper, TH_STATE_STOPPED, count);
    }
    for (integer_t count = 1; count >= 0; count--) {
        EXPECT_OK(thread_resume(spinner.thread));
        EXPECT_OK(thread_resume(sleeper.thread));
        expect_state(&spinner, count > 0 ? TH_STATE_STOPPED : TH_STATE_RUNNING, count);
        expect_state(&sleeper, count > 0 ? TH_STATE_STOPPED : TH_STATE_WAITING, count);
    }
    worker_kill(&spinner);
    worker_kill(&sleeper);
}

CASE(threads_are_listed)
{
    struct worker workers[3];
    thread_act_array_t list;
    mach_msg_type_number_t count = 0, found = 0;
    for (int i = 0; i < 3; i++) {
        EXPECT(worker_create(&workers[i], mach_task_self(), count_up, NULL));
    }
    EXPECT_OK(task_threads(mach_task_self(), &list, &count));
    EXPECT_EQ(count, 4);
    for (mach_msg_type_number_t i = 0; i < count; i++) {
        found += list[i] == workers[0].thread || list[i] == workers[2].thread;
        EXPECT_OK(mach_port_deallocate(mach_task_self(), list[i]));
    }
    EXPECT_EQ(found, 2);
    EXPECT_OK(vm_deallocate(mach_task_self(), (vm_address_t)list, count * sizeof(list[0])));
    EXPECT_OK(mach_port_mod_refs(mach_task_self(), workers[0].thread, MACH_PORT_RIGHT_SEND, 1));
    EXPECT_OK(thread_terminate(workers[0].thread));
    EXPECT_OK(task_threads(mach_task_self(), &list, &count));
    EXPECT_EQ(count, 3); /* at once */
    for (mach_msg_type_number_t i = 0; i < count; i++) {
        EXPECT_OK(mach_port_deallocate(mach_task_self(), list[i]));
    }
    EXPECT_OK(vm_deallocate(mach_task_self(), (vm_address_t)list, count * sizeof(list[0])));
    worker_join(&workers[0]);
    worker_kill(&workers[1]);
    worker_kill(&workers[2]);
}
