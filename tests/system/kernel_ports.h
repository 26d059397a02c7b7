/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One port of each kind that the kernel has, and which routines work on it.
 */
#pragma once

#include <stdint.h>

#include <mach/mach.h>

#define OWN_MAX 4

/* A kind of kernel port, and the first ids of the interfaces that work on it. */
struct kind {
    const char *name;
    mach_port_t (*make)(void);
    void (*end)(mach_port_t port);
    mach_msg_id_t own[OWN_MAX];
    mach_port_t port;
    const mach_msg_id_t *allowed; /* routines of other interfaces that work on it too, then 0 */
};

extern struct kind kinds[];
extern const uint32_t kind_count;

/* Make a port of each kind; give all back. */
void kinds_make(void);
void kinds_end(void);

/* Does the routine ID work on ports of KIND? */
bool kind_serves(const struct kind *kind, mach_msg_id_t id);
