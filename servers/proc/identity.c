/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The users of the audit token are one: user 0 is privileged, and so is a task whose token nobody has
 * set. Groups are as users.
 */
#include "identity.h"

#include <bsm/libbsm.h>
#include <mach/host_priv.h>
#include <mach/host_security.h>
#include <mach/host_special_ports.h>
#include <mach_r/audit_words.h>
#include <mach_r/startup.h>

#define USER_PRIVILEGED 0
#define USER_ORDINARY   1

/* The highest version of a process that was given or seen (the server's lock; who reads the
 * server's own token does not change it). */
static unsigned last_version;

/* The host port that controls nothing. This server's own task has the other one. */
static mach_port_t ordinary_host(void)
{
    static mach_port_t host;
    if (host == MACH_PORT_NULL) {
        (void)host_get_host_port(startup_port(STARTUP_PORT_HOST_PRIV), &host);
    }
    return host;
}

kern_return_t identity_set(mach_port_t task, int32_t pid, bool is_privileged)
{
    unsigned user = is_privileged ? USER_PRIVILEGED : USER_ORDINARY;
    security_token_t security = { .val = { user, 0 } };
    audit_token_t audit = {
        .val = {
            [AUDIT_WORD_AUID] = user,
            [AUDIT_WORD_EUID] = user,
            [AUDIT_WORD_EGID] = user,
            [AUDIT_WORD_RUID] = user,
            [AUDIT_WORD_RGID] = user,
            [AUDIT_WORD_PID] = (unsigned)pid,
            [AUDIT_WORD_PIDVERSION] = ++last_version,
        },
    };
    /* As on Darwin, mach_host_self() of a privileged task is the privileged port. */
    mach_port_t host = is_privileged ? startup_port(STARTUP_PORT_HOST_PRIV) : ordinary_host();
    return host_security_set_task_token(startup_port(STARTUP_PORT_HOST_SECURITY), task, security,
                                        audit, host);
}

bool identity_get(mach_port_t task, struct identity *identity)
{
    audit_token_t token;
    mach_msg_type_number_t count = TASK_AUDIT_TOKEN_COUNT;
    if (task_info(task, TASK_AUDIT_TOKEN, (task_info_t)&token, &count) != KERN_SUCCESS) {
        return false;
    }
    identity->pid = audit_token_to_pid(token);
    identity->is_privileged = audit_token_to_euid(token) == USER_PRIVILEGED;
    unsigned version = (unsigned)audit_token_to_pidversion(token);
    if (version > last_version) {
        last_version = version; /* a server before this one gave it */
    }
    return true;
}

uint64_t identity_cpu_time(mach_port_t task)
{
    task_absolutetime_info_data_t info = {};
    mach_msg_type_number_t count = TASK_ABSOLUTETIME_INFO_COUNT;
    kern_return_t result = task_info(task, TASK_ABSOLUTETIME_INFO, (task_info_t)&info, &count);
    return result == KERN_SUCCESS ? info.total_user + info.total_system : 0;
}
