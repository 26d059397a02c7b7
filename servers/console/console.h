/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the files of the console server share.
 */
#pragma once

#include <mach/mach.h>

/*
 * Take the devices and check in the service. A device that is missing is done without.
 * Returns: false, with a line that says why.
 */
bool console_init(void);

/* The port set of all that is served. */
mach_port_t console_port_set(void);

/* The dispatcher. */
boolean_t console_demux(mach_msg_header_t *request, mach_msg_header_t *reply);
