/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What posix_spawn() is told beside the program: lists that grow at their end.
 */
#pragma once

#include <sched.h>
#include <signal.h>
#include <spawn.h>

#define SPAWN_PORTS_MAX 8

struct __posix_spawnattr {
    short flags;
    pid_t group;
    int policy;
    struct sched_param parameters;
    sigset_t default_signals;
    sigset_t mask;
    int port_count;
    struct spawn_port {
        mach_port_t port;
        int which;             /* a special port; -1: exception ports */
        exception_mask_t mask; /* of those */
        exception_behavior_t behavior;
        thread_state_flavor_t flavor;
    } ports[SPAWN_PORTS_MAX];
};

enum spawn_action_kind {
    SPAWN_OPEN,
    SPAWN_DUP2,
    SPAWN_CLOSE
};

struct spawn_action {
    struct spawn_action *next;
    enum spawn_action_kind kind;
    int fd;   /* what it is about */
    int from; /* SPAWN_DUP2 */
    int flags;
    char path[]; /* SPAWN_OPEN */
};

struct __posix_spawn_file_actions {
    struct spawn_action *first;
};
