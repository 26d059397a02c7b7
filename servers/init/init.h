/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the files of init share.  Init has two threads: the main thread is the bootstrap server and
 * the supervisor, and never calls another server; the session thread starts the program on the
 * console and waits for it.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <mach/mach.h>

#include "init_conf.h"

struct name_space;

/* The boot archive in this task's memory. */
struct init_archive {
    const char *data;
    size_t size;
    mach_port_t entry; /* the memory entry it is mapped from */
};

/* The port set of all that the main thread serves, and the port that notifications come to. */
mach_port_t init_port_set(void);
mach_port_t init_notify_port(void);

/* Make SERVICE (see bootstrap.defs) in SPACE for the program SERVER.  Returns: BOOTSTRAP_* */
kern_return_t init_create_service(struct name_space *space, const char *service,
                                  const char *server);

/* Write one line to the kernel's log: "init: ...". */
void init_log(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The object that servers without a terminal have as output: a send right to give away with
 * COPY_SEND.  What is written to it goes to the kernel's log. */
mach_port_t init_log_object(void);

/* Map the archive.  Returns: false, with a line in the log, if there is none. */
bool init_archive_map(struct init_archive *archive);

/* Start all services of CONF from ARCHIVE, with BOOTSTRAP as their bootstrap port. */
void services_start(const struct init_conf *conf, const struct init_archive *archive,
                    mach_port_t bootstrap);

/* The task behind the send right NAME has died.  Returns: true if it was a service's, which may
 * be running again. */
bool service_task_died(mach_port_t name);

/* The task that serves NAME of the configuration, without a reference; null if none runs. */
mach_port_t service_task(const char *name);

/* Begin the session: PROGRAM on the console again and again; or, if EXEC, `/bin/sh /etc/exec`
 * once. */
void session_start(const char *program, bool exec);

/* Make the main thread's dispatcher ready.  Returns: as mig_server_init(). */
kern_return_t init_server_create(void);

/* The dispatcher of the main thread. */
boolean_t init_demux(mach_msg_header_t *request, mach_msg_header_t *reply);
