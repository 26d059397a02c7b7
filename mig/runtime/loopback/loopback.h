/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A message system of one thread, under which user stubs and server stubs of one interface call
 * each other on the host. It does to a message what a kernel does, keeps a ledger of rights and
 * memory for both sides (loopback_ledger.h), looks at every byte that leaves, and knows for every
 * message, whole or damaged, what a stub must answer (loopback_judge.h). Values are functions of
 * the call's seed and the argument's tag, so that both sides know what must arrive.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <mach/message.h>
#include <mach/mig_errors.h>
#include <mach/ndr.h>

#include "loopback_judge.h"
#include "loopback_ledger.h"

/* What a failed send does to the request: the statement consumeonsenderror. */
enum loop_policy {
    LOOP_CONSUME_NONE,
    LOOP_CONSUME_TIMEOUT,
    LOOP_CONSUME_ANY
};

/* One routine, as the generated program describes it. */
struct loop_case {
    struct loop_message request;
    struct loop_message reply; /* no fields if there is none */
    void (*call)(void);        /* one call of the stub, as `loop` plans it */
    void (*halves)(void);      /* the same in halves; null if there are none */
    bool one_way;
    bool comes_back;     /* the stub is ready for a request that times out */
    bool own_reply_port; /* the reply port is an argument */
    bool overwrites;     /* the stub copies memory that comes into the caller's */
    bool has_code;       /* a return code can go in place of the request */
    bool allocates;      /* the stub has its messages in memory of their own */
    enum loop_policy policy;
};

struct loop_interface {
    const char *name;
    boolean_t (*server)(mach_msg_header_t *request, mach_msg_header_t *reply);
    mach_msg_size_t max_reply;
    mach_msg_id_t first; /* ids of the interface */
    unsigned int ids;
    const struct loop_case *cases;
    unsigned int case_count;
    bool in_kernel;   /* the server: loopback_kobject.h */
    bool from_kernel; /* the callers */
    void (*destroy)(mach_msg_header_t *message); /* what callers do with a reply they do not want */
};

/* What is out of the ordinary in a call. */
enum loop_course {
    LOOP_PLAIN,
    LOOP_IDLE,          /* the routine succeeds and sets nothing */
    LOOP_SET_ALL,       /* the routine makes its results and fails */
    LOOP_TOO_MANY,      /* the count of loop.tag is too large */
    LOOP_CODED,         /* a return code goes in place of the request */
    LOOP_SEND_FAILS,    /* with loop.failure */
    LOOP_REPLY_LOST,    /* the request arrives; receiving fails with loop.failure */
    LOOP_REPLY_DAMAGED, /* loop.damage says how, and it is what a kernel could deliver */
    LOOP_LATE_FAILS,    /* the late reply finds nobody */
    LOOP_NO_MEMORY,     /* mig_allocate() has none for the stub's messages */
    LOOP_REPLY_PROBED   /* any bytes instead of the reply; nothing is delivered */
};

enum loop_damage {
    LOOP_OTHER_ID,
    LOOP_SERVER_DIED, /* with the request in its queue */
    LOOP_LONGER,
    LOOP_SHORTER,
    LOOP_REMOTE_PORT,
    LOOP_OTHER_RIGHT,   /* the first descriptor is of another kind of right */
    LOOP_ANOTHER_RIGHT, /* one descriptor more than declared */
    LOOP_DAMAGES
};

/* What happens in the call under way. */
struct loop_plan {
    const struct loop_case *routine;
    uint32_t seed;
    kern_return_t result; /* what the routine returns */
    enum loop_course course;
    enum loop_damage damage;
    mach_msg_return_t failure;
    bool comes_back; /* the message that could not be sent */
    unsigned int tag;
    uint32_t count;    /* that is too large */
    bool is_over_room; /* for the caller, while the server may give it */
    bool no_room;      /* the caller has none at all */
    bool halves;
    bool must_not_be_called; /* the request is damaged */
    bool probed;             /* the routine does nothing but to be counted */
    unsigned int calls;      /* of the server's routine */
};
extern struct loop_plan loop;
extern const struct loop_interface *loop_interface;

enum {
    TAG_OUT = 100,
    TAG_TOKEN = 200
};

/* Names of the ports in headers. */
enum {
    LOOP_REQUEST_PORT = 0x1203,
    LOOP_REPLY_PORT = 0x1307,
    LOOP_OWN_REPLY_PORT = 0x1407
};

/* main() of the program: `rounds`, or `--seeds FOLDER` to write requests for the fuzzer there. */
int loop_main(const struct loop_interface *interface, int argc, char **argv);

/* The call is over and returned GOT: as planned, nothing is left over. */
void loop_end(kern_return_t got);

/* Did the call bring results to look at, after it returned GOT? */
bool loop_has_results(kern_return_t got);

/* The routine returned MIG_NO_REPLY and answers now. Returns: the result to answer with. */
kern_return_t loop_late(void);

/* The late answer's sender returned GOT. Returns: GOT. */
kern_return_t loop_late_sent(kern_return_t got);

/* The reply to a request that did not wait. */
mach_msg_header_t *loop_reply(void);

/* The right that came with the request to answer it, and how it is sent on. */
mach_port_t loop_reply_right(void);
mach_msg_type_name_t loop_reply_disposition(void);

/* The server's routine has been entered. Returns: shall it look at its arguments? */
bool loop_enter(void);

/* The routine takes the rights and memory that came; otherwise it must leave them alone. */
bool loop_takes(void);

/* The routine makes its results. */
bool loop_sets_results(void);

/* The return code to send in place of a request; mostly KERN_SUCCESS, which sends the request. */
kern_return_t loop_code(void);

/* COUNT, which is at most MAX, unless this is the count that shall be too large. */
uint32_t loop_given_count(unsigned int tag, uint32_t count, uint32_t max);

/* How many elements of TAG's result the caller has room for: COUNT, unless it shall have none. */
uint32_t loop_room(unsigned int tag, uint32_t count);

/* The result of TAG has more elements than its caller has room for. */
bool loop_is_over_room(unsigned int tag);

void loop_fail(const char *file, int line, const char *what);
#define LOOP_CHECK(condition)                          \
    do {                                               \
        if (!(condition)) {                            \
            loop_fail(__FILE__, __LINE__, #condition); \
        }                                              \
    } while (0)

/* Bytes and numbers that belong to TAG. */
void loop_fill(void *to, size_t size, unsigned int tag);
bool loop_is(const void *bytes, size_t size, unsigned int tag);
uint32_t loop_count(unsigned int tag, uint32_t max, uint32_t element_size);
uint32_t loop_some(unsigned int tag, uint32_t max, uint32_t element_size); /* at least one */
int64_t loop_number(unsigned int tag, int64_t low, int64_t high);
void loop_letters(void *to, size_t size, unsigned int tag);
bool loop_is_letters(const void *bytes, size_t size, unsigned int tag);
void loop_string(char *to, size_t size, unsigned int tag);
void loop_result_string(char *to, size_t size, unsigned int tag); /* perhaps without its end */
bool loop_is_string(const char *s, size_t size, unsigned int tag);
mach_port_t loop_port(unsigned int tag, unsigned int index);
mach_port_t loop_some_port(unsigned int tag, unsigned int index); /* never null */

/* How a right is sent where the sender may choose, so that a send right arrives. */
mach_msg_type_name_t loop_disposition(unsigned int tag);

/* Memory is given away, where the sender may choose. */
boolean_t loop_gives(unsigned int tag);
