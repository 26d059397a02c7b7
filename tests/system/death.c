/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tasks that end in the middle of something: of a call, as client or server, of waiting, faulting,
 * or ending each other. Nobody waits for ever, nothing is left.
 */
#include <mach/mach_vm.h>
#include <mach/notify.h>

#include "systest.h"
#include "systest_msg.h"
#include "systest_task.h"

/* Send a request with reply right to HELPER_PORT(0), and wait for the answer. */
static void be_client(void *argument)
{
    union any_message message = { 0 };
    mach_port_t reply = port_create();
    (void)argument;
    message.header.msgh_bits =
        MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, MACH_MSG_TYPE_MAKE_SEND_ONCE);
    message.header.msgh_remote_port = HELPER_PORT(0);
    message.header.msgh_local_port = reply;
    (void)mach_msg(&message.header, MACH_SEND_MSG | MACH_RCV_MSG, sizeof(message.value),
                   sizeof(message), reply, 0, MACH_PORT_NULL);
}

CASE(a_client_may_die_while_the_server_works)
{
    union any_message request;
    struct helper helper;
    struct worker worker;
    mach_port_t port = port_create();
    if (helper_create(&helper)) {
        helper_give(&helper, 0, port, MACH_MSG_TYPE_MAKE_SEND);
        EXPECT(worker_start(&worker, helper.task, be_client, NULL));
        EXPECT_OK(receive(port, &request));
        (void)worker_wait_blocked(&worker);
        helper_destroy(&helper);
        worker_join(&worker);
        mach_port_t reply = request.header.msgh_remote_port;
        EXPECT_OK(send_value_option(reply, MACH_MSG_TYPE_MOVE_SEND_ONCE, 1, 0, 0));
        EXPECT_EQ(mach_port_deallocate(mach_task_self(), reply), KERN_INVALID_NAME);
    }
    port_destroy(port);
}

static void receive_and_end(void *argument)
{
    union any_message message;
    (void)argument;
    EXPECT_OK(receive(HELPER_PORT(0), &message));
    bare_task_exit();
}

static void sleep_long(void *argument)
{
    (void)argument;
    (void)mach_wait_until_trap(~UINT64_C(0) >> 1);
}

static bool is_dead_name(void *port)
{
    return port_type(*(mach_port_t *)port) == MACH_PORT_TYPE_DEAD_NAME;
}

/* A server in HELPER that never answers. The test calls it. */
static void call_dying_server(void (*server)(void *argument))
{
    struct helper helper;
    struct worker worker;
    mach_port_t port = port_create_with_send(), reply = port_create();
    union any_message message = { 0 };
    if (!helper_create(&helper)) {
        return;
    }
    helper_give(&helper, 0, port, MACH_MSG_TYPE_MOVE_RECEIVE);
    EXPECT(worker_start(&worker, helper.task, server, NULL));
    (void)worker_wait_blocked(&worker);
    message.header.msgh_bits =
        MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, MACH_MSG_TYPE_MAKE_SEND_ONCE);
    message.header.msgh_remote_port = port;
    message.header.msgh_local_port = reply;
    EXPECT_OK(mach_msg(&message.header, MACH_SEND_MSG, sizeof(message.value), 0, 0, 0, 0));
    if (server == sleep_long) {
        helper_destroy(&helper); /* with the request in the queue */
    }
    EXPECT_OK(receive(reply, &message));
    EXPECT_EQ(message.header.msgh_id, MACH_NOTIFY_SEND_ONCE);
    EXPECT(systest_wait(is_dead_name, &port)); /* its rights go one by one */
    EXPECT_OK(mach_port_deallocate(mach_task_self(), port));
    port_destroy(reply);
    worker_join(&worker);
    if (server != sleep_long) {
        helper_destroy(&helper);
    }
}

CASE(a_server_may_die_while_its_client_waits)
{
    call_dying_server(receive_and_end);
}

CASE(a_request_nobody_took_is_answered_by_its_death)
{
    call_dying_server(sleep_long);
}

/* The ways a thread can be busy when its task ends. */
static void wait_to_receive(void *argument)
{
    union any_message message;
    (void)argument;
    (void)receive_option(port_create(), &message, 0, 0);
}

static void wait_to_send(void *argument)
{
    mach_port_t port = port_create();
    (void)argument;
    (void)_kernelrpc_mach_port_insert_right_trap(mach_task_self(), port, port,
                                                 MACH_MSG_TYPE_MAKE_SEND);
    for (;;) {
        (void)send_value_option(port, MACH_MSG_TYPE_COPY_SEND, 0, 0, 0);
    }
}

static void wait_at_set(void *argument)
{
    union any_message message;
    mach_port_t set = MACH_PORT_NULL, port = port_create();
    (void)argument;
    (void)_kernelrpc_mach_port_allocate_trap(mach_task_self(), MACH_PORT_RIGHT_PORT_SET, &set);
    (void)_kernelrpc_mach_port_insert_member_trap(mach_task_self(), port, set);
    (void)receive_option(set, &message, 0, 0);
}

static void fault_for_ever(void *argument)
{
    (void)argument;
    for (;;) {
        mach_vm_address_t address = 0;
        if (_kernelrpc_mach_vm_allocate_trap(mach_task_self(), &address, 16 * 4096,
                                             VM_FLAGS_ANYWHERE) == KERN_SUCCESS) {
            for (int i = 0; i < 16; i++) {
                ((volatile char *)address)[i * 4096] = 1;
            }
            (void)_kernelrpc_mach_vm_deallocate_trap(mach_task_self(), address, 16 * 4096);
        }
    }
}

static void spin(void *argument)
{
    (void)argument;
    for (;;) {
        __asm__ volatile("pause");
    }
}

static void make_ports_for_ever(void *argument)
{
    (void)argument;
    for (;;) {
        mach_port_t port = port_create();
        (void)_kernelrpc_mach_port_insert_right_trap(mach_task_self(), port, port,
                                                     MACH_MSG_TYPE_MAKE_SEND);
        (void)send_right(port, port, MACH_MSG_TYPE_MOVE_RECEIVE); /* into its own queue */
        (void)_kernelrpc_mach_port_deallocate_trap(mach_task_self(), port);
    }
}

static void (*const occupations[])(void *argument) = {
    wait_to_receive,     wait_to_send, wait_at_set, fault_for_ever, spin,
    make_ports_for_ever, sleep_long,   be_client,
};

#define OCCUPATIONS (sizeof(occupations) / sizeof(occupations[0]))

CASE(a_task_ends_whatever_its_threads_do)
{
    struct worker workers[2 * OCCUPATIONS];
    struct helper helper;
    mach_port_t port = port_create();
    if (helper_create(&helper)) {
        helper_give(&helper, 0, port, MACH_MSG_TYPE_MAKE_SEND);
        for (uint32_t i = 0; i < 2 * OCCUPATIONS; i++) {
            EXPECT(worker_start(&workers[i], helper.task, occupations[i % OCCUPATIONS], NULL));
        }
        for (int i = 0; i < 30; i++) {
            systest_pause();
        }
        helper_destroy(&helper);
        for (uint32_t i = 0; i < 2 * OCCUPATIONS; i++) {
            worker_join(&workers[i]);
        }
    }
    port_destroy(port);
}

CASE(tasks_end_at_any_moment)
{
    mach_port_t port = port_create();
    for (uint32_t round = 0; round < 60; round++) {
        struct worker workers[3];
        struct helper helper;
        if (!helper_create(&helper)) {
            break;
        }
        helper_give(&helper, 0, port, MACH_MSG_TYPE_MAKE_SEND);
        for (uint32_t i = 0; i < 3; i++) {
            EXPECT(worker_start(&workers[i], helper.task,
                                occupations[(round + 3 * i) % OCCUPATIONS], NULL));
        }
        for (uint32_t i = 0; i < (round * 7919) % 4000; i++) {
            __asm__ volatile("pause");
        }
        if (round % 3 == 0) {
            systest_pause();
        }
        helper_destroy(&helper);
        for (uint32_t i = 0; i < 3; i++) {
            worker_join(&workers[i]);
        }
    }
    port_destroy(port);
}

static void end_own_task(void *argument)
{
    (void)argument;
    bare_task_exit();
}

CASE(a_task_ends_itself)
{
    struct helper helper;
    struct worker waiting, ending;
    if (helper_create(&helper)) {
        EXPECT(worker_start(&waiting, helper.task, wait_to_receive, NULL));
        EXPECT(worker_start(&ending, helper.task, end_own_task, NULL));
        (void)wait_dead(helper.task);
        worker_join(&ending);
        worker_join(&waiting);
        EXPECT_EQ(task_suspend(helper.task), MACH_SEND_INVALID_DEST);
        EXPECT_OK(mach_port_deallocate(mach_task_self(), helper.task));
    }
}

/* End the task of HELPER_PORT(1), as soon as the word at ARGUMENT says so. */
static void end_other_task(void *argument)
{
    while (*(_Atomic int *)argument == 0) {
        __asm__ volatile("pause");
    }
    mach_msg_header_t message = {
        .msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, 0),
        .msgh_remote_port = HELPER_PORT(1),
        .msgh_id = 3401, /* task_terminate */
    };
    (void)mach_msg(&message, MACH_SEND_MSG, sizeof(message), 0, 0, 0, 0);
    for (;;) {
        systest_pause(); /* the other ends us, or we have ended it */
    }
}

/* True if one of the two tasks ARGUMENT points to is dead. */
static bool one_is_dead(void *argument)
{
    const struct helper *helpers = argument;
    return port_type(helpers[0].task) == MACH_PORT_TYPE_DEAD_NAME ||
           port_type(helpers[1].task) == MACH_PORT_TYPE_DEAD_NAME;
}

/* At least one ends without the test's help: the first does it, or the other was quicker. */
CASE(two_tasks_end_each_other)
{
    static _Atomic int go;
    bool one_ended = true;
    for (int round = 0; round < 20 && one_ended; round++) {
        struct helper helpers[2];
        struct worker workers[2];
        go = 0;
        if (!helper_create(&helpers[0]) || !helper_create(&helpers[1])) {
            return;
        }
        for (int i = 0; i < 2; i++) {
            helper_give(&helpers[i], 1, helpers[1 - i].task, MACH_MSG_TYPE_COPY_SEND);
            EXPECT(worker_start(&workers[i], helpers[i].task, end_other_task, &go));
        }
        go = 1;
        one_ended = EXPECT(systest_wait(one_is_dead, helpers));
        for (int i = 0; i < 2; i++) {
            helper_destroy(&helpers[i]);
            worker_join(&workers[i]);
        }
    }
}

CASE(what_never_ran_can_end)
{
    struct helper helper;
    struct worker fresh, suspended;
    if (helper_create(&helper)) {
        EXPECT(worker_create(&fresh, helper.task, spin, NULL));
        EXPECT(worker_start(&suspended, helper.task, spin, NULL));
        EXPECT_OK(thread_suspend(suspended.thread));
        EXPECT_OK(task_suspend(helper.task));
        helper_destroy(&helper);
        worker_join(&fresh);
        worker_join(&suspended);
    }
    EXPECT(worker_create(&fresh, mach_task_self(), spin, NULL));
    worker_kill(&fresh);
}

CASE(what_stands_still_can_end)
{
    struct helper helper;
    struct worker mine, other;
    EXPECT(worker_start(&mine, mach_task_self(), spin, NULL));
    EXPECT_OK(thread_suspend(mine.thread));
    if (helper_create(&helper)) {
        EXPECT(worker_start(&other, helper.task, spin, NULL));
        EXPECT_OK(task_suspend(helper.task));
        systest_pause(); /* both get to where they are held */
        helper_destroy(&helper);
        worker_join(&other);
    }
    worker_kill(&mine);
}

/* Every call on what was its port says that nobody is there, and takes nothing along. */
CASE(a_dead_task_takes_no_more)
{
    struct helper helper;
    thread_act_t thread = MACH_PORT_NULL;
    mach_vm_address_t address = 0;
    mach_port_t port = port_create_with_send();
    if (helper_create(&helper)) {
        task_t task = helper.task;
        EXPECT_OK(mach_port_mod_refs(mach_task_self(), task, MACH_PORT_RIGHT_SEND, 1));
        helper_destroy(&helper);
        EXPECT_EQ(port_type(task), MACH_PORT_TYPE_DEAD_NAME);
        EXPECT_EQ(thread_create(task, &thread), MACH_SEND_INVALID_DEST);
        EXPECT_EQ(mach_vm_allocate(task, &address, vm_page_size, VM_FLAGS_ANYWHERE),
                  MACH_SEND_INVALID_DEST);
        EXPECT_EQ(mach_port_insert_right(task, HELPER_PORT(0), port, MACH_MSG_TYPE_MOVE_SEND),
                  MACH_SEND_INVALID_DEST);
        EXPECT_EQ(task_set_special_port(task, TASK_BOOTSTRAP_PORT, port), MACH_SEND_INVALID_DEST);
        EXPECT_EQ(port_refs(port, MACH_PORT_RIGHT_SEND), 1);
        EXPECT_OK(mach_port_deallocate(mach_task_self(), task));
    }
    port_destroy_with_send(port);
}
