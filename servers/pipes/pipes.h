/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The pipe server: all pipes, by the ports of their ends.
 */
#pragma once

#include <mach/mach_types.h>

/* Make the ports and check the service in. Returns: false, after a message to the log. */
bool pipes_start(void);

/* What the server receives from. */
mach_port_t pipes_port_set(void);

/* Where notifications of dead reply rights go; nobody has a right to it. */
mach_port_t pipes_notify_port(void);

/* Serve one request. */
boolean_t pipes_demux(mach_msg_header_t *request, mach_msg_header_t *reply);
