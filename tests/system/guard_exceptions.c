/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * EXC_GUARD: who misuses a port is told, with what he did wrong, and his call fails as it would have
 * failed. The first thread does it; another one handles its exceptions.
 */
#include <kern/exc_guard.h>
#include <pthread.h>

#include "exception_handler.h"
#include "systest.h"
#include "systest_msg.h"
#include "systest_task.h"

#define SELF  mach_task_self()
#define GUARD UINT64_C(0x123456789a)
#define END   1

/* What the handler has been told: how often, and last. */
static struct {
    mach_port_t port;
    pthread_t thread;
    _Atomic uint32_t count;
    _Atomic uint64_t code;
    _Atomic uint64_t subcode;
} handler;

/* Answer exceptions until a message with the id END comes. */
static void *handle([[maybe_unused]] void *argument)
{
    for (;;) {
        EXPECT_OK(mach_msg(&caught.header, MACH_RCV_MSG, 0, sizeof(caught), handler.port, 0,
                           MACH_PORT_NULL));
        if (caught.header.msgh_id != RAISE_ID) {
            return NULL;
        }
        const __Request__mach_exception_raise_t *request =
            &caught.request.Request_catch_mach_exception_raise;
        EXPECT_EQ(request->exception, EXC_GUARD);
        handler.code = (uint64_t)request->code[0];
        handler.subcode = (uint64_t)request->code[1];
        handler.count++;
        answer(KERN_SUCCESS);
    }
}

/* Let the handler take EXC_GUARD of THREAD. */
static void handler_take(mach_port_t thread, mach_port_t port)
{
    EXPECT_OK(thread_set_exception_ports(thread, EXC_MASK_GUARD, port,
                                         LONG_CODES(EXCEPTION_DEFAULT), THREAD_STATE_NONE));
}

static void handler_begin(void)
{
    mach_port_t self = mach_thread_self();
    handler.port = port_create_with_send();
    handler.count = 0;
    EXPECT_EQ(pthread_create(&handler.thread, NULL, handle, NULL), 0);
    handler_take(self, handler.port);
    EXPECT_OK(mach_port_deallocate(SELF, self));
}

static void handler_end(void)
{
    mach_port_t self = mach_thread_self();
    mach_msg_header_t end = { .msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, 0),
                              .msgh_remote_port = handler.port,
                              .msgh_id = END };
    handler_take(self, MACH_PORT_NULL);
    EXPECT_OK(mach_port_deallocate(SELF, self));
    EXPECT_OK(mach_msg(&end, MACH_SEND_MSG, sizeof(end), 0, 0, 0, 0));
    EXPECT_EQ(pthread_join(handler.thread, NULL), 0);
    port_destroy_with_send(handler.port);
}

/* The handler has been told once more: of FLAVOR, about NAME, with PAYLOAD. */
static bool expect_told(uint32_t flavor, mach_port_name_t name, uint64_t payload)
{
    bool is_told = EXPECT_EQ(handler.count, 1) &&
                   EXPECT_EQ(EXC_GUARD_DECODE_GUARD_TYPE(handler.code), GUARD_TYPE_MACH_PORT) &&
                   EXPECT_EQ(EXC_GUARD_DECODE_GUARD_FLAVOR(handler.code), flavor) &&
                   EXPECT_EQ(EXC_GUARD_DECODE_GUARD_TARGET(handler.code), name) &&
                   EXPECT_EQ(handler.subcode, payload);
    handler.count = 0;
    return is_told;
}

#define EXPECT_VIOLATION(call, result, flavor, name, payload) \
    ((void)EXPECT_EQ((uint32_t)(call), (result)), (void)expect_told((flavor), (name), (payload)))

static kern_return_t assert_guard(mach_port_t name, uint64_t guard)
{
    mach_port_guard_info_t info = { guard };
    return mach_port_assert_attributes(SELF, name, MACH_PORT_GUARD_INFO, (mach_port_info_t)&info,
                                       MACH_PORT_GUARD_INFO_COUNT);
}

CASE(misuse_of_a_guard_is_told)
{
    mach_port_t port = port_create();
    handler_begin();
    EXPECT_VIOLATION(mach_port_unguard(SELF, port, 0), KERN_INVALID_ARGUMENT, kGUARD_EXC_UNGUARDED,
                     port, 0);
    EXPECT_VIOLATION(mach_port_swap_guard(SELF, port, 0, 1), KERN_INVALID_ARGUMENT,
                     kGUARD_EXC_UNGUARDED, port, 0);
    EXPECT_VIOLATION(assert_guard(port, 0), KERN_INVALID_ARGUMENT, kGUARD_EXC_UNGUARDED, port, 0);
    EXPECT_OK(mach_port_guard(SELF, port, GUARD, FALSE));
    EXPECT_VIOLATION(mach_port_destroy(SELF, port), KERN_INVALID_RIGHT, kGUARD_EXC_DESTROY, port,
                     GUARD);
    EXPECT_VIOLATION(mach_port_mod_refs(SELF, port, MACH_PORT_RIGHT_RECEIVE, -1),
                     KERN_INVALID_RIGHT, kGUARD_EXC_DESTROY, port, GUARD);
    EXPECT_VIOLATION(mach_port_destruct(SELF, port, 0, GUARD + 1), KERN_INVALID_ARGUMENT,
                     kGUARD_EXC_DESTROY, port, GUARD);
    EXPECT_VIOLATION(mach_port_unguard(SELF, port, 1), KERN_INVALID_ARGUMENT,
                     kGUARD_EXC_INCORRECT_GUARD, port, GUARD);
    EXPECT_VIOLATION(mach_port_swap_guard(SELF, port, 1, 2), KERN_INVALID_ARGUMENT,
                     kGUARD_EXC_INCORRECT_GUARD, port, GUARD);
    EXPECT_VIOLATION(assert_guard(port, GUARD), KERN_INVALID_ARGUMENT, kGUARD_EXC_INCORRECT_GUARD,
                     port, GUARD);
    EXPECT_OK(mach_port_destruct(SELF, port, 0, GUARD));
    EXPECT_EQ(handler.count, 0);
    handler_end();
}

CASE(misuse_of_a_strict_guard_is_told)
{
    mach_port_t port = port_create();
    handler_begin();
    EXPECT_OK(mach_port_guard(SELF, port, GUARD, TRUE));
    EXPECT_VIOLATION(mach_port_set_context(SELF, port, 1), KERN_INVALID_ARGUMENT,
                     kGUARD_EXC_SET_CONTEXT, port, GUARD);
    EXPECT_VIOLATION(mach_port_swap_guard(SELF, port, GUARD, 1), KERN_INVALID_ARGUMENT,
                     kGUARD_EXC_SET_CONTEXT, port, GUARD);
    EXPECT_VIOLATION(assert_guard(port, 1), KERN_INVALID_ARGUMENT, kGUARD_EXC_INCORRECT_GUARD, port,
                     GUARD);
    EXPECT_OK(assert_guard(port, GUARD));
    EXPECT_OK(mach_port_destruct(SELF, port, 0, GUARD));
    EXPECT_EQ(handler.count, 0);
    handler_end();
}

/* Send the receive right NAME to PORT, as guarded with CONTEXT. */
static mach_msg_return_t send_guarded(mach_port_t port, mach_port_t name, uint64_t context)
{
    struct {
        mach_msg_header_t header;
        mach_msg_body_t body;
        mach_msg_guarded_port_descriptor_t right;
    } message = {
        .header = { .msgh_bits =
                        MACH_MSGH_BITS_COMPLEX | MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, 0),
                    .msgh_remote_port = port },
        .body = { 1 },
        .right = { .context = context,
                   .flags = MACH_MSG_GUARD_FLAGS_IMMOVABLE_RECEIVE,
                   .disposition = MACH_MSG_TYPE_MOVE_RECEIVE,
                   .type = MACH_MSG_GUARDED_PORT_DESCRIPTOR,
                   .name = name },
    };
    return mach_msg(&message.header, MACH_SEND_MSG, sizeof(message), 0, 0, 0, 0);
}

CASE(a_guarded_right_that_is_sent_wrongly_is_told)
{
    mach_port_t port = port_create_with_send(), carried = port_create();
    handler_begin();
    EXPECT_OK(mach_port_guard(SELF, carried, GUARD, FALSE));
    EXPECT_VIOLATION(send_guarded(port, carried, GUARD + 1), MACH_SEND_INVALID_RIGHT,
                     kGUARD_EXC_INCORRECT_GUARD, carried, GUARD);
    EXPECT_OK(mach_port_unguard(SELF, carried, GUARD));
    EXPECT_OK(mach_port_guard_with_flags(SELF, carried, GUARD, MPG_IMMOVABLE_RECEIVE));
    EXPECT_VIOLATION(send_right(port, carried, MACH_MSG_TYPE_MOVE_RECEIVE), MACH_SEND_INVALID_RIGHT,
                     kGUARD_EXC_IMMOVABLE, carried, 0);
    EXPECT_OK(mach_port_destruct(SELF, carried, 0, GUARD));
    handler_end();
    port_destroy_with_send(port);
}

/* A name that denotes nothing. */
static mach_port_t unused_name(void)
{
    mach_port_t name = port_create();
    port_destroy(name);
    return name;
}

/* Send to PORT with REPLY_BITS and REPLY. */
static mach_msg_return_t send_with_reply(mach_port_t port, mach_port_t reply)
{
    mach_msg_header_t message = {
        .msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, MACH_MSG_TYPE_MAKE_SEND),
        .msgh_remote_port = port,
        .msgh_local_port = reply,
    };
    return mach_msg(&message, MACH_SEND_MSG, sizeof(message), 0, 0, 0, 0);
}

/* Send to PORT with VOUCHER. */
static mach_msg_return_t send_with_voucher(mach_port_t port, mach_port_t voucher)
{
    mach_msg_header_t message = {
        .msgh_bits = MACH_MSGH_BITS_SET(MACH_MSG_TYPE_COPY_SEND, 0, MACH_MSG_TYPE_COPY_SEND, 0),
        .msgh_remote_port = port,
        .msgh_voucher_port = voucher,
    };
    return mach_msg(&message, MACH_SEND_MSG, sizeof(message), 0, 0, 0, 0);
}

/* Do all that is told only to who wants to know; TELLS: he does. */
static void misuse_names(bool tells)
{
    union any_message message;
    mach_port_t port = port_create_with_send(), bad = unused_name(), previous = MACH_PORT_NULL;
    mach_port_urefs_t refs;
#define TRY(call, result, flavor, name)                     \
    ((void)EXPECT_EQ((uint32_t)(call), (uint32_t)(result)), \
     (void)(tells ? expect_told(flavor, name, 0) : EXPECT_EQ(handler.count, 0)))
    TRY(mach_port_deallocate(SELF, bad), KERN_INVALID_NAME, kGUARD_EXC_INVALID_NAME, bad);
    TRY(mach_port_destroy(SELF, bad), KERN_INVALID_NAME, kGUARD_EXC_INVALID_NAME, bad);
    TRY(mach_port_get_refs(SELF, bad, 0, &refs), KERN_INVALID_NAME, kGUARD_EXC_INVALID_NAME, bad);
    TRY(mach_port_mod_refs(SELF, bad, 0, 1), KERN_INVALID_NAME, kGUARD_EXC_INVALID_NAME, bad);
    TRY(mach_port_destruct(SELF, bad, 0, 0), KERN_INVALID_NAME, kGUARD_EXC_INVALID_NAME, bad);
    TRY(mach_port_guard(SELF, bad, 1, 0), KERN_INVALID_NAME, kGUARD_EXC_INVALID_NAME, bad);
    TRY(mach_port_insert_member(SELF, port, bad), KERN_INVALID_NAME, kGUARD_EXC_INVALID_NAME, bad);
    TRY(mach_port_insert_member(SELF, port, port), KERN_INVALID_RIGHT, kGUARD_EXC_INVALID_RIGHT,
        port);
    TRY(mach_port_mod_refs(SELF, port, MACH_PORT_RIGHT_SEND_ONCE, -1), KERN_INVALID_RIGHT,
        kGUARD_EXC_INVALID_RIGHT, port);
    TRY(mach_port_mod_refs(SELF, port, MACH_PORT_RIGHT_SEND, -2), KERN_INVALID_VALUE,
        kGUARD_EXC_INVALID_VALUE, port);
    TRY(send_right(port, bad, MACH_MSG_TYPE_COPY_SEND), MACH_SEND_INVALID_RIGHT,
        kGUARD_EXC_SEND_INVALID_RIGHT, bad);
    TRY(send_with_reply(port, bad), MACH_SEND_INVALID_REPLY, kGUARD_EXC_SEND_INVALID_REPLY, bad);
    TRY(send_with_voucher(port, bad), MACH_SEND_INVALID_VOUCHER, kGUARD_EXC_SEND_INVALID_VOUCHER,
        bad);
    TRY(receive_now(bad, &message), MACH_RCV_INVALID_NAME, kGUARD_EXC_RCV_INVALID_NAME, bad);
    EXPECT_OK(mach_port_request_notification(SELF, port, MACH_NOTIFY_PORT_DESTROYED, 0, port,
                                             MACH_MSG_TYPE_MAKE_SEND_ONCE, &previous));
    TRY(mach_port_request_notification(SELF, port, MACH_NOTIFY_PORT_DESTROYED, 0, port,
                                       MACH_MSG_TYPE_MAKE_SEND_ONCE, &previous),
        KERN_FAILURE, kGUARD_EXC_KERN_FAILURE, port);
#undef TRY
    EXPECT_OK(mach_port_request_notification(SELF, port, MACH_NOTIFY_PORT_DESTROYED, 0,
                                             MACH_PORT_NULL, MACH_MSG_TYPE_MAKE_SEND_ONCE,
                                             &previous));
    EXPECT_OK(mach_port_deallocate(SELF, previous));
    port_destroy_with_send(port);
}

CASE(other_misuse_is_told_to_who_wants_to_know)
{
    handler_begin();
    misuse_names(false);
    EXPECT_OK(task_set_exc_guard_behavior(SELF, TASK_EXC_GUARD_MP_DELIVER));
    misuse_names(true);
    EXPECT_OK(task_set_exc_guard_behavior(SELF, TASK_EXC_GUARD_NONE));
    handler_end();
}

CASE(who_wants_it_once_is_told_once)
{
    task_exc_guard_behavior_t behavior;
    mach_port_t bad = unused_name();
    handler_begin();
    EXPECT_OK(
        task_set_exc_guard_behavior(SELF, TASK_EXC_GUARD_MP_DELIVER | TASK_EXC_GUARD_MP_ONCE));
    EXPECT_VIOLATION(mach_port_deallocate(SELF, bad), KERN_INVALID_NAME, kGUARD_EXC_INVALID_NAME,
                     bad, 0);
    EXPECT_EQ(mach_port_deallocate(SELF, bad), KERN_INVALID_NAME);
    EXPECT_EQ(handler.count, 0);
    EXPECT_OK(task_get_exc_guard_behavior(SELF, &behavior));
    EXPECT_EQ(behavior, TASK_EXC_GUARD_MP_ONCE);
    EXPECT_OK(task_set_exc_guard_behavior(SELF, TASK_EXC_GUARD_NONE));
    handler_end();
}

/* In a helper: try to destroy the guarded right HELPER_PORT(1), then end. */
static _Atomic int went_on;

static void destroy_guarded([[maybe_unused]] void *argument)
{
    EXPECT_EQ(mach_port_mod_refs(SELF, HELPER_PORT(1), MACH_PORT_RIGHT_RECEIVE, -1),
              KERN_INVALID_RIGHT);
    went_on++;
    bare_task_exit();
}

/* A helper with BEHAVIOR misuses its guard; PORT, or null, takes its exceptions and says that it has
 * handled them.  The helper ends in any case.  Returns: did its thread go on? */
static bool goes_on(task_exc_guard_behavior_t behavior, mach_port_t port)
{
    struct helper helper;
    struct worker worker;
    if (!helper_create(&helper)) {
        return false;
    }
    went_on = 0;
    EXPECT_OK(task_set_exc_guard_behavior(helper.task, behavior));
    EXPECT_OK(mach_port_allocate_name(helper.task, MACH_PORT_RIGHT_RECEIVE, HELPER_PORT(1)));
    EXPECT_OK(mach_port_guard(helper.task, HELPER_PORT(1), GUARD, FALSE));
    EXPECT_OK(task_set_exception_ports(helper.task, EXC_MASK_GUARD, port,
                                       LONG_CODES(EXCEPTION_DEFAULT), THREAD_STATE_NONE));
    EXPECT(worker_start(&worker, helper.task, destroy_guarded, NULL));
    if (port != MACH_PORT_NULL && receive_exception(port, RAISE_ID)) {
        EXPECT_EQ(caught.request.Request_catch_mach_exception_raise.exception, EXC_GUARD);
        answer(KERN_SUCCESS);
    }
    EXPECT(wait_dead(helper.task));
    worker_join(&worker);
    helper_destroy(&helper);
    return went_on != 0;
}

#define FATAL (TASK_EXC_GUARD_MP_DELIVER | TASK_EXC_GUARD_MP_FATAL)

/* A thread's exception ports are made once, and so is what reports crashes. */
void systest_prepare(void)
{
    thread_warm_up();
    mach_port_t self = mach_thread_self();
    handler_take(self, MACH_PORT_NULL);
    EXPECT_OK(mach_port_deallocate(SELF, self));
    EXPECT(!goes_on(FATAL, MACH_PORT_NULL));
    EXPECT(!goes_on(FATAL, MACH_PORT_NULL));
}

CASE(misuse_is_fatal_if_the_task_wants_that)
{
    mach_port_t port = port_create_with_send();
    EXPECT(goes_on(TASK_EXC_GUARD_NONE, MACH_PORT_NULL));
    EXPECT(goes_on(TASK_EXC_GUARD_NONE, port));
    EXPECT(goes_on(TASK_EXC_GUARD_MP_DELIVER, MACH_PORT_NULL));
    EXPECT(!goes_on(FATAL, MACH_PORT_NULL));
    EXPECT(!goes_on(FATAL, port));
    port_destroy_with_send(port);
}

CASE(a_child_begins_with_its_parents_choice)
{
    struct helper helper;
    task_exc_guard_behavior_t behavior = 0;
    EXPECT_OK(task_set_exc_guard_behavior(SELF, TASK_EXC_GUARD_MP_CORPSE));
    if (helper_create(&helper)) {
        EXPECT_OK(task_get_exc_guard_behavior(helper.task, &behavior));
        EXPECT_EQ(behavior, TASK_EXC_GUARD_MP_CORPSE);
        helper_destroy(&helper);
    }
    EXPECT_OK(task_set_exc_guard_behavior(SELF, TASK_EXC_GUARD_NONE));
}
