/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The service of the stress test: a task whose threads receive from two port sets, between which
 * another thread moves the ports; and the calls, for threads of any kind and task.
 *
 * What each call does is told by its message id. The reply bears the id and the value + 1.
 */
#pragma once

#include <stdint.h>

#include "stress_actor.h"
#include "systest_msg.h"

enum service_call {
    CALL_ECHO = 1000, /* a value */
    CALL_MEMORY,      /* memory, which is read and sent back */
    CALL_RIGHT,       /* a right, which is sent back */
    CALL_DROP,        /* a right, which is given up */
    CALL_MORTAL,      /* send rights to a new port, which the server destroys soon afterwards */
};

#define SERVICE_PORTS 4

/* Send rights of the test to the service. A helper may have the first one as HELPER_PORT(0). */
extern mach_port_t service_ports[SERVICE_PORTS];

/* Make the task and its actors, among them one that runs GUEST; false, noted, if it failed. */
[[nodiscard]] bool service_begin(void (*guest)(struct actor *self));

/* Its task. */
mach_port_t service_task(void);

/* End it; the guest, too, has to end when all others have. */
void service_end(void);

/* Serve what comes to PORT, a port or a set of the own task, for ever. For bare actors. */
void serve(struct actor *self, mach_port_t port);
