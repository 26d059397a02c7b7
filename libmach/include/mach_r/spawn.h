/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Starting programs: from an executable, with everything that it is to have named beforehand.
 */
#pragma once

#include <sys/types.h>

#include <mach/mach_types.h>

struct mach_r_spawn {
    char *const *argv;        /* null-terminated; argv[0] is the name shown */
    char *const *envp;        /* null: the caller's environment */
    int files[3];             /* descriptors that become 0, 1 and 2; -1: none */
    int flags;                /* PROC_SPAWN_* of <mach_r/proc_types.h> */
    mach_port_t process_port; /* result: a send right to the child's process port */
};

/* A request for ARGV with the caller's environment and standard files. */
#define MACH_R_SPAWN(argv) { (argv), NULL, { 0, 1, 2 }, 0, MACH_PORT_NULL }

MACH_BEGIN_DECLS

/*
 * Start the program at PATH; the child gets the caller's root and working directory.
 *
 * References: on success the caller owns request->process_port.
 * Returns: the child's pid; -1 with errno set.
 */
pid_t mach_r_spawn(const char *path, struct mach_r_spawn *request);

/*
 * The same, looking for a NAME without slash in the folders of PATH.
 */
pid_t mach_r_spawnp(const char *name, struct mach_r_spawn *request);

/* The kernel port behind descriptor FD, without a reference; null with errno set if there is none. */
mach_port_t mach_r_fd_port(int fd);

/*
 * A descriptor for PORT, an object of io.defs. Takes over one reference on success.
 * Returns: -1 with errno set.
 */
int mach_r_fd_open(mach_port_t port, int flags);

MACH_END_DECLS
