/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Messages as text, by the tables of all interfaces that the library carries: real requests and
 * replies, as they went through the kernel.
 */
#include <string.h>

#include <mach_msg_describe.h>
#include <mach_r/io.h>

#include "systest.h"

static union {
    mach_msg_header_t header;
    __Request__io_read_t read;
    char bytes[1024];
} message;
static char text[256];

/* What the message in the buffer says. */
static const char *described(void)
{
    (void)mach_msg_describe(&message.header, text, sizeof(text));
    return text;
}

static bool contains(const char *part)
{
    if (EXPECT(strstr(described(), part) != nullptr)) {
        return true;
    }
    systest_print("# said: %s\n", text);
    return false;
}

static void fill_in_io_read(mach_port_t port)
{
    message.read = (__Request__io_read_t){
        .Head.msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_MAKE_SEND, 0),
        .Head.msgh_size = sizeof(message.read),
        .Head.msgh_remote_port = port,
        .Head.msgh_id = 906000,
        .NDR = NDR_record,
        .offset = 4096,
        .amount = 10,
        .flags = 3,
    };
}

CASE(request_that_went_through_the_kernel)
{
    mach_port_t port;
    EXPECT_OK(mach_port_allocate(mach_task_self(), MACH_PORT_RIGHT_RECEIVE, &port));
    fill_in_io_read(port);
    EXPECT_OK(mach_msg(&message.header, MACH_SEND_MSG, sizeof(message.read), 0, MACH_PORT_NULL, 0,
                       MACH_PORT_NULL));
    memset(&message, 0, sizeof(message));
    EXPECT_OK(mach_msg(&message.header, MACH_RCV_MSG, 0, sizeof(message), port, 0, MACH_PORT_NULL));
    (void)contains("io_read(object=");
    (void)contains(", offset=4096, amount=10, flags=3)");
    EXPECT_OK(mach_port_mod_refs(mach_task_self(), port, MACH_PORT_RIGHT_RECEIVE, -1));
}

/* The kernel's own interfaces are in the tables too. */
CASE(reply_of_the_kernel)
{
    mach_port_t reply = mig_get_reply_port();
    message.header = (mach_msg_header_t){
        .msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, MACH_MSG_TYPE_MAKE_SEND_ONCE),
        .msgh_size = sizeof(message.header),
        .msgh_remote_port = mach_task_self(),
        .msgh_local_port = reply,
        .msgh_id = 3201,
    };
    (void)contains("mach_port_type(task=");
    (void)contains("<too short>");
    EXPECT_OK(mach_msg(&message.header, MACH_SEND_MSG | MACH_RCV_MSG, sizeof(message.header),
                       sizeof(message), reply, 0, MACH_PORT_NULL));
    (void)contains("mach_port_type -> error -304");
}

/* Darwin has calls on memory entries where the replies of mach_vm are. */
CASE(a_call_and_a_reply_of_one_id)
{
    message.header = (mach_msg_header_t){
        .msgh_size = sizeof(message.header),
        .msgh_remote_port = 0x103,
        .msgh_local_port = 0x203,
        .msgh_id = 4900,
    };
    (void)contains("mach_memory_entry_purgable_control(mem_entry=0x103");
    message.header.msgh_local_port = MACH_PORT_NULL;
    (void)contains("mach_vm_allocate -> (");
}

CASE(notification)
{
    message.header = (mach_msg_header_t){
        .msgh_size = sizeof(message.header),
        .msgh_id = MACH_NOTIFY_SEND_ONCE,
    };
    (void)contains("mach_notify_send_once(");
}

CASE(unknown_message)
{
    message.header = (mach_msg_header_t){ .msgh_size = sizeof(message.header), .msgh_id = 1 };
    EXPECT(strcmp(described(), "message 1 of 24 bytes") == 0);
}
