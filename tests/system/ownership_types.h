/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Types of ownership.defs.
 */
#pragma once

#include <mach/port.h>

typedef mach_port_t ownership_pair_t[2];
typedef mach_port_t *ownership_ports_t;
typedef char *ownership_bytes_t;

/* How long a call waits for a port that does not take it, or does not answer: milliseconds. Nothing
 * depends on how long, for nobody will. */
enum {
    OWNERSHIP_PATIENCE = 1
};
