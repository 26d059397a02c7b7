/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory of messages, and their destruction.
 */
#include <sched/sched.h>
#include <ipc/ipc_kmsg_internal.h>

#include <lib/assert.h>
#include <lib/string.h>
#include <arch/cpu.h>
#include <arch/percpu.h>
#include <mem/zone.h>
#include <sched/thread.h>
#include <ipc/ipc_charge.h>
#include <ipc/ipc_kmsg_voucher.h>
#include <ipc/ipc_ool.h>
#include <ipc/ipc_space.h>
#include <ipc/ipc_zones.h>
#include <vm/vm_map_copy.h>

/* Let KMSG, which owns nothing, be as ipc_kmsg_alloc() promises. */
static inline void kmsg_clear(struct ipc_kmsg *kmsg)
{
    kmsg->destination_type = 0;
    kmsg->reply_type = 0;
    kmsg->is_circular = false;
    kmsg->importance = 0;
}

static NOINLINE struct ipc_kmsg *kmsg_create(uint32_t size)
{
    struct ipc_kmsg *kmsg;
    if (size <= IPC_KMSG_INLINE) {
        kmsg = zone_alloc_interrupts_off(&ipc_kmsg_zone);
        size = IPC_KMSG_INLINE;
    } else if (size >= IPC_KMSG_PAGE_MIN && size <= IPC_KMSG_PAGE) {
        kmsg = zone_alloc_interrupts_off(&ipc_kmsg_page_zone);
        size = IPC_KMSG_PAGE;
    } else {
        kmsg = size <= IPC_KMSG_MAX ? kalloc(ipc_kmsg_size(size)) : nullptr;
    }
    if (kmsg != nullptr) {
        list_init(&kmsg->link);
        kmsg->destination = nullptr;
        kmsg->reply = nullptr;
        kmsg->sender = nullptr;
        kmsg->is_charged = false;
        kmsg_clear(kmsg);
        kmsg->capacity = size;
    }
    return kmsg;
}

/*
 * The message that was freed last on this processor.  It has everything as ipc_kmsg_alloc() promises,
 * so the next one costs nothing.  Debug builds do without: there freed memory is poisoned, and
 * allocations fail on demand.
 */
#ifndef MACH_R_DEBUG
static PERCPU_DEFINE(struct ipc_kmsg *, spare_kmsg);

struct ipc_kmsg *ipc_kmsg_take_spare(void)
{
    struct ipc_kmsg *kmsg = percpu_read(spare_kmsg);
    if (LIKELY(kmsg != nullptr)) {
        percpu_write(spare_kmsg, nullptr);
    }
    return kmsg;
}

/* The ledger is not to count them. */
static void spares_init(void)
{
    ipc_kmsg_zone.spares = (void **)&spare_kmsg;
}

static inline bool spare_keep(struct ipc_kmsg *kmsg)
{
    if (UNLIKELY(percpu_read(spare_kmsg) != nullptr)) {
        return false;
    }
    percpu_write(spare_kmsg, kmsg);
    return true;
}
#else
struct ipc_kmsg *ipc_kmsg_take_spare(void)
{
    return nullptr;
}

static void spares_init(void)
{
}

static inline bool spare_keep([[maybe_unused]] struct ipc_kmsg *kmsg)
{
    return false;
}
#endif

/* Messages in reserve, told from others by their capacity. */
static_assert(IPC_KMSG_RESERVED < IPC_KMSG_INLINE);
static struct spinlock reserve_lock = SPINLOCK_INITIALIZER(LOCK_CLASS_MESSAGE_RESERVE);
static struct list reserve; /* (reserve_lock) */

static void reserve_keep(struct ipc_kmsg *kmsg)
{
    spin_lock(&reserve_lock);
    list_insert_tail(&reserve, &kmsg->link);
    spin_unlock(&reserve_lock);
}

static void reserve_init(void)
{
    list_init(&reserve);
    interrupt_state_t state = interrupts_save();
    for (uint32_t i = 0; i < IPC_KMSG_RESERVED_MANY; i++) {
        struct ipc_kmsg *kmsg = kmsg_create(IPC_KMSG_RESERVED);
        assert(kmsg != nullptr);
        kmsg->capacity = IPC_KMSG_RESERVED;
        reserve_keep(kmsg);
    }
    interrupts_restore(state);
}

struct ipc_kmsg *ipc_kmsg_alloc_reserved(void)
{
    struct ipc_kmsg *kmsg = nullptr;
    spin_lock(&reserve_lock);
    if (!list_empty(&reserve)) {
        kmsg = list_first_entry(&reserve, struct ipc_kmsg, link);
        list_remove(&kmsg->link);
    }
    spin_unlock(&reserve_lock);
    return kmsg;
}

void ipc_kmsg_init(void)
{
    zone_init(&ipc_kmsg_zone, "messages", ipc_kmsg_size(IPC_KMSG_INLINE));
    zone_init(&ipc_kmsg_page_zone, "messages of a page", ipc_kmsg_size(IPC_KMSG_PAGE));
    spares_init();
    reserve_init();
}

struct ipc_kmsg *ipc_kmsg_alloc(uint32_t size)
{
    debug_assert(!interrupts_enabled());
    struct ipc_kmsg *kmsg = LIKELY(size <= IPC_KMSG_INLINE) ? ipc_kmsg_take_spare() : nullptr;
    return LIKELY(kmsg != nullptr) ? kmsg : kmsg_create(size);
}

static NOINLINE void kmsg_free_memory(struct ipc_kmsg *kmsg)
{
    if (kmsg->capacity == IPC_KMSG_INLINE) {
        zone_free_interrupts_off(&ipc_kmsg_zone, kmsg);
    } else if (kmsg->capacity == IPC_KMSG_PAGE) {
        zone_free_interrupts_off(&ipc_kmsg_page_zone, kmsg);
    } else if (kmsg->capacity == IPC_KMSG_RESERVED) {
        reserve_keep(kmsg);
    } else {
        kfree(kmsg, ipc_kmsg_size(kmsg->capacity));
    }
}

void ipc_kmsg_free(struct ipc_kmsg *kmsg)
{
    debug_assert(!interrupts_enabled() && list_empty(&kmsg->link));
    debug_assert(kmsg->destination == nullptr && kmsg->reply == nullptr);
    if (UNLIKELY(kmsg->sender != nullptr)) {
        ipc_kmsg_uncharge(kmsg);
        ipc_sender_release(kmsg->sender);
        kmsg->sender = nullptr;
    }
    kmsg_clear(kmsg);
    if (UNLIKELY(kmsg->capacity != IPC_KMSG_INLINE || !spare_keep(kmsg))) {
        kmsg_free_memory(kmsg);
    }
}

void ipc_kmsg_identify(struct ipc_kmsg *kmsg, struct ipc_space *space)
{
    if (kmsg->sender != nullptr) {
        return;
    }
    spin_lock(&space->lock);
    ipc_sender_reference(space->sender);
    kmsg->sender = space->sender;
    spin_unlock(&space->lock);
}

/* Destroy what one descriptor owns. */
static void destroy_descriptor(const ipc_descriptor_t *descriptor)
{
    switch (descriptor->port.type) {
    case MACH_MSG_PORT_DESCRIPTOR:
        ipc_port_release_right(descriptor->port.name, descriptor->port.disposition);
        break;
    case MACH_MSG_OOL_PORTS_DESCRIPTOR:
        ipc_ool_ports_destroy(descriptor->ports.address, descriptor->ports.count,
                              descriptor->ports.disposition);
        break;
    case MACH_MSG_GUARDED_PORT_DESCRIPTOR:
        ipc_port_release_right(descriptor->guarded.port, MACH_MSG_TYPE_PORT_RECEIVE);
        break;
    default:
        if (descriptor->memory.address != nullptr) {
            /* As long as the memory is large: nobody should wait with interrupts off. */
            interrupts_enable();
            vm_map_copy_discard(descriptor->memory.address);
            interrupts_disable();
        }
        break;
    }
}

void ipc_descriptors_destroy(ipc_descriptor_t *descriptor, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        destroy_descriptor(descriptor);
        descriptor = ipc_descriptor_next(descriptor);
        sched_let_in_after(i);
    }
}

void ipc_kmsg_transit(struct ipc_kmsg *kmsg)
{
    ipc_descriptor_t *descriptor = ipc_kmsg_first_descriptor(kmsg);
    for (uint32_t i = 0; i < ipc_kmsg_body(kmsg)->msgh_descriptor_count; i++) {
        if (descriptor->port.type == MACH_MSG_PORT_DESCRIPTOR &&
            descriptor->port.disposition == MACH_MSG_TYPE_PORT_RECEIVE &&
            ipc_port_is_valid(descriptor->port.name) &&
            ipc_port_check_circularity(descriptor->port.name, kmsg->destination) !=
                IPC_NOT_CIRCULAR) {
            kmsg->is_circular = true;
        }
        descriptor = ipc_descriptor_next(descriptor);
    }
}

/* Destroy KMSG; messages that become ownerless with it go to the end of the thread's list. */
static void destroy_one(struct ipc_kmsg *kmsg)
{
    ipc_kmsg_drop_destination(kmsg);
    ipc_port_release_right(kmsg->reply, kmsg->reply_type);
    kmsg->reply = nullptr;
    ipc_kmsg_drop_voucher(kmsg);
    if (kmsg->header.msgh_bits & MACH_MSGH_BITS_COMPLEX) {
        ipc_kmsg_destroy_body(kmsg, ipc_kmsg_body(kmsg)->msgh_descriptor_count);
    }
    ipc_kmsg_free(kmsg);
}

void ipc_kmsg_destroy(struct ipc_kmsg *kmsg)
{
    struct thread *self = current_thread();
    if (self->ipc_dying != nullptr) {
        list_insert_tail(self->ipc_dying, &kmsg->link);
        return;
    }
    struct list dying;
    list_init(&dying);
    self->ipc_dying = &dying;
    destroy_one(kmsg);
    while (!list_empty(&dying)) {
        struct ipc_kmsg *next = list_first_entry(&dying, struct ipc_kmsg, link);
        list_remove(&next->link);
        destroy_one(next);
        sched_let_in();
    }
    self->ipc_dying = nullptr;
}
