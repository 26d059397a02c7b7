/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Traps and messages for which the kernel finds no memory: each allocation inside fails in turn, until
 * all goes well. Each time there is an error that says so, nothing is lost but what the error means,
 * and the ledger is balanced after the case. In a kernel without injected failures only the last round
 * is made.
 */
#include <mach/mach_vm.h>
#include <mach/mk_timer.h>
#include <mach/notify.h>
#include <mach_r/mach_r_host.h>

#include "systest.h"
#include "systest_msg.h"
#include "systest_task.h"

#define SELF       mach_task_self()
#define ROUNDS_MAX 1000

/* The least that is sure to fail, when there are failures. */
static uint32_t failures;
static bool has_failures;

/* Call off a failure that did not come to pass; that call itself may be the one that fails. */
static void failures_end(void)
{
    while (host_fail_allocation(systest_host_priv(), -1) == MACH_SEND_NO_BUFFER) {
    }
}

/* Let STEP, which answers whether it went well, be done with its first, second, ... allocation failing.
 * Returns: how often one failed. */
static uint32_t sweep(bool (*step)(void))
{
    failures = 0;
    for (int round = 0; round < ROUNDS_MAX; round++) {
        kern_return_t armed = host_fail_allocation(systest_host_priv(), round);
        has_failures = armed == KERN_SUCCESS;
        EXPECT(has_failures || armed == KERN_NOT_SUPPORTED);
        bool is_done = step();
        failures_end();
        if (is_done) {
            return failures;
        }
        failures++;
        if (!EXPECT(has_failures)) {
            return failures;
        }
    }
    EXPECT(false);
    return failures;
}

static mach_port_t port, carried, reply;
alignas(4096) static uint8_t page[8192];

/* A large message, so that the kernel has none at hand, with memory and a right. */
alignas(4096) static struct {
    mach_msg_header_t header;
    mach_msg_body_t body;
    mach_msg_ool_descriptor_t memory;
    mach_msg_port_descriptor_t right;
    uint8_t filler[4000];
} message;

static mach_msg_return_t send_large(void)
{
    message.header = (mach_msg_header_t){
        .msgh_bits = MACH_MSGH_BITS_COMPLEX |
                     MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, MACH_MSG_TYPE_MAKE_SEND_ONCE),
        .msgh_remote_port = port,
        .msgh_local_port = reply,
    };
    message.body.msgh_descriptor_count = 2;
    message.memory = (mach_msg_ool_descriptor_t){ .address = page,
                                                  .size = sizeof(page),
                                                  .copy = MACH_MSG_VIRTUAL_COPY,
                                                  .type = MACH_MSG_OOL_DESCRIPTOR };
    message.right = (mach_msg_port_descriptor_t){ .name = carried,
                                                  .disposition = MACH_MSG_TYPE_MAKE_SEND_ONCE,
                                                  .type = MACH_MSG_PORT_DESCRIPTOR };
    return mach_msg(&message.header, MACH_SEND_MSG, sizeof(message), 0, 0, 0, 0);
}

/* How many send-once notifications wait on PORT. */
static uint32_t count_lost(mach_port_t of)
{
    union any_message told;
    uint32_t count = 0;
    while (receive_now(of, &told) == MACH_MSG_SUCCESS) {
        EXPECT_EQ(told.header.msgh_id, MACH_NOTIFY_SEND_ONCE);
        count++;
    }
    return count;
}

/* Nothing is queued, and the reply right is not taken or was destroyed. */
static bool send_step(void)
{
    union any_message none;
    mach_msg_return_t result = send_large();
    if (result == MACH_MSG_SUCCESS) {
        return true;
    }
    EXPECT_EQ(result & ~MACH_MSG_MASK, MACH_SEND_NO_BUFFER);
    EXPECT_EQ(receive_now(port, &none), MACH_RCV_TIMED_OUT);
    EXPECT(count_lost(reply) <= 1);
    EXPECT_EQ(count_lost(carried), 0);
    return false;
}

static void ports_create(void)
{
    port = port_create_with_send();
    carried = port_create();
    reply = port_create();
}

static void ports_destroy(void)
{
    port_destroy(reply);
    port_destroy(carried);
    port_destroy_with_send(port);
}

/* Sending the pages cuts them out of the region that they are in. */
void systest_prepare(void)
{
    ports_create();
    page[0] = page[sizeof(page) - 1] = 1;
    EXPECT_OK(send_large());
    ports_destroy();
}

CASE(a_send_without_memory_says_so)
{
    ports_create();
    uint32_t count = sweep(send_step);
    EXPECT(!has_failures || count >= 2);
    ports_destroy();
}

/* What was received, and has to be given back. */
static union {
    mach_msg_header_t header;
    uint8_t room[8192];
} received;

/* Send without failures, and receive with them: what finds no memory is destroyed and told. */
static bool receive_step(void)
{
    mach_msg_return_t result = mach_msg(&received.header, MACH_RCV_MSG | MACH_RCV_TIMEOUT, 0,
                                        sizeof(received), port, 0, 0);
    failures_end();
    if (!EXPECT(result != MACH_RCV_TIMED_OUT)) {
        return true;
    }
    mach_msg_destroy(&received.header);
    EXPECT_EQ(count_lost(reply), 1);
    EXPECT_EQ(count_lost(carried), 1);
    if (result == MACH_MSG_SUCCESS) {
        return true;
    }
    mach_msg_return_t kind = result & ~MACH_MSG_MASK;
    EXPECT(kind == MACH_RCV_BODY_ERROR || kind == MACH_RCV_HEADER_ERROR);
    EXPECT((result & (MACH_MSG_IPC_KERNEL | MACH_MSG_VM_KERNEL)) != 0);
    return false;
}

CASE(a_receive_without_memory_says_what_it_lost)
{
    ports_create();
    for (int round = 0; round < ROUNDS_MAX; round++) {
        EXPECT_OK(send_large());
        has_failures = host_fail_allocation(systest_host_priv(), round) == KERN_SUCCESS;
        if (receive_step()) {
            EXPECT(!has_failures || round > 0);
            break;
        }
        if (!EXPECT(has_failures)) {
            break;
        }
    }
    ports_destroy();
}

static bool reply_port_step(void)
{
    mach_port_t name = mach_reply_port();
    if (name == MACH_PORT_NULL) {
        return false;
    }
    port_destroy(name);
    return true;
}

static bool timer_step(void)
{
    mach_port_t timer = mk_timer_create();
    if (timer == MACH_PORT_NULL) {
        return false;
    }
    EXPECT_OK(mk_timer_destroy(timer));
    return true;
}

static bool arm_step(void)
{
    kern_return_t result = mk_timer_arm(port, ~UINT64_C(0) >> 2);
    EXPECT(result == KERN_SUCCESS || result == KERN_RESOURCE_SHORTAGE);
    return result == KERN_SUCCESS;
}

CASE(traps_without_memory_say_so)
{
    EXPECT(sweep(reply_port_step) > 0 || !has_failures);
    EXPECT(sweep(timer_step) > 1 || !has_failures);
    port = mk_timer_create();
    EXPECT(sweep(arm_step) > 0 || !has_failures);
    EXPECT_OK(mk_timer_destroy(port));
}

static bool allocate_step(void)
{
    mach_port_name_t name;
    kern_return_t result = mach_port_allocate(SELF, MACH_PORT_RIGHT_RECEIVE, &name);
    EXPECT(result == KERN_SUCCESS || result == KERN_RESOURCE_SHORTAGE);
    if (result == KERN_SUCCESS) {
        port_destroy(name);
    }
    return result == KERN_SUCCESS;
}

static bool memory_step(void)
{
    mach_vm_address_t address = 0;
    kern_return_t result = mach_vm_allocate(SELF, &address, sizeof(page), VM_FLAGS_ANYWHERE);
    EXPECT(result == KERN_SUCCESS || result == KERN_RESOURCE_SHORTAGE);
    if (result == KERN_SUCCESS) {
        EXPECT_OK(mach_vm_deallocate(SELF, address, sizeof(page)));
    }
    return result == KERN_SUCCESS;
}

CASE(traps_that_are_messages_too_say_so)
{
    EXPECT(sweep(allocate_step) > 0 || !has_failures);
    EXPECT(sweep(memory_step) > 0 || !has_failures);
}
