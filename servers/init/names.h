/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The name spaces that init serves as bootstrap server: the root, and subsets below it.  All of it
 * is used by init's main thread only.
 */
#pragma once

#include <stdint.h>

#include <mach/mach.h>
#include <servers/bootstrap.h>

/* What init keeps at most, for all its clients together: it must not run out of memory or names of
 * its own, and searches these lists one by one. */
#define NAMES_MAX   1024
#define SPACES_MAX  256
#define LOOKUPS_MAX 256

/* One name. */
struct service_name {
    struct service_name *next;
    name_t name;
    name_t server;       /* path of the program init starts for it, or empty */
    mach_port_t send;    /* send right, or null: nothing is bound to the name yet */
    mach_port_t receive; /* the receive right, while nobody has checked in; null otherwise */
    bool is_service;     /* made by create_service: comes back when its server dies */
};

/* A look-up that waits until its name is bound. */
struct pending_lookup {
    struct pending_lookup *next;
    name_t name;
    mach_port_t reply; /* send-once right */
};

struct name_space {
    struct name_space *next;
    struct name_space *parent; /* null: the root */
    mach_port_t port;          /* receive right: the bootstrap port */
    mach_port_t requestor;     /* send right whose death ends a subset; null for the root */
    struct service_name *names;
    struct pending_lookup *pending;
};

/* The space whose bootstrap port is PORT, or null. */
struct name_space *name_space_of(mach_port_t port);

/* Make the root (PARENT null) or a subset; its port is put into the port set SET.  Returns: null
 * without memory, or there are SPACES_MAX. */
struct name_space *name_space_create(struct name_space *parent, mach_port_t set);

/* Forget SPACE, all spaces below it, their names and rights. */
void name_space_destroy(struct name_space *space);

/* The space that ends when REQUESTOR dies, or null. */
struct name_space *name_space_of_requestor(mach_port_t requestor);

/* Find NAME in SPACE alone, or in SPACE and its parents.  Returns: null if it is not there. */
struct service_name *name_find(struct name_space *space, const char *name);
struct service_name *name_find_upwards(struct name_space *space, const char *name);

/* The name in any space whose send right, or whose receive right, is called PORT; null if there
 * is none. */
struct service_name *name_of_port(mach_port_t port);

/* Enter NAME, unbound.  Returns: null without memory, or there are NAMES_MAX. */
struct service_name *name_create(struct name_space *space, const char *name);

/* Drop what NAME is bound to. */
void name_unbind(struct service_name *name);

/* Visit all names of SPACE and its parents that are not hidden by a nearer one. */
void name_visit(struct name_space *space,
                void (*visitor)(struct service_name *name, void *argument), void *argument);

/* Let REPLY wait for NAME.  Look-ups whose client has died are forgotten.  Returns: false without
 * memory, or LOOKUPS_MAX wait. */
bool pending_add(struct name_space *space, const char *name, mach_port_t reply);

/* NAME is bound now: answer all look-ups in SPACE and below that wait for it. */
void pending_answer(struct name_space *space, const struct service_name *name);
