/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The process server writes pid and user into tokens, some time after a task has begun. Until then a
 * service has what it inherited from init: an empty token, or that with init's pid. Other programs
 * never have one of these.
 */
#include "rules.h"

#include <bsm/libbsm.h>

#include "init.h"

/* Whether TOKEN has the pid of TASK. */
static bool has_pid_of(mach_port_t task, const audit_token_t *token)
{
    audit_token_t own;
    mach_msg_type_number_t count = TASK_AUDIT_TOKEN_COUNT;
    return MACH_PORT_VALID(task) &&
           task_info(task, TASK_AUDIT_TOKEN, (task_info_t)&own, &count) == KERN_SUCCESS &&
           audit_token_to_pid(own) == audit_token_to_pid(*token);
}

bool rules_is_privileged(const audit_token_t *sender)
{
    return audit_token_to_euid(*sender) == 0;
}

bool rules_may_serve(const struct service_name *name, const audit_token_t *sender)
{
    if (name->server[0] == '\0') {
        return true;
    }
    bool is_new = audit_token_to_pid(*sender) == 0 || has_pid_of(mach_task_self(), sender);
    return rules_is_privileged(sender) && (is_new || has_pid_of(service_task(name->name), sender));
}
