/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Notifications.
 */
#include <ipc/ipc_notify.h>

#include <mach/ndr.h>
#include <mach/notify.h>

#include <lib/log.h>
#include <ipc/ipc_kmsg.h>
#include <ipc/ipc_mqueue.h>
#include <ipc/ipc_space.h>

/* Message bytes of each kind, without the trailer that mach/notify.h's structures include. */
#define NAME_SIZE  (sizeof(mach_port_deleted_notification_t) - sizeof(mach_msg_format_0_trailer_t))
#define COUNT_SIZE (sizeof(mach_no_senders_notification_t) - sizeof(mach_msg_format_0_trailer_t))
#define RIGHT_SIZE \
    (sizeof(mach_port_destroyed_notification_t) - sizeof(mach_msg_format_0_trailer_t))
#define ONCE_SIZE (sizeof(mach_send_once_notification_t) - sizeof(mach_msg_format_0_trailer_t))

static_assert(ONCE_SIZE <= IPC_KMSG_RESERVED);

/* NDR of little-endian, ASCII, IEEE data. */
static const NDR_record_t notify_ndr = { .int_rep = NDR_INT_LITTLE_ENDIAN };

static uint32_t notification_size(mach_msg_id_t id)
{
    switch (id) {
    case MACH_NOTIFY_NO_SENDERS: return COUNT_SIZE;
    case MACH_NOTIFY_PORT_DESTROYED: return RIGHT_SIZE;
    case MACH_NOTIFY_SEND_ONCE: return ONCE_SIZE;
    default: return NAME_SIZE;
    }
}

/* Make KMSG a notification ID for NOTIFY, whose send-once right it consumes. */
static void notification_begin(struct ipc_kmsg *kmsg, mach_msg_id_t id, struct ipc_port *notify)
{
    kmsg->destination = notify;
    kmsg->destination_type = MACH_MSG_TYPE_PORT_SEND_ONCE;
    kmsg->header = (mach_msg_header_t){ .msgh_size = notification_size(id), .msgh_id = id };
}

struct ipc_kmsg *ipc_notify_create(mach_msg_id_t id, struct ipc_port *notify, mach_port_name_t name)
{
    uint32_t size = notification_size(id);
    struct ipc_kmsg *kmsg = ipc_kmsg_alloc(size);
    if (kmsg == nullptr) {
        return nullptr;
    }
    notification_begin(kmsg, id, notify);
    if (size == NAME_SIZE) {
        ipc_notify_set_name(kmsg, name);
    }
    return kmsg;
}

void ipc_notify_set_name(struct ipc_kmsg *notification, mach_port_name_t name)
{
    mach_port_deleted_notification_t *message =
        (mach_port_deleted_notification_t *)&notification->header;
    message->NDR = notify_ndr;
    message->not_port = name;
}

struct ipc_port *ipc_notify_cancel(struct ipc_kmsg *notification)
{
    struct ipc_port *notify = notification->destination;
    notification->destination = nullptr;
    ipc_kmsg_free(notification);
    return notify;
}

void ipc_notify_no_senders(struct ipc_kmsg *notification, uint32_t count)
{
    mach_no_senders_notification_t *message =
        (mach_no_senders_notification_t *)&notification->header;
    message->NDR = notify_ndr;
    message->not_count = count;
    ipc_mqueue_post(notification);
}

void ipc_notify_port_destroyed(struct ipc_kmsg *notification, struct ipc_port *port)
{
    notification->header.msgh_bits = MACH_MSGH_BITS_COMPLEX;
    ipc_kmsg_body(notification)->msgh_descriptor_count = 1;
    ipc_port_descriptor_t *right = (ipc_port_descriptor_t *)(ipc_kmsg_body(notification) + 1);
    *right = (ipc_port_descriptor_t){ .name = port, .disposition = MACH_MSG_TYPE_PORT_RECEIVE };
    ipc_kmsg_transit(notification);
    ipc_mqueue_post(notification);
}

void ipc_notify_name(struct ipc_kmsg *notification, mach_msg_id_t id)
{
    notification->header.msgh_id = id;
    ipc_mqueue_post(notification);
}

void ipc_notify_send_once(struct ipc_port *port)
{
    struct ipc_kmsg *kmsg = ipc_kmsg_alloc(ONCE_SIZE);
    if (kmsg == nullptr) {
        kmsg = ipc_kmsg_alloc_reserved();
    }
    if (kmsg == nullptr) {
        log_error("ipc: no memory for a send-once notification; a client waits in vain");
        ipc_port_consume_send_once(port);
        return;
    }
    notification_begin(kmsg, MACH_NOTIFY_SEND_ONCE, port);
    ipc_mqueue_post(kmsg);
}
