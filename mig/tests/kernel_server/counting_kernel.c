/* SPDX-License-Identifier: BSD-2-Clause */
#include "counting_kernel.h"

#include <stdlib.h>

enum {
    MOST_PORTS = 40
};

NDR_record_t NDR_record = { 0, 0, 0, 0, 1, 0, 0, 0 };
char situation[120];
static struct ipc_port ports[MOST_PORTS];
static unsigned int port_count;
static int copies, arrays;

struct ipc_port *new_right(bool once)
{
    CHECK(port_count < MOST_PORTS);
    struct ipc_port *port = &ports[port_count++];
    *port = (struct ipc_port){ .rights = 1, .once = once };
    return port;
}

struct ipc_port **new_array(uint32_t count)
{
    struct ipc_port **array = malloc(count * sizeof(struct ipc_port *));
    arrays++;
    for (uint32_t i = 0; i < count; i++) {
        array[i] = new_right(false);
    }
    return array;
}

struct vm_map_copy *new_copy(void)
{
    copies++;
    return malloc(1);
}

void release(struct ipc_port *port, bool once)
{
    if (port != NULL) {
        CHECK(port->rights == 1 && port->once == once);
        port->rights = 0;
    }
}

void ipc_port_release_send(struct ipc_port *port)
{
    release(port, false);
}

void ipc_port_release_send_once(struct ipc_port *port)
{
    release(port, true);
}

void vm_map_copy_discard(struct vm_map_copy *copy)
{
    if (copy != NULL) {
        copies--;
        free(copy);
    }
}

void mig_free_port_array(struct ipc_port **array, uint32_t count)
{
    (void)count;
    if (array != NULL) {
        arrays--;
        free(array);
    }
}

/* The descriptor at AT is destroyed. Returns: its size. */
static size_t destroy_descriptor(const char *at)
{
    const ipc_port_descriptor_t *port = (const ipc_port_descriptor_t *)at;
    const ipc_ool_descriptor_t *memory = (const ipc_ool_descriptor_t *)at;
    const ipc_ool_ports_descriptor_t *array = (const ipc_ool_ports_descriptor_t *)at;
    switch (port->type) {
    case MACH_MSG_PORT_DESCRIPTOR:
        release(port->name, port->disposition == MACH_MSG_TYPE_PORT_SEND_ONCE);
        return sizeof(*port);
    case MACH_MSG_OOL_DESCRIPTOR: vm_map_copy_discard(memory->address); return sizeof(*memory);
    default:
        CHECK(port->type == MACH_MSG_OOL_PORTS_DESCRIPTOR);
        for (uint32_t i = 0; i < array->count; i++) {
            release(array->address[i], array->disposition == MACH_MSG_TYPE_PORT_SEND_ONCE);
        }
        mig_free_port_array(array->address, array->count);
        return sizeof(*array);
    }
}

void mach_msg_destroy_from_kernel(mach_msg_header_t *message)
{
    const mach_msg_body_t *body = (const mach_msg_body_t *)(message + 1);
    const char *at = (const char *)(body + 1);
    if ((message->msgh_bits & MACH_MSGH_BITS_COMPLEX) == 0) {
        return;
    }
    for (uint32_t i = 0; i < body->msgh_descriptor_count; i++) {
        at += destroy_descriptor(at);
    }
}

void check_nothing_is_left(void)
{
    for (unsigned int i = 0; i < port_count; i++) {
        CHECK(ports[i].rights == 0 && ports[i].uses == 0);
    }
    CHECK(copies == 0 && arrays == 0);
    port_count = 0;
}
