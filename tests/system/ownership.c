/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The ownership contract of generated stubs (docs/mig.md) between two tasks: each way a right or
 * memory changes hands, under each answer of the server, its death, and requests that cannot be
 * sent. The server's task lives through all cases, so that what it keeps is in the ledger too.
 */
#include <string.h>

#include <ownership/ownership.h>

#include <mach/mach_vm.h>

#include "ownership_rights.h"
#include "ownership_server.h"
#include "systest.h"
#include "systest_msg.h"
#include "systest_task.h"

/* The port of the server: the receive right is the helper's, the send right ours. */
struct server {
    struct helper helper;
    struct worker worker;
    mach_port_t port;
    mach_port_name_t its_port; /* read by its thread */
};

static struct server server;
static uint32_t server_names; /* that the server's task has when nothing is going on */

static const kern_return_t answers[] = { KERN_SUCCESS, KERN_FAILURE, MIG_NO_REPLY };

static bool server_start(struct server *started)
{
    started->port = port_create_with_send();
    started->its_port = HELPER_PORT(0);
    if (!helper_create(&started->helper)) {
        return false;
    }
    helper_give(&started->helper, 0, started->port, MACH_MSG_TYPE_MOVE_RECEIVE);
    return worker_start(&started->worker, started->helper.task, ownership_serve,
                        &started->its_port);
}

static uint32_t names_of(mach_port_t task)
{
    mach_port_name_array_t names;
    mach_port_type_array_t types;
    mach_msg_type_number_t count = 0, type_count = 0;
    EXPECT_OK(mach_port_names(task, &names, &count, &types, &type_count));
    EXPECT_OK(vm_deallocate(mach_task_self(), (vm_address_t)names, count * sizeof(names[0])));
    EXPECT_OK(vm_deallocate(mach_task_self(), (vm_address_t)types, count * sizeof(types[0])));
    return count;
}

void systest_prepare(void)
{
    task_warm_up();
    if (server_start(&server) && EXPECT_OK(call_idle(server.port))) {
        server_names = names_of(server.helper.task);
    }
}

void systest_finish(void)
{
    helper_destroy(&server.helper);
    EXPECT_OK(mach_port_deallocate(mach_task_self(), server.port));
}

/* What the server made is gone, and it has no more than before. */
static void server_rests(void)
{
    EXPECT_OK(call_forget(server.port));
    EXPECT_EQ(names_of(server.helper.task), server_names);
}

/* What the call returns when the server answers CODE. */
static kern_return_t seen(kern_return_t code)
{
    return code == MIG_NO_REPLY ? MIG_SERVER_DIED : code;
}

static void give_all(struct given *given, const enum given_kind *kinds, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        given[i] = give(kinds[i]);
    }
}

static void end_all(const struct given *given, uint32_t count, bool kept)
{
    for (uint32_t i = 0; i < count; i++) {
        given_end(&given[i], kept);
    }
}

/* Answers -------------------------------------------------------------------------------------- */

static const enum given_kind every_kind[] = { COPIED, MOVED, MADE, ONCE, MADE_ONCE, RECEIVE };
#define KINDS (sizeof(every_kind) / sizeof(every_kind[0]))

static const enum given_kind moved_only[] = { MOVED, MOVED, MOVED, MOVED, MOVED, MOVED,
                                              MOVED, MOVED, MOVED, MOVED, MOVED };
#define ARRAY_RIGHTS (sizeof(moved_only) / sizeof(moved_only[0]))

/* DYING, if not null, is a server's task that dies of it: its rights have gone when it has. */
static void call_with_rights(mach_port_t port, kern_return_t expected, mach_port_t dying)
{
    struct given in[KINDS];
    mach_port_t out[KINDS] = { 0 };
    give_all(in, every_kind, KINDS);
    EXPECT_EQ(call_rights(port, in[0].name, in[1].name, in[2].name, in[3].name, in[4].name,
                          in[5].name, &out[0], &out[1], &out[2], &out[3], &out[4], &out[5]),
              expected);
    EXPECT(dying == MACH_PORT_NULL || wait_dead(dying));
    for (uint32_t i = 0; i < KINDS; i++) {
        if (expected == KERN_SUCCESS) {
            right_end(every_kind[i], out[i]);
        } else {
            EXPECT_EQ(out[i], MACH_PORT_NULL);
        }
    }
    end_all(in, KINDS, false);
}

CASE(rights_of_each_kind)
{
    for (uint32_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
        ownership_plan = (struct ownership_plan){ .code = answers[i] };
        call_with_rights(server.port, seen(answers[i]), MACH_PORT_NULL);
        server_rests();
    }
}

/* On failure, the caller's variables still have what it gave away. */
CASE(exchanged_rights_and_memory)
{
    for (uint32_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
        struct given moved = give(MOVED), received = give(RECEIVE);
        mach_port_t a = moved.name, b = received.name;
        char *memory = memory_give();
        mach_msg_type_number_t size = GIVEN_BYTES;
        ownership_plan = (struct ownership_plan){ .code = answers[i] };
        EXPECT_EQ(call_swaps(server.port, &a, &b, &memory, &size), seen(answers[i]));
        if (answers[i] == KERN_SUCCESS) {
            right_end(MOVED, a);
            right_end(RECEIVE, b);
            memory_end(memory, size);
        }
        given_end(&moved, false);
        given_end(&received, false);
        server_rests();
    }
}

static void call_with_arrays(kern_return_t expected)
{
    struct given in[ARRAY_RIGHTS];
    mach_port_t out[2] = { 0 }, few[3] = { 0 }, *many = NULL, *kept = NULL;
    mach_msg_type_number_t few_count = 3, many_count = 0, kept_count = 0;
    give_all(in, moved_only, ARRAY_RIGHTS);
    mach_port_t pair[2] = { in[0].name, in[1].name };
    mach_port_t three[3] = { in[2].name, in[3].name, in[4].name };
    mach_port_t *c = array_give(in + 5, 3), *d = array_give(in + 8, 2), *e = array_give(in + 10, 1);
    EXPECT_EQ(call_arrays(server.port, pair, three, 3, c, 3, d, 2, e, 1, out, few, &few_count,
                          &many, &many_count, &kept, &kept_count),
              expected);
    array_end(c, 3);
    array_end(e, 1);
    if (expected == KERN_SUCCESS && EXPECT(few_count == 2 && many_count == 2 && kept_count == 1)) {
        array_rights_end(out, 2);
        array_rights_end(few, few_count);
        array_rights_end(many, many_count);
        array_end(many, many_count);
        array_rights_end(kept, kept_count);
        array_end(kept, kept_count);
    }
    end_all(in, ARRAY_RIGHTS, false);
    server_rests();
}

CASE(arrays_of_rights)
{
    for (uint32_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
        ownership_plan = (struct ownership_plan){ .code = answers[i] };
        call_with_arrays(seen(answers[i]));
    }
}

/* The server's stub refuses what its routine says; neither side keeps anything. */
CASE(results_that_are_refused)
{
    ownership_plan = (struct ownership_plan){ .code = KERN_SUCCESS, .too_many = true };
    call_with_arrays(MIG_ARRAY_TOO_LARGE);
}

CASE(memory)
{
    for (uint32_t i = 0; i < 2 * sizeof(answers) / sizeof(answers[0]); i++) {
        kern_return_t answer = answers[i / 2];
        boolean_t moves = i % 2 == 0;
        char *a = memory_give(), *b = memory_give(), *c = memory_give(), *d = memory_give();
        char *e = NULL, *f = NULL;
        mach_msg_type_number_t e_size = 0, f_size = 0;
        ownership_plan = (struct ownership_plan){ .code = answer };
        EXPECT_EQ(call_memory(server.port, a, GIVEN_BYTES, b, GIVEN_BYTES, c, GIVEN_BYTES, d,
                              GIVEN_BYTES, moves, &e, &e_size, &f, &f_size),
                  seen(answer));
        memory_end(a, GIVEN_BYTES);
        memory_end(c, GIVEN_BYTES);
        if (!moves) {
            memory_end(d, GIVEN_BYTES);
        }
        if (answer == KERN_SUCCESS) {
            memory_end(e, e_size);
            memory_end(f, f_size);
        }
        server_rests();
    }
}

CASE(what_nobody_answers)
{
    for (uint32_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
        struct given in[3];
        give_all(in, moved_only, 3);
        mach_port_t pair[2] = { in[1].name, in[2].name };
        ownership_plan = (struct ownership_plan){ .code = answers[i] };
        EXPECT_OK(call_tell(server.port, in[0].name, memory_give(), GIVEN_BYTES, pair));
        server_rests();
        end_all(in, 3, false);
    }
}

/* What the server had in its hands when it died is gone with it. */
CASE(server_that_dies)
{
    static struct server mortal; /* shared with its task */
    ownership_plan = (struct ownership_plan){ .dies = true };
    if (server_start(&mortal)) {
        call_with_rights(mortal.port, MIG_SERVER_DIED, mortal.helper.task);
        worker_join(&mortal.worker);
        helper_destroy(&mortal.helper);
        EXPECT_OK(mach_port_deallocate(mach_task_self(), mortal.port));
    }
}

/* Requests that do not get through ------------------------------------------------------------- */

typedef kern_return_t waiting_call_t(mach_port_t port, mach_port_t a, mach_port_t b, mach_port_t c,
                                     mach_port_t d, ownership_ports_t e,
                                     mach_msg_type_number_t eCnt, ownership_bytes_t f,
                                     mach_msg_type_number_t fCnt, ownership_bytes_t g,
                                     mach_msg_type_number_t gCnt);

/* What a call gives that may not get through. */
struct parcel {
    struct given rights[6];
    mach_port_t *array;
    char *kept, *moved;
};

static kern_return_t post(struct parcel *parcel, waiting_call_t *call, mach_port_t port)
{
    static const enum given_kind kinds[] = { COPIED, MOVED, MADE, RECEIVE, MOVED, MOVED };
    give_all(parcel->rights, kinds, 6);
    parcel->array = array_give(parcel->rights + 4, 2);
    parcel->kept = memory_give();
    parcel->moved = memory_give();
    return call(port, parcel->rights[0].name, parcel->rights[1].name, parcel->rights[2].name,
                parcel->rights[3].name, parcel->array, 2, parcel->kept, GIVEN_BYTES, parcel->moved,
                GIVEN_BYTES);
}

static void parcel_end(struct parcel *parcel, bool kept)
{
    end_all(parcel->rights, 6, kept);
    array_end(parcel->array, 2);
    memory_end(parcel->kept, GIVEN_BYTES);
}

/* A port that nobody receives from, with room for COUNT messages. */
static mach_port_t mute_port(mach_port_msgcount_t count)
{
    mach_port_t port = port_create_with_send();
    mach_port_limits_t limits = { .mpl_qlimit = 1 };
    EXPECT_OK(mach_port_set_attributes(mach_task_self(), port, MACH_PORT_LIMITS_INFO,
                                       (mach_port_info_t)&limits, MACH_PORT_LIMITS_INFO_COUNT));
    if (count == 0) {
        EXPECT_OK(send_value(port, 1));
    }
    return port;
}

/* Moved rights are the caller's again. Moved memory is too if it lies where it was. */
CASE(request_that_comes_back)
{
    struct parcel parcel;
    mach_port_t full = mute_port(0);
    EXPECT_EQ(post(&parcel, call_waits, full), MACH_SEND_TIMED_OUT);
    parcel_end(&parcel, true);
    (void)mach_vm_deallocate(mach_task_self(), (mach_vm_address_t)parcel.moved, GIVEN_BYTES);
    port_destroy_with_send(full);
}

CASE(request_that_is_lost_when_it_comes_back)
{
    waiting_call_t *const calls[] = { call_waits_or_loses, call_waits_or_loses_all };
    mach_port_t full = mute_port(0);
    for (uint32_t i = 0; i < 2; i++) {
        struct parcel parcel;
        EXPECT_EQ(post(&parcel, calls[i], full), MACH_SEND_TIMED_OUT);
        parcel_end(&parcel, false);
    }
    port_destroy_with_send(full);
}

/* It is in the queue, and goes with it. */
CASE(request_that_is_not_answered_in_time)
{
    waiting_call_t *const calls[] = { call_waits, call_waits_or_loses, call_waits_or_loses_all };
    for (uint32_t i = 0; i < 3; i++) {
        struct parcel parcel;
        mach_port_t mute = mute_port(1);
        EXPECT_EQ(post(&parcel, calls[i], mute), MACH_RCV_TIMED_OUT);
        port_destroy_with_send(mute);
        parcel_end(&parcel, false);
    }
}

/* Nothing was taken: it is all still there, unless the interface says that it goes. */
CASE(request_to_nobody)
{
    waiting_call_t *const calls[] = { call_waits, call_waits_or_loses, call_waits_or_loses_all };
    for (uint32_t i = 0; i < 3; i++) {
        struct parcel parcel;
        bool kept = i < 2;
        mach_port_t dead = port_create_with_send();
        port_destroy(dead);
        EXPECT_EQ(post(&parcel, calls[i], dead), MACH_SEND_INVALID_DEST);
        parcel_end(&parcel, kept);
        if (kept) {
            memory_end(parcel.moved, GIVEN_BYTES);
        }
        EXPECT_OK(mach_port_deallocate(mach_task_self(), dead));
    }
}

/* A right whose port is another task's comes back under another name, which the caller does not
 * know: it is given up. */
CASE(only_right_to_a_port_comes_back)
{
    struct parcel parcel;
    mach_port_t full = mute_port(0);
    mach_port_t foreign[] = { port_create_with_send(), port_create_with_send() };
    for (uint32_t i = 0; i < 2; i++) {
        helper_give(&server.helper, i + 1, foreign[i], MACH_MSG_TYPE_MOVE_RECEIVE);
    }
    give_all(parcel.rights, (const enum given_kind[]){ COPIED, MOVED, MADE, RECEIVE }, 4);
    mach_port_t array[] = { parcel.rights[1].name, foreign[1] };
    EXPECT_EQ(call_waits(full, parcel.rights[0].name, foreign[0], parcel.rights[2].name,
                         parcel.rights[3].name, array, 2, NULL, 0, NULL, 0),
              MACH_SEND_TIMED_OUT);
    end_all(parcel.rights, 4, true);
    for (uint32_t i = 0; i < 2; i++) {
        EXPECT_EQ(port_type(foreign[i]), 0);
        EXPECT_OK(mach_port_mod_refs(server.helper.task, HELPER_PORT(i + 1),
                                     MACH_PORT_RIGHT_RECEIVE, -1));
    }
    port_destroy_with_send(full);
    server_rests();
}
