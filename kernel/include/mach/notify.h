/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Notifications: messages the kernel sends to a send-once right that was registered for an event.
 * The structures are as a receiver sees them, with the shortest trailer a program usually asks for.
 */
#pragma once

#include <mach/abi.h>
#include <mach/message.h>
#include <mach/ndr.h>
#include <mach/port.h>

#define MACH_NOTIFY_FIRST 64
/* A right with a dead-name request was given up by its holder. */
#define MACH_NOTIFY_PORT_DELETED (MACH_NOTIFY_FIRST + 1)
/* A port that refused a message for lack of room takes messages again. */
#define MACH_NOTIFY_SEND_POSSIBLE (MACH_NOTIFY_FIRST + 2)
/* A receive right was destroyed; here it is again. */
#define MACH_NOTIFY_PORT_DESTROYED (MACH_NOTIFY_FIRST + 5)
/* The last send right is gone. */
#define MACH_NOTIFY_NO_SENDERS (MACH_NOTIFY_FIRST + 6)
/* A send-once right was destroyed unused. */
#define MACH_NOTIFY_SEND_ONCE (MACH_NOTIFY_FIRST + 7)
/* A right became a dead name, because its port died. */
#define MACH_NOTIFY_DEAD_NAME (MACH_NOTIFY_FIRST + 8)
#define MACH_NOTIFY_LAST      (MACH_NOTIFY_FIRST + 13)

typedef mach_port_t notify_port_t;

#pragma pack(push, 4)

typedef struct {
    mach_msg_header_t not_header;
    NDR_record_t NDR;
    mach_port_name_t not_port;
    mach_msg_format_0_trailer_t trailer;
} mach_port_deleted_notification_t;

typedef mach_port_deleted_notification_t mach_send_possible_notification_t;

/* Carries a reference on the dead name; the receiver gives it back. */
typedef mach_port_deleted_notification_t mach_dead_name_notification_t;

typedef struct {
    mach_msg_header_t not_header;
    mach_msg_body_t not_body;
    mach_msg_port_descriptor_t not_port;
    mach_msg_format_0_trailer_t trailer;
} mach_port_destroyed_notification_t;

typedef struct {
    mach_msg_header_t not_header;
    NDR_record_t NDR;
    mach_msg_type_number_t not_count; /* make-send count at that moment */
    mach_msg_format_0_trailer_t trailer;
} mach_no_senders_notification_t;

typedef struct {
    mach_msg_header_t not_header;
    mach_msg_format_0_trailer_t trailer;
} mach_send_once_notification_t;

#pragma pack(pop)

MACH_ABI_SIZE(mach_port_deleted_notification_t, 56);
MACH_ABI_SIZE(mach_port_destroyed_notification_t, 60);
MACH_ABI_SIZE(mach_no_senders_notification_t, 56);
MACH_ABI_SIZE(mach_send_once_notification_t, 44);
