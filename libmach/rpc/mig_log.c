/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The reports of stubs as text. The stubs that print them are the library's own, which report
 * nothing, so a report never makes another.
 */
#include <mach/mig_log.h>

#include <stdio.h>

int mig_tracing;
int mig_errors;

static const char *const sides[] = {
    [MACH_MSG_LOG_USER] = "user",
    [MACH_MSG_LOG_SERVER] = "server",
};

static const char *const events[] = {
    [MACH_MSG_REQUEST_BEING_SENT] = "sends request",
    [MACH_MSG_REQUEST_BEING_RCVD] = "receives request",
    [MACH_MSG_REPLY_BEING_SENT] = "sends reply",
    [MACH_MSG_REPLY_BEING_RCVD] = "receives reply",
};

void MigEventTracer(mig_who_t who, mig_which_event_t what, mach_msg_id_t id, unsigned int size,
                    unsigned int descriptors, unsigned int retcode, unsigned int ports,
                    unsigned int oolports, unsigned int ool, char *file, unsigned int line)
{
    (void)fprintf(stderr, "%s:%u: %s %s %d: %u bytes", file, line, sides[who], events[what], id,
                  size);
    if (descriptors != 0) {
        (void)fprintf(stderr, ", %u descriptors: %u rights, out of line %u rights and %u bytes",
                      descriptors, ports, oolports, ool);
    }
    if (retcode != 0) {
        (void)fprintf(stderr, ", result %d", (int)retcode);
    }
    (void)fputc('\n', stderr);
}

void MigEventErrors(mig_who_t who, mig_which_error_t what, void *value, char *file,
                    unsigned int line)
{
    if (what == MACH_MSG_ERROR_UNKNOWN_ID) {
        (void)fprintf(stderr, "%s:%u: %s has no routine %d\n", file, line, sides[who],
                      *(const mach_msg_id_t *)value);
    } else {
        (void)fprintf(stderr, "%s:%u: %s refuses a request to %s\n", file, line, sides[who],
                      (const char *)value);
    }
}
