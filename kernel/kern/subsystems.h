/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The interfaces that the kernel serves.
 */
#pragma once

#include <stdint.h>

#include <lib/compiler.h>

struct ipc_kobject_subsystem;

struct kobject_subsystem {
    const struct ipc_kobject_subsystem *subsystem;
    bool is_preemptible; /* its routines run with interrupts enabled: they may take long */
};

extern const struct kobject_subsystem kobject_subsystems[];
extern const uint32_t kobject_subsystem_count;
