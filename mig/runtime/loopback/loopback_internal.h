/* SPDX-License-Identifier: BSD-2-Clause */
/* What the parts of the loop-back share. */
#pragma once

#include <mach/mig.h>

#include "loopback.h"

#define PATTERN 0xdd

/* Descriptors to leave out (loop_copyout()): all of them. */
#define LOOP_EVERYTHING 1000u

/* Ledger --------------------------------------------------------------------------------------- */

/* HOLDER gets or loses a right as it is received: a send, send-once or receive right. */
void ledger_give(enum loop_holder holder, mach_port_t name, mach_msg_type_name_t right);
void ledger_take(enum loop_holder holder, mach_port_t name, mach_msg_type_name_t right);
bool ledger_has(enum loop_holder holder, mach_port_t name, mach_msg_type_name_t right);

/* A block of memory that HOLDER has; null for no bytes. */
void *ledger_allocate(enum loop_holder holder, size_t size);
void ledger_free(enum loop_holder holder, void *memory, size_t size);
void ledger_discard(enum loop_holder holder, void *memory); /* of any size; it is there */
void ledger_move(void *memory, enum loop_holder from, enum loop_holder to);
/* Stops unless HOLDER has a block of memory there. */
void ledger_check(enum loop_holder holder, const void *memory);

/*
 * HOLDER's notes are settled: it still has what it only lent, and that is taken from it; what was
 * for the message it still has if GIVEN_BACK says so, memory only if MEMORY_TOO.
 */
void ledger_settle(enum loop_holder holder, bool given_back, bool memory_too);

/* Nobody has anything. */
void ledger_check_empty(void);

/* Kernel --------------------------------------------------------------------------------------- */

/* The bytes are defined. Addresses may hold any byte. */
void loop_check_bytes(const void *bytes, size_t size);

/* All of what was sent is defined; the header's id can hold any byte. */
void loop_check_message(const mach_msg_header_t *message);

/* The kernel takes from HOLDER what is in MESSAGE, which is then as it arrives. */
void loop_copyin(mach_msg_header_t *message, enum loop_holder holder);

/* HOLDER gets what is in MESSAGE, LEFT_OUT descriptors at its end excepted: these are destroyed. */
void loop_copyout(mach_msg_header_t *message, enum loop_holder holder, unsigned int left_out);

/* The rights in the header of MESSAGE, which was sent by FROM; it has room for them. */
void loop_copyin_header(mach_msg_header_t *message, enum loop_holder from);

/* MESSAGE comes back to its sender as if it had received it. */
void loop_pseudo_receive(mach_msg_header_t *message);

/* The longest trailer behind MESSAGE. */
void loop_append_trailer(mach_msg_header_t *message);

/* Number of calls of mach_msg_destroy, for probes: there it does nothing else. */
extern unsigned int loop_destroyed;

/* SIZE bytes at S, up to the first null, are UTF-8. */
bool loop_is_utf8(const uint8_t *s, size_t size);

/* Probes --------------------------------------------------------------------------------------- */

/* One change of a message: SIZE bytes at OFFSET get VALUE, and it gets LENGTH bytes. A lie that must
 * look like the truth changes another word too: ALSO_AT, if that is not 0. */
struct loop_change {
    uint32_t offset, size;
    uint64_t value;
    uint32_t length;
    uint32_t also_at, also;
};

/* Call VISIT with every change of MESSAGE worth trying. */
void loop_changes(const mach_msg_header_t *message, const struct loop_message *shape,
                  void (*visit)(const struct loop_change *change));

/* A copy of MESSAGE with CHANGE, trailer included, in a block of exactly its size. */
mach_msg_header_t *loop_changed(const mach_msg_header_t *message, const struct loop_change *change);

/* Hold the stub's answers to all changes of a request, or a reply, against the judge's. */
void loop_probe_request(const mach_msg_header_t *request);
void loop_probe_reply(const mach_msg_header_t *reply);

/* Call the routine under way, whose reply is probed. */
void loop_probe_call(void);

/* The reply that is probed, changed. */
mach_msg_header_t *loop_probed_reply(void);
void loop_probe_end(kern_return_t got);

/* Run the server on REQUEST. Returns: the reply's code; KERN_SUCCESS for a complex reply. */
kern_return_t loop_serve(mach_msg_header_t *request, mig_reply_error_t *reply);

/* Room for any reply, made longer, and its trailer. */
mach_msg_size_t loop_reply_room(void);

/* The course of a call ------------------------------------------------------------------------- */

/* What the message system notes for the end of the call. */
struct loop_outcome {
    bool taken;        /* the request's rights are no longer the client's */
    bool memory_taken; /* nor is the memory that it was given */
    bool stays;        /* what comes back has the name, or is at the place, that it had */
    bool results_gone; /* the server's results are no longer its own */
    bool reply_port_dropped;
    bool reply_port_kept;         /* the stub said that it can be used again */
    mach_msg_header_t *delivered; /* the idle routine's reply, as the client got it */
    mach_port_t reply_right;      /* with which the server can answer later */
    mach_msg_type_name_t reply_disposition;
};
extern struct loop_outcome loop_outcome;

/* Where requests go for the fuzzer to begin with; null: nowhere. */
extern const char *loop_seeds;

/* Probe the requests of the call under way; keep its reply, to be probed later. */
extern bool loop_probes;
mach_msg_header_t *loop_take_kept_reply(void);

/* Forget the reply to a request that did not wait. */
void loop_forget_reply(void);
