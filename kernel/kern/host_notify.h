/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Messages that tell whoever asked of events of the whole machine (host_request_notification of
 * idl/mach_host.defs, idl/host_notify_reply.defs).
 */
#pragma once

/* Set up the zone and the lists.  Once, at boot. */
void host_notify_init(void);

/* The event TYPE (HOST_NOTIFY_*) has happened: send the messages that were asked for up to now.  Context:
 * interrupts on, no locks. */
void host_notify(int type);
