/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The routines of ownership.defs: each takes or leaves what came and makes its results, as planned.
 */
#include "ownership_server.h"

#include <mach/mig.h>

#include <ownership/ownership_server.h>

#include "ownership_rights.h"
#include "systest.h"
#include "systest_task.h"

enum {
    MOST_GIVEN = 16,
    FEW = 3
};

struct ownership_plan ownership_plan;

/* What the routines made for results, and what of it stays here. */
static struct given given[MOST_GIVEN];
static uint32_t given_count;
static char *memory_left;
static mach_port_t *array_left;

void ownership_serve(void *port)
{
    (void)mach_msg_server(ownership_server, serve_ownership_subsystem.maxsize, *(mach_port_t *)port,
                          MACH_MSG_OPTION_NONE);
}

/* Does the routine own what came? If it is to die, it does so here. */
static bool takes(void)
{
    if (ownership_plan.dies) {
        bare_task_exit();
    }
    return ownership_plan.code == KERN_SUCCESS || ownership_plan.code == MIG_NO_REPLY;
}

/* Without an answer, the right to it is the routine's too. Returns: what the routine returns. */
static kern_return_t finish(mach_port_t reply)
{
    if (ownership_plan.code == MIG_NO_REPLY) {
        right_end(ONCE, reply);
    }
    return ownership_plan.code;
}

static bool makes_results(void)
{
    return ownership_plan.code == KERN_SUCCESS;
}

static mach_port_t make(enum given_kind kind)
{
    EXPECT(given_count < MOST_GIVEN);
    given[given_count] = give(kind);
    return given[given_count++].name;
}

static mach_port_t *make_array(uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        (void)make(MOVED);
    }
    return array_give(given + given_count - count, count);
}

kern_return_t serve_idle(mach_port_t)
{
    return KERN_SUCCESS;
}

kern_return_t serve_forget(mach_port_t)
{
    for (uint32_t i = 0; i < given_count; i++) {
        given_end(&given[i], false);
    }
    given_count = 0;
    if (memory_left != nullptr) {
        memory_end(memory_left, GIVEN_BYTES);
        memory_left = nullptr;
    }
    if (array_left != nullptr) {
        array_end(array_left, 1);
        array_left = nullptr;
    }
    return KERN_SUCCESS;
}

kern_return_t serve_rights(mach_port_t, mach_port_t reply, mach_port_t a, mach_port_t b,
                           mach_port_t c, mach_port_t d, mach_port_t e, mach_port_t f,
                           mach_port_t *g, mach_port_t *h, mach_port_t *i, mach_port_t *j,
                           mach_port_t *k, mach_port_t *l)
{
    if (takes()) {
        right_end(COPIED, a);
        right_end(MOVED, b);
        right_end(MADE, c);
        right_end(ONCE, d);
        right_end(MADE_ONCE, e);
        right_end(RECEIVE, f);
    }
    if (makes_results()) {
        *g = make(COPIED);
        *h = make(MOVED);
        *i = make(MADE);
        *j = make(ONCE);
        *k = make(MADE_ONCE);
        *l = make(RECEIVE);
    }
    return finish(reply);
}

kern_return_t serve_swaps(mach_port_t, mach_port_t reply, mach_port_t *a, mach_port_t *b,
                          ownership_bytes_t *c, mach_msg_type_number_t *cCnt)
{
    if (takes()) {
        right_end(MOVED, *a);
        right_end(RECEIVE, *b);
        memory_end(*c, *cCnt);
    }
    if (makes_results()) {
        *a = make(MOVED);
        *b = make(RECEIVE);
        *c = memory_give();
        *cCnt = GIVEN_BYTES;
    }
    return finish(reply);
}

kern_return_t serve_arrays(mach_port_t, mach_port_t reply, ownership_pair_t a, ownership_ports_t b,
                           mach_msg_type_number_t bCnt, ownership_ports_t c,
                           mach_msg_type_number_t cCnt, ownership_ports_t d,
                           mach_msg_type_number_t dCnt, ownership_ports_t e,
                           mach_msg_type_number_t eCnt, ownership_pair_t f, ownership_ports_t g,
                           mach_msg_type_number_t *gCnt, ownership_ports_t *h,
                           mach_msg_type_number_t *hCnt, ownership_ports_t *i,
                           mach_msg_type_number_t *iCnt)
{
    if (takes()) {
        array_rights_end(a, 2);
        array_rights_end(b, bCnt);
        array_rights_end(c, cCnt);
        array_end(c, cCnt);
        array_rights_end(d, dCnt);
        array_end(d, dCnt);
        array_rights_end(e, eCnt); /* the array itself is the stub's */
    }
    if (makes_results()) {
        f[0] = make(MOVED);
        f[1] = make(MOVED);
        g[0] = make(MOVED);
        g[1] = make(MOVED);
        *gCnt = ownership_plan.too_many ? FEW + 1 : 2;
        g[2] = ownership_plan.too_many ? make(MOVED) : MACH_PORT_NULL;
        *h = make_array(2);
        *hCnt = 2;
        *i = array_left = make_array(1);
        *iCnt = 1;
    }
    return finish(reply);
}

kern_return_t serve_memory(mach_port_t, mach_port_t reply, ownership_bytes_t a,
                           mach_msg_type_number_t aCnt, ownership_bytes_t b,
                           mach_msg_type_number_t bCnt, ownership_bytes_t c,
                           mach_msg_type_number_t cCnt, ownership_bytes_t d,
                           mach_msg_type_number_t dCnt, ownership_bytes_t *e,
                           mach_msg_type_number_t *eCnt, ownership_bytes_t *f,
                           mach_msg_type_number_t *fCnt)
{
    EXPECT(cCnt == GIVEN_BYTES && c[0] == 'g' && c[GIVEN_BYTES - 1] == 'g');
    if (takes()) {
        memory_end(a, aCnt);
        memory_end(b, bCnt);
        memory_end(d, dCnt);
    }
    if (makes_results()) {
        *e = memory_give();
        *eCnt = GIVEN_BYTES;
        *f = memory_left = memory_give();
        *fCnt = GIVEN_BYTES;
    }
    return finish(reply);
}

kern_return_t serve_tell(mach_port_t, mach_port_t a, ownership_bytes_t b,
                         mach_msg_type_number_t bCnt, ownership_pair_t c)
{
    if (takes()) {
        right_end(MOVED, a);
        memory_end(b, bCnt);
        array_rights_end(c, 2);
    }
    return ownership_plan.code;
}

/* The last three calls never come here: their requests are not received. */
kern_return_t serve_waits(mach_port_t, mach_port_t, mach_port_t, mach_port_t, mach_port_t,
                          ownership_ports_t, mach_msg_type_number_t, ownership_bytes_t,
                          mach_msg_type_number_t, ownership_bytes_t, mach_msg_type_number_t)
{
    return KERN_NOT_SUPPORTED;
}

kern_return_t serve_waits_or_loses(mach_port_t, mach_port_t, mach_port_t, mach_port_t, mach_port_t,
                                   ownership_ports_t, mach_msg_type_number_t, ownership_bytes_t,
                                   mach_msg_type_number_t, ownership_bytes_t,
                                   mach_msg_type_number_t)
{
    return KERN_NOT_SUPPORTED;
}

kern_return_t serve_waits_or_loses_all(mach_port_t, mach_port_t, mach_port_t, mach_port_t,
                                       mach_port_t, ownership_ports_t, mach_msg_type_number_t,
                                       ownership_bytes_t, mach_msg_type_number_t, ownership_bytes_t,
                                       mach_msg_type_number_t)
{
    return KERN_NOT_SUPPORTED;
}
