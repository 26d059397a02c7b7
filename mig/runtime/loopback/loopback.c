/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What must have come of a call: the caller's result, the number of calls, and an empty ledger.
 */
#include "loopback_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct loop_plan loop;
struct loop_outcome loop_outcome;
const struct loop_interface *loop_interface;

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
    return loop.course == LOOP_SEND_FAILS || loop.course == LOOP_NO_MEMORY ||
           (loop.course == LOOP_TOO_MANY && is_client_tag()) ||
           (loop.course == LOOP_REPLY_DAMAGED && loop.damage == LOOP_SERVER_DIED);
}

/* A simple reply of SIZE bytes is one that the routine could give. */
static bool is_simple_reply(uint32_t size)
{
    const struct loop_message *reply = &loop.routine->reply;
    return reply->descriptors == 0 && reply->minimum <= size && size <= reply->size;
}

static kern_return_t expected_of_damage(void)
{
    switch (loop.damage) {
    case LOOP_OTHER_ID: return MIG_REPLY_MISMATCH;
    case LOOP_SERVER_DIED: return MIG_SERVER_DIED;
    default: break;
    }
    if (loop.result == KERN_SUCCESS) {
        return MIG_TYPE_ERROR;
    }
    /* Of an error reply, the code is what counts, as long as it can be found. */
    switch (loop.damage) {
    case LOOP_REMOTE_PORT: return loop.result;
    case LOOP_LONGER:
        return is_simple_reply(sizeof(mig_reply_error_t) + 4) ? loop.result : MIG_TYPE_ERROR;
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
    case LOOP_NO_MEMORY: return KERN_RESOURCE_SHORTAGE;
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

/* The call needed the thread's reply port and failed: it can be used again only if surely no reply is
 * on its way. */
static bool has_failed_with_port(kern_return_t got)
{
    if (loop.routine->one_way || loop.routine->own_reply_port || loop.halves ||
        loop_interface->from_kernel) {
        return false;
    }
    return got == MACH_RCV_TOO_LARGE || loop.course == LOOP_REPLY_LOST ||
           loop.course == LOOP_SEND_FAILS;
}

static bool is_surely_unsent(void)
{
    return loop.course == LOOP_SEND_FAILS &&
           (loop.failure == MACH_SEND_INVALID_DEST || loop.failure == MACH_SEND_INVALID_DATA ||
            loop.failure == MACH_SEND_INVALID_HEADER);
}

/* The contract: each side gives back what it must still have, and nothing is left. */
static void settle(kern_return_t got)
{
    if (loop_outcome.delivered != NULL) {
        loop_side = LOOP_CLIENT;
        if (got == KERN_SUCCESS) {
            loop_interface->destroy(loop_outcome.delivered);
        }
        free(loop_outcome.delivered);
    }
    const bool failed = has_failed_with_port(got);
    LOOP_CHECK(loop_outcome.reply_port_dropped == (failed && !is_surely_unsent()));
    LOOP_CHECK(loop_outcome.reply_port_kept || !(failed && is_surely_unsent()));
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

uint32_t loop_room(unsigned int tag, uint32_t count)
{
    return loop.no_room && loop.tag == tag ? 0 : count;
}

bool loop_is_over_room(unsigned int tag)
{
    return loop.course == LOOP_TOO_MANY && loop.tag == tag && loop.is_over_room;
}
