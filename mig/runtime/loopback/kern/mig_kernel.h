/* SPDX-License-Identifier: BSD-2-Clause */
/* A stand-in for the kernel's header of this name: what generated kernel stubs rely on, and no more. */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <mach/message.h>
#include <mach/mig_errors.h>
#include <mach/ndr.h>
#include <mach/vm_types.h>

struct ipc_port;
struct vm_map_copy;
typedef struct ipc_port *ipc_port_t;
typedef struct vm_map_copy *vm_map_copy_t;

#pragma pack(push, 4)
typedef struct {
    struct ipc_port *name;
    uint16_t pad2;
    uint8_t disposition;
    uint8_t type;
} ipc_port_descriptor_t;

typedef struct {
    struct vm_map_copy *address;
    uint8_t deallocate;
    uint8_t copy;
    uint8_t pad1;
    uint8_t type;
    uint32_t size;
} ipc_ool_descriptor_t;

typedef struct {
    struct ipc_port **address;
    uint8_t deallocate;
    uint8_t copy;
    uint8_t disposition;
    uint8_t type;
    uint32_t count;
} ipc_ool_ports_descriptor_t;
#pragma pack(pop)

struct ipc_kobject_call {
    struct ipc_port *port;
    mach_msg_header_t *request;
    mach_msg_header_t *reply;
};
typedef void (*ipc_kobject_stub_t)(struct ipc_kobject_call *call);
struct ipc_kobject_routine {
    ipc_kobject_stub_t stub;
    uint32_t max_reply_size;
};
struct ipc_kobject_subsystem {
    mach_msg_id_t start;
    mach_msg_id_t end;
    const struct ipc_kobject_routine *routines;
};

size_t strnlen(const char *s, size_t most);

#define IP_VALID(port) ((port) != NULL)
void ipc_port_release_send(struct ipc_port *port);
void ipc_port_release_send_once(struct ipc_port *port);
void ipc_port_release_right(struct ipc_port *port, mach_msg_type_name_t type);
void vm_map_copy_discard(struct vm_map_copy *copy);
void mig_free_port_array(struct ipc_port **ports, uint32_t count);
const mach_msg_max_trailer_t *mig_kernel_trailer(struct ipc_kobject_call *call);
struct ipc_port *mig_kernel_reply_port(struct ipc_kobject_call *call);

/*
 * For callers in the kernel. PORT and REPLY_PORT stand beside the message, as pointers; what cannot
 * be sent is destroyed; what can, takes the memory along, and the rights as it says. An RPC without a
 * reply port takes one of the kernel's own, and its reply is received over the request, in RECEIVE_SIZE
 * bytes. A right in the reply's header is dropped, and only that there was one can be seen.
 */
mach_msg_return_t mach_msg_send_from_kernel(mach_msg_header_t *message, struct ipc_port *port,
                                            struct ipc_port *reply_port, mach_msg_option_t option,
                                            mach_msg_timeout_t timeout);
mach_msg_return_t mach_msg_rpc_from_kernel(mach_msg_header_t *message, struct ipc_port *port,
                                           struct ipc_port *reply_port, mach_msg_option_t option,
                                           mach_msg_size_t receive_size,
                                           mach_msg_timeout_t timeout);
/* What the descriptors own is destroyed. */
void mach_msg_destroy_from_kernel(mach_msg_header_t *message);
int mig_strncpy(char *destination, const char *source, int size);
int mig_strncpy_zerofill(char *destination, const char *source, int size);
void mig_allocate(vm_address_t *address, vm_size_t size);
void mig_deallocate(vm_address_t address, vm_size_t size);
