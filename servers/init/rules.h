/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who may do what with names. A service of /etc/init.conf belongs to the program that init starts
 * for it: nobody else gets its receive right or puts a port in its place. All other names are
 * free to whoever comes first. The space above one's own is shown to privileged tasks only. Senders
 * are known by the audit token that the kernel adds to each message.
 */
#pragma once

#include <mach/mach.h>

#include "names.h"

/* May the task with the token SENDER serve NAME? */
bool rules_may_serve(const struct service_name *name, const audit_token_t *sender);

/* May the task with the token SENDER learn the parent of its name space, or declare servers? */
bool rules_is_privileged(const audit_token_t *sender);
