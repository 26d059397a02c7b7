/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Many of something at once: threads that wait for the same thing, timers that ring at the same moment,
 * messages and rights that end with their port. All come to their end; that no processor is kept from
 * its interrupts for so long is seen by `bounds`, which runs behind this program.
 */
#include <mach/mach_vm.h>
#include <mach/mk_timer.h>
#include <mach/thread_policy.h>

#include "semaphore_waiter.h"
#include "systest.h"
#include "systest_msg.h"
#include "systest_task.h"

#define WAITERS     700
#define RIGHTS      8000
#define TIMERS      400
#define SETS        400
#define NAMES       40000
#define CHOSEN      20000
#define CHOSEN_FROM 0x70000000u
#define CHOSEN_LEAP 0x300u

#define MORE_IMPORTANT 10 /* than threads are */
#define LONG_ENOUGH    (500 * 1000000ull)

static struct worker workers[WAITERS];
static _Atomic uint32_t ended[2]; /* otherwise than expected, as expected */

static mach_port_t waited_for;
static uint64_t moment;

/* The first thread of the library leaves something that is there before the first case. */
void systest_prepare(void)
{
    thread_warm_up();
}

/* Count a wait that ended as EXPECTED. */
static void note(kern_return_t result, kern_return_t expected)
{
    ended[result == expected]++;
}

static void wait_for_message(void *argument)
{
    union any_message message;
    note(mach_msg(&message.header, MACH_RCV_MSG, 0, sizeof(message), waited_for,
                  MACH_MSG_TIMEOUT_NONE, MACH_PORT_NULL),
         *(mach_msg_return_t *)argument);
}

static void wait_for_room(void *argument)
{
    (void)argument;
    note(send_value_option(waited_for, MACH_MSG_TYPE_COPY_SEND, 1, 0, 0), MACH_MSG_SUCCESS);
}

static void wait_for_signal(void *argument)
{
    note(semaphore_wait_trap(waited_for), *(kern_return_t *)argument);
}

static void wait_for_moment(void *argument)
{
    (void)argument;
    note(mach_wait_until_trap(moment), KERN_SUCCESS);
}

/* Have all workers run FUNCTION(ARGUMENT). */
static void begin_all(void (*function)(void *argument), void *argument)
{
    ended[false] = ended[true] = 0;
    for (int i = 0; i < WAITERS; i++) {
        EXPECT(worker_start(&workers[i], mach_task_self(), function, argument));
    }
}

/* Have all workers wait by FUNCTION(ARGUMENT). */
static void start_all(void (*function)(void *argument), void *argument)
{
    begin_all(function, argument);
    for (int i = 0; i < WAITERS; i++) {
        EXPECT(worker_wait_blocked(&workers[i]));
    }
}

static void join_all(void)
{
    for (int i = 0; i < WAITERS; i++) {
        worker_join(&workers[i]);
    }
    EXPECT_EQ(ended[true], WAITERS);
    EXPECT_EQ(ended[false], 0);
}

static mach_msg_return_t port_died = MACH_RCV_PORT_DIED;
static mach_msg_return_t port_changed = MACH_RCV_PORT_CHANGED;

CASE(many_receive_from_a_port_that_dies)
{
    waited_for = port_create();
    start_all(wait_for_message, &port_died);
    port_destroy(waited_for);
    join_all();
}

CASE(many_receive_from_a_port_whose_right_goes_away_in_a_message)
{
    mach_port_t other = port_create_with_send();
    waited_for = port_create();
    start_all(wait_for_message, &port_changed);
    EXPECT_OK(send_right(other, waited_for, MACH_MSG_TYPE_MOVE_RECEIVE));
    join_all();
    port_destroy_with_send(other);
}

CASE(many_receive_from_a_port_that_is_sent_instead_of_dying)
{
    mach_port_t other = port_create_with_send();
    mach_port_t former = MACH_PORT_NULL;
    waited_for = port_create();
    EXPECT_OK(mach_port_request_notification(mach_task_self(), waited_for,
                                             MACH_NOTIFY_PORT_DESTROYED, 0, other,
                                             MACH_MSG_TYPE_MAKE_SEND_ONCE, &former));
    start_all(wait_for_message, &port_died);
    port_destroy(waited_for);
    join_all();
    port_destroy_with_send(other);
}

CASE(many_receive_from_a_set_that_is_destroyed)
{
    EXPECT_OK(mach_port_allocate(mach_task_self(), MACH_PORT_RIGHT_PORT_SET, &waited_for));
    start_all(wait_for_message, &port_died);
    EXPECT_OK(mach_port_mod_refs(mach_task_self(), waited_for, MACH_PORT_RIGHT_PORT_SET, -1));
    join_all();
}

static void set_limit(mach_port_t port, mach_port_msgcount_t limit)
{
    mach_port_limits_t limits = { .mpl_qlimit = limit };
    EXPECT_OK(mach_port_set_attributes(mach_task_self(), port, MACH_PORT_LIMITS_INFO,
                                       (mach_port_info_t)&limits, MACH_PORT_LIMITS_INFO_COUNT));
}

/* A port whose queue takes LIMIT messages, and is full. */
static mach_port_t full_port(mach_port_msgcount_t limit)
{
    mach_port_t port = port_create_with_send();
    set_limit(port, limit);
    for (mach_port_msgcount_t i = 0; i < limit; i++) {
        EXPECT_OK(send_value(port, i));
    }
    return port;
}

CASE(many_send_to_a_port_that_dies)
{
    waited_for = full_port(1);
    start_all(wait_for_room, NULL);
    port_destroy_with_send(waited_for);
    join_all();
}

CASE(many_send_to_a_port_that_gets_room_for_all)
{
    waited_for = full_port(1);
    start_all(wait_for_room, NULL);
    set_limit(waited_for, MACH_PORT_QLIMIT_MAX);
    join_all();
    port_destroy_with_send(waited_for);
}

CASE(many_wait_for_a_semaphore_that_is_signalled_or_ends)
{
    kern_return_t expected = KERN_SUCCESS;
    waited_for = semaphore_make(SYNC_POLICY_FIFO, 0);
    start_all(wait_for_signal, &expected);
    EXPECT_OK(semaphore_signal_all(waited_for));
    join_all();
    expected = KERN_TERMINATED;
    start_all(wait_for_signal, &expected);
    semaphore_end(waited_for);
    join_all();
}

CASE(many_sleep_until_the_same_moment)
{
    moment = mach_absolute_time() + LONG_ENOUGH; /* or some begin later, on a slow machine */
    begin_all(wait_for_moment, NULL);
    join_all();
}

CASE(many_timers_ring_at_the_same_moment)
{
    static mach_port_t timers[TIMERS];
    union any_message message;
    moment = mach_absolute_time() + LONG_ENOUGH;
    for (int i = 0; i < TIMERS; i++) {
        timers[i] = mk_timer_create();
        EXPECT_OK(mk_timer_arm(timers[i], moment));
    }
    for (int i = 0; i < TIMERS; i++) {
        EXPECT_OK(receive(timers[i], &message));
        EXPECT_OK(mk_timer_destroy(timers[i]));
    }
}

static void serve_until_signal(void *argument)
{
    union any_message message;
    mach_msg_return_t result = mach_msg(&message.header, MACH_RCV_MSG, 0, sizeof(message),
                                        *(mach_port_t *)argument, 0, MACH_PORT_NULL);
    note(result == MACH_MSG_SUCCESS ? semaphore_wait_trap(waited_for) : result, KERN_SUCCESS);
}

static void set_importance(integer_t importance)
{
    mach_port_t self = mach_thread_self();
    EXPECT_OK(thread_policy_set(self, THREAD_PRECEDENCE_POLICY, &importance,
                                THREAD_PRECEDENCE_POLICY_COUNT));
    EXPECT_OK(mach_port_deallocate(mach_task_self(), self));
}

/* An important request lends to all who serve its port, since one of them will take it. */
CASE(many_serve_one_port_and_are_lent_importance)
{
    union any_message message;
    mach_port_t port = port_create_with_send();
    mach_port_t reply = port_create();
    waited_for = semaphore_make(SYNC_POLICY_FIFO, 0);
    begin_all(serve_until_signal, &port);
    for (uint32_t i = 0; i < WAITERS; i++) {
        EXPECT_OK(send_value(port, i));
    }
    for (int i = 0; i < WAITERS; i++) {
        EXPECT(worker_wait_blocked(&workers[i]));
    }
    set_importance(MORE_IMPORTANT);
    message.header = (mach_msg_header_t){
        .msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, MACH_MSG_TYPE_MAKE_SEND_ONCE),
        .msgh_remote_port = port,
        .msgh_local_port = reply,
    };
    EXPECT_OK(mach_msg(&message.header, MACH_SEND_MSG, sizeof(message.header), 0, MACH_PORT_NULL,
                       MACH_MSG_TIMEOUT_NONE, MACH_PORT_NULL));
    set_importance(0);
    EXPECT_OK(semaphore_signal_all(waited_for));
    join_all();
    semaphore_end(waited_for);
    port_destroy_with_send(port);
    port_destroy(reply);
}

CASE(many_messages_end_with_their_port)
{
    port_destroy_with_send(full_port(MACH_PORT_QLIMIT_MAX));
}

CASE(many_rights_come_and_end_with_a_message)
{
    static mach_port_t rights[RIGHTS];
    mach_port_t port = port_create_with_send();
    for (int i = 0; i < RIGHTS; i++) {
        rights[i] = port;
    }
    struct memory_message message = {
        .header = {
            .msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, 0) | MACH_MSGH_BITS_COMPLEX,
            .msgh_remote_port = port,
        },
        .body = { 1 },
        .ports = { .address = rights,
                   .count = RIGHTS,
                   .disposition = MACH_MSG_TYPE_COPY_SEND,
                   .type = MACH_MSG_OOL_PORTS_DESCRIPTOR },
    };
    EXPECT_OK(mach_msg(&message.header, MACH_SEND_MSG, sizeof(message), 0, MACH_PORT_NULL,
                       MACH_MSG_TIMEOUT_NONE, MACH_PORT_NULL));
    union any_message received;
    EXPECT_OK(receive(port, &received));
    EXPECT_EQ(received.memory.ports.count, RIGHTS);
    EXPECT_OK(mach_vm_deallocate(mach_task_self(), (mach_vm_address_t)received.memory.ports.address,
                                 RIGHTS * sizeof(rights[0])));
    EXPECT_OK(mach_port_mod_refs(mach_task_self(), port, MACH_PORT_RIGHT_SEND, -RIGHTS));
    EXPECT_OK(mach_msg(&message.header, MACH_SEND_MSG, sizeof(message), 0, MACH_PORT_NULL,
                       MACH_MSG_TIMEOUT_NONE, MACH_PORT_NULL));
    port_destroy_with_send(port);
}

/* A port that is in as many sets as it may be, until there is no more room for one. */
CASE(many_sets_have_one_port)
{
    static mach_port_t sets[SETS];
    union any_message message;
    mach_port_t port = port_create_with_send();
    int count = 0;
    kern_return_t result = KERN_SUCCESS;
    while (count < SETS && result == KERN_SUCCESS) {
        EXPECT_OK(mach_port_allocate(mach_task_self(), MACH_PORT_RIGHT_PORT_SET, &sets[count]));
        result = mach_port_insert_member(mach_task_self(), port, sets[count++]);
    }
    EXPECT_EQ(result, KERN_RESOURCE_SHORTAGE);
    EXPECT_OK(send_value(port, 1));
    EXPECT_OK(send_value(port, 2));
    EXPECT_OK(receive(sets[count / 2], &message));
    EXPECT_OK(receive(sets[0], &message));
    EXPECT_EQ(receive_now(sets[0], &message), MACH_RCV_TIMED_OUT);
    EXPECT_OK(mach_port_move_member(mach_task_self(), port, MACH_PORT_NULL));
    for (int i = 0; i < count; i++) {
        EXPECT_OK(mach_port_mod_refs(mach_task_self(), sets[i], MACH_PORT_RIGHT_PORT_SET, -1));
    }
    port_destroy_with_send(port);
}

CASE(many_are_told_of_the_death_of_one_port)
{
    static mach_port_t names[RIGHTS];
    union any_message message;
    mach_port_t port = port_create();
    mach_port_t notify = port_create();
    for (int i = 0; i < RIGHTS; i++) {
        mach_msg_type_name_t type = 0;
        mach_port_t former = MACH_PORT_NULL;
        EXPECT_OK(mach_port_extract_right(mach_task_self(), port, MACH_MSG_TYPE_MAKE_SEND_ONCE,
                                          &names[i], &type));
        EXPECT_OK(mach_port_request_notification(mach_task_self(), names[i], MACH_NOTIFY_DEAD_NAME,
                                                 0, notify, MACH_MSG_TYPE_MAKE_SEND_ONCE, &former));
    }
    port_destroy(port);
    for (int i = 0; i < RIGHTS; i++) {
        EXPECT_OK(receive(notify, &message));
        EXPECT_EQ(message.header.msgh_id, MACH_NOTIFY_DEAD_NAME);
        EXPECT_EQ(port_refs(names[i], MACH_PORT_RIGHT_DEAD_NAME), 2);
        EXPECT_OK(mach_port_mod_refs(mach_task_self(), names[i], MACH_PORT_RIGHT_DEAD_NAME, -2));
    }
    EXPECT_EQ(receive_now(notify, &message), MACH_RCV_TIMED_OUT);
    port_destroy(notify);
}

/* The table of their task grows with them, and goes with it. */
CASE(many_names_are_in_one_task)
{
    struct helper helper;
    mach_port_t name = MACH_PORT_NULL;
    if (helper_create(&helper)) {
        for (int i = 0; i < NAMES; i++) {
            EXPECT_OK(mach_port_allocate(helper.task, MACH_PORT_RIGHT_RECEIVE, &name));
        }
        helper_destroy(&helper);
    }
}

/* So does their hash when the names are chosen. */
CASE(many_chosen_names_are_in_one_task)
{
    struct helper helper;
    if (helper_create(&helper)) {
        for (mach_port_name_t i = 0; i < CHOSEN; i++) {
            EXPECT_OK(mach_port_allocate_name(helper.task, MACH_PORT_RIGHT_RECEIVE,
                                              CHOSEN_FROM + i * CHOSEN_LEAP));
        }
        helper_destroy(&helper);
    }
}
