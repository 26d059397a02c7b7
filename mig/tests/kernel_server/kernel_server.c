/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The stubs of cases/kernel.defs under a kernel that only counts: after each call, whatever the
 * routine answered and whatever it said about its results, no right and no memory may be left, and
 * none given up twice.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "counting_kernel.h"
#include "kernel_server.h"

enum {
    REPLY_ROOM = 1000
};

/* What the routine does. */
struct plan {
    kern_return_t code;
    mach_msg_type_number_t inline_count, array_count, number_count;
};

static struct plan plan;

/* Objects and the routines ------------------------------------------------------------------------ */

object_t object_from_port(struct ipc_port *port)
{
    if (port != NULL) {
        port->uses++;
    }
    return (object_t)port;
}

/* The object's reference becomes a right. */
struct ipc_port *port_from_object(object_t object)
{
    return (struct ipc_port *)object;
}

void object_release(object_t object)
{
    if (object != NULL) {
        CHECK(((struct ipc_port *)object)->uses-- > 0);
    }
}

kern_return_t object_call(object_t object, int a, int64_t b, int *c, int64_t *d)
{
    (void)object;
    *c = a;
    *d = b;
    return plan.code;
}

/* The routine has what came only if it does not fail. */
static bool takes(void)
{
    return plan.code == KERN_SUCCESS || plan.code == MIG_NO_REPLY;
}

static void take_array(ipc_port_t *array, mach_msg_type_number_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        release(array[i], false);
    }
}

kern_return_t object_ports(object_t object, ipc_port_t a, ipc_port_t b, object_t c, object_t o,
                           ipc_port_t *d, ipc_port_t *e, object_t *f, ipc_port_t *g, ipc_port_t *h,
                           ipc_port_t *i)
{
    CHECK(object != NULL && c != NULL && o != NULL);
    if (takes()) {
        release(a, false);
        release(b, false);
        release(*g, false);
        take_array(h, 2);
    }
    if (plan.code == KERN_SUCCESS) {
        *d = new_right(false);
        *e = NULL;
        *f = (object_t)new_right(false);
        *g = new_right(false);
        i[1] = new_right(false);
    }
    return plan.code;
}

kern_return_t object_memory(object_t object, vm_map_copy_t a, mach_msg_type_number_t aCnt,
                            vm_map_copy_t b, mach_msg_type_number_t bCnt, ipc_port_t *c,
                            mach_msg_type_number_t cCnt, ipc_port_t *d, mach_msg_type_number_t dCnt,
                            vm_map_copy_t *e, mach_msg_type_number_t *eCnt, ipc_port_t **f,
                            mach_msg_type_number_t *fCnt, ipc_port_t **g,
                            mach_msg_type_number_t *gCnt)
{
    CHECK(object != NULL && b != NULL && aCnt == 1 && bCnt == 1);
    if (takes()) {
        vm_map_copy_discard(a);
        take_array(c, cCnt);
        mig_free_port_array(c, cCnt);
        take_array(d, dCnt);
    }
    if (plan.code == KERN_SUCCESS) {
        *e = new_copy();
        *eCnt = 1;
        *f = new_array(*fCnt = 2);
        *g = new_array(*gCnt = 1);
    }
    return plan.code;
}

kern_return_t object_text(object_t object, text_t a, text_t b, ints_t c,
                          mach_msg_type_number_t *cCnt, int *d)
{
    (void)object;
    (void)c;
    memcpy(b, a, sizeof(text_t));
    *cCnt = plan.number_count;
    *d = 1;
    return plan.code;
}

kern_return_t object_hint(object_t object, int a)
{
    (void)object;
    (void)a;
    return plan.code;
}

kern_return_t object_crowd(object_t object, ipc_port_t a, object_t b, ipc_port_t *c,
                           mach_msg_type_number_t cCnt, ipc_port_t *d, object_t *e, ipc_port_t *f,
                           mach_msg_type_number_t *fCnt, vm_map_copy_t *g,
                           mach_msg_type_number_t *gCnt, ipc_port_t **h,
                           mach_msg_type_number_t *hCnt, ints_t i, mach_msg_type_number_t *iCnt)
{
    CHECK(object != NULL && b != NULL && i != NULL && *d != NULL);
    if (takes()) {
        release(a, false);
        take_array(c, cCnt);
    }
    if (plan.code == MIG_NO_REPLY) {
        release(*d, false);
    }
    if (plan.code == KERN_SUCCESS) {
        *e = (object_t)new_right(false);
        for (uint32_t k = 0; k < plan.inline_count && k < 3; k++) {
            f[k] = new_right(false);
        }
        *fCnt = plan.inline_count;
        *g = new_copy();
        *gCnt = 1;
        *h = new_array(*hCnt = plan.array_count);
        *iCnt = plan.number_count;
    }
    return plan.code;
}

/* Calls ------------------------------------------------------------------------------------------- */

static ipc_port_descriptor_t port_in(bool once)
{
    return (ipc_port_descriptor_t){
        .name = new_right(once),
        .disposition = once ? MACH_MSG_TYPE_PORT_SEND_ONCE : MACH_MSG_TYPE_PORT_SEND,
        .type = MACH_MSG_PORT_DESCRIPTOR,
    };
}

static ipc_ool_descriptor_t memory_in(void)
{
    return (
        ipc_ool_descriptor_t){ .address = new_copy(), .size = 1, .type = MACH_MSG_OOL_DESCRIPTOR };
}

static ipc_ool_ports_descriptor_t array_in(uint32_t count)
{
    return (ipc_ool_ports_descriptor_t){
        .address = new_array(count),
        .count = count,
        .disposition = MACH_MSG_TYPE_PORT_SEND,
        .type = MACH_MSG_OOL_PORTS_DESCRIPTOR,
    };
}

/*
 * Call the stub for REQUEST as the kernel's dispatcher does: what came is destroyed if the routine
 * did not take it, what goes is the client's. Then nothing must be left, but for the object.
 */
static void call(mach_msg_header_t *request, mach_msg_id_t id, uint32_t size,
                 kern_return_t expected)
{
    static _Alignas(8) char room[REPLY_ROOM];
    struct ipc_port *object = new_right(false);
    mig_reply_error_t *reply = (mig_reply_error_t *)room;
    struct ipc_kobject_call kobject_call = { object, request, &reply->Head };
    request->msgh_id = id;
    request->msgh_size = size;
    const struct ipc_kobject_routine *routine =
        &kernel_case_subsystem.routines[id - kernel_case_subsystem.start];
    CHECK(routine->max_reply_size <= REPLY_ROOM);
    memset(room, 0xdd, sizeof(room));
    reply->Head.msgh_bits = 0;
    routine->stub(&kobject_call);
    const bool complex = (reply->Head.msgh_bits & MACH_MSGH_BITS_COMPLEX) != 0;
    const kern_return_t result = complex ? KERN_SUCCESS : reply->RetCode;
    CHECK(result == expected);
    CHECK(reply->Head.msgh_size <= routine->max_reply_size);
    CHECK(result == KERN_SUCCESS || reply->Head.msgh_size == sizeof(*reply));
    if (result != KERN_SUCCESS && result != MIG_NO_REPLY) {
        mach_msg_destroy_from_kernel(request);
    }
    mach_msg_destroy_from_kernel(&reply->Head);
    release(object, false);
    check_nothing_is_left();
}

static void call_ports(kern_return_t expected)
{
    __Request__object_ports_t request = {
        .Head.msgh_bits = MACH_MSGH_BITS_COMPLEX,
        .msgh_body = { 7 },
        .a = port_in(false),
        .b = port_in(false),
        .c = port_in(false),
        .o = port_in(true),
        .g = port_in(false),
        .h = { port_in(false), port_in(false) },
    };
    call(&request.Head, 5202, sizeof(request), expected);
}

static void call_memory(kern_return_t expected)
{
    __Request__object_memory_t request = {
        .Head.msgh_bits = MACH_MSGH_BITS_COMPLEX,
        .msgh_body = { 4 },
        .a = memory_in(),
        .b = memory_in(),
        .c = array_in(2),
        .d = array_in(3),
        .NDR = NDR_record,
        .aCnt = 1,
        .bCnt = 1,
        .cCnt = 2,
        .dCnt = 3,
    };
    call(&request.Head, 5203, sizeof(request), expected);
}

static void call_crowd(kern_return_t expected)
{
    __Request__object_crowd_t request = {
        .Head.msgh_bits = MACH_MSGH_BITS_COMPLEX,
        .msgh_body = { 4 },
        .a = port_in(false),
        .b = port_in(false),
        .c = array_in(2),
        .d = port_in(false),
        .NDR = NDR_record,
        .cCnt = 2,
    };
    call(&request.Head, 5206, sizeof(request), expected);
}

static void call_text(kern_return_t expected)
{
    __Request__object_text_t request = { .NDR = NDR_record, .aCnt = 4, .a = "abc", .cCnt = 9 };
    const uint32_t size = sizeof(request) - sizeof(request.a) + 4;
    memmove(request.a + 4, &request.cCnt, sizeof(request.cCnt));
    call(&request.Head, 5204, size, expected);
}

/* The request is refused: nothing reaches the routine. */
static void call_damaged(void)
{
    __Request__object_ports_t request = { .Head.msgh_bits = MACH_MSGH_BITS_COMPLEX,
                                          .msgh_body = { 1 },
                                          .a = port_in(true) };
    call(&request.Head, 5202, sizeof(request), MIG_BAD_ARGUMENTS);
}

int main(void)
{
    static const struct plan plans[] = {
        { KERN_SUCCESS, 2, 3, 9 },   { KERN_SUCCESS, 0, 0, 0 },  { KERN_SUCCESS, 3, 4, 5 },
        { KERN_FAILURE, 2, 3, 9 },   { MIG_NO_REPLY, 2, 3, 9 },  { KERN_SUCCESS, 4, 3, 9 },
        { KERN_SUCCESS, 2, 5, 9 },   { KERN_SUCCESS, 2, 3, 10 }, { KERN_SUCCESS, 4, 5, 10 },
        { KERN_SUCCESS, ~0u, 0, 0 },
    };
    for (size_t i = 0; i < sizeof(plans) / sizeof(plans[0]); i++) {
        plan = plans[i];
        (void)snprintf(situation, sizeof(situation), "code %d, counts %u, %u, %u", plan.code,
                       plan.inline_count, plan.array_count, plan.number_count);
        const bool crowded = plan.inline_count > 3 || plan.array_count > 4 || plan.number_count > 9;
        const bool refused = plan.code == KERN_SUCCESS && crowded;
        call_ports(plan.code);
        call_memory(plan.code);
        call_crowd(refused ? MIG_ARRAY_TOO_LARGE : plan.code);
        call_text(plan.code == KERN_SUCCESS && plan.number_count > 9 ? MIG_ARRAY_TOO_LARGE
                                                                     : plan.code);
        call_damaged();
    }
    printf("kernel: passed\n");
    return 0;
}
