/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A handler of exceptions in the test itself, which takes one message at a time, and a place where a
 * thread can go on that ran into one. Nothing of it needs thread-local storage.
 */
#pragma once

#include <mach/exc_server.h>
#include <mach/mach_exc_server.h>

#include <mach/mach.h>

#include "faults.h"
#include "systest_task.h"

/* First routine of mach_exc.defs: EXCEPTION_DEFAULT; the next two are those of the other behaviors. */
#define RAISE_ID          2405
#define RAISE_STATE_ID    2406
#define RAISE_IDENTITY_ID 2407
#define REPLY_OFFSET      100

/* Any message of exc.defs or mach_exc.defs, and any answer. */
union exception_message {
    mach_msg_header_t header;
    union __RequestUnion__catch_mach_exc_subsystem request;
    union __RequestUnion__catch_exc_subsystem short_request;
    __Reply__mach_exception_raise_state_identity_t state_reply;
    mig_reply_error_t reply;
    uint8_t room[4096];
};

/* The exception received last. */
extern union exception_message caught;

/* How many threads have come to recover() since handler_create(). */
extern _Atomic int recovered;

/* Change STATE so that its thread goes on in a function that counts it and ends it, on a stack of its
 * own: the thread may have lost its. */
void make_recover(x86_thread_state64_t *state);

/* A port for exceptions: receive and send right. */
mach_port_t handler_create(void);

/* Let HANDLER take all exceptions of THREAD, or TASK, by BEHAVIOR. */
void take_from_thread(mach_port_t thread, mach_port_t handler, exception_behavior_t behavior);
void take_from_task(mach_port_t task, mach_port_t handler, exception_behavior_t behavior);

/* Receive an exception on HANDLER, which has to be of routine ID. */
bool receive_exception(mach_port_t handler, mach_msg_id_t id);

/* Answer the exception received with RESULT, and give its rights back. */
void answer(kern_return_t result);

/* The same for a thread that does not wait any more: its reply port may be there still, or not. */
void answer_too_late(kern_return_t result);

/* Let the thread of the exception received (EXCEPTION_DEFAULT) recover. */
void answer_recover(void);

/* A helper whose one thread has run into an exception, which HANDLER takes from its task. */
struct faulting {
    struct helper helper;
    struct worker worker;
    mach_port_t handler;
};

/* Make FAULTING. Returns: false if that failed, which is noted. */
[[nodiscard]] bool faulting_create(struct faulting *faulting);

/* Nobody else wants the exception either: wait until the task has ended, and forget it. */
void faulting_expect_end(struct faulting *faulting);
