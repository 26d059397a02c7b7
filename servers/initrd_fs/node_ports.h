/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Ports of nodes: one for each node that a client has a right to. The kernel says when the last
 * right is gone, and the port goes too. The root also has a port that stays: the service's.
 */
#pragma once

#include <mach/mach.h>

struct tree_node;

/* The set of all ports, to receive from; null: not to be had. */
mach_port_t node_ports_set(void);

/* Serve NODE on the receive right PORT as long as this program lives. */
kern_return_t node_ports_adopt(struct tree_node *node, mach_port_t port);

/* The node behind PORT; null: PORT stands for none. */
struct tree_node *node_of_port(mach_port_t port);

/*
 * The port of NODE, made if need be, from which the caller makes a send right (MAKE_SEND) at once.
 * Returns: KERN_SUCCESS; KERN_RESOURCE_SHORTAGE, no memory.
 */
kern_return_t node_port(struct tree_node *node, mach_port_t *port);

/* The kernel says that PORT had no senders left. */
void node_port_without_senders(mach_port_t port);
