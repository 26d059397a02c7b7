/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * /proc as objects of fs.defs and io.defs. A place is where a path leads; a node is a place that
 * somebody has open, with a port of its own. The root directory's port is the service port, which
 * is always there. A file's text is made when it is opened, so that reading it in parts gives one
 * moment.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <mach/kern_return.h>
#include <mach/port.h>
#include <mach_r/fs_types.h>

enum place_kind {
    PLACE_ROOT, /* directory: the following files, and one directory for each process */
    PLACE_MEMINFO,
    PLACE_UPTIME,
    PLACE_PROCESSORS,
    PLACE_PROCESS, /* directory */
    PLACE_STATUS,
    PLACE_KIND_COUNT,
};

struct place {
    enum place_kind kind;
    int32_t pid; /* of PLACE_PROCESS and PLACE_STATUS */
};

struct node {
    struct node *next;
    struct place place;
    mach_port_t port; /* receive right */
    char *text;       /* of a file */
    size_t size;
};

/* The node behind PORT, or null. */
struct node *node_by_port(mach_port_t port);

/* Open PLACE. *PORT is a right to make a send right of. Returns: SERVER_ERROR_*, or KERN_SUCCESS. */
kern_return_t node_open(struct place place, mach_port_t *port);

/* Nobody may have rights to PORT any more, says a notification; then its node goes. */
void node_no_senders(mach_port_t port, mach_port_mscount_t mscount);

bool place_is_directory(struct place place);

/* Follow PATH from *PLACE. Returns: SERVER_ERROR_*, or KERN_SUCCESS and *PLACE is where it leads. */
kern_return_t place_follow(struct place *place, const char *path);

/* Describe the entry number INDEX of the directory PLACE. Returns: false, there is none. */
bool place_entry(struct place place, unsigned index, struct fs_entry *entry);

/* Number of PLACE, unique in /proc. */
uint64_t place_number(struct place place);
