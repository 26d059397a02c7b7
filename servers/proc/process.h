/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The table of processes: identities, families, and who waits for whom. It only keeps names of
 * rights; taking and giving up the rights themselves is its callers' business (lifecycle.h), so that
 * it runs on the host too.
 *
 *      process_create() --> alive --> zombie --> process_forget()
 *                             |                    ^
 *                             +--- no parent ------+
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <mach/port.h>
#include <mach_r/proc_types.h>

/* Identities: 1 is init; others count up to PID_MAX and start again behind init. */
#define PID_INIT 1
#define PID_MAX  99999

/* Most proc_wait calls of one process that may be waiting at a time. */
#define WAITERS_MAX 64

/* A proc_wait call that is not answered yet. */
struct waiter {
    struct waiter *next;
    int32_t pid;       /* a child's, or PROC_ANY */
    mach_port_t reply; /* send-once right */
};

struct process {
    struct process *next;   /* in the order of pids */
    struct process *parent; /* who may wait for it; null: nobody, it is forgotten when it ends */
    int32_t pid;
    bool is_zombie;
    bool is_privileged;       /* may hand on the privileged host port */
    int status;               /* of a zombie: PROC_STATUS_* */
    mach_port_t task;         /* send right; null for a zombie */
    mach_port_t port;         /* receive right: the process port; null for a zombie */
    mach_port_t executable;   /* send right to its file; null: not known */
    mach_port_t error_output; /* send right to its standard error; null: the log */
    uint64_t start_time;      /* nanoseconds since boot */
    uint64_t cpu_time;        /* nanoseconds; of a zombie */
    uint64_t signal_entry;    /* where threads go on that are sent a signal */
    unsigned caught;          /* signals that are sent there: PROC_SIGNAL_BIT */
    unsigned ignored;
    unsigned pending;                   /* signals that could not be sent yet, each once */
    int32_t senders[PROC_SIGNAL_COUNT]; /* of those: who sent the last */
    struct waiter *waiters;             /* calls of this process, oldest first */
    char *arguments;                    /* strings one behind the other; null: none */
    size_t arguments_size;
    char path[PROC_PATH_MAX]; /* of the executable; empty: not known yet */
};

/*
 * Enter a process that is alive. PID is one that is not in use, or 0 for a new one; ARGUMENTS
 * (ARGUMENTS_SIZE bytes) and PATH are copied.
 * Returns: null without memory or pids.
 */
struct process *process_create(int32_t pid, const char *path, const char *arguments,
                               size_t arguments_size);

/* Replace path and arguments. Returns: false without memory, nothing is changed. */
bool process_set_names(struct process *process, const char *path, const char *arguments,
                       size_t arguments_size);

/* Take PROCESS out and free it. It has no children and no waiters any more. */
void process_forget(struct process *process);

/* The first process; `next` leads to the others. */
struct process *process_first(void);

/* Find a process, dead or alive, by its pid; a living one by its rights. Returns: null. */
struct process *process_by_pid(int32_t pid);
struct process *process_by_port(mach_port_t port);
struct process *process_by_task(mach_port_t task);

/* The next child of PARENT at or behind PROCESS in the table, or null. */
struct process *process_next_child(struct process *parent, struct process *process);

/* The last name of PROCESS's path; "?" if that is not known. */
const char *process_name(const struct process *process);

enum wait_state {
    WAIT_NO_CHILD, /* no such child */
    WAIT_RUNNING,  /* there is one, but none has ended */
    WAIT_ENDED,    /* *CHILD has ended */
};

/* What a wait of PARENT for PID (or PROC_ANY) finds now. */
enum wait_state wait_look(struct process *parent, int32_t pid, struct process **child);

/* Keep REPLY until a child PID of PARENT ends. Returns: false without memory, or too many wait. */
bool wait_add(struct process *parent, int32_t pid, mach_port_t reply);

/* Take out the oldest waiter of PARENT that CHILD answers. Returns: its reply right, or null. */
mach_port_t wait_take(struct process *parent, const struct process *child);

/* Take out a waiter of PARENT that has no child to wait for. Returns: its reply right, or null. */
mach_port_t wait_take_childless(struct process *parent);
