/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Servers of little importance that call each other, clients, and threads in between that never let a
 * processor go: without donation nothing behind these runs.
 */
#pragma once

#include "systest.h"
#include "systest_msg.h"
#include "systest_task.h"

/* Relative to the priority that threads begin with. */
#define LOW    (-20)
#define MEDIUM 0
#define HIGH   10
#define TEST   20 /* the test's own thread, which has to run at any time */

#define NO_ANSWER 60000 /* milliseconds: there to end a hang */

/* A server calls BEHIND, if that is not null, before it answers. */
struct server {
    mach_port_t source; /* what it receives from */
    mach_port_t port;
    mach_port_t behind;
    struct worker worker;
    _Atomic bool is_held;  /* works until this is false */
    _Atomic bool is_busy;  /* has begun to work */
    _Atomic uint32_t done; /* requests that it worked for */
    bool is_silent;        /* keeps the right to answer, and goes on */
    _Atomic mach_port_t kept;
    mach_port_t asker; /* the right to answer whom it works for */
    mach_port_t reply; /* where the answer from behind comes */
};

/* Who makes one call. */
struct client {
    mach_port_t port;
    _Atomic mach_msg_return_t result; /* -1: it has none yet */
    struct worker worker;
};

/* For those who call: MACH_RCV_TIMEOUT if calls end after call_time milliseconds, or 0. */
extern mach_msg_option_t patience;
extern mach_msg_timeout_t call_time;

/* While this is false, the threads in between run. */
extern _Atomic bool stop;

/* Run FUNCTION(ARGUMENT) in WORKER at a fixed priority. */
void start(struct worker *worker, integer_t importance, void (*function)(void *argument),
           void *argument);

/* Let CLIENT, whose port is set, call once. */
void client_start(struct client *client, integer_t importance);

/* Start SERVER, which receives from SET, or from its own port if that is null. */
void server_start(struct server *server, mach_port_t set, mach_port_t behind);

/* End SERVER, which waits for requests. */
void server_end(struct server *server);

/* From now on nothing of less importance than MEDIUM runs by itself. */
void hogs_start(void);
void hogs_end(void);

/* Let the test's own thread run at any time, and be as others are again. */
void test_thread_raise(void);
void test_thread_lower(void);

/* For systest_wait(): the server at ARGUMENT is busy; the client there has its result. */
bool is_busy(void *server);
bool has_result(void *client);
