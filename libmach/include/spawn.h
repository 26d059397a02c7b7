/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * POSIX's way to start programs, and what Darwin adds to it. Descriptors 0, 1 and 2 of the child come
 * from the caller's by the file actions; others are not inherited, whatever they are. There are no
 * masks of signals and no process groups: what an attribute says about them is kept, and changes
 * nothing.
 */
#pragma once

#include_next <spawn.h>

#include <mach/mach_types.h>

/* Flags of Darwin's. */
#define POSIX_SPAWN_SETEXEC         0x0040 /* as execve(): no child, this process */
#define POSIX_SPAWN_START_SUSPENDED 0x0080 /* its task is suspended once */
#define POSIX_SPAWN_CLOEXEC_DEFAULT 0x4000 /* what is so here anyway */

MACH_BEGIN_DECLS

/*
 * The child's special port WHICH (TASK_*_PORT of <mach/task_special_ports.h>) or its exception ports are
 * not inherited but these. References: the attributes take none; the rights are needed until
 * posix_spawn() has returned. Returns: 0; ENOMEM, there are 8 already.
 */
int posix_spawnattr_setspecialport_np(posix_spawnattr_t *attributes, mach_port_t port, int which);
int posix_spawnattr_setexceptionports_np(posix_spawnattr_t *attributes, exception_mask_t mask,
                                         mach_port_t port, exception_behavior_t behavior,
                                         thread_state_flavor_t flavor);

/* The child keeps the caller's descriptor FD, which has to be 0, 1 or 2. */
int posix_spawn_file_actions_addinherit_np(posix_spawn_file_actions_t *actions, int fd);

MACH_END_DECLS
