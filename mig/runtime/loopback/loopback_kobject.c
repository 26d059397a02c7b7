/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a kernel does around a stub, of its servers or of its callers (loopback_kobject.h). Descriptors have the same places and sizes
 * as a task's, and a name with its padding is the pointer already, so only arrays of rights are
 * turned from names into pointers on their way in, and back on their way out.
 */
#include "loopback_kobject.h"
#include "loopback_internal.h"

#include <string.h>

enum {
    MOST_OBJECTS = 64
};

static mach_port_t name_of(const struct ipc_port *port)
{
    const uintptr_t name = (uintptr_t)port;
    LOOP_CHECK(name <= UINT32_MAX);
    return (mach_port_t)name;
}

static struct ipc_port *port_of(mach_port_t name)
{
    return (struct ipc_port *)(uintptr_t)name;
}

/* Objects -------------------------------------------------------------------------------------- */

static uintptr_t objects[MOST_OBJECTS];
static unsigned int object_count;

void loop_object_made(uintptr_t object)
{
    LOOP_CHECK(object_count < MOST_OBJECTS);
    if (object != 0) {
        objects[object_count++] = object;
    }
}

void loop_object_released(uintptr_t object)
{
    unsigned int i = 0;
    if (object == 0) {
        return;
    }
    while (i < object_count && objects[i] != object) {
        i++;
    }
    LOOP_CHECK(i < object_count);
    objects[i] = objects[--object_count];
}

/* Messages ------------------------------------------------------------------------------------- */

/* Call VISIT with each descriptor of MESSAGE that has memory. */
static void visit_memory(mach_msg_header_t *message, void (*visit)(mach_msg_descriptor_t *))
{
    mach_msg_body_t *body = (mach_msg_body_t *)(message + 1);
    char *at = (char *)(body + 1);
    if ((message->msgh_bits & MACH_MSGH_BITS_COMPLEX) == 0) {
        return;
    }
    for (uint32_t i = 0; i < body->msgh_descriptor_count; i++) {
        mach_msg_descriptor_t *descriptor = (mach_msg_descriptor_t *)at;
        if (descriptor->type.type == MACH_MSG_PORT_DESCRIPTOR) {
            at += sizeof(descriptor->port);
        } else {
            at += sizeof(descriptor->out_of_line);
            visit(descriptor);
        }
    }
}

/* Of an array of rights, names become pointers. */
static void to_kernel(mach_msg_descriptor_t *descriptor)
{
    mach_msg_ool_ports_descriptor_t *array = &descriptor->ool_ports;
    if (array->type != MACH_MSG_OOL_PORTS_DESCRIPTOR) {
        return;
    }
    const mach_port_t *names = array->address;
    struct ipc_port **ports =
        ledger_allocate(loop_side, array->count * sizeof(struct ipc_port *));
    for (uint32_t i = 0; i < array->count; i++) {
        ports[i] = port_of(names[i]);
    }
    ledger_free(loop_side, array->address, array->count * sizeof(mach_port_t));
    array->address = ports;
}

/* Pointers become names. The kernel's memory goes with the message, whatever is said of it. */
static void to_task(mach_msg_descriptor_t *descriptor)
{
    mach_msg_ool_ports_descriptor_t *array = &descriptor->ool_ports;
    LOOP_CHECK(array->count != 0 || array->address == NULL); /* it was freed: the kernel looks */
    array->deallocate = TRUE;
    if (array->type != MACH_MSG_OOL_PORTS_DESCRIPTOR) {
        return;
    }
    struct ipc_port **ports = array->address;
    mach_port_t *names = ledger_allocate(loop_side, array->count * sizeof(mach_port_t));
    for (uint32_t i = 0; i < array->count; i++) {
        names[i] = name_of(ports[i]);
    }
    ledger_free(loop_side, ports, array->count * sizeof(struct ipc_port *));
    array->address = names;
}

static void answer_bad_id(mig_reply_error_t *reply)
{
    reply->Head.msgh_bits = 0;
    reply->Head.msgh_size = sizeof(*reply);
    reply->NDR = NDR_record;
    reply->RetCode = MIG_BAD_ID;
}

/* The kernel fills in the reply's header but for its size and COMPLEX bit. */
static void address_reply(const mach_msg_header_t *request, mach_msg_header_t *reply)
{
    LOOP_CHECK((reply->msgh_bits & ~MACH_MSGH_BITS_COMPLEX) == 0);
    reply->msgh_bits |= MACH_MSGH_BITS(MACH_MSGH_BITS_REMOTE(request->msgh_bits), 0);
    reply->msgh_remote_port = request->msgh_remote_port;
    reply->msgh_local_port = MACH_PORT_NULL;
    reply->msgh_voucher_port = MACH_PORT_NULL;
    reply->msgh_id = (mach_msg_id_t)((uint32_t)request->msgh_id + 100);
}

static void call_stub(ipc_kobject_stub_t stub, mach_msg_header_t *request, mig_reply_error_t *reply)
{
    struct ipc_kobject_call call = {
        .port = port_of(request->msgh_local_port),
        .request = request,
        .reply = &reply->Head,
    };
    const unsigned int before = object_count;
    reply->Head.msgh_bits = 0;
    stub(&call);
    LOOP_CHECK(object_count == before);
}

/* REQUEST is whole, and what it carries is the server's. */
static void serve(ipc_kobject_stub_t stub, mach_msg_header_t *request, mig_reply_error_t *reply)
{
    visit_memory(request, to_kernel);
    call_stub(stub, request, reply);
    if ((reply->Head.msgh_bits & MACH_MSGH_BITS_COMPLEX) != 0) {
        visit_memory(&reply->Head, to_task);
    } else if (reply->RetCode != KERN_SUCCESS && reply->RetCode != MIG_NO_REPLY) {
        visit_memory(request, to_task); /* for who destroys it */
    }
}

boolean_t loop_kobject_serve(const struct ipc_kobject_subsystem *table, mach_msg_header_t *request,
                             mach_msg_header_t *reply)
{
    mig_reply_error_t *error = (mig_reply_error_t *)reply;
    const mach_msg_id_t id = request->msgh_id;
    const ipc_kobject_stub_t stub =
        id >= table->start && id < table->end ? table->routines[id - table->start].stub : NULL;
    if (stub == NULL) {
        answer_bad_id(error);
    } else if (loop.probed) {
        call_stub(stub, request, error);
    } else {
        serve(stub, request, error);
    }
    address_reply(request, reply);
    return stub != NULL;
}

/* Callers -------------------------------------------------------------------------------------- */

/* The request as a task sends it. */
static void address_request(mach_msg_header_t *message, const struct ipc_port *port,
                            const struct ipc_port *reply_port)
{
    LOOP_CHECK(message->msgh_remote_port == MACH_PORT_NULL);
    LOOP_CHECK(message->msgh_local_port == MACH_PORT_NULL);
    message->msgh_remote_port = name_of(port);
    if (MACH_MSGH_BITS_LOCAL(message->msgh_bits) != 0) {
        message->msgh_local_port = reply_port != NULL ? name_of(reply_port) : LOOP_REPLY_PORT;
    } else {
        LOOP_CHECK(reply_port == NULL);
    }
}

/* What cannot be sent is destroyed. */
static mach_msg_return_t refuse(mach_msg_header_t *message)
{
    loop_copyin(message, LOOP_CLIENT);
    loop_copyout(message, LOOP_SERVER, LOOP_EVERYTHING);
    loop_side = LOOP_SERVER;
    loop_release(message->msgh_remote_port, MACH_MSGH_BITS_REMOTE(message->msgh_bits));
    loop_side = LOOP_CLIENT;
    loop_outcome.taken = loop_outcome.memory_taken = true;
    return loop.failure;
}

/* The reply in the kernel's view. The header has no place for a right: it is dropped, and only that
 * there was one can be seen. */
static void receive(mach_msg_header_t *reply)
{
    loop_release(reply->msgh_remote_port, MACH_MSGH_BITS_REMOTE(reply->msgh_bits));
    visit_memory(reply, to_kernel);
    if (loop_outcome.delivered != NULL) {
        memcpy(loop_outcome.delivered, reply, reply->msgh_size);
    }
}

mach_msg_return_t mach_msg_rpc_from_kernel(mach_msg_header_t *message, struct ipc_port *port,
                                           struct ipc_port *reply_port, mach_msg_option_t option,
                                           mach_msg_size_t receive_size,
                                           mach_msg_timeout_t timeout)
{
    const bool is_whole = loop.course != LOOP_REPLY_PROBED;
    address_request(message, port, reply_port);
    if (is_whole) {
        visit_memory(message, to_task);
    }
    if (loop.course == LOOP_SEND_FAILS) {
        return refuse(message);
    }
    const mach_msg_return_t result = mach_msg(message, option, message->msgh_size, receive_size,
                                              message->msgh_local_port, timeout, MACH_PORT_NULL);
    if (result == MACH_MSG_SUCCESS && (option & MACH_RCV_MSG) != 0 && is_whole) {
        receive(message);
    }
    return result;
}

mach_msg_return_t mach_msg_send_from_kernel(mach_msg_header_t *message, struct ipc_port *port,
                                            struct ipc_port *reply_port, mach_msg_option_t option,
                                            mach_msg_timeout_t timeout)
{
    LOOP_CHECK((option & MACH_RCV_MSG) == 0);
    return mach_msg_rpc_from_kernel(message, port, reply_port, option, 0, timeout);
}

/* What stubs call ------------------------------------------------------------------------------ */

void ipc_port_release_send(struct ipc_port *port)
{
    loop_release(name_of(port), MACH_MSG_TYPE_PORT_SEND);
}

void ipc_port_release_send_once(struct ipc_port *port)
{
    loop_release(name_of(port), MACH_MSG_TYPE_PORT_SEND_ONCE);
}

void ipc_port_release_right(struct ipc_port *port, mach_msg_type_name_t type)
{
    loop_release(name_of(port), type);
}

void vm_map_copy_discard(struct vm_map_copy *copy)
{
    if (copy != NULL && !loop.probed) {
        ledger_discard(loop_side, copy);
    }
}

void mig_free_port_array(struct ipc_port **ports, uint32_t count)
{
    LOOP_CHECK(!loop.probed);
    loop_free(ports, count * sizeof(struct ipc_port *));
}

void mach_msg_destroy_from_kernel(mach_msg_header_t *message)
{
    LOOP_CHECK(!loop.probed);
    if (loop.course != LOOP_REPLY_PROBED) {
        visit_memory(message, to_task);
    }
    message->msgh_remote_port = MACH_PORT_NULL; /* not the stub's */
    mach_msg_destroy(message);
}

/* A trailer that is none is not there. */
const mach_msg_max_trailer_t *mig_kernel_trailer(struct ipc_kobject_call *call)
{
    const mach_msg_max_trailer_t *trailer =
        (const void *)((const char *)call->request + round_msg(call->request->msgh_size));
    return trailer->msgh_trailer_size >= sizeof(mach_msg_trailer_t) ? trailer : NULL;
}

struct ipc_port *mig_kernel_reply_port(struct ipc_kobject_call *call)
{
    return port_of(call->request->msgh_remote_port);
}

void loop_own_pointers(const ipc_port_t *ports, uint32_t count, mach_msg_type_name_t disposition)
{
    for (uint32_t i = 0; i < count; i++) {
        (void)loop_own(name_of(ports[i]), disposition);
    }
}

void loop_release_pointers(const ipc_port_t *ports, uint32_t count,
                           mach_msg_type_name_t disposition)
{
    for (uint32_t i = 0; i < count; i++) {
        loop_release(name_of(ports[i]), disposition);
    }
}
