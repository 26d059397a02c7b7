/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The server of ownership.defs: it runs in a bare thread of a helper task and does as planned.
 */
#pragma once

#include <mach/kern_return.h>
#include <mach/port.h>

/* What the routines do. Shared by the tasks; set while the server waits. */
struct ownership_plan {
    kern_return_t code; /* with success and MIG_NO_REPLY they take what came; else nothing */
    bool too_many;      /* they say that an array has more elements than fit */
    bool dies;          /* the task ends in the routine */
};
extern struct ownership_plan ownership_plan;

/* Serve the receive right that PORT names, forever. The thread's function. */
void ownership_serve(void *port);
