/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Out-of-line memory and arrays of rights: copies are independent both ways, moved memory leaves
 * the sender, sizes from nothing to megabytes, any alignment.
 */
#include <string.h>

#include <mach/mach_vm.h>

#include "systest.h"
#include "systest_msg.h"
#include "systest_task.h"

#define PAGE UINT64_C(4096)

/* Is the page at ADDRESS mapped? */
static bool is_mapped(mach_vm_address_t address)
{
    mach_vm_address_t found = address;
    mach_vm_size_t size;
    mach_port_t object;
    vm_region_basic_info_data_64_t info;
    mach_msg_type_number_t count = VM_REGION_BASIC_INFO_COUNT_64;
    return mach_vm_region(mach_task_self(), &found, &size, VM_REGION_BASIC_INFO_64,
                          (vm_region_info_t)&info, &count, &object) == KERN_SUCCESS &&
           found <= address;
}

static char *allocate(mach_vm_size_t size)
{
    mach_vm_address_t address = 0;
    EXPECT_OK(mach_vm_allocate(mach_task_self(), &address, size, VM_FLAGS_ANYWHERE));
    return (char *)address;
}

static void deallocate(const void *address, mach_vm_size_t size)
{
    EXPECT_OK(mach_vm_deallocate(mach_task_self(), (mach_vm_address_t)address, size));
}

/* The byte that belongs at offset I of a pattern. */
static char pattern(size_t i, char seed)
{
    return (char)(i * 7 + (i >> 12) + (size_t)seed);
}

static void fill(char *memory, size_t size, char seed)
{
    for (size_t i = 0; i < size; i++) {
        memory[i] = pattern(i, seed);
    }
}

static bool is_filled(const char *memory, size_t size, char seed)
{
    for (size_t i = 0; i < size; i++) {
        if (memory[i] != pattern(i, seed)) {
            return false;
        }
    }
    return true;
}

/* Send MESSAGE, whose one descriptor is filled in, to PORT. */
static mach_msg_return_t send_region(mach_port_t port, struct memory_message *message)
{
    message->header = (mach_msg_header_t){
        .msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, 0) | MACH_MSGH_BITS_COMPLEX,
        .msgh_remote_port = port,
    };
    message->body.msgh_descriptor_count = 1;
    return mach_msg(&message->header, MACH_SEND_MSG, sizeof(*message), 0, 0, 0, 0);
}

static mach_msg_return_t send_memory(mach_port_t port, const void *address, uint32_t size,
                                     bool deallocates, mach_msg_copy_options_t copy)
{
    struct memory_message message = {
        .memory = {
            .address = (void *)address,
            .deallocate = deallocates,
            .copy = copy,
            .type = MACH_MSG_OOL_DESCRIPTOR,
            .size = size,
        },
    };
    return send_region(port, &message);
}

/* Receive memory of SIZE bytes from PORT. Returns: its address. */
static char *receive_memory(mach_port_t port, uint32_t size)
{
    union any_message message;
    if (!EXPECT_OK(receive(port, &message))) {
        return NULL;
    }
    EXPECT_EQ(message.memory.body.msgh_descriptor_count, 1);
    EXPECT_EQ(message.memory.memory.type, MACH_MSG_OOL_DESCRIPTOR);
    EXPECT_EQ(message.memory.memory.size, size);
    return message.memory.memory.address;
}

/* Receive from PORT SIZE bytes of the pattern SEED. Returns: their address; null, other bytes. */
static char *receive_pattern(mach_port_t port, uint32_t size, char seed)
{
    char *theirs = receive_memory(port, size);
    return EXPECT(theirs != NULL && is_filled(theirs, size, seed)) ? theirs : NULL;
}

CASE(a_copy_is_independent_both_ways)
{
    enum {
        SIZE = 5 * 4096
    };
    mach_port_t port = port_create_with_send();
    char *mine = allocate(SIZE);
    fill(mine, SIZE, 1);
    EXPECT_OK(send_memory(port, mine, SIZE, false, MACH_MSG_VIRTUAL_COPY));
    mine[0] = 99; /* after the send, before the receive */
    char *theirs = receive_pattern(port, SIZE, 1);
    if (theirs != NULL) {
        theirs[4096] = 98;
        mine[8192] = 97;
        EXPECT_EQ(mine[4096], pattern(4096, 1));
        EXPECT_EQ(theirs[8192], pattern(8192, 1));
        deallocate(theirs, SIZE);
    }
    deallocate(mine, SIZE);
    port_destroy_with_send(port);
}

CASE(moved_memory_leaves_the_sender)
{
    enum {
        SIZE = 3 * 4096
    };
    mach_port_t port = port_create_with_send();
    char *mine = allocate(SIZE);
    fill(mine, SIZE, 2);
    EXPECT_OK(send_memory(port, mine, SIZE, true, MACH_MSG_VIRTUAL_COPY));
    EXPECT(!is_mapped((mach_vm_address_t)mine));
    EXPECT(!is_mapped((mach_vm_address_t)mine + SIZE - PAGE));
    deallocate(receive_pattern(port, SIZE, 2), SIZE);
    port_destroy_with_send(port);
}

CASE(nothing_at_all_can_be_sent)
{
    mach_port_t port = port_create_with_send();
    EXPECT_OK(send_memory(port, NULL, 0, false, MACH_MSG_VIRTUAL_COPY));
    EXPECT_EQ((uintptr_t)receive_memory(port, 0), 0);
    EXPECT_OK(send_memory(port, (void *)0x123456789000, 0, true, MACH_MSG_PHYSICAL_COPY));
    EXPECT_EQ((uintptr_t)receive_memory(port, 0), 0);
    port_destroy_with_send(port);
}

CASE(any_alignment_and_size)
{
    static const uint32_t offsets[] = { 0, 1, 7, 100, 2048, 4095 };
    static const uint32_t sizes[] = { 1, 3, 100, 4095, 4096, 4097, 9000, 3 * 4096 };
    mach_port_t port = port_create_with_send();
    char *mine = allocate(6 * PAGE);
    for (uint32_t i = 0; i < sizeof(offsets) / sizeof(offsets[0]); i++) {
        for (uint32_t j = 0; j < sizeof(sizes) / sizeof(sizes[0]); j++) {
            char *start = mine + offsets[i];
            fill(start, sizes[j], (char)j);
            EXPECT_OK(send_memory(port, start, sizes[j], false,
                                  i % 2 ? MACH_MSG_PHYSICAL_COPY : MACH_MSG_VIRTUAL_COPY));
            deallocate(receive_pattern(port, sizes[j], (char)j), sizes[j]);
        }
    }
    deallocate(mine, 6 * PAGE);
    port_destroy_with_send(port);
}

/* Are the SIZE bytes at MEMORY zeros? */
static bool is_zero(const char *memory, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (memory[i] != 0) {
            return false;
        }
    }
    return true;
}

CASE(nothing_but_the_bytes_sent_is_shown)
{
    static const struct {
        uint32_t offset, size;
    } parts[] = { { 100, 4096 }, { 0, 100 }, { 4000, 50 }, { 100, 3 * 4096 }, { 4000, 3 * 4096 } };
    mach_port_t port = port_create_with_send();
    char *mine = allocate(5 * PAGE);
    for (uint32_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        uint32_t size = parts[i].size;
        memset(mine, 0x5e, 5 * PAGE); /* a secret around the bytes */
        fill(mine + parts[i].offset, size, 4);
        EXPECT_OK(send_memory(port, mine + parts[i].offset, size, false, MACH_MSG_PHYSICAL_COPY));
        char *theirs = receive_pattern(port, size, 4);
        if (theirs != NULL) {
            size_t before = (uintptr_t)theirs & (PAGE - 1);
            size_t behind = -(uintptr_t)(theirs + size) & (PAGE - 1);
            EXPECT(is_zero(theirs - before, before));
            EXPECT(is_zero(theirs + size, behind));
            deallocate(theirs, size);
        }
    }
    deallocate(mine, 5 * PAGE);
    port_destroy_with_send(port);
}

CASE(eight_mebibytes)
{
    enum {
        SIZE = 8 << 20
    };
    mach_port_t port = port_create_with_send();
    char *mine = allocate(SIZE);
    fill(mine, SIZE, 3);
    EXPECT_OK(send_memory(port, mine, SIZE, true, MACH_MSG_VIRTUAL_COPY));
    char *theirs = receive_pattern(port, SIZE, 3);
    EXPECT_OK(send_memory(port, theirs, SIZE, false, MACH_MSG_VIRTUAL_COPY));
    theirs[SIZE - 1] = 0;
    deallocate(receive_pattern(port, SIZE, 3), SIZE);
    deallocate(theirs, SIZE);
    port_destroy_with_send(port);
}

CASE(memory_that_is_not_there_is_refused)
{
    mach_port_t port = port_create_with_send();
    char *mine = allocate(3 * PAGE);
    deallocate(mine + PAGE, PAGE);
    EXPECT_EQ(send_memory(port, mine, 3 * 4096, false, 1), MACH_SEND_INVALID_MEMORY);
    EXPECT_EQ(send_memory(port, mine, 3 * 4096, true, 1), MACH_SEND_INVALID_MEMORY);
    EXPECT(is_mapped((mach_vm_address_t)mine));
    EXPECT_OK(
        mach_vm_protect(mach_task_self(), (mach_vm_address_t)mine, PAGE, FALSE, VM_PROT_NONE));
    EXPECT_EQ(send_memory(port, mine, 4096, false, 1), MACH_SEND_INVALID_MEMORY);
    EXPECT_EQ(send_memory(port, (void *)0xffffffff80000000, 4096, false, 1),
              MACH_SEND_INVALID_MEMORY);
    EXPECT_EQ(send_memory(port, (void *)0x7fffffffe000, 0xffffffffu, false, 1),
              MACH_SEND_INVALID_MEMORY);
    deallocate(mine, 3 * PAGE);
    port_destroy_with_send(port);
}

CASE(unreceived_memory_goes_with_the_port)
{
    mach_port_t port = port_create_with_send();
    char *mine = allocate(64 * PAGE);
    fill(mine, 64 * PAGE, 6);
    EXPECT_OK(send_memory(port, mine, 64 * 4096, false, 1));
    EXPECT_OK(send_memory(port, mine, 64 * 4096, true, 1));
    port_destroy_with_send(port);
}

CASE(a_destroyed_message_gives_back_what_it_brought)
{
    union any_message message;
    mach_port_t port = port_create_with_send();
    char *mine = allocate(2 * PAGE);
    fill(mine, 2 * PAGE, 5);
    EXPECT_OK(send_memory(port, mine, 2 * 4096, false, MACH_MSG_VIRTUAL_COPY));
    EXPECT_OK(receive(port, &message));
    mach_vm_address_t theirs = (mach_vm_address_t)message.memory.memory.address;
    EXPECT(is_mapped(theirs));
    mach_msg_destroy(&message.header);
    EXPECT(!is_mapped(theirs));
    deallocate(mine, 2 * PAGE);
    port_destroy_with_send(port);
}

CASE(an_unwritable_buffer_loses_the_message_but_nothing_else)
{
    mach_port_t port = port_create_with_send();
    char *mine = allocate(PAGE);
    mach_msg_header_t *buffer = (mach_msg_header_t *)allocate(PAGE);
    fill(mine, PAGE, 7);
    EXPECT_OK(
        mach_vm_protect(mach_task_self(), (mach_vm_address_t)buffer, PAGE, FALSE, VM_PROT_READ));
    EXPECT_OK(send_memory(port, mine, 4096, true, 1));
    EXPECT_EQ(mach_msg(buffer, MACH_RCV_MSG | MACH_RCV_TIMEOUT, 0, 4096, port, 0, 0),
              MACH_RCV_INVALID_DATA);
    EXPECT_EQ(mach_msg(buffer, MACH_RCV_MSG | MACH_RCV_TIMEOUT, 0, 4096, port, 0, 0),
              MACH_RCV_TIMED_OUT);
    deallocate(buffer, PAGE);
    port_destroy_with_send(port);
}

/* In a helper: receive memory, change it, and send it back. */
static void increment_memory(void *argument)
{
    union any_message message;
    mach_port_t port = port_create();
    (void)argument;
    EXPECT_OK(send_right(HELPER_PORT(0), port, MACH_MSG_TYPE_MAKE_SEND));
    EXPECT_OK(receive(port, &message));
    char *memory = message.memory.memory.address;
    for (uint32_t i = 0; i < message.memory.memory.size; i++) {
        memory[i]++;
    }
    EXPECT_OK(send_memory(HELPER_PORT(0), memory, message.memory.memory.size, true, 1));
}

CASE(memory_goes_to_another_task_and_back)
{
    enum {
        SIZE = 70000
    };
    struct helper helper;
    struct worker worker;
    mach_port_t mine = port_create();
    if (helper_create(&helper)) {
        helper_give(&helper, 0, mine, MACH_MSG_TYPE_MAKE_SEND);
        char *memory = allocate(SIZE); /* after the task was made: it does not have it */
        fill(memory, SIZE, 8);
        EXPECT(worker_start(&worker, helper.task, increment_memory, NULL));
        mach_port_t port = receive_right(mine);
        EXPECT_OK(send_memory(port, memory, SIZE, false, 1));
        deallocate(receive_pattern(mine, SIZE, 9), SIZE);
        EXPECT(is_filled(memory, SIZE, 8));
        deallocate(memory, SIZE);
        worker_join(&worker);
        helper_destroy(&helper);
        EXPECT_OK(mach_port_deallocate(mach_task_self(), port));
    }
    port_destroy(mine);
}
