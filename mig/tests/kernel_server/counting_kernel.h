/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A kernel that only counts: every right, memory object and array is made and given up here, and
 * none may be left at the end, or be given up twice.
 */
#pragma once

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include <kern/mig_kernel.h>

#define CHECK(condition)                                                                   \
    do {                                                                                   \
        if (!(condition)) {                                                                \
            fprintf(stderr, "%s:%d: %s: %s\n", __FILE__, __LINE__, situation, #condition); \
            exit(1);                                                                       \
        }                                                                                  \
    } while (0)

/* A right; a port has no more than one. */
struct ipc_port {
    int rights;
    int uses; /* as a translated object */
    bool once;
};

/* What is tried, for CHECK. */
extern char situation[120];

struct ipc_port *new_right(bool once);
struct ipc_port **new_array(uint32_t count);
struct vm_map_copy *new_copy(void);

/* Give up PORT's right, which is there; null: there is none. */
void release(struct ipc_port *port, bool once);

/* All that was made has been given up. The next call begins anew. */
void check_nothing_is_left(void);
