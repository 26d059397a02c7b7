/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The machine as a kernel object: its ports, each a different degree of power over it, and the set
 * of all processors. There is one of each, and they are never destroyed.
 */
#pragma once

#include <stdint.h>

#include <mach/host_special_ports.h>

#include <lib/compiler.h>
#include <arch/spinlock.h>

struct device_master;
struct ipc_port;
struct processor_set;

/* Lock keys: (l) lock, (c) constant after host_init(). */
struct host {
    struct ipc_port *port;          /* (c) asks */
    struct ipc_port *priv_port;     /* (c) controls */
    struct ipc_port *security_port; /* (c) gives tasks their identity */
    struct ipc_port *device_port;   /* (c) device_master_t: gives away hardware */
    struct spinlock lock;
    struct ipc_port
        *special[HOST_MAX_SPECIAL_PORT + 1]; /* (l) send rights that servers registered */
};

/* The right to hardware has no state: the port is all of it. */
struct device_master {
    struct host *host;
};

struct processor_set {
    struct ipc_port *port;      /* (c) controls */
    struct ipc_port *name_port; /* (c) names */
};

extern struct host the_host;
extern struct processor_set default_processor_set;

/* Make the ports.  Once, at boot; panics without memory. */
void host_init(void);
