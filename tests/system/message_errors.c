/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Errors of mach_msg that take some doing: a receiver whose name table or address space is full. What
 * finds no room is destroyed, the rest arrives; the return code says what happened. And options with
 * which a receive is refused, or which are none.
 */
#include <mach/mach_vm.h>
#include <mach/notify.h>
#include <mach/quota_info.h>

#include "systest.h"
#include "systest_msg.h"
#include "systest_task.h"

#define SELF mach_task_self()

/* What a helper has received, on HELPER_PORT(1). */
static union any_message received;
static mach_msg_return_t result;
static _Atomic bool is_done;

/* Then the thread waits to be killed: to end itself it would need a name for itself. */
static void receive_one([[maybe_unused]] void *argument)
{
    result = mach_msg(&received.header, MACH_RCV_MSG | MACH_RCV_TIMEOUT, 0, sizeof(received),
                      HELPER_PORT(1), 20000, MACH_PORT_NULL);
    is_done = true;
    for (;;) {
        systest_pause();
    }
}

static bool is_received([[maybe_unused]] void *argument)
{
    return is_done;
}

/* A helper with a port that this task can send to. */
struct receiver {
    struct helper helper;
    struct worker worker;
    mach_port_t port;
};

static bool receiver_create(struct receiver *receiver)
{
    mach_msg_type_name_t kind;
    if (!helper_create(&receiver->helper)) {
        return false;
    }
    task_t task = receiver->helper.task;
    EXPECT_OK(mach_port_allocate_name(task, MACH_PORT_RIGHT_RECEIVE, HELPER_PORT(1)));
    EXPECT(worker_create(&receiver->worker, task, receive_one, NULL));
    return EXPECT_OK(mach_port_extract_right(task, HELPER_PORT(1), MACH_MSG_TYPE_MAKE_SEND,
                                             &receiver->port, &kind));
}

/* Let WORKER, a thread of the receiver's that did not run yet, take its message. */
static void receiver_run(struct worker *worker)
{
    is_done = false;
    EXPECT_OK(thread_resume(worker->thread));
    EXPECT(systest_wait(is_received, NULL));
    worker_kill(worker);
}

static void receiver_end(struct receiver *receiver)
{
    helper_destroy(&receiver->helper);
    EXPECT_OK(mach_port_deallocate(SELF, receiver->port));
}

/* Let TASK have no more names than it has; receiving makes none but for rights. */
static void fill_names(task_t task)
{
    struct mach_r_quota_info info = {};
    mach_msg_type_number_t count = MACH_R_QUOTA_INFO_COUNT;
    EXPECT_OK(task_info(task, MACH_R_QUOTA_INFO, (task_info_t)&info, &count));
    info.names.limit = info.names.used;
    EXPECT_OK(task_set_info(task, MACH_R_QUOTA_INFO, (task_info_t)&info, count));
}

/* A send-once right to PORT was destroyed. */
static void expect_send_once_lost(mach_port_t port)
{
    union any_message told;
    EXPECT_OK(receive_now(port, &told));
    EXPECT_EQ(told.header.msgh_id, MACH_NOTIFY_SEND_ONCE);
}

CASE(a_right_without_a_name_is_a_body_error)
{
    struct receiver receiver;
    mach_port_t carried = port_create();
    if (receiver_create(&receiver)) {
        fill_names(receiver.helper.task);
        EXPECT_OK(send_right(receiver.port, carried, MACH_MSG_TYPE_MAKE_SEND_ONCE));
        receiver_run(&receiver.worker);
        EXPECT_EQ(result, MACH_RCV_BODY_ERROR | MACH_MSG_IPC_SPACE);
        EXPECT_EQ(received.right.right.name, MACH_PORT_NULL);
        EXPECT_EQ(received.header.msgh_local_port, HELPER_PORT(1));
        expect_send_once_lost(carried);
        receiver_end(&receiver);
    }
    port_destroy(carried);
}

/* Send a request with VALUE and a reply port to PORT. */
static void send_request(mach_port_t port, mach_port_t reply, uint32_t value)
{
    struct value_message message = {
        .header = { .msgh_bits =
                        MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, MACH_MSG_TYPE_MAKE_SEND_ONCE),
                    .msgh_remote_port = port,
                    .msgh_local_port = reply },
        .value = value,
    };
    EXPECT_OK(mach_msg(&message.header, MACH_SEND_MSG, sizeof(message), 0, 0, 0, 0));
}

CASE(a_reply_right_without_a_name_is_a_header_error)
{
    struct receiver receiver;
    mach_port_t reply = port_create();
    if (receiver_create(&receiver)) {
        fill_names(receiver.helper.task);
        send_request(receiver.port, reply, 7);
        receiver_run(&receiver.worker);
        EXPECT_EQ(result, MACH_RCV_HEADER_ERROR | MACH_MSG_IPC_SPACE);
        EXPECT_EQ(received.header.msgh_remote_port, MACH_PORT_NULL);
        EXPECT_EQ(received.value.value, 7);
        expect_send_once_lost(reply);
        receiver_end(&receiver);
    }
    port_destroy(reply);
}

/* Take all of TASK's address space, from the largest pieces down to pages. */
static void fill_addresses(task_t task)
{
    for (mach_vm_size_t size = (mach_vm_size_t)1 << 46; size >= vm_page_size;) {
        mach_vm_address_t address = 0;
        if (mach_vm_allocate(task, &address, size, VM_FLAGS_ANYWHERE) != KERN_SUCCESS) {
            size /= 2;
        }
    }
}

CASE(memory_without_addresses_is_a_body_error)
{
    static uint8_t page[4096];
    struct receiver receiver;
    if (!receiver_create(&receiver)) {
        return;
    }
    struct memory_message message = {
        .header = { .msgh_bits =
                        MACH_MSGH_BITS_COMPLEX | MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, 0),
                    .msgh_remote_port = receiver.port },
        .body = { 1 },
        .memory = { .address = page,
                    .size = sizeof(page),
                    .copy = MACH_MSG_VIRTUAL_COPY,
                    .type = MACH_MSG_OOL_DESCRIPTOR },
    };
    fill_addresses(receiver.helper.task);
    EXPECT_OK(mach_msg(&message.header, MACH_SEND_MSG, sizeof(message), 0, 0, 0, 0));
    receiver_run(&receiver.worker);
    EXPECT_EQ(result, MACH_RCV_BODY_ERROR | MACH_MSG_VM_SPACE);
    EXPECT_EQ(received.memory.memory.address, NULL);
    EXPECT_EQ(received.memory.memory.size, 0);
    receiver_end(&receiver);
}

/* Bits that are no options, or the kernel's own, are not looked at. */
CASE(unknown_options_change_nothing)
{
    static const mach_msg_option_t unknown[] = {
        0x00002000,
        MACH_SEND_KERNEL,
        MACH_SEND_SYNC_BOOTSTRAP_CHECKIN,
        MACH_SEND_ALWAYS,
    };
    mach_port_t port = port_create_with_send();
    union any_message message;
    for (uint32_t i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++) {
        EXPECT_OK(send_value_option(port, MACH_MSG_TYPE_COPY_SEND, i, unknown[i], 0));
        EXPECT_OK(receive_option(port, &message, unknown[i] | MACH_RCV_TIMEOUT, 0));
        EXPECT_EQ(message.value.value, i);
    }
    port_destroy_with_send(port);
}

/* MACH_RCV_OVERWRITE is no bit; the other buffer is what makes the difference. */
CASE(overwriting_receives_into_the_other_buffer)
{
    union any_message request = {}, reply = {};
    mach_port_t port = port_create_with_send();
    EXPECT_OK(send_value(port, 5));
    request.header.msgh_id = 17;
    EXPECT_OK(mach_msg_overwrite(&request.header, MACH_RCV_MSG | MACH_RCV_TIMEOUT, 0, sizeof(reply),
                                 port, 0, MACH_PORT_NULL, &reply.header, 0));
    EXPECT_EQ(reply.value.value, 5);
    EXPECT_EQ(request.header.msgh_id, 17);
    EXPECT_EQ(request.header.msgh_size, 0);
    EXPECT_OK(send_value(port, 6));
    EXPECT_OK(mach_msg_overwrite(&request.header, MACH_RCV_MSG | MACH_RCV_TIMEOUT, 0,
                                 sizeof(request), port, 0, MACH_PORT_NULL, NULL, 0));
    EXPECT_EQ(request.value.value, 6);
    port_destroy_with_send(port);
}
