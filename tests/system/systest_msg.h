/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Messages of the tests, and short forms of common calls on ports. All work in bare threads
 * (systest_task.h): no stubs.
 */
#pragma once

#include <stdint.h>

#include <mach/mach.h>

#pragma pack(push, 4)

/* A message that carries a number. */
struct value_message {
    mach_msg_header_t header;
    uint32_t value;
};

/* A message that carries one right. */
struct right_message {
    mach_msg_header_t header;
    mach_msg_body_t body;
    mach_msg_port_descriptor_t right;
};

/* A message that carries memory, or an array of rights. */
struct memory_message {
    mach_msg_header_t header;
    mach_msg_body_t body;
    union {
        mach_msg_ool_descriptor_t memory;
        mach_msg_ool_ports_descriptor_t ports;
    };
};

/* Room for any of these and any trailer. */
union any_message {
    mach_msg_header_t header;
    struct value_message value;
    struct right_message right;
    struct memory_message memory;
    uint8_t room[512];
};

#pragma pack(pop)

/* A new receive right. */
mach_port_t port_create(void);

/* A new receive right with a send right under the same name. */
mach_port_t port_create_with_send(void);

/* Destroy a receive right; a send right under the name stays as a dead name. */
void port_destroy(mach_port_t port);

/* Destroy a receive right and give up one reference of the send right under its name. */
void port_destroy_with_send(mach_port_t port);

/* What NAME denotes: MACH_PORT_TYPE_* bits; 0 if nothing. */
mach_port_type_t port_type(mach_port_t name);

/* User references of RIGHT under NAME. Not in bare threads. */
uint32_t port_refs(mach_port_t name, mach_port_right_t right);

/* MACH_PORT_RECEIVE_STATUS of a receive right. Not in bare threads. */
mach_port_status_t port_status(mach_port_t port);

/* Send VALUE to PORT by DISPOSITION, waiting for room for TIMEOUT ms if OPTION says so. */
mach_msg_return_t send_value_option(mach_port_t port, mach_msg_type_name_t disposition,
                                    uint32_t value, mach_msg_option_t option, uint32_t timeout);
mach_msg_return_t send_value(mach_port_t port, uint32_t value); /* with a copied send right */

/* Send the right NAME by DISPOSITION to PORT (a copied send right). */
mach_msg_return_t send_right(mach_port_t port, mach_port_t name, mach_msg_type_name_t disposition);

/* Receive from PORT into MESSAGE, waiting as OPTION and TIMEOUT (ms) say. */
mach_msg_return_t receive_option(mach_port_t port, union any_message *message,
                                 mach_msg_option_t option, uint32_t timeout);

/* Receive, failing after a long time. */
mach_msg_return_t receive(mach_port_t port, union any_message *message);

/* Receive if there is something: MACH_RCV_TIMED_OUT if not. */
mach_msg_return_t receive_now(mach_port_t port, union any_message *message);

/* Receive a value_message. Returns: its value; ~0 if nothing came. */
uint32_t receive_value(mach_port_t port);

/* Receive a right_message. Returns: the right's name; null if nothing came. */
mach_port_t receive_right(mach_port_t port);

/* The right a message came with. */
static inline mach_port_t message_right(const union any_message *message)
{
    return message->right.right.name;
}
