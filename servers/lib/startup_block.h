/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Building the startup block (mach/startup.h) that a new program finds at the top of its stack.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <mach/startup.h>

/* Most rights in a block. */
#define STARTUP_BLOCK_PORTS 16

/* What goes into a block.  Strings may be null where they are optional. */
struct startup_block {
    int32_t pid;
    int32_t ppid;
    const char *path;      /* of the executable */
    const char *cwd;       /* null: not known */
    const char *arguments; /* strings one behind the other, each with its zero */
    size_t arguments_size;
    const char *environment; /* likewise */
    size_t environment_size;
    uint32_t port_count;
    struct startup_port ports[STARTUP_BLOCK_PORTS];
    uint64_t phdr_address;
    uint32_t phdr_count;
    uint64_t stack_address;
    uint64_t stack_size;
    uint64_t initrd_size; /* bytes behind STARTUP_PORT_INITRD; 0: it has no such right */
};

/* Bytes of the block for BLOCK, a multiple of 16; 0 if it would be longer than STARTUP_SIZE_MAX or
 * a list of strings does not end with a zero. */
size_t startup_block_size(const struct startup_block *block);

/* Write BLOCK to MEMORY, which has startup_block_size() bytes. */
void startup_block_write(const struct startup_block *block, void *memory);
