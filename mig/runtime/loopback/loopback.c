/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The course of the calls: every routine with every result, failure and damage, and what must have
 * come of it: the caller's result, the number of calls, and an empty ledger.
 */
#include "loopback_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Rounds in which every byte of every message is tried; all others only vary values. */
enum {
    PROBED_ROUNDS = 2
};

struct loop_plan loop;
struct loop_outcome loop_outcome;
const struct loop_interface *loop_interface;
bool loop_probes;
const char *loop_seeds;

/* AddressSanitizer shall keep frames on the stack, where what was there before can be seen. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return "detect_stack_use_after_return=0";
}

void loop_fail(const char *file, int line, const char *what)
{
    const char *routine = loop.routine != NULL ? loop.routine->request.name : "";
    fprintf(stderr,
            "%s:%d: %s (seed %u, result %d, course %d, damage %d, failure %#x, tag %u%s): %s\n",
            file, line, routine, loop.seed, loop.result, loop.course, loop.damage,
            (unsigned int)loop.failure, loop.tag, loop.halves ? ", halves" : "", what);
    abort();
}

/* What must come of a call --------------------------------------------------------------------- */

static bool is_client_tag(void)
{
    return loop.tag < TAG_OUT;
}

/* The request did not reach the routine. */
static bool is_not_called(void)
{
    return loop.course == LOOP_SEND_FAILS || (loop.course == LOOP_TOO_MANY && is_client_tag()) ||
           (loop.course == LOOP_REPLY_DAMAGED && loop.damage == LOOP_SERVER_DIED);
}

static kern_return_t expected_of_damage(void)
{
    switch (loop.damage) {
    case LOOP_OTHER_ID: return MIG_REPLY_MISMATCH;
    case LOOP_SERVER_DIED: return MIG_SERVER_DIED;
    default: return MIG_TYPE_ERROR;
    }
}

/* Memory of a fixed size that an idle routine did not make cannot be replied. */
static bool has_fixed_memory(const struct loop_message *reply)
{
    for (unsigned int i = 0; i < reply->field_count; i++) {
        const struct loop_field *field = &reply->fields[i];
        if (field->fixed != 0 && field->kind != LOOP_RIGHT && !field->goes_back) {
            return true;
        }
    }
    return false;
}

static kern_return_t expected_result(void)
{
    switch (loop.course) {
    case LOOP_TOO_MANY: return MIG_ARRAY_TOO_LARGE;
    case LOOP_SEND_FAILS:
    case LOOP_LATE_FAILS:
    case LOOP_REPLY_LOST: return loop.failure;
    default: break;
    }
    if (loop.routine->one_way) {
        return KERN_SUCCESS;
    }
    if (loop.course == LOOP_REPLY_DAMAGED) {
        return expected_of_damage();
    }
    if (loop.course == LOOP_IDLE && has_fixed_memory(&loop.routine->reply)) {
        return MIG_TYPE_ERROR;
    }
    return loop.result == MIG_NO_REPLY ? MIG_SERVER_DIED : loop.result;
}

/* The thread's reply port can be used again only if surely no reply is on its way. */
static bool is_reply_port_dropped(kern_return_t got)
{
    if (loop.routine->one_way || loop.routine->own_reply_port || loop.halves) {
        return false;
    }
    if (got == MACH_RCV_TOO_LARGE) {
        return true;
    }
    return loop.course == LOOP_REPLY_LOST ||
           (loop.course == LOOP_SEND_FAILS && loop.failure != MACH_SEND_INVALID_DEST &&
            loop.failure != MACH_SEND_INVALID_DATA && loop.failure != MACH_SEND_INVALID_HEADER);
}

/* The contract: each side gives back what it must still have, and nothing is left. */
static void settle(kern_return_t got)
{
    if (loop_outcome.delivered != NULL) {
        loop_side = LOOP_CLIENT;
        if (got == KERN_SUCCESS) {
            mach_msg_destroy(loop_outcome.delivered);
        }
        free(loop_outcome.delivered);
    }
    LOOP_CHECK(loop_outcome.reply_port_dropped == is_reply_port_dropped(got));
    if (!loop_outcome.reply_port_dropped) {
        ledger_take(LOOP_CLIENT, LOOP_REPLY_PORT, MACH_MSG_TYPE_PORT_RECEIVE);
    }
    ledger_settle(LOOP_CLIENT, !loop_outcome.taken, !loop_outcome.memory_taken);
    ledger_settle(LOOP_SERVER, !loop_outcome.results_gone, true);
    ledger_check_empty();
}

void loop_end(kern_return_t got)
{
    const bool too_large = loop.course == LOOP_REPLY_DAMAGED && got == MACH_RCV_TOO_LARGE;
    if (loop.course == LOOP_REPLY_PROBED) {
        loop_probe_end(got);
    } else {
        if (!too_large && got != expected_result()) {
            fprintf(stderr, "got %d (%#x), must be %d\n", got, (unsigned int)got,
                    expected_result());
            LOOP_CHECK(!"the result of the call");
        }
        LOOP_CHECK(loop.calls == (is_not_called() ? 0 : 1));
    }
    settle(got);
    loop_forget_reply();
}

bool loop_has_results(kern_return_t got)
{
    return got == KERN_SUCCESS && loop.course != LOOP_IDLE && loop.course != LOOP_REPLY_PROBED;
}

/* What a routine does -------------------------------------------------------------------------- */

bool loop_enter(void)
{
    LOOP_CHECK(!loop.must_not_be_called);
    LOOP_CHECK(loop_side == LOOP_SERVER);
    loop.calls++;
    return !loop.probed;
}

bool loop_takes(void)
{
    return loop.result == KERN_SUCCESS || loop.result == MIG_NO_REPLY;
}

bool loop_sets_results(void)
{
    return loop.course == LOOP_SET_ALL || (loop.result == KERN_SUCCESS && loop.course != LOOP_IDLE);
}

kern_return_t loop_code(void)
{
    return loop.course == LOOP_CODED ? 77 : KERN_SUCCESS;
}

uint32_t loop_given_count(unsigned int tag, uint32_t count, uint32_t max)
{
    LOOP_CHECK(count <= max);
    return loop.course == LOOP_TOO_MANY && loop.tag == tag ? loop.count : count;
}

bool loop_is_over_room(unsigned int tag)
{
    return loop.course == LOOP_TOO_MANY && loop.tag == tag && loop.is_over_room;
}

/* One call ------------------------------------------------------------------------------------- */

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

static void try_send_failures(struct loop_plan plan)
{
    static const mach_msg_return_t failures[] = {
        MACH_SEND_INVALID_DEST, MACH_SEND_INVALID_DATA, MACH_SEND_INVALID_HEADER,
        MACH_SEND_TIMED_OUT,    MACH_SEND_INTERRUPTED,  MACH_SEND_TIMED_OUT | MACH_MSG_VM_SPACE,
    };
    const unsigned int count = plan.routine->comes_back ? 6 : 3;
    plan.course = LOOP_SEND_FAILS;
    for (unsigned int i = 0; i < count; i++) {
        plan.failure = failures[i];
        run_both(plan);
    }
}

static void try_lost_replies(struct loop_plan plan)
{
    static const mach_msg_return_t failures[] = {
        MACH_RCV_TIMED_OUT,
        MACH_RCV_INTERRUPTED,
        MACH_RCV_PORT_DIED,
        MACH_RCV_TOO_LARGE,
        MACH_RCV_BODY_ERROR | MACH_MSG_IPC_SPACE,
    };
    const unsigned int count = plan.routine->reply.descriptors != 0 ? 5 : 4;
    plan.course = LOOP_REPLY_LOST;
    for (unsigned int i = 0; i < count; i++) {
        plan.failure = failures[i];
        run(plan);
    }
    if (plan.routine->halves != NULL) {
        plan.course = LOOP_LATE_FAILS;
        plan.failure = MACH_SEND_INVALID_DEST;
        plan.result = MIG_NO_REPLY;
        plan.halves = true;
        run(plan);
    }
}

/* Can a kernel deliver a reply with this damage? */
static bool is_deliverable(enum loop_damage damage, const struct loop_message *reply)
{
    const struct loop_field *fields = reply->fields;
    switch (damage) {
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
        if (is_deliverable(damage, &plan.routine->reply)) {
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
        plan.is_over_room = false;
        if (plan.tag != 0) {
            try_count(plan);
        }
        plan.count = field->room + 1;
        plan.is_over_room = true;
        if (plan.tag != 0 && field->room != 0 && field->room < field->bound) {
            try_count(plan);
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
        run(coded);
    }
    if (!routine->one_way) {
        try_lost_replies(plan);
        try_damaged_replies(plan);
        try_counts(plan, &routine->reply);
    }
    if (seed <= PROBED_ROUNDS) {
        try_probes(plan);
    }
}

int loop_main(const struct loop_interface *interface, int argc, char **argv)
{
    const uint32_t rounds = argc > 1 ? (uint32_t)atoi(argv[1]) : 100;
    loop_interface = interface;
    loop_seeds = argc > 2 ? argv[2] : NULL;
    for (uint32_t seed = 1; seed <= rounds; seed++) {
        for (unsigned int i = 0; i < interface->case_count; i++) {
            try_routine(&interface->cases[i], seed);
        }
    }
    printf("%s: %u rounds passed\n", interface->name, rounds);
    return 0;
}
