/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Names, user references, and rights on their way between tasks: what each disposition takes from
 * the sender and gives the receiver.
 */
#include "systest.h"
#include "systest_msg.h"
#include "systest_task.h"

/* Send the right PORT to the test itself by DISPOSITION. Returns: the name it arrives under. */
static mach_port_t pass_right(mach_port_t port, mach_msg_type_name_t disposition,
                              mach_msg_type_name_t arrives_as)
{
    union any_message message = { 0 };
    mach_port_t via = port_create_with_send();
    EXPECT_OK(send_right(via, port, disposition));
    EXPECT_OK(receive(via, &message));
    EXPECT_EQ(message.right.right.disposition, arrives_as);
    EXPECT_EQ(message.right.right.type, MACH_MSG_PORT_DESCRIPTOR);
    port_destroy_with_send(via);
    return message_right(&message);
}

CASE(allocate_makes_distinct_names_of_each_kind)
{
    mach_port_t receive_name, set_name, dead_name;
    EXPECT_OK(mach_port_allocate(mach_task_self(), MACH_PORT_RIGHT_RECEIVE, &receive_name));
    EXPECT_OK(mach_port_allocate(mach_task_self(), MACH_PORT_RIGHT_PORT_SET, &set_name));
    EXPECT_OK(mach_port_allocate(mach_task_self(), MACH_PORT_RIGHT_DEAD_NAME, &dead_name));
    EXPECT_EQ(port_type(receive_name), MACH_PORT_TYPE_RECEIVE);
    EXPECT_EQ(port_type(set_name), MACH_PORT_TYPE_PORT_SET);
    EXPECT_EQ(port_type(dead_name), MACH_PORT_TYPE_DEAD_NAME);
    EXPECT(receive_name != set_name && set_name != dead_name && receive_name != dead_name);
    EXPECT_OK(mach_port_destroy(mach_task_self(), receive_name));
    EXPECT_OK(mach_port_destroy(mach_task_self(), set_name));
    EXPECT_OK(mach_port_deallocate(mach_task_self(), dead_name));
    EXPECT_EQ(port_type(receive_name), 0);
    EXPECT_EQ(mach_port_allocate(mach_task_self(), MACH_PORT_RIGHT_SEND, &receive_name),
              KERN_INVALID_VALUE);
}

CASE(stale_name_does_not_become_the_next_port)
{
    mach_port_t first = port_create();
    port_destroy(first);
    for (int i = 0; i < 20; i++) {
        mach_port_t next = port_create();
        EXPECT(next != first);
        EXPECT_EQ(port_type(first), 0);
        port_destroy(next);
    }
    EXPECT_EQ(mach_port_deallocate(mach_task_self(), first), KERN_INVALID_NAME);
}

CASE(user_references_count_up_and_down)
{
    mach_port_t port = port_create_with_send();
    EXPECT_EQ(port_refs(port, MACH_PORT_RIGHT_SEND), 1);
    EXPECT_OK(mach_port_mod_refs(mach_task_self(), port, MACH_PORT_RIGHT_SEND, 2));
    EXPECT_EQ(port_refs(port, MACH_PORT_RIGHT_SEND), 3);
    EXPECT_OK(mach_port_insert_right(mach_task_self(), port, port, MACH_MSG_TYPE_MAKE_SEND));
    EXPECT_EQ(port_refs(port, MACH_PORT_RIGHT_SEND), 4);
    EXPECT_OK(mach_port_deallocate(mach_task_self(), port));
    EXPECT_EQ(port_refs(port, MACH_PORT_RIGHT_SEND), 3);
    EXPECT_EQ(mach_port_mod_refs(mach_task_self(), port, MACH_PORT_RIGHT_SEND, -4),
              KERN_INVALID_VALUE);
    EXPECT_EQ(mach_port_mod_refs(mach_task_self(), port, MACH_PORT_RIGHT_SEND_ONCE, 1),
              KERN_INVALID_RIGHT);
    EXPECT_OK(mach_port_mod_refs(mach_task_self(), port, MACH_PORT_RIGHT_SEND, -3));
    EXPECT_EQ(port_type(port), MACH_PORT_TYPE_RECEIVE);
    EXPECT_EQ(mach_port_deallocate(mach_task_self(), port), KERN_INVALID_RIGHT);
    port_destroy(port);
}

CASE(user_references_have_a_limit)
{
    mach_port_t port = port_create_with_send();
    EXPECT_OK(
        mach_port_mod_refs(mach_task_self(), port, MACH_PORT_RIGHT_SEND, MACH_PORT_UREFS_MAX - 1));
    EXPECT_EQ(mach_port_mod_refs(mach_task_self(), port, MACH_PORT_RIGHT_SEND, 1),
              KERN_UREFS_OVERFLOW);
    EXPECT_EQ(port_refs(port, MACH_PORT_RIGHT_SEND), MACH_PORT_UREFS_MAX);
    EXPECT_OK(mach_port_destroy(mach_task_self(), port));
}

CASE(names_can_be_chosen_and_changed)
{
    union any_message message;
    mach_port_t chosen = 0x00700300, other = 0x00700400;
    EXPECT_OK(mach_port_allocate_name(mach_task_self(), MACH_PORT_RIGHT_RECEIVE, chosen));
    EXPECT_EQ(mach_port_allocate_name(mach_task_self(), MACH_PORT_RIGHT_RECEIVE, chosen),
              KERN_NAME_EXISTS);
    EXPECT_OK(mach_port_insert_right(mach_task_self(), chosen, chosen, MACH_MSG_TYPE_MAKE_SEND));
    EXPECT_OK(mach_port_rename(mach_task_self(), chosen, other));
    EXPECT_EQ(port_type(chosen), 0);
    EXPECT_EQ(port_type(other), MACH_PORT_TYPE_SEND_RECEIVE);
    EXPECT_OK(send_value(other, 7));
    EXPECT_OK(receive(other, &message));
    EXPECT_EQ(message.value.value, 7);
    EXPECT_EQ(message.header.msgh_local_port, other);
    mach_port_t third = port_create();
    EXPECT_EQ(mach_port_rename(mach_task_self(), other, third), KERN_NAME_EXISTS);
    EXPECT_EQ(port_type(other), MACH_PORT_TYPE_SEND_RECEIVE);
    port_destroy(third);
    EXPECT_OK(mach_port_destroy(mach_task_self(), other));
}

CASE(move_send_takes_one_reference)
{
    mach_port_t port = port_create_with_send();
    EXPECT_OK(mach_port_mod_refs(mach_task_self(), port, MACH_PORT_RIGHT_SEND, 1));
    mach_port_t same = pass_right(port, MACH_MSG_TYPE_MOVE_SEND, MACH_MSG_TYPE_PORT_SEND);
    EXPECT_EQ(same, port); /* one name for all send rights to a port */
    EXPECT_EQ(port_refs(port, MACH_PORT_RIGHT_SEND), 2);
    port_destroy(port);
    EXPECT_EQ(port_refs(port, MACH_PORT_RIGHT_DEAD_NAME), 2);
    EXPECT_OK(mach_port_destroy(mach_task_self(), port));
}

CASE(copy_and_make_send_add_references)
{
    mach_port_t port = port_create_with_send();
    EXPECT_EQ(pass_right(port, MACH_MSG_TYPE_COPY_SEND, MACH_MSG_TYPE_PORT_SEND), port);
    EXPECT_EQ(port_refs(port, MACH_PORT_RIGHT_SEND), 2);
    EXPECT_EQ(pass_right(port, MACH_MSG_TYPE_MAKE_SEND, MACH_MSG_TYPE_PORT_SEND), port);
    EXPECT_EQ(port_refs(port, MACH_PORT_RIGHT_SEND), 3);
    EXPECT_OK(mach_port_destroy(mach_task_self(), port));
}

CASE(send_once_rights_have_names_of_their_own)
{
    union any_message message;
    mach_port_t port = port_create();
    mach_port_t one = pass_right(port, MACH_MSG_TYPE_MAKE_SEND_ONCE, MACH_MSG_TYPE_PORT_SEND_ONCE);
    mach_port_t two = pass_right(port, MACH_MSG_TYPE_MAKE_SEND_ONCE, MACH_MSG_TYPE_PORT_SEND_ONCE);
    EXPECT(one != two && one != port);
    EXPECT_EQ(port_type(one), MACH_PORT_TYPE_SEND_ONCE);
    EXPECT_OK(send_value_option(one, MACH_MSG_TYPE_MOVE_SEND_ONCE, 1, 0, 0));
    EXPECT_EQ(port_type(one), 0);
    EXPECT_EQ(receive_value(port), 1);
    mach_port_t moved = pass_right(two, MACH_MSG_TYPE_MOVE_SEND_ONCE, MACH_MSG_TYPE_PORT_SEND_ONCE);
    EXPECT_EQ(port_type(two), 0);
    EXPECT_EQ(receive_now(port, &message), MACH_RCV_TIMED_OUT);
    EXPECT_OK(mach_port_deallocate(mach_task_self(), moved));
    EXPECT_OK(receive_now(port, &message)); /* the notification of its unused end */
    port_destroy(port);
}

CASE(receive_right_moves_and_keeps_its_queue)
{
    mach_port_t port = port_create_with_send();
    EXPECT_OK(send_value(port, 11));
    mach_port_t moved = pass_right(port, MACH_MSG_TYPE_MOVE_RECEIVE, MACH_MSG_TYPE_PORT_RECEIVE);
    EXPECT_EQ(moved, port); /* it comes back to the send right's name */
    EXPECT_EQ(port_type(port), MACH_PORT_TYPE_SEND_RECEIVE);
    EXPECT_EQ(receive_value(moved), 11);
    port_destroy_with_send(port);
}

CASE(wrong_rights_are_refused_and_nothing_is_lost)
{
    mach_port_t via = port_create_with_send();
    mach_port_t port = port_create();
    EXPECT_EQ(send_right(via, port, MACH_MSG_TYPE_COPY_SEND), MACH_SEND_INVALID_RIGHT);
    EXPECT_EQ(send_right(via, port, MACH_MSG_TYPE_MOVE_SEND), MACH_SEND_INVALID_RIGHT);
    EXPECT_EQ(send_right(via, port, MACH_MSG_TYPE_MOVE_SEND_ONCE), MACH_SEND_INVALID_RIGHT);
    EXPECT_EQ(send_right(via, 0x12345600, MACH_MSG_TYPE_COPY_SEND), MACH_SEND_INVALID_RIGHT);
    EXPECT_EQ(send_value(port, 1), MACH_SEND_INVALID_DEST);
    EXPECT_EQ(send_value(MACH_PORT_NULL, 1), MACH_SEND_INVALID_DEST);
    EXPECT_EQ(send_value(MACH_PORT_DEAD, 1), MACH_SEND_INVALID_DEST);
    EXPECT_EQ(port_type(port), MACH_PORT_TYPE_RECEIVE);
    EXPECT_EQ(port_refs(via, MACH_PORT_RIGHT_SEND), 1);
    port_destroy(port);
    port_destroy_with_send(via);
}

CASE(null_and_dead_rights_travel)
{
    mach_port_t via = port_create_with_send();
    EXPECT_OK(send_right(via, MACH_PORT_NULL, MACH_MSG_TYPE_COPY_SEND));
    EXPECT_EQ(receive_right(via), MACH_PORT_NULL);
    EXPECT_OK(send_right(via, MACH_PORT_DEAD, MACH_MSG_TYPE_COPY_SEND));
    EXPECT_EQ(receive_right(via), MACH_PORT_DEAD);
    mach_port_t port = port_create_with_send();
    port_destroy(port);
    EXPECT_EQ(port_type(port), MACH_PORT_TYPE_DEAD_NAME);
    EXPECT_OK(send_right(via, port, MACH_MSG_TYPE_MOVE_SEND));
    EXPECT_EQ(receive_right(via), MACH_PORT_DEAD);
    EXPECT_EQ(port_type(port), 0);
    port_destroy_with_send(via);
}

/* The helper gets a right to HELPER_PORT(0), a port of the test, and answers there. */
static void answer_with_right(void *argument)
{
    mach_port_t port = port_create();
    (void)argument;
    EXPECT_OK(send_right(HELPER_PORT(0), port, MACH_MSG_TYPE_MAKE_SEND));
    EXPECT_EQ(receive_value(port), 77);
    EXPECT_OK(send_right(HELPER_PORT(0), port, MACH_MSG_TYPE_MOVE_RECEIVE));
    EXPECT_EQ(port_type(port), 0);
}

CASE(rights_pass_between_tasks)
{
    struct helper helper;
    struct worker worker;
    mach_port_t mine = port_create();
    if (helper_create(&helper)) {
        helper_give(&helper, 0, mine, MACH_MSG_TYPE_MAKE_SEND);
        EXPECT(worker_start(&worker, helper.task, answer_with_right, NULL));
        mach_port_t right = receive_right(mine);
        EXPECT_EQ(port_type(right), MACH_PORT_TYPE_SEND);
        EXPECT_OK(send_value(right, 77));
        EXPECT_EQ(receive_right(mine), right);
        EXPECT_EQ(port_type(right), MACH_PORT_TYPE_SEND_RECEIVE);
        worker_join(&worker);
        helper_destroy(&helper);
        port_destroy_with_send(right);
    }
    port_destroy(mine);
}

CASE(another_tasks_names_are_its_own)
{
    struct helper helper;
    mach_port_t port = port_create(), out = MACH_PORT_NULL;
    mach_port_type_t type;
    mach_msg_type_name_t kind;
    if (helper_create(&helper)) {
        EXPECT_EQ(mach_port_type(helper.task, HELPER_PORT(0), &type), KERN_INVALID_NAME);
        helper_give(&helper, 0, port, MACH_MSG_TYPE_MAKE_SEND);
        EXPECT_OK(mach_port_type(helper.task, HELPER_PORT(0), &type));
        EXPECT_EQ(type, MACH_PORT_TYPE_SEND);
        EXPECT_OK(mach_port_extract_right(helper.task, HELPER_PORT(0), MACH_MSG_TYPE_MOVE_SEND,
                                          &out, &kind));
        EXPECT_EQ(out, port);
        EXPECT_EQ(kind, MACH_MSG_TYPE_PORT_SEND);
        EXPECT_EQ(mach_port_type(helper.task, HELPER_PORT(0), &type), KERN_INVALID_NAME);
        helper_destroy(&helper);
    }
    port_destroy_with_send(port);
}

#define EXTRACT_RIGHT_ID 3215 /* mach_port.defs */

/* Ask the kernel for PORT's receive right; the answer goes to REPLY, later. */
static void ask_for_receive_right(mach_port_t port, mach_port_t reply)
{
    struct {
        mach_msg_header_t header;
        NDR_record_t ndr;
        mach_port_name_t name;
        mach_msg_type_name_t type;
    } request = {
        .header = {
            .msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, MACH_MSG_TYPE_MAKE_SEND_ONCE),
            .msgh_remote_port = mach_task_self(),
            .msgh_local_port = reply,
            .msgh_id = EXTRACT_RIGHT_ID,
        },
        .ndr = NDR_record,
        .name = port,
        .type = MACH_MSG_TYPE_MOVE_RECEIVE,
    };
    EXPECT_OK(mach_msg(&request.header, MACH_SEND_MSG, sizeof(request), 0, 0, 0, 0));
}

/* The answer would bring the receive right of the port it goes to, which nobody could receive: the
 * port ends instead. */
CASE(a_receive_right_asked_for_by_its_own_port_is_gone)
{
    mach_port_t port = port_create();
    ask_for_receive_right(port, port);
    EXPECT_EQ(port_type(port), 0);
}

/* While the answer with it waits, the port takes messages; who receives the answer receives them. */
CASE(a_receive_right_is_on_its_way_in_the_kernels_answer)
{
    union any_message message;
    mach_port_t reply = port_create(), port = port_create_with_send();
    ask_for_receive_right(port, reply);
    EXPECT_EQ(port_type(port), MACH_PORT_TYPE_SEND);
    EXPECT_OK(send_value(port, 7));
    EXPECT_EQ(receive_now(port, &message), MACH_RCV_INVALID_NAME);
    EXPECT_OK(receive(reply, &message));
    EXPECT_EQ(message.right.right.disposition, MACH_MSG_TYPE_PORT_RECEIVE);
    EXPECT_EQ(message_right(&message), port);
    EXPECT_EQ(port_type(port), MACH_PORT_TYPE_SEND_RECEIVE);
    EXPECT_EQ(receive_value(port), 7u);
    ask_for_receive_right(port, reply);
    port_destroy(reply); /* and with it the answer */
    EXPECT_EQ(port_type(port), MACH_PORT_TYPE_DEAD_NAME);
    EXPECT_OK(mach_port_deallocate(mach_task_self(), port));
}

CASE(many_names_can_be_listed)
{
    enum {
        COUNT = 1000
    };
    static mach_port_t ports[COUNT];
    mach_port_name_array_t names;
    mach_port_type_array_t types;
    mach_msg_type_number_t count = 0, type_count = 0, found = 0;
    for (int i = 0; i < COUNT; i++) {
        ports[i] = port_create();
    }
    EXPECT_OK(mach_port_names(mach_task_self(), &names, &count, &types, &type_count));
    EXPECT_EQ(count, type_count);
    for (mach_msg_type_number_t i = 0; i < count; i++) {
        found += names[i] == ports[0] || names[i] == ports[COUNT - 1];
    }
    EXPECT_EQ(found, 2);
    EXPECT_OK(vm_deallocate(mach_task_self(), (vm_address_t)names, count * sizeof(names[0])));
    EXPECT_OK(vm_deallocate(mach_task_self(), (vm_address_t)types, count * sizeof(types[0])));
    for (int i = 0; i < COUNT; i++) {
        port_destroy(ports[i]);
    }
}
