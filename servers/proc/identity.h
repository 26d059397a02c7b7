/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The tokens of a task, by which a restarted process server knows it again: only holders of the
 * host's security port can set them.
 */
#pragma once

#include <stdint.h>

#include <mach/mach.h>

struct identity {
    int32_t pid;        /* of the token; 0: none. Tasks that a program makes itself inherit it. */
    bool is_privileged; /* system services are, and whom they started so */
};

/* Set the tokens of TASK, with a version that no process had before, and which host port it gets from
 * mach_host_self(). */
kern_return_t identity_set(mach_port_t task, int32_t pid, bool is_privileged);

/* Read the tokens of TASK. Returns: false, TASK has died. */
bool identity_get(mach_port_t task, struct identity *identity);

/* Nanoseconds that TASK's threads have run. */
uint64_t identity_cpu_time(mach_port_t task);
