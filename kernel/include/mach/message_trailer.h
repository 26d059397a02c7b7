/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Message trailers: what the kernel says about a received message. Each form continues the one
 * before it; msgh_trailer_size tells how far it goes.
 */
#pragma once

#include <mach/abi.h>
#include <mach/machine/vm_types.h>
#include <mach/port.h>

#pragma pack(push, 4)

typedef unsigned int mach_msg_trailer_type_t;
typedef unsigned int mach_msg_trailer_size_t;
typedef char *mach_msg_trailer_info_t;

#define MACH_MSG_TRAILER_FORMAT_0 0

typedef struct {
    unsigned int val[2];
} security_token_t;

/* The sender as the system's accounts know it; val[5] is its process id. */
typedef struct {
    unsigned int val[8];
} audit_token_t;

/* Of no task. */
#define INVALID_AUDIT_TOKEN_VALUE                                                               \
    {                                                                                           \
        {                                                                                       \
            UINT32_MAX, UINT32_MAX, UINT32_MAX, UINT32_MAX, UINT32_MAX, UINT32_MAX, UINT32_MAX, \
                UINT32_MAX                                                                      \
        }                                                                                       \
    }

typedef struct {
    mach_port_name_t sender;
} msg_labels_t;

typedef int mach_msg_filter_id;

typedef struct {
    mach_msg_trailer_type_t msgh_trailer_type;
    mach_msg_trailer_size_t msgh_trailer_size;
} mach_msg_trailer_t;

typedef struct {
    mach_msg_trailer_type_t msgh_trailer_type;
    mach_msg_trailer_size_t msgh_trailer_size;
    mach_port_seqno_t msgh_seqno;
} mach_msg_seqno_trailer_t;

typedef struct {
    mach_msg_trailer_type_t msgh_trailer_type;
    mach_msg_trailer_size_t msgh_trailer_size;
    mach_port_seqno_t msgh_seqno;
    security_token_t msgh_sender;
} mach_msg_security_trailer_t;

typedef struct {
    mach_msg_trailer_type_t msgh_trailer_type;
    mach_msg_trailer_size_t msgh_trailer_size;
    mach_port_seqno_t msgh_seqno;
    security_token_t msgh_sender;
    audit_token_t msgh_audit;
} mach_msg_audit_trailer_t;

typedef struct {
    mach_msg_trailer_type_t msgh_trailer_type;
    mach_msg_trailer_size_t msgh_trailer_size;
    mach_port_seqno_t msgh_seqno;
    security_token_t msgh_sender;
    audit_token_t msgh_audit;
    mach_port_context_t msgh_context;
} mach_msg_context_trailer_t;

typedef struct {
    mach_msg_trailer_type_t msgh_trailer_type;
    mach_msg_trailer_size_t msgh_trailer_size;
    mach_port_seqno_t msgh_seqno;
    security_token_t msgh_sender;
    audit_token_t msgh_audit;
    mach_port_context_t msgh_context;
    mach_msg_filter_id msgh_ad;
    msg_labels_t msgh_labels;
} mach_msg_mac_trailer_t;

typedef mach_msg_mac_trailer_t mach_msg_max_trailer_t;
typedef mach_msg_security_trailer_t mach_msg_format_0_trailer_t;

#pragma pack(pop)

MACH_ABI_SIZE(mach_msg_trailer_t, 8);
MACH_ABI_SIZE(mach_msg_seqno_trailer_t, 12);
MACH_ABI_SIZE(mach_msg_security_trailer_t, 20);
MACH_ABI_SIZE(mach_msg_audit_trailer_t, 52);
MACH_ABI_SIZE(mach_msg_context_trailer_t, 60);
MACH_ABI_SIZE(mach_msg_mac_trailer_t, 68);

#define MACH_MSG_TRAILER_MINIMUM_SIZE  sizeof(mach_msg_trailer_t)
#define MACH_MSG_TRAILER_FORMAT_0_SIZE sizeof(mach_msg_format_0_trailer_t)
#define MAX_TRAILER_SIZE               ((mach_msg_size_t)sizeof(mach_msg_max_trailer_t))

/* The tokens of messages that the kernel itself sends. */
#define KERNEL_SECURITY_TOKEN_VALUE { { 0, 1 } }
#define KERNEL_AUDIT_TOKEN_VALUE    { { 0, 0, 0, 0, 0, 0, 0, 0 } }

/* Which trailer the receiver wants. */
#define MACH_RCV_TRAILER_NULL   0
#define MACH_RCV_TRAILER_SEQNO  1
#define MACH_RCV_TRAILER_SENDER 2
#define MACH_RCV_TRAILER_AUDIT  3
#define MACH_RCV_TRAILER_CTX    4
#define MACH_RCV_TRAILER_AV     7
#define MACH_RCV_TRAILER_LABELS 8

#define MACH_RCV_TRAILER_TYPE(x)     (((x) & 0xf) << 28)
#define MACH_RCV_TRAILER_ELEMENTS(x) (((x) & 0xf) << 24)
#define MACH_RCV_TRAILER_MASK        (0xf << 24)
#define GET_RCV_ELEMENTS(y)          (((y) >> 24) & 0xf)

/* Size of the trailer that the receive options Y ask for. */
#define REQUESTED_TRAILER_SIZE(y)                                               \
    ((mach_msg_trailer_size_t)(GET_RCV_ELEMENTS(y) == MACH_RCV_TRAILER_NULL     \
                                   ? sizeof(mach_msg_trailer_t)                 \
                               : GET_RCV_ELEMENTS(y) == MACH_RCV_TRAILER_SEQNO  \
                                   ? sizeof(mach_msg_seqno_trailer_t)           \
                               : GET_RCV_ELEMENTS(y) == MACH_RCV_TRAILER_SENDER \
                                   ? sizeof(mach_msg_security_trailer_t)        \
                               : GET_RCV_ELEMENTS(y) == MACH_RCV_TRAILER_AUDIT  \
                                   ? sizeof(mach_msg_audit_trailer_t)           \
                               : GET_RCV_ELEMENTS(y) == MACH_RCV_TRAILER_CTX    \
                                   ? sizeof(mach_msg_context_trailer_t)         \
                                   : sizeof(mach_msg_max_trailer_t)))
#define REQUESTED_TRAILER_SIZE_NATIVE(y) REQUESTED_TRAILER_SIZE(y)
