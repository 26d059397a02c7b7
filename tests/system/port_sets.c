/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Port sets: receiving from whichever member has a message, and members that come and go.
 */
#include "systest.h"
#include "systest_msg.h"
#include "systest_task.h"

static mach_port_t set_create(void)
{
    mach_port_t set = MACH_PORT_NULL;
    EXPECT_OK(mach_port_allocate(mach_task_self(), MACH_PORT_RIGHT_PORT_SET, &set));
    return set;
}

static void set_destroy(mach_port_t set)
{
    EXPECT_OK(mach_port_mod_refs(mach_task_self(), set, MACH_PORT_RIGHT_PORT_SET, -1));
}

/* How many members SET lists; FIRST gets the first. */
static uint32_t set_members(mach_port_t set, mach_port_t *first)
{
    mach_port_name_array_t members = NULL;
    mach_msg_type_number_t count = 0;
    EXPECT_OK(mach_port_get_set_status(mach_task_self(), set, &members, &count));
    if (count > 0) {
        *first = members[0];
        EXPECT_OK(
            vm_deallocate(mach_task_self(), (vm_address_t)members, count * sizeof(members[0])));
    }
    return count;
}

CASE(messages_name_the_member_they_came_by)
{
    enum {
        COUNT = 4
    };
    mach_port_t set = set_create(), ports[COUNT], first = MACH_PORT_NULL;
    union any_message message;
    for (uint32_t i = 0; i < COUNT; i++) {
        ports[i] = port_create_with_send();
        EXPECT_OK(mach_port_insert_member(mach_task_self(), ports[i], set));
    }
    EXPECT_EQ(set_members(set, &first), COUNT);
    for (uint32_t i = 0; i < COUNT; i++) {
        EXPECT_OK(send_value(ports[COUNT - 1 - i], COUNT - 1 - i));
    }
    for (uint32_t i = 0; i < COUNT; i++) {
        EXPECT_OK(receive(set, &message));
        EXPECT_EQ(message.header.msgh_local_port, ports[message.value.value % COUNT]);
    }
    EXPECT_EQ(receive_now(set, &message), MACH_RCV_TIMED_OUT);
    for (uint32_t i = 0; i < COUNT; i++) {
        port_destroy_with_send(ports[i]);
    }
    EXPECT_EQ(set_members(set, &first), 0);
    set_destroy(set);
}

CASE(no_member_is_starved)
{
    mach_port_t set = set_create();
    mach_port_t busy = port_create_with_send(), quiet = port_create_with_send();
    union any_message message;
    bool seen = false;
    EXPECT_OK(mach_port_insert_member(mach_task_self(), busy, set));
    EXPECT_OK(mach_port_insert_member(mach_task_self(), quiet, set));
    EXPECT_OK(send_value(busy, 0));
    EXPECT_OK(send_value(busy, 0));
    EXPECT_OK(send_value(quiet, 1));
    for (int i = 0; i < 4 && !seen; i++) {
        EXPECT_OK(send_value(busy, 0));
        EXPECT_OK(receive(set, &message));
        seen = message.value.value == 1;
    }
    EXPECT(seen);
    port_destroy_with_send(busy);
    port_destroy_with_send(quiet);
    set_destroy(set);
}

CASE(membership_has_its_errors)
{
    mach_port_t set = set_create(), other = set_create(), port = port_create(), first;
    EXPECT_OK(mach_port_insert_member(mach_task_self(), port, set));
    EXPECT_EQ(mach_port_insert_member(mach_task_self(), port, set), KERN_ALREADY_IN_SET);
    EXPECT_OK(mach_port_insert_member(mach_task_self(), port, other));
    EXPECT_EQ(mach_port_insert_member(mach_task_self(), set, other), KERN_INVALID_RIGHT);
    EXPECT_EQ(mach_port_insert_member(mach_task_self(), port, port), KERN_INVALID_RIGHT);
    EXPECT_EQ(mach_port_insert_member(mach_task_self(), port, 0x12345600), KERN_INVALID_NAME);
    EXPECT_OK(mach_port_extract_member(mach_task_self(), port, set));
    EXPECT_EQ(mach_port_extract_member(mach_task_self(), port, set), KERN_NOT_IN_SET);
    EXPECT_EQ(set_members(other, &first), 1);
    EXPECT_OK(mach_port_move_member(mach_task_self(), port, set));
    EXPECT_EQ(set_members(other, &first), 0);
    EXPECT_EQ(set_members(set, &first), 1);
    EXPECT_EQ(first, port);
    EXPECT_OK(mach_port_move_member(mach_task_self(), port, MACH_PORT_NULL));
    EXPECT_EQ(mach_port_move_member(mach_task_self(), port, MACH_PORT_NULL), KERN_NOT_IN_SET);
    port_destroy(port);
    set_destroy(set);
    set_destroy(other);
}

static struct {
    mach_port_t set;
    _Atomic uint32_t value;
    _Atomic mach_msg_return_t result;
} waiter;

static void receive_from_set(void *argument)
{
    union any_message message;
    (void)argument;
    waiter.result = receive_option(waiter.set, &message, 0, 0);
    waiter.value = waiter.result == MACH_MSG_SUCCESS ? message.value.value : 0;
}

CASE(a_waiting_receiver_gets_what_comes_to_any_member)
{
    struct worker worker;
    mach_port_t one = port_create_with_send(), two = port_create_with_send();
    waiter.set = set_create();
    EXPECT_OK(mach_port_insert_member(mach_task_self(), one, waiter.set));
    EXPECT_OK(mach_port_insert_member(mach_task_self(), two, waiter.set));
    EXPECT(worker_start(&worker, mach_task_self(), receive_from_set, NULL));
    (void)worker_wait_blocked(&worker);
    EXPECT_OK(send_value(two, 22));
    worker_join(&worker);
    EXPECT_EQ(waiter.value, 22);
    port_destroy_with_send(one);
    port_destroy_with_send(two);
    set_destroy(waiter.set);
}

CASE(a_new_member_with_a_message_wakes_the_receiver)
{
    struct worker worker;
    mach_port_t port = port_create_with_send();
    waiter.set = set_create();
    EXPECT_OK(send_value(port, 33));
    EXPECT(worker_start(&worker, mach_task_self(), receive_from_set, NULL));
    (void)worker_wait_blocked(&worker);
    EXPECT_OK(mach_port_insert_member(mach_task_self(), port, waiter.set));
    worker_join(&worker);
    EXPECT_EQ(waiter.value, 33);
    port_destroy_with_send(port);
    set_destroy(waiter.set);
}

CASE(a_destroyed_set_wakes_its_receiver_and_spares_its_members)
{
    struct worker worker;
    mach_port_t port = port_create_with_send();
    waiter.set = set_create();
    EXPECT_OK(mach_port_insert_member(mach_task_self(), port, waiter.set));
    EXPECT(worker_start(&worker, mach_task_self(), receive_from_set, NULL));
    (void)worker_wait_blocked(&worker);
    set_destroy(waiter.set);
    worker_join(&worker);
    EXPECT_EQ(waiter.result, MACH_RCV_PORT_DIED);
    EXPECT_OK(send_value(port, 44));
    EXPECT_EQ(receive_value(port), 44);
    port_destroy_with_send(port);
}

CASE(a_moved_receive_right_leaves_its_sets)
{
    mach_port_t set = set_create(), via = port_create_with_send(), port = port_create(), first;
    EXPECT_OK(mach_port_insert_member(mach_task_self(), port, set));
    EXPECT_OK(send_right(via, port, MACH_MSG_TYPE_MOVE_RECEIVE));
    EXPECT_EQ(set_members(set, &first), 0);
    port = receive_right(via);
    EXPECT_EQ(set_members(set, &first), 0);
    port_destroy(port);
    port_destroy_with_send(via);
    set_destroy(set);
}

CASE(one_message_in_two_sets_is_received_once)
{
    mach_port_t one = set_create(), two = set_create(), port = port_create_with_send();
    union any_message message;
    EXPECT_OK(mach_port_insert_member(mach_task_self(), port, one));
    EXPECT_OK(mach_port_insert_member(mach_task_self(), port, two));
    EXPECT_OK(send_value(port, 5));
    EXPECT_EQ(receive_value(one), 5);
    EXPECT_EQ(receive_now(two, &message), MACH_RCV_TIMED_OUT);
    EXPECT_OK(send_value(port, 6));
    EXPECT_EQ(receive_value(two), 6);
    EXPECT_EQ(receive_now(one, &message), MACH_RCV_TIMED_OUT);
    set_destroy(one);
    set_destroy(two);
    port_destroy_with_send(port);
}

#define LONGEST_PAUSE 2000 /* rounds of a loop, about what a send takes */

static struct {
    mach_port_t set;
    _Atomic uint32_t received;
} race;

static void receive_until_the_end([[maybe_unused]] void *argument)
{
    union any_message message;
    while (receive_option(race.set, &message, 0, 0) == MACH_MSG_SUCCESS) {
        uint32_t received = ++race.received;
        for (volatile uint32_t i = received % LONGEST_PAUSE; i > 0; i--) {
        }
    }
}

static bool are_received(void *count)
{
    for (uint32_t i = 0; i < LONGEST_PAUSE && race.received != *(uint32_t *)count; i++) {
        __builtin_ia32_pause();
    }
    return race.received == *(uint32_t *)count;
}

/* With several processors, the receiver looks at its set while the sender, who found it without a
 * receiver, is still busy with the port's other sets. */
CASE(a_message_between_a_receivers_look_and_its_wait_is_not_lost)
{
    enum {
        ROUNDS = 5000,
        OTHER_SETS = 200
    };
    struct worker worker;
    mach_port_t port = port_create_with_send(), others[OTHER_SETS];
    bool in_time = true;
    race.received = 0;
    race.set = set_create();
    EXPECT_OK(mach_port_insert_member(mach_task_self(), port, race.set));
    for (uint32_t i = 0; i < OTHER_SETS; i++) {
        others[i] = set_create();
        EXPECT_OK(mach_port_insert_member(mach_task_self(), port, others[i]));
    }
    EXPECT(worker_start(&worker, mach_task_self(), receive_until_the_end, NULL));
    for (uint32_t sent = 1; in_time && sent <= ROUNDS; sent++) {
        EXPECT_OK(send_value(port, sent));
        in_time = EXPECT(systest_wait(are_received, &sent));
    }
    for (uint32_t i = 0; i < OTHER_SETS; i++) {
        set_destroy(others[i]);
    }
    set_destroy(race.set);
    worker_join(&worker);
    port_destroy_with_send(port);
}
