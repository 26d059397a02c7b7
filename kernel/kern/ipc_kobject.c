/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An id finds its subsystem by its hundreds: interfaces begin at multiples of 100 and have no more routines.  Darwin's
 * are below 6400, those of this system's own above 900000.  The reply is built in a second message, which like the request comes from a processor's own cache, because stubs read one while
 * they write the other.
 */
#include <kern/ipc_kobject.h>

#include <lib/assert.h>
#include <arch/cpu.h>
#include <ipc/ipc_kmsg.h>
#include <ipc/ipc_space.h>
#include <ipc/upcalls.h>
#include <kern/memory_entry.h>
#include <kern/mig_kernel.h>
#include <kern/subsystems.h>

NDR_record_t NDR_record = NDR_RECORD_VALUE;

/* Reply ids are this much above request ids. */
#define REPLY_ID_OFFSET 100

#define IDS_PER_SLOT  100
#define OWN_IDS       900000
#define OWN_SLOTS     64        /* slots from here on are for our own ids */
#define SLOT_COUNT    128

/* Index in kobject_subsystems + 1 by slot; 0: no subsystem. */
static uint8_t subsystem_of_slot[SLOT_COUNT];

/* The slot of ID; too large if it can have no subsystem. */
static inline uint32_t
id_slot(mach_msg_id_t id)
{
    uint32_t slot = (uint32_t)id / IDS_PER_SLOT;
    if (LIKELY(slot < OWN_SLOTS)) {
        return slot;
    }
    return slot >= OWN_IDS / IDS_PER_SLOT ? slot - OWN_IDS / IDS_PER_SLOT + OWN_SLOTS : SLOT_COUNT;
}

void
ipc_kobject_init(void)
{
    for (uint32_t i = 0; i < kobject_subsystem_count; i++) {
        const struct ipc_kobject_subsystem *subsystem = kobject_subsystems[i].subsystem;
        uint32_t slot = id_slot(subsystem->start);
        assert(subsystem->end - subsystem->start <= IDS_PER_SLOT && subsystem->start % IDS_PER_SLOT == 0);
        assert(slot < SLOT_COUNT && subsystem_of_slot[slot] == 0);
        subsystem_of_slot[slot] = (uint8_t)(i + 1);
    }
}

/* The subsystem with a routine of number ID, or null. */
static const struct kobject_subsystem *
subsystem_lookup(mach_msg_id_t id)
{
    uint32_t slot = id_slot(id);
    if (UNLIKELY(slot >= SLOT_COUNT || subsystem_of_slot[slot] == 0)) {
        return nullptr;
    }
    const struct kobject_subsystem *entry = &kobject_subsystems[subsystem_of_slot[slot] - 1];
    const struct ipc_kobject_subsystem *subsystem = entry->subsystem;
    return LIKELY(id < subsystem->end && subsystem->stubs[id - subsystem->start] != nullptr) ? entry : nullptr;
}

/* Make KMSG the reply that only says RESULT; a stub that succeeds makes more of it. */
static void
reply_begin(struct ipc_kmsg *kmsg, mach_msg_id_t id, kern_return_t result)
{
    mig_reply_error_t *reply = (mig_reply_error_t *)&kmsg->header;
    reply->Head = (mach_msg_header_t){ .msgh_size = sizeof(*reply), .msgh_id = id + REPLY_ID_OFFSET };
    reply->NDR = NDR_record;
    reply->RetCode = result;
}

/* What the routine said: a complex reply carries no result, it is success. */
static kern_return_t
reply_result(const struct ipc_kmsg *reply)
{
    if (MACH_MSGH_BITS_IS_COMPLEX(reply->header.msgh_bits)) {
        return KERN_SUCCESS;
    }
    return ((const mig_reply_error_t *)&reply->header)->RetCode;
}

/* Call the stub for REQUEST.  Returns: what the routine said. */
static kern_return_t
stub_call(const struct kobject_subsystem *entry, struct ipc_kmsg *request, struct ipc_kmsg *reply)
{
    mach_msg_id_t id = request->header.msgh_id;
    struct ipc_kobject_call call = {
        .port = request->destination,
        .request = &request->header,
        .reply = &reply->header,
    };
    ipc_kobject_stub_t stub = entry->subsystem->stubs[id - entry->subsystem->start];
    if (entry->is_preemptible) {
        interrupts_enable();
        stub(&call);
        interrupts_disable();
    } else {
        stub(&call);
    }
    return reply_result(reply);
}

/* Drop what is left of REQUEST: its rights and memory only if the routine has not taken them (RESULT). */
static void
request_finish(struct ipc_kmsg *request, kern_return_t result)
{
    if (MACH_MSGH_BITS_IS_COMPLEX(request->header.msgh_bits) && result != KERN_SUCCESS && result != MIG_NO_REPLY) {
        ipc_kmsg_destroy_body(request, ipc_kmsg_body(request)->msgh_descriptor_count);
    }
    request->header.msgh_bits &= ~MACH_MSGH_BITS_COMPLEX;
    ipc_kmsg_destroy(request);
}

struct ipc_kmsg *
upcall_kobject_call(struct ipc_kmsg *request)
{
    const struct kobject_subsystem *entry = subsystem_lookup(request->header.msgh_id);
    struct ipc_kmsg *reply = ipc_kmsg_alloc(entry != nullptr ? entry->subsystem->max_reply_size
                                                             : sizeof(mig_reply_error_t));
    if (UNLIKELY(reply == nullptr)) {
        ipc_kmsg_destroy(request);      /* the client hears of it by a send-once notification */
        return nullptr;
    }
    reply_begin(reply, request->header.msgh_id, MIG_BAD_ID);
    kern_return_t result = MIG_BAD_ID;
    if (LIKELY(entry != nullptr)) {
        result = stub_call(entry, request, reply);
    }
    if (LIKELY(ipc_port_is_valid(request->reply) && result != MIG_NO_REPLY)) {
        reply->destination = request->reply;
        reply->destination_type = request->reply_type;
        reply->sender = &ipc_sender_kernel;
        ipc_sender_reference(reply->sender);
        request->reply = nullptr;
        request_finish(request, result);
        return reply;
    }
    request_finish(request, result);
    ipc_kmsg_destroy(reply);
    return nullptr;
}

void
upcall_kobject_no_senders(struct ipc_port *port)
{
    memory_entry_no_senders(port);
}
