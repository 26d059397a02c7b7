/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the files of proc share. Two threads serve requests, two more exceptions, one sends signals that
 * could not be sent at once; one lock protects the table of processes and the nodes of /proc. Functions
 * are called with the lock held unless they say otherwise. Nothing that another program could delay is done under the lock.
 */
#pragma once

#include <stdint.h>

#include <mach/mach.h>

/* The service port, the port of notifications, and the port set of all that is served. */
mach_port_t proc_service_port(void);
mach_port_t proc_notify_port(void);

/* Check in with init and make the ports. Returns: false, with a line in the log. */
bool proc_ports_create(void);

void proc_lock(void);
void proc_unlock(void);

/* Make the ports that the running thread would make when it first calls, and first waits for another:
 * so all requests, and all crashes, find the same. */
void proc_thread_prepare(void);

/* Serve requests for ever. Called without the lock. */
void *proc_serve(void *argument);

/* Let this server end after the reply to the request at hand; init starts it again. */
void proc_end_self(void);

/* Make a receive right that is served. Returns: null without memory. */
mach_port_t proc_port_create(void);

/* Destroy the receive right PORT and null it. */
void proc_port_destroy(mach_port_t *port);

/*
 * Put a send right to PORT, one of ours, into *RIGHT for a reply.  It can be sent also if another
 * thread destroys the port before the reply leaves; a right that is made as it leaves cannot.
 * Returns: the disposition to send it with. Without memory *RIGHT is null.
 */
mach_msg_type_name_t proc_port_send_right(mach_port_t port, mach_port_t *right);

/* Drop one user reference of *RIGHT, which may be null or dead, and null it. */
void right_release(mach_port_t *right);

/* Nanoseconds since boot. */
uint64_t proc_now(void);

/* Write one line, "proc: ...", to the kernel's log; or SIZE bytes as they are. Any context. */
void proc_log(const char *format, ...) __attribute__((format(printf, 1, 2)));
void proc_log_text(const char *text, size_t size);
