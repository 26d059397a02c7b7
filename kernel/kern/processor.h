/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Processors as kernel objects.  They are never destroyed: a processor that is stopped keeps its
 * port.
 */
#pragma once

#include <stdint.h>

#include <mach/kern_return.h>

#include <lib/compiler.h>
#include <arch/cpu.h>

struct ipc_port;

struct processor {
    uint32_t index;
    struct ipc_port *port; /* controls */
};

/* By index, cpu_count() of them. */
extern struct processor processors[CPU_MAX];

/* Start all processors but the first, which calls this, and make the ports.  Once, at boot; one that
 * does not come up is reported and left out.  Context: may sleep. */
void processors_start(void);

/*
 * Stop PROCESSOR, or start it again.  Context: may sleep.
 * Returns: KERN_SUCCESS; KERN_FAILURE, it is to start and was not stopped, or to stop and is the
 * first.
 */
[[nodiscard]] kern_return_t processor_set_running(struct processor *processor, bool is_running);
