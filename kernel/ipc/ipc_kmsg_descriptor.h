/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Descriptors as the kernel sees them.  A message in flight has the sizes and offsets of the user's
 * message; where the user has a name or an address, the kernel has a pointer in the same place.
 * Generated server stubs use these types.
 */
#pragma once

#include <stdint.h>

#include <mach/message.h>

struct ipc_port;
struct vm_map_copy;

#pragma pack(push, 4)

/* One port right (mach_msg_port_descriptor_t: name and pad1 hold the pointer). */
typedef struct ipc_port_descriptor {
    struct ipc_port *name; /* null, IPC_PORT_DEAD or a port with the right that disposition says */
    uint16_t pad2;
    uint8_t disposition; /* MACH_MSG_TYPE_PORT_RECEIVE, _SEND or _SEND_ONCE */
    uint8_t type;
} ipc_port_descriptor_t;

/* Memory (mach_msg_ool_descriptor_t). */
typedef struct ipc_ool_descriptor {
    struct vm_map_copy *address;
    uint8_t deallocate;
    uint8_t copy;
    uint8_t pad1;
    uint8_t type;
    uint32_t size;
} ipc_ool_descriptor_t;

/* An array of rights (mach_msg_ool_ports_descriptor_t); kalloc'ed, count * sizeof(struct
 * ipc_port *) bytes. */
typedef struct ipc_ool_ports_descriptor {
    struct ipc_port **address;
    uint8_t deallocate;
    uint8_t copy;
    uint8_t disposition;
    uint8_t type;
    uint32_t count;
} ipc_ool_ports_descriptor_t;

/* One receive right with its guard (mach_msg_guarded_port_descriptor_t: context holds the pointer). */
typedef struct ipc_guarded_port_descriptor {
    struct ipc_port *port; /* null, IPC_PORT_DEAD or a port with its receive right */
    uint16_t flags;        /* MACH_MSG_GUARD_FLAGS_* */
    uint8_t disposition;   /* MACH_MSG_TYPE_PORT_RECEIVE */
    uint8_t type;
    uint32_t name;
} ipc_guarded_port_descriptor_t;

/* Any of them; the type byte is at the same place in all. */
typedef union ipc_descriptor {
    ipc_port_descriptor_t port;
    ipc_ool_descriptor_t memory;
    ipc_ool_ports_descriptor_t ports;
    ipc_guarded_port_descriptor_t guarded;
} ipc_descriptor_t;

#pragma pack(pop)

static_assert(sizeof(ipc_port_descriptor_t) == sizeof(mach_msg_port_descriptor_t));
static_assert(sizeof(ipc_ool_descriptor_t) == sizeof(mach_msg_ool_descriptor_t));
static_assert(sizeof(ipc_ool_ports_descriptor_t) == sizeof(mach_msg_ool_ports_descriptor_t));
static_assert(sizeof(ipc_guarded_port_descriptor_t) == sizeof(mach_msg_guarded_port_descriptor_t));
static_assert(offsetof(ipc_guarded_port_descriptor_t, type) ==
              offsetof(ipc_ool_descriptor_t, type));
static_assert(offsetof(ipc_port_descriptor_t, type) == offsetof(ipc_ool_descriptor_t, type));
