/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Processor ports: what they tell, and that processors stop and start under load.
 */
#include <pthread.h>
#include <string.h>

#include <mach/comm_page.h>
#include <mach/mach_host.h>
#include <mach/processor.h>
#include <mach/processor_set.h>

#include "systest.h"
#include "systest_msg.h"
#include "systest_task.h"

#define CPU_MAX 64

/* Rights to all processors. */
struct processor_list {
    processor_array_t rights;
    mach_msg_type_number_t count;
};

static struct processor_list processors_get(void)
{
    struct processor_list list = {};
    EXPECT_OK(host_processors(systest_host_priv(), &list.rights, &list.count));
    return list;
}

static void processors_put(struct processor_list *list)
{
    for (mach_msg_type_number_t i = 0; i < list->count; i++) {
        EXPECT_OK(mach_port_deallocate(mach_task_self(), list->rights[i]));
    }
    EXPECT_OK(vm_deallocate(mach_task_self(), (vm_address_t)list->rights,
                            list->count * sizeof(list->rights[0])));
}

static processor_basic_info_data_t basic_info(processor_t processor)
{
    processor_basic_info_data_t info = {};
    mach_msg_type_number_t count = PROCESSOR_BASIC_INFO_COUNT;
    mach_port_t host = MACH_PORT_NULL;
    EXPECT_OK(
        processor_info(processor, PROCESSOR_BASIC_INFO, &host, (processor_info_t)&info, &count));
    EXPECT_EQ(count, PROCESSOR_BASIC_INFO_COUNT);
    (void)mach_port_deallocate(mach_task_self(), host);
    return info;
}

/* Processors that run, as host_info says; processor_set_info must say the same. */
static uint32_t running_count(void)
{
    host_basic_info_data_t basic = {};
    struct processor_set_basic_info of_set = {};
    mach_msg_type_number_t count = HOST_BASIC_INFO_COUNT;
    mach_port_t host = mach_host_self();
    mach_port_t set = MACH_PORT_NULL, host_again = MACH_PORT_NULL;
    EXPECT_OK(host_info(host, HOST_BASIC_INFO, (host_info_t)&basic, &count));
    EXPECT_EQ(basic.avail_cpus, basic.logical_cpu);
    EXPECT_EQ(basic.avail_cpus, basic.physical_cpu);
    EXPECT_EQ(basic.max_cpus, basic.logical_cpu_max);
    EXPECT_OK(processor_set_default(host, &set));
    count = PROCESSOR_SET_BASIC_INFO_COUNT;
    EXPECT_OK(processor_set_info(set, PROCESSOR_SET_BASIC_INFO, &host_again,
                                 (processor_set_info_t)&of_set, &count));
    EXPECT_EQ(host_again, host);
    EXPECT_EQ(of_set.processor_count, basic.avail_cpus);
    EXPECT_OK(mach_port_deallocate(mach_task_self(), set));
    EXPECT_OK(mach_port_deallocate(mach_task_self(), host));
    EXPECT_OK(mach_port_deallocate(mach_task_self(), host_again));
    return (uint32_t)basic.avail_cpus;
}

CASE(every_processor_has_a_port_and_a_number)
{
    struct processor_list list = processors_get();
    EXPECT_EQ(list.count, ((const struct comm_page *)COMM_PAGE_ADDRESS)->cpu_count);
    EXPECT_EQ(list.count, running_count());
    for (mach_msg_type_number_t i = 0; i < list.count; i++) {
        processor_basic_info_data_t info = basic_info(list.rights[i]);
        EXPECT_EQ(info.slot_num, i);
        EXPECT_EQ(info.running, TRUE);
        EXPECT_EQ(info.is_master, i == 0);
        EXPECT_EQ(info.cpu_type, CPU_TYPE_X86_64);
        EXPECT(i == 0 || list.rights[i] != list.rights[0]);
    }
    processors_put(&list);
}

CASE(one_call_tells_of_all_processors)
{
    natural_t processors = 0;
    processor_info_array_t infos;
    mach_msg_type_number_t count = 0;
    mach_port_t host = mach_host_self();
    EXPECT_OK(host_processor_info(host, PROCESSOR_BASIC_INFO, &processors, &infos, &count));
    EXPECT_EQ(count, processors * PROCESSOR_BASIC_INFO_COUNT);
    const processor_basic_info_data_t *basic = (const processor_basic_info_data_t *)infos;
    for (natural_t i = 0; i < processors; i++) {
        EXPECT_EQ(basic[i].slot_num, i);
    }
    EXPECT_OK(vm_deallocate(mach_task_self(), (vm_address_t)infos, count * sizeof(infos[0])));
    EXPECT_OK(host_processor_info(host, PROCESSOR_CPU_LOAD_INFO, &processors, &infos, &count));
    EXPECT_EQ(count, processors * PROCESSOR_CPU_LOAD_INFO_COUNT);
    EXPECT_OK(vm_deallocate(mach_task_self(), (vm_address_t)infos, count * sizeof(infos[0])));
    EXPECT_EQ(host_processor_info(host, 77, &processors, &infos, &count), KERN_INVALID_ARGUMENT);
    EXPECT_EQ(
        host_processor_info(mach_task_self(), PROCESSOR_BASIC_INFO, &processors, &infos, &count),
        KERN_INVALID_HOST);
    EXPECT_OK(mach_port_deallocate(mach_task_self(), host));
}

CASE(processors_and_their_set_are_asked_as_they_are)
{
    struct processor_list list = processors_get();
    mach_port_t host = mach_host_self();
    mach_port_t set = MACH_PORT_NULL, own = MACH_PORT_NULL, out = MACH_PORT_NULL;
    integer_t words[16];
    mach_msg_type_number_t count = PROCESSOR_BASIC_INFO_COUNT - 1;
    EXPECT_EQ(processor_info(list.rights[0], PROCESSOR_BASIC_INFO, &out, words, &count),
              KERN_FAILURE);
    count = 12;
    EXPECT_EQ(processor_info(list.rights[0], 99, &out, words, &count), KERN_INVALID_ARGUMENT);
    EXPECT_OK(processor_get_assignment(list.rights[0], &own));
    EXPECT_OK(processor_set_default(host, &set));
    EXPECT_EQ(own, set);
    EXPECT_EQ(processor_control(list.rights[0], words, 1), KERN_FAILURE);
    count = PROCESSOR_SET_BASIC_INFO_COUNT;
    EXPECT_EQ(processor_set_info(set, 99, &out, words, &count), KERN_INVALID_ARGUMENT);
    count = PROCESSOR_SET_BASIC_INFO_COUNT - 1;
    EXPECT_EQ(processor_set_info(set, PROCESSOR_SET_BASIC_INFO, &out, words, &count), KERN_FAILURE);
    EXPECT_OK(mach_port_mod_refs(mach_task_self(), set, MACH_PORT_RIGHT_SEND, -2));
    EXPECT_OK(mach_port_deallocate(mach_task_self(), host));
    processors_put(&list);
}

CASE(ports_of_other_kinds_are_no_processors)
{
    mach_port_t host = mach_host_self();
    mach_port_t others[] = { host, mach_task_self(), systest_host_priv() };
    mach_port_t out = MACH_PORT_NULL;
    integer_t words[12];
    mach_msg_type_number_t count = 12;
    processor_array_t rights;
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        EXPECT_EQ(processor_start(others[i]), KERN_INVALID_ARGUMENT);
        EXPECT_EQ(processor_exit(others[i]), KERN_INVALID_ARGUMENT);
        EXPECT_EQ(processor_control(others[i], words, 1), KERN_INVALID_ARGUMENT);
        EXPECT_EQ(processor_get_assignment(others[i], &out), KERN_INVALID_ARGUMENT);
        EXPECT_EQ(processor_info(others[i], PROCESSOR_BASIC_INFO, &out, words, &count),
                  KERN_INVALID_ARGUMENT);
        EXPECT_EQ(processor_set_info(others[i], PROCESSOR_SET_BASIC_INFO, &out, words, &count),
                  KERN_INVALID_PROCESSOR_SET);
    }
    /* The plain host port has no power over processors, and a processor is no host. */
    EXPECT_EQ(host_processors(host, &rights, &count), KERN_INVALID_HOST);
    struct processor_list list = processors_get();
    EXPECT_EQ(host_processors(list.rights[0], &rights, &count), KERN_INVALID_HOST);
    EXPECT_EQ(host_info(list.rights[0], HOST_BASIC_INFO, words, &count), KERN_INVALID_HOST);
    processors_put(&list);
    EXPECT_OK(mach_port_deallocate(mach_task_self(), host));
}

CASE(the_first_processor_cannot_be_stopped)
{
    struct processor_list list = processors_get();
    EXPECT_EQ(processor_exit(list.rights[0]), KERN_FAILURE);
    EXPECT_EQ(processor_start(list.rights[0]), KERN_FAILURE);
    EXPECT_EQ(basic_info(list.rights[0]).running, TRUE);
    EXPECT_EQ(running_count(), list.count);
    processors_put(&list);
}

#define WORKERS 12

static _Atomic bool stop;
static _Atomic uint64_t rounds[WORKERS];

/* Compute, sleep and wake: threads and timers that a processor has to give away. */
static void work(void *argument)
{
    _Atomic uint64_t *count = argument;
    while (!stop) {
        for (int i = 0; i < 1000 && !stop; i++) {
            __asm__ volatile("pause");
        }
        ++*count;
        if ((count - rounds) % 2 == 0) {
            (void)mach_wait_until_trap(mach_absolute_time() + 200000);
        }
    }
}

/* Have all workers done something since their counts were set to 0? */
static bool all_have_worked(void *argument)
{
    (void)argument;
    for (int i = 0; i < WORKERS; i++) {
        if (rounds[i] < 3) {
            return false;
        }
    }
    return true;
}

static void expect_work(void)
{
    for (int i = 0; i < WORKERS; i++) {
        rounds[i] = 0;
    }
    EXPECT(systest_wait(all_have_worked, NULL));
}

static processor_cpu_load_info_data_t load_of(processor_t processor)
{
    processor_cpu_load_info_data_t load = {};
    mach_msg_type_number_t count = PROCESSOR_CPU_LOAD_INFO_COUNT;
    mach_port_t host = MACH_PORT_NULL;
    EXPECT_OK(
        processor_info(processor, PROCESSOR_CPU_LOAD_INFO, &host, (processor_info_t)&load, &count));
    (void)mach_port_deallocate(mach_task_self(), host);
    return load;
}

static uint32_t load_sum(processor_t processor)
{
    processor_cpu_load_info_data_t load = load_of(processor);
    return load.cpu_ticks[CPU_STATE_USER] + load.cpu_ticks[CPU_STATE_SYSTEM] +
           load.cpu_ticks[CPU_STATE_IDLE];
}

CASE(processors_stop_and_start_under_load)
{
    struct worker workers[WORKERS];
    struct processor_list list = processors_get();
    stop = false;
    for (int i = 0; i < WORKERS; i++) {
        EXPECT(worker_start(&workers[i], mach_task_self(), work, (void *)&rounds[i]));
    }
    expect_work();
    for (int round = 0; round < 10; round++) {
        for (mach_msg_type_number_t i = 1; i < list.count; i++) {
            EXPECT_OK(processor_exit(list.rights[i]));
            EXPECT_OK(processor_exit(list.rights[i]));
            EXPECT_EQ(basic_info(list.rights[i]).running, FALSE);
            EXPECT_EQ(running_count(), list.count - i);
        }
        uint32_t ticks = list.count > 1 ? load_sum(list.rights[1]) : 0;
        expect_work(); /* all on the first, with all timers */
        if (list.count > 1) {
            EXPECT_EQ(load_sum(list.rights[1]), ticks);
        }
        for (mach_msg_type_number_t i = list.count - 1; i >= 1; i--) {
            EXPECT_OK(processor_start(list.rights[i]));
            EXPECT_EQ(processor_start(list.rights[i]), KERN_FAILURE);
            EXPECT_EQ(basic_info(list.rights[i]).running, TRUE);
        }
        EXPECT_EQ(running_count(), list.count);
        expect_work();
    }
    stop = true;
    for (int i = 0; i < WORKERS; i++) {
        worker_join(&workers[i]);
    }
    processors_put(&list);
}

/* A processor, and how much it had done when it was started. */
struct busy_watch {
    processor_t processor;
    uint32_t before;
};

/* Has the processor of the watch at ARGUMENT done something since? */
static bool is_busy(void *argument)
{
    const struct busy_watch *watch = argument;
    processor_cpu_load_info_data_t load = load_of(watch->processor);
    return load.cpu_ticks[CPU_STATE_USER] + load.cpu_ticks[CPU_STATE_SYSTEM] >= watch->before + 3;
}

/* Each alone beside the first: there is more work than the two can do, however many others there are. */
CASE(a_started_processor_takes_work_again)
{
    struct worker workers[WORKERS];
    struct processor_list list = processors_get();
    stop = false;
    for (mach_msg_type_number_t i = 1; i < list.count; i++) {
        EXPECT_OK(processor_exit(list.rights[i]));
    }
    for (int i = 0; i < WORKERS; i++) {
        EXPECT(worker_start(&workers[i], mach_task_self(), work, (void *)&rounds[i]));
    }
    for (mach_msg_type_number_t i = 1; i < list.count; i++) {
        processor_cpu_load_info_data_t load = load_of(list.rights[i]);
        struct busy_watch watch = { list.rights[i], load.cpu_ticks[CPU_STATE_USER] +
                                                        load.cpu_ticks[CPU_STATE_SYSTEM] };
        EXPECT_OK(processor_start(list.rights[i]));
        EXPECT(systest_wait(is_busy, &watch));
        EXPECT_OK(processor_exit(list.rights[i]));
    }
    for (mach_msg_type_number_t i = 1; i < list.count; i++) {
        EXPECT_OK(processor_start(list.rights[i]));
    }
    stop = true;
    for (int i = 0; i < WORKERS; i++) {
        worker_join(&workers[i]);
    }
    processors_put(&list);
}
