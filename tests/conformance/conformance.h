/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The conformance suite's parts. A case is one line of the generated list: a state, an operation and
 * the outcome that follows. The program makes the state afresh, does the operation, writes down
 * what it sees in the same notation, and compares the two texts. Nothing here is of one system:
 * the program is written against <mach/...> alone.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <mach/mach.h>

/* The guard of the states that have one, and that of operations that give one. */
#define GUARD     0x6a09
#define NEW_GUARD 0x51

/* Identifiers of the messages that the suite sends, far from those of notifications. */
#define PLAIN_ID   0x4d52
#define CARRIER_ID 0x4d53

/* The right under test and what stands around it. Names that a state does not need are null. */
struct subject {
    mach_port_name_t name;   /* of the right under test */
    mach_port_name_t notify; /* receive right at which its notifications arrive */
    mach_port_name_t via; /* receive right with a send right: what carries the subject goes there */
    mach_port_name_t holder; /* receive right whose queue holds the subject's receive right */
    mach_port_name_t port;   /* the subject's receive right, here under another name */
    mach_port_name_t remote; /* the subject's receive right, by its name in the other task */
    mach_port_name_t set;    /* a port set; in the states "in a set" that which the subject is in */
    mach_port_name_t member; /* a receive right in no set */
    mach_port_name_t unused; /* a name that denotes nothing */
    bool is_semaphore;
    bool is_once; /* PORT shows what becomes of a send-once right */

    /* What the operation leaves for the outcome: a number, a second name to look at. */
    bool has_value;
    bool has_other;
    uint64_t value;
    mach_port_name_t other;
};

/* A state: MAKE fills a subject that has its surroundings, but no name. Returns: false if this
 * system cannot have such a state. */
struct state {
    const char *kind;
    const char *name;
    bool (*make)(struct subject *subject);
};

/* An operation: RUN does it, with what else it needs in A and B. Returns: the code to be noted. */
struct operation {
    const char *name;
    kern_return_t (*run)(struct subject *subject, int a, int b);
    int a;
    int b;
};

/* All of them, each list ended by a null name. */
extern const struct state states[];
extern const struct operation reference_operations[];
extern const struct operation name_operations[];
extern const struct operation right_operations[];
extern const struct operation set_operations[];
extern const struct operation notification_operations[];
extern const struct operation attribute_operations[];
extern const struct operation message_operations[];
extern const struct operation call_operations[];
extern const struct operation event_operations[];

/* What is written down of one case. */
#define OUTCOME_MAX 128

/* Append what FORMAT says to TEXT, which has room for OUTCOME_MAX characters. */
[[gnu::format(printf, 2, 3)]] void append(char *text, const char *format, ...);

/* Append what NAME denotes: kinds of right, user references, marks. */
void describe_name(char *text, mach_port_name_t name);

/* Append the notifications that wait at PORT, in the order of their identifiers, and take them. */
void describe_notifications(char *text, mach_port_name_t port);

/* The name of a return code without the prefix KERN_ or MACH_; null: not known. */
const char *code_name(kern_return_t code);

/* Stop the run, because a state could not be made: CALL returned CODE. */
[[noreturn]] void bail_out(const char *call, kern_return_t code);

/* A step of making a state, which has to succeed. */
#define NEED(call)                    \
    do {                              \
        kern_return_t need_ = (call); \
        if (need_ != KERN_SUCCESS) {  \
            bail_out(#call, need_);   \
        }                             \
    } while (0)

/* A new receive right, port set or dead name. */
mach_port_name_t allocate(mach_port_right_t right);

/* Have KIND, a MACH_NOTIFY_*, reported at SUBJECT's notify port. */
void ask_for(struct subject *subject, mach_msg_id_t kind, mach_port_mscount_t sync);

/* Send a message without contents to NAME by DISPOSITION, at once or not at all. */
mach_msg_return_t send_plain(mach_port_name_t name, mach_msg_type_name_t disposition);

/* Send the right NAME by DISPOSITION to PORT, a receive right of this task, in a descriptor. */
mach_msg_return_t send_right(mach_port_name_t port, mach_port_name_t name,
                             mach_msg_type_name_t disposition);

/* Receive what send_right() sent. Returns: the name of the right that came. */
mach_port_name_t receive_right(mach_port_name_t port);

/* What server_port()'s thread receives and sends back. */
struct server_message {
    mach_msg_header_t header;
    mach_msg_body_t body;
    mach_msg_port_descriptor_t right;
    mach_msg_trailer_t trailer;
};

/* A receive right, with a send right, at which a thread waits and answers. */
mach_port_name_t server_port(void);

/* The task that holds receive rights elsewhere; null if this system makes none. */
task_t other_task(void);
