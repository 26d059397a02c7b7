/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rights and memory that a call carries, for ownership.c: made by who gives them, given up by who
 * gets them, and looked at by the giver afterwards. All of it works in bare threads.
 */
#pragma once

#include <mach/mach.h>

/* How a right is sent. */
enum given_kind {
    COPIED,
    MOVED,
    MADE,
    ONCE,
    MADE_ONCE,
    RECEIVE
};

struct given {
    enum given_kind kind;
    mach_port_t port; /* whose receive right the giver has, or had */
    mach_port_t name; /* what goes into the message */
};

/* Bytes of each piece of memory: more than a page, less than two. */
#define GIVEN_BYTES 5000

/* A new port, with what KIND wants of it. */
struct given give(enum given_kind kind);

/* Expect of GIVEN that whoever got it has given it up, or that it never went (KEPT), and end it. */
void given_end(const struct given *given, bool kept);

/* Give up the right NAME that came as KIND; null is noted. */
void right_end(enum given_kind kind, mach_port_t name);

/* GIVEN_BYTES of new memory that say so. */
char *memory_give(void);

/* New memory for an array with the names of COUNT rights in GIVEN. */
mach_port_t *array_give(const struct given *given, uint32_t count);

/* Expect memory_give()'s bytes in SIZE bytes at MEMORY, and free them. */
void memory_end(char *memory, mach_vm_size_t size);

/* Give up the COUNT moved rights in ARRAY, which stays. */
void array_rights_end(const mach_port_t *array, uint32_t count);

/* Free an array of COUNT names. */
void array_end(mach_port_t *array, uint32_t count);
