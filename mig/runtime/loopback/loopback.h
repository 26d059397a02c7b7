/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A message system of one thread, under which user stubs and server stubs of one interface call each
 * other on the host. It does to a message what a kernel does, keeps a ledger of rights and memory,
 * and looks at every byte that leaves. Values are functions of the call's seed and the argument's
 * tag, so that both sides know what must arrive.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <mach/mig.h>

/* The server under test. */
extern boolean_t (*loop_server)(mach_msg_header_t *request, mach_msg_header_t *reply);
extern mach_msg_size_t loop_max_reply;

/* What happens in the call under way. */
struct loop_plan {
    const char *routine;
    uint32_t seed;
    kern_return_t result;      /* what the routine returns */
    int reply_mutation;        /* 0: none; else the reply is damaged and the stub must see it */
    bool late;                 /* what is sent is the reply, after MIG_NO_REPLY */
    bool must_not_be_called;   /* the request is damaged */
    unsigned int calls;        /* of the server's routine */
};
extern struct loop_plan loop;

enum { TAG_OUT = 100, TAG_TOKEN = 200 };
enum { LOOP_REPLY_GOOD, LOOP_REPLY_OTHER_ID, LOOP_REPLY_LONGER, LOOP_REPLY_SHORTER, LOOP_MUTATIONS };

void loop_begin(const char *routine, uint32_t seed, kern_return_t result, int reply_mutation);

/* The call is over and returned GOT: as planned, nothing is left over. */
void loop_end(kern_return_t got, bool one_way);

/* The routine returned MIG_NO_REPLY; it answers now, with CODE. */
void loop_late(kern_return_t code);

/* The reply to a request that did not wait. */
mach_msg_header_t *loop_reply(void);

/* The server's routine has been entered. */
void loop_enter(void);

/* The routine takes the rights and memory that came; otherwise it must leave them alone. */
bool loop_takes(void);

void loop_fail(const char *file, int line, const char *what);
#define LOOP_CHECK(condition) \
    do { \
        if (!(condition)) { \
            loop_fail(__FILE__, __LINE__, #condition); \
        } \
    } while (0)

/* Bytes and numbers that belong to TAG. */
void loop_fill(void *to, size_t size, unsigned int tag);
bool loop_is(const void *bytes, size_t size, unsigned int tag);
uint32_t loop_count(unsigned int tag, uint32_t max, uint32_t element_size);
void loop_string(char *to, size_t size, unsigned int tag);
bool loop_is_string(const char *s, size_t size, unsigned int tag);
mach_port_t loop_port(unsigned int tag, unsigned int index);
mach_msg_type_name_t loop_disposition(unsigned int tag);

/* Out-of-line memory, which the ledger counts; null for no bytes. */
void *loop_memory(size_t size);
void loop_free(void *memory, size_t size);

/* Memory that its owner lends to a message; freed when the call is over. */
void *loop_lent(size_t size);

/* A right that was received is given back. */
void loop_release(mach_port_t name);
void loop_release_all(const mach_port_t *names, uint32_t count);
