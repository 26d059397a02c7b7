/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What can be asked about a receive right and set on it: attributes, counts, context, guard.
 */
#include "conformance.h"

#include <mach/mach_port.h>

#define SELF           mach_task_self()
#define WRONG_GUARD    (GUARD + 1)
#define FLAVOR_UNKNOWN 99

static kern_return_t set_value(struct subject *subject, kern_return_t result, uint64_t value)
{
    if (result == KERN_SUCCESS) {
        subject->has_value = true;
        subject->value = value;
    }
    return result;
}

/* The number is the WORD'th of the answer. */
static kern_return_t run_get_attributes(struct subject *subject, int flavor, int word)
{
    integer_t info[MACH_PORT_RECEIVE_STATUS_COUNT] = { 0 };
    mach_msg_type_number_t count = MACH_PORT_RECEIVE_STATUS_COUNT;
    kern_return_t result = mach_port_get_attributes(SELF, subject->name, flavor, info, &count);
    return set_value(subject, result,
                     (mach_msg_type_number_t)word < count ? (uint64_t)info[word] : 0);
}

static kern_return_t run_get_short(struct subject *subject, int flavor, int unused)
{
    integer_t info[1];
    mach_msg_type_number_t count = 0;
    (void)unused;
    return mach_port_get_attributes(SELF, subject->name, flavor, info, &count);
}

/* The number is the limit that holds afterwards. */
static kern_return_t run_set_limit(struct subject *subject, int flavor, int limit)
{
    mach_port_limits_t limits = { .mpl_qlimit = (mach_port_msgcount_t)limit };
    kern_return_t result = mach_port_set_attributes(
        SELF, subject->name, flavor, (mach_port_info_t)&limits, MACH_PORT_LIMITS_INFO_COUNT);
    return result == KERN_SUCCESS ? run_get_attributes(subject, MACH_PORT_LIMITS_INFO, 0) : result;
}

static kern_return_t run_get_srights(struct subject *subject, int a, int b)
{
    mach_port_rights_t count = 0;
    (void)a;
    (void)b;
    return set_value(subject, mach_port_get_srights(SELF, subject->name, &count), count);
}

/* The words of a mach_port_status that these calls set. */
enum {
    WORD_SEQNO = offsetof(mach_port_status_t, mps_seqno) / sizeof(integer_t),
    WORD_MSCOUNT = offsetof(mach_port_status_t, mps_mscount) / sizeof(integer_t),
    WORD_SORIGHTS = offsetof(mach_port_status_t, mps_sorights) / sizeof(integer_t),
};

static kern_return_t run_set_mscount(struct subject *subject, int count, int unused)
{
    (void)unused;
    kern_return_t result = mach_port_set_mscount(SELF, subject->name, (mach_port_mscount_t)count);
    return result == KERN_SUCCESS
               ? run_get_attributes(subject, MACH_PORT_RECEIVE_STATUS, WORD_MSCOUNT)
               : result;
}

static kern_return_t run_set_seqno(struct subject *subject, int number, int unused)
{
    (void)unused;
    kern_return_t result = mach_port_set_seqno(SELF, subject->name, (mach_port_seqno_t)number);
    return result == KERN_SUCCESS
               ? run_get_attributes(subject, MACH_PORT_RECEIVE_STATUS, WORD_SEQNO)
               : result;
}

static kern_return_t run_get_context(struct subject *subject, int a, int b)
{
    mach_port_context_t context = 0;
    (void)a;
    (void)b;
    return set_value(subject, mach_port_get_context(SELF, subject->name, &context), context);
}

/* The number is what mach_port_get_context then tells. */
static kern_return_t run_set_context(struct subject *subject, int context, int unused)
{
    (void)unused;
    kern_return_t result = mach_port_set_context(SELF, subject->name, (mach_port_context_t)context);
    return result == KERN_SUCCESS ? run_get_context(subject, 0, 0) : result;
}

static kern_return_t run_guard(struct subject *subject, int guard, int strict)
{
    kern_return_t result = mach_port_guard(SELF, subject->name, (mach_port_context_t)guard, strict);
    return result == KERN_SUCCESS ? run_get_context(subject, 0, 0) : result;
}

static kern_return_t run_unguard(struct subject *subject, int guard, int unused)
{
    (void)unused;
    return mach_port_unguard(SELF, subject->name, (mach_port_context_t)guard);
}

static kern_return_t run_swap_guard(struct subject *subject, int guard, int unused)
{
    (void)unused;
    kern_return_t result =
        mach_port_swap_guard(SELF, subject->name, (mach_port_context_t)guard, NEW_GUARD);
    return result == KERN_SUCCESS ? run_get_context(subject, 0, 0) : result;
}

static kern_return_t run_destruct(struct subject *subject, int delta, int guard)
{
    return mach_port_destruct(SELF, subject->name, delta, (mach_port_context_t)guard);
}

const struct operation attribute_operations[] = {
    { "get_attributes LIMITS_INFO", run_get_attributes, MACH_PORT_LIMITS_INFO, 0 },
    { "get_attributes RECEIVE_STATUS, make-sends", run_get_attributes, MACH_PORT_RECEIVE_STATUS,
      WORD_MSCOUNT },
    { "get_attributes RECEIVE_STATUS, send-onces", run_get_attributes, MACH_PORT_RECEIVE_STATUS,
      WORD_SORIGHTS },
    { "get_attributes LIMITS_INFO, no room", run_get_short, MACH_PORT_LIMITS_INFO, 0 },
    { "get_attributes 99", run_get_attributes, FLAVOR_UNKNOWN, 0 },
    { "set_attributes LIMITS_INFO 3", run_set_limit, MACH_PORT_LIMITS_INFO, 3 },
    { "set_attributes LIMITS_INFO 1025", run_set_limit, MACH_PORT_LIMITS_INFO, 1025 },
    { "set_attributes 99", run_set_limit, FLAVOR_UNKNOWN, 0 },
    { "get_srights", run_get_srights, 0, 0 },
    { "set_mscount 7", run_set_mscount, 7, 0 },
    { "set_seqno 7", run_set_seqno, 7, 0 },
    { "get_context", run_get_context, 0, 0 },
    { "set_context 7", run_set_context, 7, 0 },
    { "guard", run_guard, NEW_GUARD, false },
    { "guard, strict", run_guard, NEW_GUARD, true },
    { "unguard", run_unguard, GUARD, 0 },
    { "unguard, wrong guard", run_unguard, WRONG_GUARD, 0 },
    { "swap_guard", run_swap_guard, GUARD, 0 },
    { "swap_guard, wrong guard", run_swap_guard, WRONG_GUARD, 0 },
    { "destruct", run_destruct, 0, GUARD },
    { "destruct, wrong guard", run_destruct, 0, WRONG_GUARD },
    { "destruct, send -1", run_destruct, -1, GUARD },
    { "destruct, send -9", run_destruct, -9, GUARD },
    { "destruct, send +1", run_destruct, 1, GUARD },
    { NULL, NULL, 0, 0 },
};
