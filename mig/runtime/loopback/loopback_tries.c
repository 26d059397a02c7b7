/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The course of the calls: every routine with every result, failure and damage, whole and, where
 * that can be, in halves.
 */
#include "loopback_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Rounds in which every byte of every message is tried; all others only vary values. */
enum {
    PROBED_ROUNDS = 2
};

bool loop_probes;
const char *loop_seeds;

/* What the stubs' frames will hold before they are written: they are where this frame was. */
__attribute__((noinline)) static void fill_stack(void)
{
    uint8_t frame[1 << 16];
    memset(frame, PATTERN, sizeof(frame));
    __asm__ volatile("" ::"r"(frame) : "memory");
}

static void run(struct loop_plan plan)
{
    fill_stack();
    loop = plan;
    loop_outcome = (struct loop_outcome){ .taken = false };
    loop_side = LOOP_CLIENT;
    ledger_give(LOOP_CLIENT, LOOP_REPLY_PORT, MACH_MSG_TYPE_PORT_RECEIVE);
    plan.halves ? plan.routine->halves() : plan.routine->call();
}

void loop_probe_call(void)
{
    loop_outcome = (struct loop_outcome){ .taken = false };
    loop_side = LOOP_CLIENT;
    ledger_give(LOOP_CLIENT, LOOP_REPLY_PORT, MACH_MSG_TYPE_PORT_RECEIVE);
    loop.routine->call();
}

/* The call whole and, if it can be, in halves. */
static void run_both(struct loop_plan plan)
{
    run(plan);
    if (plan.routine->halves != NULL) {
        plan.halves = true;
        run(plan);
    }
}

static void try_results(struct loop_plan plan)
{
    static const kern_return_t results[] = {
        KERN_SUCCESS, KERN_FAILURE, MIG_NO_REPLY, MIG_TYPE_ERROR, MIG_BAD_ARGUMENTS, INT32_MIN,
    };
    for (unsigned int i = 0; i < sizeof(results) / sizeof(results[0]); i++) {
        plan.result = results[i];
        plan.course = LOOP_PLAIN;
        run_both(plan);
        if (plan.result != KERN_SUCCESS) {
            plan.course = LOOP_SET_ALL;
            run(plan);
        }
    }
    plan.result = KERN_SUCCESS;
    plan.course = LOOP_IDLE;
    run_both(plan);
}

/* The kernel leaves the message alone. */
static const mach_msg_return_t refusals[] = {
    MACH_SEND_INVALID_DEST,   MACH_SEND_INVALID_DATA,    MACH_SEND_INVALID_HEADER,
    MACH_SEND_INVALID_REPLY,  MACH_SEND_INVALID_RIGHT,   MACH_SEND_INVALID_MEMORY,
    MACH_SEND_INVALID_TYPE,   MACH_SEND_MSG_TOO_SMALL,   MACH_SEND_TOO_LARGE,
    MACH_SEND_INVALID_NOTIFY, MACH_SEND_INVALID_TRAILER, MACH_SEND_INVALID_VOUCHER,
    MACH_SEND_NO_BUFFER,
};

/* The message comes back as if received: the first to everybody, the others to who set a limit. */
static const mach_msg_return_t returns[] = {
    MACH_SEND_NO_BUFFER,   MACH_SEND_NO_BUFFER | MACH_MSG_IPC_SPACE,
    MACH_SEND_TIMED_OUT,   MACH_SEND_TIMED_OUT | MACH_MSG_VM_SPACE,
    MACH_SEND_INTERRUPTED,
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void try_send_failures(struct loop_plan plan)
{
    const unsigned int count = plan.routine->comes_back ? COUNT(returns) : 2;
    plan.course = LOOP_SEND_FAILS;
    for (unsigned int i = 0; i < COUNT(refusals); i++) {
        plan.failure = refusals[i];
        run_both(plan);
    }
    plan.comes_back = true;
    for (unsigned int i = 0; i < count; i++) {
        plan.failure = returns[i];
        run_both(plan);
    }
}

static void try_lost_replies(struct loop_plan plan)
{
    static const mach_msg_return_t failures[] = {
        MACH_RCV_TIMED_OUT,
        MACH_RCV_INTERRUPTED,
        MACH_RCV_PORT_DIED,
        MACH_RCV_PORT_CHANGED,
        MACH_RCV_TOO_LARGE,
        MACH_RCV_INVALID_NAME,
        MACH_RCV_IN_SET,
        MACH_RCV_INVALID_DATA,
        MACH_RCV_INVALID_NOTIFY,
        MACH_RCV_BODY_ERROR | MACH_MSG_IPC_SPACE,
        MACH_RCV_BODY_ERROR | MACH_MSG_VM_SPACE,
    };
    const unsigned int all = COUNT(failures);
    /* The last two: of the reply some arrives. That takes a task's space or map. */
    const bool in_part = plan.routine->reply.descriptors != 0 && !loop_interface->from_kernel;
    const unsigned int count = in_part ? all : all - 2;
    plan.course = LOOP_REPLY_LOST;
    for (unsigned int i = 0; i < count; i++) {
        plan.failure = failures[i];
        plan.result = KERN_SUCCESS;
        run(plan);
        if ((plan.failure & ~MACH_MSG_MASK) != MACH_RCV_BODY_ERROR) {
            plan.result = KERN_FAILURE;
            run(plan);
        }
    }
    if (plan.routine->halves != NULL) {
        plan.course = LOOP_LATE_FAILS;
        plan.failure = MACH_SEND_INVALID_DEST;
        plan.result = MIG_NO_REPLY;
        plan.halves = true;
        run(plan);
    }
}

/* With one right more, an error reply would be as long as a good one with a right. */
static bool becomes_good(const struct loop_message *reply)
{
    const uint32_t size =
        sizeof(mig_reply_error_t) + sizeof(mach_msg_body_t) + sizeof(mach_msg_port_descriptor_t);
    return reply->descriptors == 1 && reply->minimum <= size && size <= reply->size;
}

/* Can a kernel deliver a reply with this damage, and is it one? */
static bool is_deliverable(const struct loop_plan *plan)
{
    const struct loop_message *reply = &plan->routine->reply;
    const struct loop_field *fields = reply->fields;
    if (plan->result != KERN_SUCCESS) {
        return plan->damage != LOOP_OTHER_RIGHT &&
               (plan->damage != LOOP_ANOTHER_RIGHT || !becomes_good(reply));
    }
    switch (plan->damage) {
    case LOOP_OTHER_RIGHT: return fields[0].kind == LOOP_RIGHT && fields[0].disposition != 0;
    case LOOP_SHORTER: /* a descriptor is whole, or it is not there */
        return fields[reply->field_count - 1].kind != LOOP_RIGHT &&
               fields[reply->field_count - 1].kind != LOOP_REGION &&
               fields[reply->field_count - 1].kind != LOOP_RIGHTS;
    default: return true;
    }
}

static void try_damaged_replies(struct loop_plan plan)
{
    plan.course = LOOP_REPLY_DAMAGED;
    for (enum loop_damage damage = LOOP_OTHER_ID; damage < LOOP_DAMAGES; damage++) {
        plan.damage = damage;
        if (is_deliverable(&plan)) {
            run_both(plan);
        }
    }
}

/* The call with its count that is too large; if it is a result's, also when it comes later. */
static void try_count(struct loop_plan plan)
{
    run_both(plan);
    if (plan.tag >= TAG_OUT && plan.routine->halves != NULL) {
        plan.halves = true;
        plan.result = MIG_NO_REPLY;
        run(plan);
    }
}

/* Every count of MESSAGE: one more than declared, and one more than the caller has room for. */
static void try_counts(struct loop_plan plan, const struct loop_message *message)
{
    plan.course = LOOP_TOO_MANY;
    for (unsigned int i = 0; i < message->field_count; i++) {
        const struct loop_field *field = &message->fields[i];
        plan.tag = field->tag;
        plan.count = field->bound + 1;
        plan.is_over_room = plan.no_room = false;
        if (plan.tag != 0) {
            try_count(plan);
        }
        plan.is_over_room = true;
        plan.no_room = field->room == field->bound;
        plan.count = plan.no_room ? 1 : field->room + 1;
        if (plan.tag != 0 && field->room != 0) {
            plan.no_room ? run(plan) : try_count(plan); /* a half may have less to give */
        }
    }
}

static void try_probes(struct loop_plan plan)
{
    loop_probes = true;
    run(plan);
    loop_probes = false;
    mach_msg_header_t *reply = loop_take_kept_reply();
    if (reply != NULL) {
        loop = plan;
        loop_probe_reply(reply);
        free(reply);
    }
}

static void try_routine(const struct loop_case *routine, uint32_t seed)
{
    const struct loop_plan plan = { .routine = routine, .seed = seed, .result = KERN_SUCCESS };
    try_results(plan);
    try_send_failures(plan);
    try_counts(plan, &routine->request);
    if (routine->has_code) {
        struct loop_plan coded = plan;
        coded.course = LOOP_CODED;
        seed <= PROBED_ROUNDS ? try_probes(coded) : run(coded);
    }
    if (routine->allocates) {
        struct loop_plan without = plan;
        without.course = LOOP_NO_MEMORY;
        run_both(without);
    }
    if (!routine->one_way) {
        struct loop_plan error = plan;
        error.result = KERN_FAILURE;
        try_lost_replies(plan);
        try_damaged_replies(plan);
        try_damaged_replies(error);
        try_counts(plan, &routine->reply);
        if (seed <= PROBED_ROUNDS) {
            try_probes(error);
        }
    }
    if (seed <= PROBED_ROUNDS) {
        try_probes(plan);
    }
}

/* Not every routine of an interface must be served where the server is the kernel. */
static bool is_served(const struct loop_case *routine)
{
    struct {
        mig_reply_error_t error;
        char more[512]; /* of a trailer that nobody sent */
    } request = { .error.Head.msgh_size = sizeof(mach_msg_header_t) };
    mig_reply_error_t *reply = malloc(loop_reply_room());
    request.error.Head.msgh_id = routine->request.id;
    loop = (struct loop_plan){ .routine = routine, .probed = true };
    loop_side = LOOP_SERVER;
    const bool is_served = loop_interface->server(&request.error.Head, &reply->Head);
    free(reply);
    return is_served;
}

int loop_main(const struct loop_interface *interface, int argc, char **argv)
{
    const uint32_t rounds = argc > 1 ? (uint32_t)atoi(argv[1]) : 100;
    loop_interface = interface;
    loop_seeds = argc > 2 ? argv[2] : NULL;
    for (unsigned int i = 0; i < interface->case_count; i++) {
        const struct loop_case *routine = &interface->cases[i];
        const bool served = is_served(routine);
        if (!served) {
            LOOP_CHECK(interface->in_kernel);
            printf("%s is not served\n", routine->request.name);
        }
        for (uint32_t seed = 1; served && seed <= rounds; seed++) {
            try_routine(routine, seed);
        }
    }
    printf("%s: %u rounds passed\n", interface->name, rounds);
    return 0;
}
