/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The message format: a header, then (if the message is complex) a counted row of descriptors for
 * port rights and out-of-line memory, then plain data; a received message is followed by a trailer.
 * Everything is packed to four bytes. Layouts, option bits and error codes are Darwin's.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <mach/abi.h>
#include <mach/boolean.h>
#include <mach/kern_return.h>
#include <mach/machine/vm_types.h>
#include <mach/message_return.h>
#include <mach/message_trailer.h>
#include <mach/port.h>

typedef natural_t mach_msg_timeout_t; /* milliseconds */
#define MACH_MSG_TIMEOUT_NONE ((mach_msg_timeout_t)0)

/*
 * msgh_bits: the dispositions of the three port fields, and whether descriptors follow.
 */
typedef unsigned int mach_msg_bits_t;

#define MACH_MSGH_BITS_ZERO         0x00000000
#define MACH_MSGH_BITS_REMOTE_MASK  0x0000001f
#define MACH_MSGH_BITS_LOCAL_MASK   0x00001f00
#define MACH_MSGH_BITS_VOUCHER_MASK 0x001f0000
#define MACH_MSGH_BITS_PORTS_MASK \
    (MACH_MSGH_BITS_REMOTE_MASK | MACH_MSGH_BITS_LOCAL_MASK | MACH_MSGH_BITS_VOUCHER_MASK)
#define MACH_MSGH_BITS_COMPLEX  0x80000000U
#define MACH_MSGH_BITS_RAISEIMP 0x20000000U
#define MACH_MSGH_BITS_CIRCULAR 0x10000000U
/* The bits a sender may set. */
#define MACH_MSGH_BITS_USER 0x801f1f1fU
/* The bits that can be seen anywhere. */
#define MACH_MSGH_BITS_USED 0xb01f1f1fU

#define MACH_MSGH_BITS(remote, local) ((remote) | ((local) << 8))
#define MACH_MSGH_BITS_SET_PORTS(remote, local, voucher)                                      \
    (((remote) & MACH_MSGH_BITS_REMOTE_MASK) | (((local) << 8) & MACH_MSGH_BITS_LOCAL_MASK) | \
     (((voucher) << 16) & MACH_MSGH_BITS_VOUCHER_MASK))
#define MACH_MSGH_BITS_SET(remote, local, voucher, other)     \
    (MACH_MSGH_BITS_SET_PORTS((remote), (local), (voucher)) | \
     ((other) & ~MACH_MSGH_BITS_PORTS_MASK))
#define MACH_MSGH_BITS_REMOTE(bits)      ((bits) & MACH_MSGH_BITS_REMOTE_MASK)
#define MACH_MSGH_BITS_LOCAL(bits)       (((bits) & MACH_MSGH_BITS_LOCAL_MASK) >> 8)
#define MACH_MSGH_BITS_VOUCHER(bits)     (((bits) & MACH_MSGH_BITS_VOUCHER_MASK) >> 16)
#define MACH_MSGH_BITS_PORTS(bits)       ((bits) & MACH_MSGH_BITS_PORTS_MASK)
#define MACH_MSGH_BITS_OTHER(bits)       ((bits) & ~MACH_MSGH_BITS_PORTS_MASK)
#define MACH_MSGH_BITS_HAS_REMOTE(bits)  (MACH_MSGH_BITS_REMOTE(bits) != MACH_MSGH_BITS_ZERO)
#define MACH_MSGH_BITS_HAS_LOCAL(bits)   (MACH_MSGH_BITS_LOCAL(bits) != MACH_MSGH_BITS_ZERO)
#define MACH_MSGH_BITS_HAS_VOUCHER(bits) (MACH_MSGH_BITS_VOUCHER(bits) != MACH_MSGH_BITS_ZERO)
#define MACH_MSGH_BITS_IS_COMPLEX(bits)  (((bits) & MACH_MSGH_BITS_COMPLEX) != MACH_MSGH_BITS_ZERO)

typedef natural_t mach_msg_size_t;
typedef integer_t mach_msg_id_t;
typedef unsigned int mach_msg_priority_t;
typedef natural_t mach_msg_type_size_t;
typedef natural_t mach_msg_type_number_t;

#define MACH_MSG_SIZE_NULL            ((mach_msg_size_t *)0)
#define MACH_MSG_SIZE_MAX             ((mach_msg_size_t)~0)
#define MACH_MSG_PRIORITY_UNSPECIFIED ((mach_msg_priority_t)0)

/*
 * Dispositions: what the sender does with the right it holds. The receiver is told which kind of
 * right it got, by the MOVE number of that kind.
 */
typedef unsigned int mach_msg_type_name_t;

#define MACH_MSG_TYPE_MOVE_RECEIVE      16
#define MACH_MSG_TYPE_MOVE_SEND         17
#define MACH_MSG_TYPE_MOVE_SEND_ONCE    18
#define MACH_MSG_TYPE_COPY_SEND         19
#define MACH_MSG_TYPE_MAKE_SEND         20
#define MACH_MSG_TYPE_MAKE_SEND_ONCE    21
#define MACH_MSG_TYPE_COPY_RECEIVE      22
#define MACH_MSG_TYPE_DISPOSE_RECEIVE   24
#define MACH_MSG_TYPE_DISPOSE_SEND      25
#define MACH_MSG_TYPE_DISPOSE_SEND_ONCE 26

#define MACH_MSG_TYPE_PORT_NONE      0
#define MACH_MSG_TYPE_PORT_NAME      15
#define MACH_MSG_TYPE_PORT_RECEIVE   MACH_MSG_TYPE_MOVE_RECEIVE
#define MACH_MSG_TYPE_PORT_SEND      MACH_MSG_TYPE_MOVE_SEND
#define MACH_MSG_TYPE_PORT_SEND_ONCE MACH_MSG_TYPE_MOVE_SEND_ONCE
#define MACH_MSG_TYPE_LAST           22
#define MACH_MSG_TYPE_POLYMORPHIC    ((mach_msg_type_name_t) - 1)

#define MACH_MSG_TYPE_PORT_ANY(x) \
    (((x) >= MACH_MSG_TYPE_MOVE_RECEIVE) && ((x) <= MACH_MSG_TYPE_MAKE_SEND_ONCE))
#define MACH_MSG_TYPE_PORT_ANY_SEND(x) \
    (((x) >= MACH_MSG_TYPE_MOVE_SEND) && ((x) <= MACH_MSG_TYPE_MAKE_SEND_ONCE))
#define MACH_MSG_TYPE_PORT_ANY_SEND_ONCE(x) \
    (((x) == MACH_MSG_TYPE_MOVE_SEND_ONCE) || ((x) == MACH_MSG_TYPE_MAKE_SEND_ONCE))
#define MACH_MSG_TYPE_PORT_ANY_RIGHT(x) \
    (((x) >= MACH_MSG_TYPE_MOVE_RECEIVE) && ((x) <= MACH_MSG_TYPE_MOVE_SEND_ONCE))

/* How out-of-line memory is carried. */
typedef unsigned int mach_msg_copy_options_t;

#define MACH_MSG_PHYSICAL_COPY 0
#define MACH_MSG_VIRTUAL_COPY  1
#define MACH_MSG_ALLOCATE      2
#define MACH_MSG_OVERWRITE     3

typedef unsigned int mach_msg_guard_flags_t;

#define MACH_MSG_GUARD_FLAGS_NONE              0x0000
#define MACH_MSG_GUARD_FLAGS_IMMOVABLE_RECEIVE 0x0001
#define MACH_MSG_GUARD_FLAGS_UNGUARDED_ON_SEND 0x0002
#define MACH_MSG_GUARD_FLAGS_MASK              0x0003

typedef unsigned int mach_msg_descriptor_type_t;

#define MACH_MSG_PORT_DESCRIPTOR         0
#define MACH_MSG_OOL_DESCRIPTOR          1
#define MACH_MSG_OOL_PORTS_DESCRIPTOR    2
#define MACH_MSG_OOL_VOLATILE_DESCRIPTOR 3
#define MACH_MSG_GUARDED_PORT_DESCRIPTOR 4
#define MACH_MSG_DESCRIPTOR_MAX          MACH_MSG_GUARDED_PORT_DESCRIPTOR

#pragma pack(push, 4)

/* What all descriptors have in common: the type sits in byte 11. */
typedef struct mach_msg_type_descriptor {
    natural_t pad1;
    mach_msg_size_t pad2;
    unsigned int pad3 : 24;
    mach_msg_descriptor_type_t type : 8;
} mach_msg_type_descriptor_t;

/* One port right. */
typedef struct mach_msg_port_descriptor {
    mach_port_t name;
    mach_msg_size_t pad1;
    unsigned int pad2 : 16;
    mach_msg_type_name_t disposition : 8;
    mach_msg_descriptor_type_t type : 8;
} mach_msg_port_descriptor_t;

/* SIZE bytes of memory. */
typedef struct mach_msg_ool_descriptor {
    void *address;
    boolean_t deallocate : 8;
    mach_msg_copy_options_t copy : 8;
    unsigned int pad1 : 8;
    mach_msg_descriptor_type_t type : 8;
    mach_msg_size_t size;
} mach_msg_ool_descriptor_t;

/* An array of COUNT port names, all of one disposition. */
typedef struct mach_msg_ool_ports_descriptor {
    void *address;
    boolean_t deallocate : 8;
    mach_msg_copy_options_t copy : 8;
    mach_msg_type_name_t disposition : 8;
    mach_msg_descriptor_type_t type : 8;
    mach_msg_size_t count;
} mach_msg_ool_ports_descriptor_t;

/* One receive right with its guard. */
typedef struct mach_msg_guarded_port_descriptor {
    mach_port_context_t context;
    mach_msg_guard_flags_t flags : 16;
    mach_msg_type_name_t disposition : 8;
    mach_msg_descriptor_type_t type : 8;
    mach_port_name_t name;
} mach_msg_guarded_port_descriptor_t;

typedef union mach_msg_descriptor {
    mach_msg_port_descriptor_t port;
    mach_msg_ool_descriptor_t out_of_line;
    mach_msg_ool_ports_descriptor_t ool_ports;
    mach_msg_type_descriptor_t type;
    mach_msg_guarded_port_descriptor_t guarded_port;
} mach_msg_descriptor_t;

typedef struct mach_msg_body {
    mach_msg_size_t msgh_descriptor_count;
} mach_msg_body_t;

typedef struct mach_msg_header {
    mach_msg_bits_t msgh_bits;
    mach_msg_size_t msgh_size;
    mach_port_t msgh_remote_port;       /* sending: destination. received: reply port */
    mach_port_t msgh_local_port;        /* sending: reply port. received: where it arrived */
    mach_port_name_t msgh_voucher_port; /* MACH_PORT_NULL */
    mach_msg_id_t msgh_id;
} mach_msg_header_t;

#define msgh_reserved            msgh_voucher_port
#define MACH_MSG_NULL            ((mach_msg_header_t *)0)
#define MACH_MSG_HEADER_EMPTY    ((mach_msg_header_t){ 0 })
#define MACH_MSG_BODY_NULL       ((mach_msg_body_t *)0)
#define MACH_MSG_DESCRIPTOR_NULL ((mach_msg_descriptor_t *)0)

typedef struct mach_msg_base {
    mach_msg_header_t header;
    mach_msg_body_t body;
} mach_msg_base_t;

typedef struct {
    mach_msg_header_t header;
} mach_msg_empty_send_t;

typedef struct {
    mach_msg_header_t header;
    mach_msg_trailer_t trailer;
} mach_msg_empty_rcv_t;

typedef union {
    mach_msg_empty_send_t send;
    mach_msg_empty_rcv_t rcv;
} mach_msg_empty_t;

#pragma pack(pop)

MACH_ABI_SIZE(mach_msg_type_descriptor_t, 12);
MACH_ABI_SIZE(mach_msg_port_descriptor_t, 12);
MACH_ABI_SIZE(mach_msg_ool_descriptor_t, 16);
MACH_ABI_OFFSET(mach_msg_ool_descriptor_t, size, 12);
MACH_ABI_SIZE(mach_msg_ool_ports_descriptor_t, 16);
MACH_ABI_OFFSET(mach_msg_ool_ports_descriptor_t, count, 12);
MACH_ABI_SIZE(mach_msg_guarded_port_descriptor_t, 16);
MACH_ABI_OFFSET(mach_msg_guarded_port_descriptor_t, name, 12);
MACH_ABI_SIZE(mach_msg_descriptor_t, 16);
MACH_ABI_SIZE(mach_msg_body_t, 4);
MACH_ABI_SIZE(mach_msg_header_t, 24);
MACH_ABI_OFFSET(mach_msg_header_t, msgh_remote_port, 8);
MACH_ABI_OFFSET(mach_msg_header_t, msgh_local_port, 12);
MACH_ABI_OFFSET(mach_msg_header_t, msgh_id, 20);
MACH_ABI_SIZE(mach_msg_base_t, 28);
MACH_ABI_SIZE(mach_msg_empty_rcv_t, 32);

/* A trailer begins at the next word boundary after the message. */
#define round_msg(x) \
    (((mach_msg_size_t)(x) + sizeof(natural_t) - 1) & ~(mach_msg_size_t)(sizeof(natural_t) - 1))

#define MACH_MSGH_KIND_NORMAL       0x00000000
#define MACH_MSGH_KIND_NOTIFICATION 0x00000001
#define msgh_kind                   msgh_seqno
#define mach_msg_kind_t             mach_port_seqno_t

/*
 * Options of mach_msg.
 */
typedef integer_t mach_msg_option_t;
typedef integer_t mach_msg_options_t;

#define MACH_MSG_OPTION_NONE 0x00000000
#define MACH_SEND_MSG        0x00000001
#define MACH_RCV_MSG         0x00000002
/* Leave a message that does not fit in the queue and report its size. */
#define MACH_RCV_LARGE 0x00000004
/* With MACH_RCV_LARGE: also report the name of the port that holds it. */
#define MACH_RCV_LARGE_IDENTITY 0x00000008
#define MACH_SEND_TIMEOUT       0x00000010
#define MACH_SEND_OVERRIDE      0x00000020
/* Return MACH_SEND_INTERRUPTED when the wait is aborted, instead of trying again. */
#define MACH_SEND_INTERRUPT 0x00000040
/* A send that would block: arm a send-possible notification. */
#define MACH_SEND_NOTIFY      0x00000080
#define MACH_RCV_TIMEOUT      0x00000100
#define MACH_MSG_STRICT_REPLY 0x00000200
/* Return MACH_RCV_INTERRUPTED when the wait is aborted, instead of trying again. */
#define MACH_RCV_INTERRUPT        0x00000400
#define MACH_RCV_VOUCHER          0x00000800
#define MACH_RCV_GUARDED_DESC     0x00001000
#define MACH_RCV_SYNC_WAIT        0x00004000
#define MACH_RCV_SYNC_PEEK        0x00008000
#define MACH_SEND_FILTER_NONFATAL 0x00010000
/* The sender supplies the trailer. Privileged. */
#define MACH_SEND_TRAILER       0x00020000
#define MACH_SEND_NOIMPORTANCE  0x00040000
#define MACH_SEND_NODENAP       MACH_SEND_NOIMPORTANCE
#define MACH_SEND_IMPORTANCE    0x00080000
#define MACH_SEND_SYNC_OVERRIDE 0x00100000
#define MACH_SEND_PROPAGATE_QOS 0x00200000
/* Had a meaning once; accepted and without effect. */
#define MACH_RCV_NOTIFY    0x00000000
#define MACH_RCV_OVERWRITE 0x00000000

MACH_BEGIN_DECLS

/*
 * Send a message, receive one, or both, in one trap; OPTION says which. The library tries again
 * when a wait is aborted, unless the INTERRUPT options are given.
 */
mach_msg_return_t mach_msg(mach_msg_header_t *msg, mach_msg_option_t option,
                           mach_msg_size_t send_size, mach_msg_size_t rcv_size,
                           mach_port_name_t rcv_name, mach_msg_timeout_t timeout,
                           mach_port_name_t notify);

/* The same, receiving into RCV_MSG instead of over MSG; RCV_LIMIT is ignored. */
mach_msg_return_t mach_msg_overwrite(mach_msg_header_t *msg, mach_msg_option_t option,
                                     mach_msg_size_t send_size, mach_msg_size_t rcv_size,
                                     mach_port_name_t rcv_name, mach_msg_timeout_t timeout,
                                     mach_port_name_t notify, mach_msg_header_t *rcv_msg,
                                     mach_msg_size_t rcv_limit);

MACH_END_DECLS

/* Values of Darwin's own options and errors. */
#define MACH_MSGH_BITS_DENAP         MACH_MSGH_BITS_RAISEIMP
#define MACH_MSGH_BITS_IMPHOLDASRT   0x10000000U
#define MACH_MSGH_BITS_DENAPHOLDASRT MACH_MSGH_BITS_IMPHOLDASRT
#define MACH_MSGH_BITS_RAISED_IMPORTANCE(bits) \
    (((bits) & MACH_MSGH_BITS_RAISEIMP) != MACH_MSGH_BITS_ZERO)
#define MACH_MSGH_BITS_HOLDS_IMPORTANCE_ASSERTION(bits) \
    (((bits) & MACH_MSGH_BITS_IMPHOLDASRT) != MACH_MSGH_BITS_ZERO)
#define MACH_MSG_FILTER_POLICY_ALLOW     (mach_msg_filter_id)0
#define MACH_MSG_SIZE_RELIABLE           ((mach_msg_size_t)256 * 1024)
#define MACH_SEND_ALWAYS                 0x00010000
#define MACH_SEND_SYNC_USE_THRPRI        MACH_SEND_PROPAGATE_QOS
#define MACH_SEND_KERNEL                 0x00400000
#define MACH_SEND_SYNC_BOOTSTRAP_CHECKIN 0x00800000
#define MACH_SEND_AUX_TOO_SMALL          0x10000018
#define MACH_SEND_AUX_TOO_LARGE          0x10000019
#define MACH_RCV_INVALID_ARGUMENTS       0x10004013
