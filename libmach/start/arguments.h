/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Finding arguments, environment and ports in a startup block. Pure: tested on the host.
 */
#pragma once

#include <stdbool.h>

#include <mach/startup.h>

struct arguments {
    int argc;
    char **argv; /* null-terminated, as are envp */
    char **envp;
};

/*
 * Turn the offsets of BLOCK's two string tables into pointers, in place, and say where they are.
 *
 * Returns: false, the block is damaged; nothing was changed.
 */
bool arguments_resolve(struct startup_info *block, struct arguments *arguments);

/* The name of the right of KIND in BLOCK; null if there is none. */
mach_port_name_t arguments_port(const struct startup_info *block, uint32_t kind);
