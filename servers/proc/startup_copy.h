/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the startup block at the top of a task's first stack says about a program that this server
 * did not start. The program may have changed it; the library does, when it turns the offsets of
 * the arguments into pointers.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <mach/port.h>
#include <mach/startup.h>

struct startup_copy {
    int32_t pid; /* 0: not known, as all that follows */
    int32_t ppid;
    const char *path;      /* "": not known */
    const char *arguments; /* strings one behind the other */
    size_t arguments_size;
    mach_port_name_t error_output; /* the task's name for its standard error, or null */
    void *memory;                  /* what the strings lie in */
    size_t memory_size;
};

/*
 * Look for a block in the SIZE bytes at MEMORY (aligned as a page), which is the upper end of a
 * stack whose top is at address TOP in its task.
 * Returns: false, there is none; COPY is empty but valid.
 */
bool startup_copy_parse(const void *memory, size_t size, uint64_t top, struct startup_copy *copy);

/* Fetch what TASK's block says; without one COPY is empty. startup_copy_free() gives it back. */
void startup_copy_read(mach_port_t task, struct startup_copy *copy);
void startup_copy_free(struct startup_copy *copy);
