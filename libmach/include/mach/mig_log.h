/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What stubs report that mig made with -L and that are compiled with MIG_DEBUG: each message that
 * they send and take, and each request that they refuse. Both are off until a program sets
 * mig_tracing or mig_errors, say from a debugger. A program may have functions of its own in place
 * of the library's, which print a line to standard error.
 */
#pragma once

#include <mach/message.h>

/* Whose stub it is. */
typedef enum {
    MACH_MSG_LOG_USER,
    MACH_MSG_LOG_SERVER,
} mig_who_t;

typedef enum {
    MACH_MSG_REQUEST_BEING_SENT,
    MACH_MSG_REQUEST_BEING_RCVD,
    MACH_MSG_REPLY_BEING_SENT,
    MACH_MSG_REPLY_BEING_RCVD,
} mig_which_event_t;

typedef enum {
    MACH_MSG_ERROR_WHILE_PARSING, /* the request is not what the interface says */
    MACH_MSG_ERROR_UNKNOWN_ID,    /* no routine has its id */
} mig_which_error_t;

#define LOG_TRACE    \
    if (mig_tracing) \
    MigEventTracer
#define LOG_ERRORS  \
    if (mig_errors) \
    MigEventErrors

MACH_BEGIN_DECLS

extern int mig_tracing;
extern int mig_errors;

/*
 * A message of SIZE bytes with DESCRIPTORS rights and regions: of them PORTS rights, and out of line
 * OOLPORTS rights and OOL bytes. RETCODE is 0 for a request, and where a reply has none.
 */
void MigEventTracer(mig_who_t who, mig_which_event_t what, mach_msg_id_t id, unsigned int size,
                    unsigned int descriptors, unsigned int retcode, unsigned int ports,
                    unsigned int oolports, unsigned int ool, char *file, unsigned int line);

/* A request was refused. VALUE is the name of the routine (char *), or the id (mach_msg_id_t *). */
void MigEventErrors(mig_who_t who, mig_which_error_t what, void *value, char *file,
                    unsigned int line);

MACH_END_DECLS
