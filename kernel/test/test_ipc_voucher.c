/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of ipc: vouchers, their values, and how both end.
 */
#include <lib/string.h>
#include <mem/zone.h>
#include <ipc/ipc_kmsg.h>
#include <ipc/ipc_kmsg_voucher.h>
#include <ipc/ipc_voucher.h>
#include <ipc/ipc_voucher_recipe.h>
#include <test/test_ipc.h>

#define DATA MACH_VOUCHER_ATTR_KEY_USER_DATA
#define TEST MACH_VOUCHER_ATTR_KEY_TEST

/* A recipe of one step with four bytes. */
struct recipe {
    uint32_t key;
    uint32_t command;
    uint32_t previous;
    uint32_t size;
    char content[4];
};

static kern_return_t create(struct ipc_space *space, uint32_t key, const char *text,
                            struct ipc_voucher **voucher)
{
    struct recipe recipe = { .key = key, .command = MACH_VOUCHER_ATTR_USER_DATA_STORE, .size = 4 };
    memcpy(recipe.content, text, 4);
    return ipc_voucher_create_by_recipe(space, (const uint8_t *)&recipe, sizeof(recipe), voucher);
}

static struct ipc_voucher *voucher_with(struct ipc_space *space, const char *text)
{
    struct ipc_voucher *voucher = nullptr;
    EXPECT_EQ(create(space, DATA, text, &voucher), KERN_SUCCESS);
    return voucher;
}

KTEST(ipc_voucher_equal_values_are_one)
{
    struct ipc_voucher_value *a, *b, *c, *d;
    EXPECT_EQ(ipc_voucher_value_create(DATA, "abcd", 4, nullptr, &a), KERN_SUCCESS);
    EXPECT_EQ(ipc_voucher_value_create(DATA, "abcd", 4, nullptr, &b), KERN_SUCCESS);
    EXPECT_EQ(ipc_voucher_value_create(DATA, "abcd", 3, nullptr, &c), KERN_SUCCESS);
    EXPECT_EQ(ipc_voucher_value_create(TEST, "abcd", 4, nullptr, &d), KERN_SUCCESS);
    EXPECT_EQ(a, b);
    EXPECT(a != c && a != d && c != d);
    EXPECT_EQ(a->references, 2);
    ipc_voucher_value_release(b);
    EXPECT_EQ(a->references, 1);
    EXPECT_EQ(memcmp(a->bytes, "abcd", 4), 0);
    ipc_voucher_value_release(a);
    ipc_voucher_value_release(c);
    ipc_voucher_value_release(d);
}

KTEST(ipc_voucher_many_values_are_found_again)
{
    struct ipc_voucher_value *values[200];
    struct ipc_voucher_value *again;
    for (uint32_t i = 0; i < 200; i++) {
        EXPECT_EQ(ipc_voucher_value_create(DATA, &i, sizeof(i), nullptr, &values[i]), KERN_SUCCESS);
    }
    for (uint32_t i = 0; i < 200; i++) {
        EXPECT_EQ(ipc_voucher_value_create(DATA, &i, sizeof(i), nullptr, &again), KERN_SUCCESS);
        EXPECT_EQ(again, values[i]);
        ipc_voucher_value_release(again);
    }
    for (uint32_t i = 0; i < 200; i++) {
        ipc_voucher_value_release(values[i]);
    }
}

KTEST(ipc_voucher_lives_by_references_and_rights)
{
    struct ipc_space *space = space_begin();
    struct ipc_voucher *voucher = voucher_with(space, "abc");
    struct ipc_port *right = ipc_voucher_make_send(voucher);
    struct ipc_port *port = voucher->port;
    ipc_port_reference(port);
    EXPECT_EQ(right, port);
    ipc_voucher_release(voucher); /* the right keeps it */
    EXPECT_EQ(voucher_with(space, "abc"), voucher);
    ipc_port_release_send(right); /* the reference keeps it */
    EXPECT_EQ(ipc_voucher_of_port(port), voucher);
    ipc_voucher_release(voucher);
    EXPECT(port->object.is_active);
    ipc_voucher_release(voucher);
    EXPECT(!port->object.is_active);
    EXPECT_EQ(ipc_voucher_of_port(port), nullptr);
    ipc_voucher_no_senders(port); /* somebody may be late */
    ipc_port_release(port);

    voucher = voucher_with(space, "abc");
    right = ipc_voucher_make_send(voucher);
    port = voucher->port;
    ipc_port_reference(port);
    ipc_voucher_release(voucher);
    ipc_port_release_send(right);
    ipc_voucher_no_senders(port); /* which the upcall of a whole kernel does */
    EXPECT(!port->object.is_active);
    ipc_port_release(port);
    space_end(space);
}

KTEST(ipc_voucher_without_memory_nothing_is_left)
{
    struct ipc_space *space = space_begin();
    struct ipc_voucher *voucher = nullptr;
    kern_return_t result = KERN_RESOURCE_SHORTAGE;
    for (int64_t n = 0; n < 20 && result != KERN_SUCCESS; n++) { /* value, voucher, port */
        zone_fail_after(n);
        result = create(space, DATA, "mem", &voucher);
        zone_fail_after(-1);
        EXPECT(result == KERN_SUCCESS || (result == KERN_RESOURCE_SHORTAGE && voucher == nullptr));
    }
    EXPECT_EQ(result, KERN_SUCCESS);
    ipc_voucher_release(voucher);
    space_end(space);
}

/* A message that carries a right to VOUCHER, as it was moved into it. */
static struct ipc_kmsg *message_with(struct ipc_voucher *voucher)
{
    struct ipc_kmsg *kmsg = ipc_kmsg_alloc(sizeof(mach_msg_header_t));
    kmsg->header = (mach_msg_header_t){
        .msgh_bits = MACH_MSGH_BITS_SET(0, 0, MACH_MSG_TYPE_MOVE_SEND, 0),
        .msgh_size = sizeof(mach_msg_header_t),
    };
    ipc_kmsg_notes(kmsg)->voucher = ipc_voucher_make_send(voucher);
    ipc_voucher_release(voucher);
    return kmsg;
}

/* Do what the upcall does when PORT, a voucher's with a reference of the caller's, has no senders. */
static void expect_end(struct ipc_port *port)
{
    EXPECT_EQ(port->send_rights, 0);
    ipc_voucher_no_senders(port);
    EXPECT(!port->object.is_active);
    ipc_port_release(port);
}

KTEST(ipc_voucher_goes_with_its_message)
{
    struct ipc_space *space = space_begin();
    struct ipc_voucher *voucher = voucher_with(space, "msg");
    struct ipc_port *port = voucher->port;
    ipc_port_reference(port);
    ipc_kmsg_destroy(message_with(voucher));
    expect_end(port);
    space_end(space);
}

KTEST(ipc_voucher_is_delivered_or_dropped)
{
    struct ipc_space *space = space_begin();
    struct ipc_voucher *voucher = voucher_with(space, "out");
    struct ipc_port *port = voucher->port;
    ipc_port_reference(port);
    struct ipc_kmsg *kmsg = message_with(voucher);
    EXPECT_EQ(ipc_kmsg_copyout_voucher(kmsg, space, true), MACH_MSG_SUCCESS);
    EXPECT_EQ(ipc_voucher_of_name(space, kmsg->header.msgh_voucher_port), voucher);
    ipc_voucher_release(voucher);
    ipc_kmsg_undo_voucher(kmsg, space);
    EXPECT(!ipc_kmsg_has_voucher(kmsg));
    ipc_kmsg_free(kmsg);
    expect_end(port);

    voucher = voucher_with(space, "out");
    port = voucher->port;
    ipc_port_reference(port);
    kmsg = message_with(voucher);
    EXPECT_EQ(ipc_kmsg_copyout_voucher(kmsg, space, false), MACH_MSG_SUCCESS);
    EXPECT(!ipc_kmsg_has_voucher(kmsg));
    ipc_kmsg_free(kmsg);
    expect_end(port);
    space_end(space);
}

KTEST(ipc_voucher_that_finds_no_room_is_reported)
{
    struct ipc_space *space = space_begin();
    struct ipc_voucher *voucher = voucher_with(space, "out");
    struct ipc_port *port = voucher->port;
    ipc_port_reference(port);
    struct ipc_kmsg *kmsg = message_with(voucher);
    space->entry_limit = 0;
    EXPECT_EQ(ipc_kmsg_copyout_voucher(kmsg, space, true),
              MACH_RCV_HEADER_ERROR | MACH_MSG_IPC_SPACE);
    EXPECT(!ipc_kmsg_has_voucher(kmsg));
    EXPECT_EQ(kmsg->header.msgh_voucher_port, MACH_PORT_NULL);
    ipc_kmsg_free(kmsg);
    expect_end(port);
    space_end(space);
}
