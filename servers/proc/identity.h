/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a task carries with it, so that a restarted process server finds it again: its tokens, which
 * only holders of the host's security port can set, and the startup block at the top of its first
 * stack, which the program itself may have changed.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <mach/mach.h>
#include <mach/startup.h>

struct identity {
    int32_t pid;        /* of the token; 0: none. Tasks that a program makes itself inherit it. */
    bool is_privileged; /* system services are, and whom they started so */
};

/* A copy of a startup block. */
struct startup_copy {
    const struct startup_info *info; /* null: there is none */
    mach_vm_address_t memory;
    mach_vm_size_t size;
};

/* Set the tokens of TASK. */
kern_return_t identity_set(mach_port_t task, int32_t pid, bool is_privileged);

/* Read the tokens of TASK. Returns: false, TASK has died. */
bool identity_get(mach_port_t task, struct identity *identity);

/* Nanoseconds that TASK's threads have run. */
uint64_t identity_cpu_time(mach_port_t task);

/* Fetch TASK's startup block, checked; startup_copy_free() gives it back. */
void startup_copy_read(mach_port_t task, struct startup_copy *copy);
void startup_copy_free(struct startup_copy *copy);

/* The path in the block, or "". */
const char *startup_copy_path(const struct startup_copy *copy);

/* The arguments in the block, one behind the other, and their SIZE; null, with size 0, if they do
 * not lie so. */
const char *startup_copy_arguments(const struct startup_copy *copy, size_t *size);
