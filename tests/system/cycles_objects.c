/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Cycles (cycles_check.h) of tasks, threads and what belongs to them, and of objects behind ports.
 */
#include <mach/clock.h>
#include <mach/clock_types.h>
#include <mach/device_types.h>
#include <mach/host_priv.h>
#include <mach/host_special_ports.h>
#include <mach/mach.h>
#include <mach/mach_vm.h>
#include <mach/mk_timer.h>
#include <mach/processor_set.h>
#include <mach/task_special_ports.h>

#include <mach_r/device.h>

#include "cycles_check.h"
#include "systest.h"
#include "systest_msg.h"
#include "systest_task.h"
#include "voucher_recipes.h"

#define SELF      mach_task_self()
#define SPARE_IRQ 5

static void release(mach_port_t name)
{
    EXPECT_OK(mach_port_deallocate(SELF, name));
}

static void cycle_task(void)
{
    task_t task;
    EXPECT_OK(task_create(SELF, NULL, 0, FALSE, &task));
    EXPECT_OK(task_terminate(task));
    release(task);
}

static void cycle_task_with_memory(void)
{
    task_t task;
    EXPECT_OK(task_create(SELF, NULL, 0, TRUE, &task));
    EXPECT_OK(task_terminate(task));
    release(task);
}

static void cycle_thread(void)
{
    thread_act_t thread;
    EXPECT_OK(thread_create(SELF, &thread));
    EXPECT_OK(thread_terminate(thread));
}

static void do_nothing(void *argument)
{
    (void)argument;
}

static void cycle_running_thread(void)
{
    struct worker worker;
    EXPECT(worker_start(&worker, SELF, do_nothing, NULL));
    worker_join(&worker);
}

CASE(tasks_and_threads)
{
    static const struct cycle cycles[] = {
        { "task", cycle_task, false },
        { "task with its parent's memory", cycle_task_with_memory, true },
        { "thread", cycle_thread, false },
        { "thread that runs", cycle_running_thread, true },
    };
    CYCLES_CHECK(cycles);
}

static task_t other;
static thread_act_t other_thread;
static mach_port_t receiver;

static void cycle_exception_ports(void)
{
    EXPECT_OK(task_set_exception_ports(other, EXC_MASK_ALL, receiver,
                                       EXCEPTION_DEFAULT | (int)MACH_EXCEPTION_CODES, 0));
    EXPECT_OK(task_set_exception_ports(other, EXC_MASK_ALL, MACH_PORT_NULL, EXCEPTION_DEFAULT, 0));
}

/* A thread has them from the first that is set to its end. */
static void cycle_threads_exception_ports(void)
{
    thread_act_t thread;
    EXPECT_OK(thread_create(other, &thread));
    EXPECT_OK(
        thread_set_exception_ports(thread, EXC_MASK_BREAKPOINT, receiver, EXCEPTION_DEFAULT, 0));
    EXPECT_OK(thread_terminate(thread));
}

static void cycle_registered_ports(void)
{
    EXPECT_OK(mach_ports_register(other, &receiver, 1));
    EXPECT_OK(mach_ports_register(other, NULL, 0));
}

static void cycle_suspension(void)
{
    task_suspension_token_t token;
    EXPECT_OK(task_suspend2(other, &token));
    EXPECT_OK(task_resume2(token));
}

/* The other ports of a task and a thread, which exist as long as somebody has a right to them. */
static void cycle_flavors(void)
{
    task_id_token_t token;
    mach_port_t port;
    EXPECT_OK(task_create_identity_token(other, &token));
    release(token);
    EXPECT_OK(task_get_special_port(other, TASK_READ_PORT, &port));
    release(port);
    EXPECT_OK(task_get_special_port(other, TASK_NAME_PORT, &port));
    release(port);
    EXPECT_OK(thread_get_special_port(other_thread, THREAD_INSPECT_PORT, &port));
    release(port);
}

CASE(what_belongs_to_tasks)
{
    static const struct cycle cycles[] = {
        { "exception ports of a task", cycle_exception_ports, false },
        { "exception ports of a thread", cycle_threads_exception_ports, true },
        { "registered ports", cycle_registered_ports, false },
        { "token of a suspension", cycle_suspension, false },
        { "other ports of a task", cycle_flavors, true },
    };
    EXPECT_OK(task_create(SELF, NULL, 0, FALSE, &other));
    EXPECT_OK(thread_create(other, &other_thread));
    receiver = port_create_with_send();
    CYCLES_CHECK(cycles);
    port_destroy_with_send(receiver);
    EXPECT_OK(task_terminate(other));
    release(other_thread);
    release(other);
}

static void cycle_semaphore(void)
{
    semaphore_t semaphore;
    EXPECT_OK(semaphore_create(SELF, &semaphore, SYNC_POLICY_FIFO, 0));
    EXPECT_OK(semaphore_destroy(SELF, semaphore));
}

static void cycle_timer(void)
{
    mach_port_t timer = mk_timer_create();
    EXPECT_OK(mk_timer_arm(timer, mach_absolute_time() + UINT64_C(3600000000000)));
    EXPECT_OK(mk_timer_destroy(timer));
}

static clock_serv_t ticking;

/* An alarm for a time that is past rings at once. */
static void cycle_alarm(void)
{
    union any_message message;
    mach_timespec_t past = { 0, 1 };
    EXPECT_OK(clock_alarm(ticking, TIME_ABSOLUTE, past, receiver));
    EXPECT_OK(receive(receiver, &message));
}

static clock_ctrl_t calendar_control;
static clock_serv_t calendar;
static mach_port_t host;

/* The time of day is set to what it is, which is told. */
static void cycle_host_request(void)
{
    union any_message message;
    mach_timespec_t time;
    EXPECT_OK(host_request_notification(host, HOST_NOTIFY_CALENDAR_SET, receiver));
    EXPECT_OK(clock_get_time(calendar, &time));
    EXPECT_OK(clock_set_time(calendar_control, time));
    EXPECT_OK(receive_now(receiver, &message));
}

/* The set and its processors stay; rights to them come and go. */
static void cycle_processors(void)
{
    processor_set_name_t name;
    processor_set_t control;
    processor_array_t list;
    mach_msg_type_number_t count;
    EXPECT_OK(processor_set_default(host, &name));
    EXPECT_OK(host_processor_set_priv(systest_host_priv(), name, &control));
    EXPECT_OK(host_processors(systest_host_priv(), &list, &count));
    for (mach_msg_type_number_t i = 0; i < count; i++) {
        release(list[i]);
    }
    EXPECT_OK(mach_vm_deallocate(SELF, (mach_vm_address_t)list, count * sizeof(list[0])));
    release(control);
    release(name);
}

static device_master_t devices;

/* An interrupt that none of the machine's devices uses is a driver's, and free again. */
static void cycle_interrupt(void)
{
    EXPECT_OK(device_register_interrupt(devices, SPARE_IRQ, receiver, MACH_MSG_TYPE_MAKE_SEND));
    EXPECT_OK(device_release_interrupt(devices, SPARE_IRQ));
}

CASE(semaphores_timers_and_the_host)
{
    static const struct cycle cycles[] = {
        { "semaphore", cycle_semaphore, false },
        { "timer", cycle_timer, false },
        { "alarm", cycle_alarm, false },
        { "request for a notification of the host", cycle_host_request, true },
        { "rights to processors", cycle_processors, true },
        { "driver of an interrupt", cycle_interrupt, true },
    };
    host = mach_host_self();
    EXPECT_OK(
        host_get_special_port(systest_host_priv(), HOST_LOCAL_NODE, HOST_IO_MAIN_PORT, &devices));
    ticking = systest_clock(SYSTEM_CLOCK);
    calendar = systest_clock(CALENDAR_CLOCK);
    EXPECT_OK(host_get_clock_control(systest_host_priv(), CALENDAR_CLOCK, &calendar_control));
    receiver = port_create();
    CYCLES_CHECK(cycles);
    port_destroy(receiver);
    release(devices);
    release(calendar_control);
    release(calendar);
    release(ticking);
    release(host);
}

static void cycle_voucher(void)
{
    voucher_drop(voucher_with("cycle"));
}

/* A voucher is made, sent with its only right, and received. */
static void cycle_voucher_in_message(void)
{
    union any_message message = {
        .header = { .msgh_bits =
                        MACH_MSGH_BITS_SET(MACH_MSG_TYPE_COPY_SEND, 0, MACH_MSG_TYPE_MOVE_SEND, 0),
                    .msgh_remote_port = receiver,
                    .msgh_voucher_port = voucher_with("cycle") },
    };
    EXPECT_OK(mach_msg(&message.header, MACH_SEND_MSG, sizeof(message.header), 0, 0, 0, 0));
    EXPECT_OK(receive_option(receiver, &message, MACH_RCV_VOUCHER, 0));
    voucher_drop(message.header.msgh_voucher_port);
}

/* Nobody but a thread that has not begun has a right to the voucher. */
static void cycle_thread_with_voucher(void)
{
    thread_act_t thread;
    mach_voucher_t voucher = voucher_with("cycle");
    EXPECT_OK(thread_create(SELF, &thread));
    EXPECT_OK(thread_set_mach_voucher(thread, voucher));
    voucher_drop(voucher);
    EXPECT_OK(thread_terminate(thread));
}

static void cycle_task_with_voucher(void)
{
    task_t task;
    mach_voucher_t voucher = voucher_with("cycle");
    EXPECT_OK(task_create(SELF, NULL, 0, FALSE, &task));
    EXPECT_OK(task_set_mach_voucher(task, voucher));
    voucher_drop(voucher);
    EXPECT_OK(task_terminate(task));
    release(task);
}

CASE(vouchers)
{
    static const struct cycle cycles[] = {
        { "voucher", cycle_voucher, false },
        { "voucher in a message", cycle_voucher_in_message, false },
        { "voucher of a thread", cycle_thread_with_voucher, true },
        { "voucher of a task", cycle_task_with_voucher, true },
    };
    receiver = port_create_with_send();
    CYCLES_CHECK(cycles);
    port_destroy_with_send(receiver);
}
