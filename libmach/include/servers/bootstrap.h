/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Names of services. A server checks in to get the receive right of its service; clients look the
 * name up to get a send right. Requests go to a bootstrap port: the task's own (`bootstrap_port`),
 * or a subset's, which first looks in itself and then in its parent.
 */
#pragma once

#include <mach/mach_types.h>

#define BOOTSTRAP_MAX_NAME_LEN     128
#define BOOTSTRAP_MAX_CMD_LEN      512
#define BOOTSTRAP_MAX_LOOKUP_COUNT 20

typedef char name_t[BOOTSTRAP_MAX_NAME_LEN];
typedef char cmd_t[BOOTSTRAP_MAX_CMD_LEN];
typedef name_t *name_array_t;
typedef int bootstrap_status_t;
typedef bootstrap_status_t *bootstrap_status_array_t;

#define BOOTSTRAP_SUCCESS         0
#define BOOTSTRAP_NOT_PRIVILEGED  1100
#define BOOTSTRAP_NAME_IN_USE     1101
#define BOOTSTRAP_UNKNOWN_SERVICE 1102
#define BOOTSTRAP_SERVICE_ACTIVE  1103
#define BOOTSTRAP_BAD_COUNT       1104
#define BOOTSTRAP_NO_MEMORY       1105
#define BOOTSTRAP_NO_CHILDREN     1106

/* States of a service: nobody serves it; served; started when first used. */
#define BOOTSTRAP_STATUS_INACTIVE  0
#define BOOTSTRAP_STATUS_ACTIVE    1
#define BOOTSTRAP_STATUS_ON_DEMAND 2

MACH_BEGIN_DECLS

extern mach_port_t bootstrap_port;

/* The receive right of service NAME, which must exist or be creatable. */
kern_return_t bootstrap_check_in(mach_port_t bp, const name_t name, mach_port_t *port);

/* Make PORT, to which the caller holds a send right, service NAME; null withdraws the service. */
kern_return_t bootstrap_register(mach_port_t bp, name_t name, mach_port_t port);

/* A send right to service NAME. */
kern_return_t bootstrap_look_up(mach_port_t bp, const name_t name, mach_port_t *port);

/*
 * Send rights to the NAMES_COUNT services of NAMES, in one list that the caller deallocates; null
 * stands for each that is not known. *ALL_KNOWN tells whether there is no such.
 *
 * Returns: BOOTSTRAP_BAD_COUNT, more than BOOTSTRAP_MAX_LOOKUP_COUNT or less than 1 are asked for;
 * BOOTSTRAP_NO_MEMORY; the errors of messages.
 */
kern_return_t bootstrap_look_up_array(mach_port_t bp, name_array_t names, int names_count,
                                      mach_port_array_t *ports, int *ports_count,
                                      boolean_t *all_known);

/* Declare service NAME and get a send right to it; a server checks in later. */
kern_return_t bootstrap_create_service(mach_port_t bp, name_t name, mach_port_t *port);

/* A bootstrap port with names of its own, which lives as long as REQUESTOR. */
kern_return_t bootstrap_subset(mach_port_t bp, mach_port_t requestor, mach_port_t *subset);

/*
 * A bootstrap port for a server that is started by the command CMD when it is needed. The servers of
 * this system are those of /etc/init.conf: no program may declare others.
 *
 * Returns: BOOTSTRAP_NOT_PRIVILEGED.
 */
kern_return_t bootstrap_create_server(mach_port_t bp, cmd_t cmd, integer_t uid, boolean_t on_demand,
                                      mach_port_t *server);

/* A port to give away that has no more rights than BP: here BP itself, with a new reference. */
kern_return_t bootstrap_unprivileged(mach_port_t bp, mach_port_t *unprivileged);

/* The bootstrap port that BP is a subset of; the topmost is its own parent. */
kern_return_t bootstrap_parent(mach_port_t bp, mach_port_t *parent);

/* All services of BP: names, servers' command lines, states. The caller deallocates the arrays. */
kern_return_t bootstrap_info(mach_port_t bp, name_array_t *names,
                             mach_msg_type_number_t *names_count, name_array_t *servers,
                             mach_msg_type_number_t *servers_count,
                             bootstrap_status_array_t *active,
                             mach_msg_type_number_t *active_count);

/* The state of service NAME. */
kern_return_t bootstrap_status(mach_port_t bp, name_t name, bootstrap_status_t *active);

/* The meaning of RESULT in a few words; never null. */
const char *bootstrap_strerror(kern_return_t result);

MACH_END_DECLS
