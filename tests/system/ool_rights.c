/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Arrays of rights in messages, out of line.
 */
#include <mach/mach_vm.h>

#include "systest.h"
#include "systest_msg.h"

/* Send to PORT an array of COUNT rights. */
static mach_msg_return_t send_ports(mach_port_t port, mach_port_t *ports, uint32_t count,
                                    bool deallocates, mach_msg_type_name_t disposition)
{
    struct memory_message message = {
        .header = {
            .msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, 0) | MACH_MSGH_BITS_COMPLEX,
            .msgh_remote_port = port,
        },
        .body = { .msgh_descriptor_count = 1 },
        .ports = {
            .address = ports,
            .deallocate = deallocates,
            .disposition = disposition,
            .type = MACH_MSG_OOL_PORTS_DESCRIPTOR,
            .count = count,
        },
    };
    return mach_msg(&message.header, MACH_SEND_MSG, sizeof(message), 0, 0, 0, 0);
}

CASE(arrays_of_rights)
{
    enum {
        COUNT = 1500
    };
    static mach_port_t ports[COUNT];
    union any_message message;
    mach_port_t via = port_create_with_send();
    for (uint32_t i = 0; i < COUNT; i++) {
        ports[i] = i % 3 == 1 ? MACH_PORT_NULL : port_create();
    }
    ports[4] = MACH_PORT_DEAD;
    EXPECT_OK(send_ports(via, ports, COUNT, false, MACH_MSG_TYPE_MOVE_RECEIVE));
    EXPECT_OK(receive(via, &message));
    EXPECT_EQ(message.memory.ports.count, COUNT);
    EXPECT_EQ(message.memory.ports.disposition, MACH_MSG_TYPE_PORT_RECEIVE);
    const mach_port_t *got = message.memory.ports.address;
    for (uint32_t i = 0; i < COUNT; i++) {
        if (i % 3 == 1) {
            EXPECT_EQ(got[i], i == 4 ? MACH_PORT_DEAD : MACH_PORT_NULL);
        } else {
            EXPECT_EQ(port_type(got[i]), MACH_PORT_TYPE_RECEIVE);
            port_destroy(got[i]);
        }
    }
    EXPECT_OK(mach_vm_deallocate(mach_task_self(), (mach_vm_address_t)got, sizeof(ports)));
    port_destroy_with_send(via);
}

CASE(a_moved_array_leaves_the_sender)
{
    union any_message message;
    mach_port_t via = port_create_with_send();
    mach_vm_address_t memory = 0;
    EXPECT_OK(mach_vm_allocate(mach_task_self(), &memory, vm_page_size, VM_FLAGS_ANYWHERE));
    mach_port_t *ports = (mach_port_t *)memory;
    ports[0] = via;
    EXPECT_OK(send_ports(via, ports, 1, true, MACH_MSG_TYPE_COPY_SEND));
    EXPECT_EQ(mach_vm_write(mach_task_self(), memory, (vm_offset_t)&via, sizeof(via)),
              KERN_INVALID_ADDRESS);
    EXPECT_OK(receive(via, &message));
    EXPECT_EQ(*(const mach_port_t *)message.memory.ports.address, via);
    mach_msg_destroy(&message.header);
    EXPECT_EQ(port_refs(via, MACH_PORT_RIGHT_SEND), 1);
    port_destroy_with_send(via);
}

CASE(a_bad_name_in_an_array_takes_the_good_ones_along)
{
    mach_port_t via = port_create_with_send();
    mach_port_t ports[] = { port_create_with_send(), port_create_with_send(), 0x12345600 };
    EXPECT_EQ(send_ports(via, ports, 3, false, MACH_MSG_TYPE_MOVE_SEND), MACH_SEND_INVALID_RIGHT);
    EXPECT_EQ(port_type(ports[0]), MACH_PORT_TYPE_RECEIVE);
    EXPECT_EQ(port_type(ports[1]), MACH_PORT_TYPE_RECEIVE);
    EXPECT_EQ(send_ports(via, (mach_port_t *)8, 3, false, MACH_MSG_TYPE_COPY_SEND),
              MACH_SEND_INVALID_MEMORY);
    port_destroy(ports[0]);
    port_destroy(ports[1]);
    port_destroy_with_send(via);
}
