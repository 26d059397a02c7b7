/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An id finds its subsystem by its hundreds: interfaces begin at multiples of 100 and have no more
 * routines.  Darwin's are below 6400, but for semaphores; those of this system's own above 900000.
 *
 * A stub reads the request while it writes the reply, so the reply is made beside it: short ones where
 * the caller has room for them, long ones in a message of their own.
 */
#include <kern/ipc_kobject.h>

#include <lib/assert.h>
#include <arch/cpu.h>
#include <vm/vm_purgeable.h>
#include <ipc/ipc_kmsg.h>
#include <ipc/ipc_space.h>
#include <ipc/ipc_voucher.h>
#include <ipc/upcalls.h>
#include <kern/call_failures.h>
#include <kern/memory_entry.h>
#include <kern/mig_kernel.h>
#include <kern/semaphore.h>
#include <kern/subsystems.h>
#include <kern/task_suspension.h>

NDR_record_t NDR_record = NDR_RECORD_VALUE;

/* Reply ids are this much above request ids. */
#define REPLY_ID_OFFSET 100

static_assert(IPC_SHORT_REPLY_MAX <= IPC_KMSG_INLINE); /* any request can become one */

#define IDS_PER_SLOT   100
#define OWN_IDS        900000
#define OWN_SLOTS      64 /* slots from here on are for our own ids */
#define SEMAPHORE_IDS  617200
#define SEMAPHORE_SLOT 128
#define SLOT_COUNT     129

/* Index in kobject_subsystems + 1 by slot; 0: no subsystem. */
static uint8_t subsystem_of_slot[SLOT_COUNT];

/* The slot of ID; too large if it can have no subsystem. */
static inline uint32_t id_slot(mach_msg_id_t id)
{
    uint32_t slot = (uint32_t)id / IDS_PER_SLOT;
    if (LIKELY(slot < OWN_SLOTS)) {
        return slot;
    }
    if (slot == SEMAPHORE_IDS / IDS_PER_SLOT) {
        return SEMAPHORE_SLOT;
    }
    slot = slot - OWN_IDS / IDS_PER_SLOT + OWN_SLOTS; /* what is below them becomes too large */
    return slot >= OWN_SLOTS && slot < SEMAPHORE_SLOT ? slot : SLOT_COUNT;
}

void ipc_kobject_init(void)
{
    for (uint32_t i = 0; i < kobject_subsystem_count; i++) {
        const struct ipc_kobject_subsystem *subsystem = kobject_subsystems[i].subsystem;
        uint32_t slot = id_slot(subsystem->start);
        assert(subsystem->end - subsystem->start <= IDS_PER_SLOT &&
               subsystem->start % IDS_PER_SLOT == 0);
        assert(slot < SLOT_COUNT && subsystem_of_slot[slot] == 0);
        subsystem_of_slot[slot] = (uint8_t)(i + 1);
    }
}

/* The subsystem with a routine of number ID, and that in *ROUTINE; or null. */
static const struct kobject_subsystem *routine_lookup(mach_msg_id_t id,
                                                      const struct ipc_kobject_routine **routine)
{
    uint32_t slot = id_slot(id);
    if (UNLIKELY(slot >= SLOT_COUNT || subsystem_of_slot[slot] == 0)) {
        return nullptr;
    }
    const struct kobject_subsystem *entry = &kobject_subsystems[subsystem_of_slot[slot] - 1];
    const struct ipc_kobject_subsystem *subsystem = entry->subsystem;
    *routine = &subsystem->routines[id - subsystem->start];
    return LIKELY(id < subsystem->end && (*routine)->stub != nullptr) ? entry : nullptr;
}

/* What the routine said: a complex reply carries no result, it is success. */
static inline kern_return_t reply_result(const mach_msg_header_t *reply)
{
    return MACH_MSGH_BITS_IS_COMPLEX(reply->msgh_bits)
               ? KERN_SUCCESS
               : ((const mig_reply_error_t *)reply)->RetCode;
}

/* Call STUB, of ENTRY, for REQUEST; it writes REPLY.  Returns: what the routine said. */
static inline kern_return_t stub_try(const struct kobject_subsystem *entry, ipc_kobject_stub_t stub,
                                     struct ipc_kmsg *request, mach_msg_header_t *reply)
{
    mach_msg_id_t id = request->header.msgh_id;
    struct ipc_kobject_call call = {
        .port = request->destination,
        .request = &request->header,
        .reply = reply,
    };
    if (entry->is_preemptible) {
        interrupts_enable();
    }
    call_failures_begin();
    do {
        reply->msgh_bits = 0; /* size and the rest are the stub's; the id is set later */
        stub(&call);
    } while (call_failures_repeat(id, reply_result(reply)));
    interrupts_disable();
    return reply_result(reply);
}

/* REQUEST's routine found no memory, and so has changed nothing: call it again as long as there is memory that can
 * be purged.  It finds everything anew, so that other calls need not keep it. */
static NOINLINE COLD kern_return_t stub_retry(struct ipc_kmsg *request, mach_msg_header_t *reply)
{
    const struct ipc_kobject_routine *routine;
    const struct kobject_subsystem *entry = routine_lookup(request->header.msgh_id, &routine);
    kern_return_t result = KERN_RESOURCE_SHORTAGE;
    while (result == KERN_RESOURCE_SHORTAGE && entry->is_preemptible) {
        interrupts_enable();
        bool is_there_memory = vm_purgeable_reclaim();
        interrupts_disable();
        if (!is_there_memory) {
            break;
        }
        result = stub_try(entry, routine->stub, request, reply);
    }
    return result;
}

/* The same as stub_try(), and again if memory that can be purged helps. */
static inline kern_return_t stub_call(const struct kobject_subsystem *entry,
                                      ipc_kobject_stub_t stub, struct ipc_kmsg *request,
                                      mach_msg_header_t *reply)
{
    kern_return_t result = stub_try(entry, stub, request, reply);
    return LIKELY(result != KERN_RESOURCE_SHORTAGE) ? result : stub_retry(request, reply);
}

void mach_msg_destroy_from_kernel(mach_msg_header_t *message)
{
    mach_msg_body_t *body = (mach_msg_body_t *)(message + 1);
    interrupt_state_t state = interrupts_save();
    ipc_descriptors_destroy((ipc_descriptor_t *)(body + 1), body->msgh_descriptor_count);
    interrupts_restore(state);
}

/* Drop what came with REQUEST: its descriptors' rights and memory only if the routine has not taken
 * them (RESULT). */
static inline void request_empty(struct ipc_kmsg *request, kern_return_t result)
{
    if (UNLIKELY(MACH_MSGH_BITS_IS_COMPLEX(request->header.msgh_bits)) && result != KERN_SUCCESS &&
        result != MIG_NO_REPLY) {
        ipc_kmsg_destroy_body(request, ipc_kmsg_body(request)->msgh_descriptor_count);
    }
    request->header.msgh_bits = 0;
    ipc_kmsg_drop_destination(request);
    if (LIKELY(request->sender != nullptr)) {
        ipc_sender_release(request->sender);
        request->sender = nullptr; /* none stands for the kernel */
    }
}

/* CONTENTS, a reply, goes nowhere. */
static COLD void reply_lose(mach_msg_header_t *contents)
{
    if (MACH_MSGH_BITS_IS_COMPLEX(contents->msgh_bits)) {
        mach_msg_destroy_from_kernel(contents);
    }
}

/* Address REPLY, with CONTENTS, to where the request's reply goes.  Returns: REPLY, or null if it goes
 * nowhere. */
static inline struct ipc_kmsg *reply_address(struct ipc_kmsg *reply, mach_msg_header_t *contents,
                                             struct ipc_port *port, uint8_t type,
                                             kern_return_t result)
{
    if (UNLIKELY(!ipc_port_is_valid(port) || result == MIG_NO_REPLY)) {
        ipc_port_release_right(port, type);
        reply_lose(contents);
        ipc_kmsg_free(reply);
        return nullptr;
    }
    reply->destination = port;
    reply->destination_type = type;
    return reply;
}

/* The id of the reply to REQUEST, whose id may be any number. */
static inline mach_msg_id_t reply_id(const struct ipc_kmsg *request)
{
    return (mach_msg_id_t)((uint32_t)request->header.msgh_id + REPLY_ID_OFFSET);
}

/* REQUEST was answered by REPLY, which says RESULT: it has the address.  Returns: as
 * upcall_kobject_call(). */
static inline struct ipc_kmsg *answer_short(struct ipc_kmsg *request, struct ipc_short_reply *reply,
                                            kern_return_t result)
{
    reply->header.msgh_id = reply_id(request);
    INLINE_CALL request_empty(request, result);
    struct ipc_port *port = request->reply;
    uint8_t type = request->reply_type;
    request->reply = nullptr;
    request->reply_type = 0;
    return reply_address(request, &reply->header, port, type, result);
}

/* A request of no known id. */
static COLD struct ipc_kmsg *call_unknown(struct ipc_kmsg *request, struct ipc_short_reply *reply)
{
    *(mig_reply_error_t *)reply = (mig_reply_error_t){
        .Head = { .msgh_size = sizeof(mig_reply_error_t) },
        .NDR = NDR_RECORD_VALUE,
        .RetCode = MIG_BAD_ID,
    };
    return answer_short(request, reply, MIG_BAD_ID);
}

/* A request whose reply may be too long to be a short one. */
static NOINLINE struct ipc_kmsg *call_long(const struct kobject_subsystem *entry,
                                           const struct ipc_kobject_routine *routine,
                                           struct ipc_kmsg *request)
{
    struct ipc_kmsg *reply = ipc_kmsg_alloc(routine->max_reply_size);
    if (reply == nullptr) {
        ipc_kmsg_destroy(request); /* the client hears of it by a send-once notification */
        return nullptr;
    }
    kern_return_t result = stub_call(entry, routine->stub, request, &reply->header);
    reply->header.msgh_id = reply_id(request);
    request_empty(request, result);
    struct ipc_port *port = request->reply;
    uint8_t type = request->reply_type;
    request->reply = nullptr;
    ipc_kmsg_free(request);
    return reply_address(reply, &reply->header, port, type, result);
}

struct ipc_kmsg *upcall_kobject_call(struct ipc_kmsg *request, struct ipc_short_reply *reply)
{
    const struct ipc_kobject_routine *routine;
    const struct kobject_subsystem *entry = routine_lookup(request->header.msgh_id, &routine);
    if (UNLIKELY(entry == nullptr)) {
        return call_unknown(request, reply);
    }
    if (UNLIKELY(routine->max_reply_size > IPC_SHORT_REPLY_MAX)) {
        reply->header.msgh_size = 0;
        return call_long(entry, routine, request);
    }
    kern_return_t result = stub_call(entry, routine->stub, request, &reply->header);
    INLINE_CALL request = answer_short(request, reply, result);
    return request;
}

void upcall_kobject_no_senders(struct ipc_port *port)
{
    if (port->kobject_kind == IPC_KOBJECT_VOUCHER) {
        ipc_voucher_no_senders(port);
        return;
    }
    memory_entry_no_senders(port);
    semaphore_no_senders(port);
}

void upcall_kobject_send_once(struct ipc_port *port)
{
    task_suspension_dropped(port);
}
