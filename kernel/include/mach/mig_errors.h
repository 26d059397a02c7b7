/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Errors that generated stubs report, and the short reply that carries an error instead of results.
 */
#pragma once

#include <mach/abi.h>
#include <mach/kern_return.h>
#include <mach/message.h>
#include <mach/ndr.h>

/* Client: the reply has the wrong shape. Server: a descriptor has the wrong type. */
#define MIG_TYPE_ERROR (-300)
/* The reply belongs to another request. */
#define MIG_REPLY_MISMATCH (-301)
/* The server could not answer properly. */
#define MIG_REMOTE_ERROR (-302)
/* The server knows no request of that id. */
#define MIG_BAD_ID (-303)
/* The request has the wrong shape. */
#define MIG_BAD_ARGUMENTS (-304)
/* Server routine to its stub: no reply now. Routine and message keep what they hold. */
#define MIG_NO_REPLY (-305)
/* The server raised an exception. */
#define MIG_EXCEPTION (-306)
/* An array is longer than the receiver's buffer. */
#define MIG_ARRAY_TOO_LARGE (-307)
/* The server destroyed the reply right. */
#define MIG_SERVER_DIED (-308)
/* The trailer has an unknown format or is too short. */
#define MIG_TRAILER_ERROR (-309)

#pragma pack(push, 4)
typedef struct {
    mach_msg_header_t Head;
    NDR_record_t NDR;
    kern_return_t RetCode;
} mig_reply_error_t;
#pragma pack(pop)
MACH_ABI_SIZE(mig_reply_error_t, 36);
MACH_ABI_OFFSET(mig_reply_error_t, RetCode, 32);

/* Programs get the names of tasks and threads with it, as on Darwin; the kernel has its own. */
#if __has_include(<mach/mach_init.h>)
#include <mach/mig.h>
#endif
