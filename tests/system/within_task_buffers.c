/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Calls between threads of one task, whose messages go from buffer to buffer
 * (kernel/ipc/mach_msg_within.c): buffers that are too small, overlap, cannot be written or are not there yet.
 */
#include <string.h>

#include <mach/mach_vm.h>

#include "systest.h"
#include "systest_msg.h"
#include "systest_task.h"
#include "within_task_server.h"

/* The server's last receive fails with RESULT; the caller hears that his right to an answer has died. */
static void see_failure(mach_msg_return_t result, mach_port_t reply)
{
    EXPECT_OK(call(&client_buffer, 64, reply, 0));
    EXPECT_EQ(client_buffer.header.msgh_id, MACH_NOTIFY_SEND_ONCE);
    server_end();
    EXPECT_EQ(server.result, result);
}

/* The last call is answered. */
static void see_success(mach_port_t reply)
{
    EXPECT_OK(call(&client_buffer, 64, reply, 0));
    EXPECT_EQ(client_buffer.header.msgh_id, CALL_ID + 100);
    server_end();
    EXPECT_OK(server.result);
}

CASE(a_buffer_too_small_by_a_byte_gets_the_header)
{
    const uint32_t needed = 64 + sizeof(mach_msg_trailer_t);
    static struct buffer small;
    mach_port_t reply = port_create();
    memset(&small, UNTOUCHED, ROOM);
    if (server_start(2, &small, needed - 1, 0)) {
        see_failure(MACH_RCV_TOO_LARGE, reply);
        EXPECT_EQ(small.bytes[sizeof(mach_msg_header_t) + sizeof(mach_msg_trailer_t)], UNTOUCHED);
    }
    if (server_start(2, &small, needed, 0)) {
        see_success(reply);
    }
    port_destroy(reply);
}

CASE(buffers_may_overlap)
{
    static struct buffer room[3];
    mach_port_t reply = port_create();
    for (int distance = -INLINE - 16; distance <= INLINE + 16; distance += 28) {
        struct buffer *own = (struct buffer *)(room[1].bytes + distance);
        if (server_start(2, &room[1], ROOM, 0)) {
            (void)call(own, INLINE, reply, 0);
            server_end();
            EXPECT_OK(server.result);
            bool is_whole = true;
            for (uint32_t i = sizeof(mach_msg_header_t); i < INLINE; i++) {
                is_whole = is_whole && server.seen.bytes[i] == pattern(INLINE, i, false);
            }
            EXPECT(is_whole);
        }
    }
    port_destroy(reply);
}

/* A server with SIZE bytes of fresh memory, into whose first page it receives at OFFSET, waits.  Returns: the
 * memory; 0 after a failure. */
static mach_vm_address_t server_with_memory(mach_vm_size_t size, mach_vm_size_t offset)
{
    mach_vm_address_t memory = 0;
    EXPECT_OK(mach_vm_allocate(mach_task_self(), &memory, size, VM_FLAGS_ANYWHERE));
    struct buffer *last = (struct buffer *)(memory + offset);
    return server_start(2, last, ROOM, 0) ? memory : 0;
}

CASE(a_buffer_that_cannot_be_written_loses_the_message)
{
    mach_port_t reply = port_create();
    mach_vm_address_t memory = server_with_memory(vm_page_size, 0);
    if (memory != 0) {
        EXPECT_OK(mach_vm_protect(mach_task_self(), memory, vm_page_size, FALSE, VM_PROT_READ));
        see_failure(MACH_RCV_INVALID_DATA, reply);
        EXPECT_OK(mach_vm_deallocate(mach_task_self(), memory, vm_page_size));
    }
    memory = server_with_memory(vm_page_size, 0);
    if (memory != 0) {
        EXPECT_OK(mach_vm_deallocate(mach_task_self(), memory, vm_page_size));
        see_failure(MACH_RCV_INVALID_DATA, reply);
    }
    port_destroy(reply);
}

CASE(a_buffer_of_which_half_is_gone_loses_the_message)
{
    const mach_vm_size_t half = 40;
    mach_port_t reply = port_create();
    mach_vm_address_t memory = server_with_memory(2 * vm_page_size, vm_page_size - half);
    if (memory != 0) {
        memset((void *)(memory + vm_page_size - half), UNTOUCHED, half);
        EXPECT_OK(mach_vm_deallocate(mach_task_self(), memory + vm_page_size, vm_page_size));
        see_failure(MACH_RCV_INVALID_DATA, reply);
        EXPECT_OK(mach_vm_deallocate(mach_task_self(), memory, vm_page_size));
    }
    port_destroy(reply);
}

CASE(the_kernel_is_no_buffer)
{
    struct buffer *const kernel = (struct buffer *)UINT64_C(0xffffffff80200000);
    mach_port_t reply = port_create();
    if (server_start(2, kernel, ROOM, 0)) {
        see_failure(MACH_RCV_INVALID_DATA, reply);
    }
    if (server_start(2, &server_buffer, ROOM, 0)) {
        EXPECT_OK(call(&client_buffer, 64, reply, 0));
        EXPECT_EQ(mach_msg(&kernel->header, MACH_SEND_MSG | MACH_RCV_MSG, 64, ROOM, reply, 0,
                           MACH_PORT_NULL),
                  MACH_SEND_INVALID_DATA);
        server_end();
    }
    port_destroy(reply);
}

CASE(fresh_and_shared_pages_are_made_on_the_way)
{
    mach_port_t reply = port_create();
    mach_vm_address_t memory = server_with_memory(vm_page_size, 0);
    if (memory != 0) {
        see_success(reply);
        EXPECT_OK(mach_vm_deallocate(mach_task_self(), memory, vm_page_size));
    }
    memory = server_with_memory(vm_page_size, 0);
    if (memory != 0) {
        vm_offset_t copy = 0;
        mach_msg_type_number_t size = 0;
        memset((void *)memory, UNTOUCHED, vm_page_size);
        EXPECT_OK(mach_vm_read(mach_task_self(), memory, vm_page_size, &copy, &size));
        see_success(reply);
        EXPECT_EQ(*(uint8_t *)copy, UNTOUCHED);
        EXPECT_OK(mach_vm_deallocate(mach_task_self(), copy, size));
        EXPECT_OK(mach_vm_deallocate(mach_task_self(), memory, vm_page_size));
    }
    port_destroy(reply);
}
