/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of ipc: queues, sets, blocking, hand-over and death, with kernel messages.
 */
#include <arch/cpu.h>
#include <ipc/ipc_kmsg.h>
#include <ipc/ipc_mqueue.h>
#include <ipc/ipc_pset.h>
#include <sched/waitq.h>
#include <test/ktest.h>

/* A port the test holds. */
static struct ipc_port *port_begin(void)
{
    struct ipc_port *port = ipc_port_create_kernel(IPC_KOBJECT_NONE, nullptr);
    EXPECT(port != nullptr);
    return port;
}

/* A message ID to PORT by a new right of kind TYPE. */
static struct ipc_kmsg *new_message(struct ipc_port *port, mach_msg_type_name_t type,
                                    mach_msg_id_t id)
{
    interrupt_state_t interrupts = interrupts_save();
    struct ipc_kmsg *kmsg = ipc_kmsg_alloc(sizeof(mach_msg_header_t));
    interrupts_restore(interrupts);
    kmsg->header = (mach_msg_header_t){ .msgh_size = sizeof(mach_msg_header_t), .msgh_id = id };
    kmsg->destination_type = (uint8_t)type;
    kmsg->destination =
        type == MACH_MSG_TYPE_PORT_SEND ? ipc_port_make_send(port) : ipc_port_make_send_once(port);
    return kmsg;
}

static void send_message(struct ipc_port *port, mach_msg_id_t id)
{
    ipc_mqueue_post(new_message(port, MACH_MSG_TYPE_PORT_SEND, id));
}

/* Destroy KMSG from wherever the test stands. */
static void destroy(struct ipc_kmsg *kmsg)
{
    interrupt_state_t interrupts = interrupts_save();
    ipc_kmsg_destroy(kmsg);
    interrupts_restore(interrupts);
}

/* Take KMSG apart as a receiver would.  Returns: its id. */
static mach_msg_id_t consume(struct ipc_kmsg *kmsg)
{
    mach_msg_id_t id = kmsg->header.msgh_id;
    if (kmsg->destination_type == MACH_MSG_TYPE_PORT_SEND) {
        ipc_port_release_send(kmsg->destination);
    } else {
        ipc_port_consume_send_once(kmsg->destination);
    }
    kmsg->destination = nullptr;
    destroy(kmsg);
    return id;
}

/* What receiving from OBJECT as REQUEST says gives: a message's id, or the error. */
static int receive_as(struct ipc_object *object, uint64_t deadline, struct thread *handoff,
                      struct ipc_receive *request)
{
    struct ipc_kmsg *kmsg;
    interrupt_state_t interrupts = spin_lock_save(&object->lock);
    mach_msg_return_t result =
        ipc_mqueue_receive(object, nullptr, deadline, handoff, request, &kmsg);
    int answer = result == MACH_MSG_SUCCESS ? consume(kmsg) : result;
    if (result == MACH_RCV_TOO_LARGE && kmsg != nullptr) {
        (void)consume(kmsg);
    }
    interrupts_restore(interrupts);
    return answer;
}

static int receive(struct ipc_object *object, uint64_t deadline)
{
    return receive_as(object, deadline, nullptr, &(struct ipc_receive){ .room = UINT32_MAX });
}

/* A thread that receives once, however long it takes. */
struct receiver {
    struct ipc_object *object;
    struct ipc_receive request;
    int answer;
};

static void receiver_thread(void *argument)
{
    struct receiver *receiver = argument;
    receiver->answer = receive_as(receiver->object, WAIT_FOREVER, nullptr, &receiver->request);
}

static void add_member(struct ipc_pset *set, struct ipc_port *port)
{
    interrupts_disable();
    ipc_port_lock(port);
    EXPECT_EQ(ipc_pset_add(set, port), KERN_SUCCESS);
    ipc_port_unlock(port);
    interrupts_enable();
}

static void set_destroy(struct ipc_pset *set)
{
    interrupts_disable();
    ipc_pset_destroy(set);
    interrupts_enable();
}

/* A thread that sends one message with a send right. */
struct sender {
    struct ipc_port *port;
    mach_msg_return_t result;
};

static void sender_thread(void *argument)
{
    struct sender *sender = argument;
    struct ipc_kmsg *kmsg = new_message(sender->port, MACH_MSG_TYPE_PORT_SEND, 77);
    interrupts_disable();
    sender->result = ipc_mqueue_send(kmsg, WAIT_FOREVER, nullptr);
    if (sender->result != MACH_MSG_SUCCESS) {
        ipc_kmsg_destroy(kmsg);
    }
}

KTEST(ipc_queue_is_first_in_first_out)
{
    struct ipc_port *port = port_begin();
    send_message(port, 1);
    send_message(port, 2);
    send_message(port, 3);
    EXPECT_EQ(receive(&port->object, 0), 1);
    EXPECT_EQ(receive(&port->object, 0), 2);
    EXPECT_EQ(receive(&port->object, 0), 3);
    EXPECT_EQ(receive(&port->object, 0), MACH_RCV_TIMED_OUT);
    EXPECT_EQ(port->sequence, 3);
    ipc_port_destroy(port);
}

KTEST(ipc_waiting_receiver_gets_the_message)
{
    struct ipc_port *port = port_begin();
    struct receiver receiver = { .object = &port->object, .request.room = UINT32_MAX };
    struct ktest_thread *thread = ktest_spawn(receiver_thread, &receiver);
    ktest_settle();
    send_message(port, 5);
    EXPECT_EQ(port->message_count, 0);
    ktest_join(thread);
    EXPECT_EQ(receiver.answer, 5);
    EXPECT_EQ(port->sequence, 1);
    ipc_port_destroy(port);
}

/* Who did not say MACH_RCV_LARGE gets even what is too large, and is told so; waiting or not. */
KTEST(ipc_message_too_large_is_given_to_who_takes_it_all_the_same)
{
    struct ipc_port *port = port_begin();
    struct ipc_receive request = { .room = 0 };
    struct ipc_kmsg *kmsg = nullptr;
    send_message(port, 5);
    interrupts_disable();
    ipc_port_lock(port);
    EXPECT_EQ(ipc_mqueue_receive(&port->object, nullptr, 0, nullptr, &request, &kmsg),
              MACH_RCV_TOO_LARGE);
    if (EXPECT(kmsg != nullptr)) {
        EXPECT_EQ(consume(kmsg), 5);
    }
    interrupts_enable();

    struct receiver receiver = { .object = &port->object };
    struct ktest_thread *thread = ktest_spawn(receiver_thread, &receiver);
    ktest_settle();
    send_message(port, 6);
    ktest_join(thread);
    EXPECT_EQ(receiver.answer, MACH_RCV_TOO_LARGE);
    ipc_port_destroy(port);
}

/* Who cannot take the message goes home with its size; who can, gets it. */
KTEST(ipc_message_passes_a_waiting_receiver_it_does_not_fit)
{
    struct ipc_port *port = port_begin();
    struct receiver small = {
        .object = &port->object,
        .request = { .option = MACH_RCV_LARGE, .room = 0 },
    };
    struct receiver large = {
        .object = &port->object,
        .request = { .option = MACH_RCV_LARGE, .room = UINT32_MAX },
    };
    struct ktest_thread *first = ktest_spawn(receiver_thread, &small);
    struct ktest_thread *second = ktest_spawn(receiver_thread, &large);
    ktest_settle();
    send_message(port, 6);
    ktest_settle();
    if (EXPECT_EQ(small.answer, MACH_RCV_TOO_LARGE) && EXPECT_EQ(large.answer, 6)) {
        EXPECT_EQ(small.request.too_large_size, sizeof(mach_msg_header_t));
        ktest_join(first);
        ktest_join(second);
        ipc_port_destroy(port);
    }
}

/* Receive from OBJECT, which gives ANSWER at once, with a claimed thread that is to get the
 * processor: it has to go on all the same. */
static void receive_with_handoff(struct ipc_object *object, int answer)
{
    struct ipc_port *port = port_begin();
    struct receiver receiver = { .object = &port->object, .request.room = UINT32_MAX };
    struct ktest_thread *thread = ktest_spawn(receiver_thread, &receiver);
    ktest_settle();
    struct thread *claimed;
    struct ipc_kmsg *kmsg = new_message(port, MACH_MSG_TYPE_PORT_SEND, 9);
    interrupts_disable();
    EXPECT_EQ(ipc_mqueue_send(kmsg, 0, &claimed), MACH_MSG_SUCCESS);
    EXPECT_EQ(receive_as(object, 0, claimed, &(struct ipc_receive){ .room = UINT32_MAX }), answer);
    interrupts_enable();
    ktest_settle();
    if (!EXPECT_EQ(receiver.answer, 9)) {
        interrupts_disable();
        thread_wake(claimed);
        interrupts_enable();
    }
    ktest_join(thread);
    ipc_port_destroy(port);
}

KTEST(ipc_receive_that_does_not_wait_lets_the_claimed_thread_go)
{
    struct ipc_port *port = port_begin();
    struct ipc_pset *set = ipc_pset_create(nullptr);
    receive_with_handoff(&port->object, MACH_RCV_TIMED_OUT);
    receive_with_handoff(&set->object, MACH_RCV_TIMED_OUT);
    send_message(port, 3);
    receive_with_handoff(&port->object, 3);
    add_member(set, port);
    send_message(port, 4);
    receive_with_handoff(&set->object, 4);
    ipc_port_reference(port);
    ipc_object_reference(&set->object);
    set_destroy(set);
    ipc_port_destroy(port);
    receive_with_handoff(&port->object, MACH_RCV_PORT_DIED);
    receive_with_handoff(&set->object, MACH_RCV_PORT_DIED);
    ipc_port_release(port);
    ipc_object_release(&set->object);
}

KTEST(ipc_set_receives_from_all_members)
{
    struct ipc_port *first = port_begin();
    struct ipc_port *second = port_begin();
    struct ipc_pset *set = ipc_pset_create(nullptr);
    send_message(second, 20);
    add_member(set, first);
    interrupts_disable();
    ipc_port_lock(first);
    EXPECT_EQ(ipc_pset_add(set, first), KERN_ALREADY_IN_SET);
    ipc_port_unlock(first);
    interrupts_enable();
    add_member(set, second);
    EXPECT_EQ(receive(&set->object, 0), 20);
    EXPECT_EQ(receive(&set->object, 0), MACH_RCV_TIMED_OUT);
    send_message(first, 10);
    send_message(first, 11);
    send_message(second, 21);
    EXPECT_EQ(receive(&set->object, 0), 10);
    EXPECT_EQ(receive(&set->object, 0), 21);
    EXPECT_EQ(receive(&set->object, 0), 11);

    struct receiver receiver = { .object = &set->object, .request.room = UINT32_MAX };
    struct ktest_thread *thread = ktest_spawn(receiver_thread, &receiver);
    ktest_settle();
    send_message(second, 22);
    ktest_join(thread);
    EXPECT_EQ(receiver.answer, 22);
    set_destroy(set);
    EXPECT(list_empty(&first->sets));
    ipc_port_destroy(first);
    ipc_port_destroy(second);
}

KTEST(ipc_waiting_set_receiver_takes_queued_message_of_new_member)
{
    struct ipc_port *port = port_begin();
    struct ipc_pset *set = ipc_pset_create(nullptr);
    struct receiver receiver = { .object = &set->object, .request.room = UINT32_MAX };
    struct ktest_thread *thread = ktest_spawn(receiver_thread, &receiver);
    ktest_settle();
    send_message(port, 30);
    add_member(set, port);
    ktest_join(thread);
    EXPECT_EQ(receiver.answer, 30);
    set_destroy(set);
    ipc_port_destroy(port);
}

KTEST(ipc_full_queue_blocks_until_there_is_room)
{
    struct ipc_port *port = port_begin();
    port->message_limit = 2;
    send_message(port, 1);
    send_message(port, 2);

    struct ipc_kmsg *kmsg = new_message(port, MACH_MSG_TYPE_PORT_SEND, 3);
    interrupts_disable();
    EXPECT_EQ(ipc_mqueue_send(kmsg, 0, nullptr), MACH_SEND_TIMED_OUT);
    interrupts_enable();
    destroy(kmsg);
    EXPECT_EQ(port->message_count, 2);

    struct sender sender = { .port = port, .result = -1 };
    struct ktest_thread *thread = ktest_spawn(sender_thread, &sender);
    ktest_settle();
    EXPECT_EQ(sender.result, -1);
    EXPECT_EQ(receive(&port->object, 0), 1);
    ktest_join(thread);
    EXPECT_EQ(sender.result, MACH_MSG_SUCCESS);
    EXPECT_EQ(receive(&port->object, 0), 2);
    EXPECT_EQ(receive(&port->object, 0), 77);

    port->message_limit = 0;
    interrupts_disable();
    EXPECT_EQ(ipc_mqueue_send(new_message(port, MACH_MSG_TYPE_PORT_SEND_ONCE, 4), 0, nullptr),
              MACH_MSG_SUCCESS);
    interrupts_enable();
    EXPECT_EQ(receive(&port->object, 0), 4);
    ipc_port_destroy(port);
}

/* A sender that is woken for room and then meets a waiting receiver leaves the room to the next. */
KTEST(ipc_room_that_is_not_used_is_passed_on)
{
    struct ipc_port *port = port_begin();
    port->message_limit = 1;
    send_message(port, 1);
    struct sender senders[] = { { .port = port, .result = -1 }, { .port = port, .result = -1 } };
    struct ktest_thread *threads[2];
    for (int i = 0; i < 2; i++) {
        threads[i] = ktest_spawn(sender_thread, &senders[i]);
        ktest_settle();
    }
    EXPECT_EQ(receive(&port->object, 0), 1);
    EXPECT_EQ(receive(&port->object, WAIT_FOREVER), 77);
    ktest_settle();
    EXPECT_EQ(senders[0].result, MACH_MSG_SUCCESS);
    EXPECT_EQ(senders[1].result, MACH_MSG_SUCCESS);
    EXPECT_EQ(receive(&port->object, 0), 77);
    ipc_port_destroy(port);
    ktest_join(threads[0]);
    ktest_join(threads[1]);
}

KTEST(ipc_dead_port_lets_everyone_go)
{
    struct ipc_port *port = port_begin();
    ipc_port_reference(port);
    struct receiver receiver = { .object = &port->object, .request.room = UINT32_MAX };
    struct ktest_thread *first = ktest_spawn(receiver_thread, &receiver);
    ktest_settle();
    ipc_port_destroy(port);
    ktest_join(first);
    EXPECT_EQ(receiver.answer, MACH_RCV_PORT_DIED);
    EXPECT_EQ(receive(&port->object, 0), MACH_RCV_PORT_DIED);
    ipc_port_release(port);

    port = port_begin();
    ipc_port_reference(port);
    port->message_limit = 0;
    struct sender sender = { .port = port, .result = -1 };
    struct ktest_thread *second = ktest_spawn(sender_thread, &sender);
    ktest_settle();
    ipc_port_destroy(port);
    ktest_join(second);
    EXPECT_EQ(sender.result, MACH_MSG_SUCCESS);
    ipc_port_release(port);
}

KTEST(ipc_aborted_receive_leaves_the_queue)
{
    struct ipc_port *port = port_begin();
    struct receiver receiver = { .object = &port->object, .request.room = UINT32_MAX };
    struct ktest_thread *thread = ktest_spawn(receiver_thread, &receiver);
    ktest_settle();
    interrupts_disable();
    EXPECT_EQ(thread_abort_wait(ktest_thread_of(thread), THREAD_AST_ABORT), true);
    interrupts_enable();
    send_message(port, 8);
    ktest_join(thread);
    EXPECT_EQ(receiver.answer, MACH_RCV_INTERRUPTED);
    EXPECT_EQ(waitq_is_empty(&port->receivers), true);
    EXPECT_EQ(receive(&port->object, 0), 8);
    ipc_port_destroy(port);
}
