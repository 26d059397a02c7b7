/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Exceptions whose handler gets a token of the task, and the thread's number, instead of rights to them: by the
 * generated server, which tells the sender's identity too.
 */
#include <string.h>

#include <protected/protected_exc_server.h>

#include "systest.h"
#include "systest_msg.h"
#include "systest_task.h"

#define SELF        mach_task_self()
#define CODES(kind) ((exception_behavior_t)((unsigned int)(kind) | MACH_EXCEPTION_CODES))

/* What the handler lets the thread find in a register. */
#define CHANGED 42

/* What the generated server was called with last. */
static struct {
    int routine; /* EXCEPTION_* */
    uint64_t thread_id;
    mach_port_t task; /* what the token led to */
    exception_type_t exception;
    int64_t code;
    uint32_t sender;
} told;

static void note(int routine, exception_type_t exception, const int64_t *code, audit_token_t sender)
{
    told.routine = routine;
    told.exception = exception;
    told.code = code[0];
    told.sender = sender.val[5];
}

static void note_token(uint64_t thread_id, mach_port_t token)
{
    told.thread_id = thread_id;
    EXPECT_OK(task_identity_token_get_task_port(token, TASK_FLAVOR_NAME, &told.task));
    EXPECT_OK(mach_port_deallocate(SELF, token));
}

kern_return_t catch_mach_exception_raise([[maybe_unused]] mach_port_t exception_port,
                                         mach_port_t thread, mach_port_t task,
                                         exception_type_t exception, mach_exception_data_t code,
                                         [[maybe_unused]] mach_msg_type_number_t codeCnt,
                                         audit_token_t atoken)
{
    note(EXCEPTION_DEFAULT, exception, code, atoken);
    EXPECT_OK(mach_port_deallocate(SELF, thread));
    EXPECT_OK(mach_port_deallocate(SELF, task));
    return KERN_SUCCESS;
}

kern_return_t catch_mach_exception_raise_state(
    [[maybe_unused]] mach_port_t exception_port, exception_type_t exception,
    const mach_exception_data_t code, [[maybe_unused]] mach_msg_type_number_t codeCnt,
    [[maybe_unused]] int *flavor, [[maybe_unused]] const thread_state_t old_state,
    [[maybe_unused]] mach_msg_type_number_t old_stateCnt, [[maybe_unused]] thread_state_t new_state,
    [[maybe_unused]] mach_msg_type_number_t *new_stateCnt, audit_token_t atoken)
{
    note(EXCEPTION_STATE, exception, code, atoken);
    return KERN_FAILURE;
}

kern_return_t catch_mach_exception_raise_state_identity(
    [[maybe_unused]] mach_port_t exception_port, [[maybe_unused]] mach_port_t thread,
    [[maybe_unused]] mach_port_t task, exception_type_t exception, mach_exception_data_t code,
    [[maybe_unused]] mach_msg_type_number_t codeCnt, [[maybe_unused]] int *flavor,
    [[maybe_unused]] thread_state_t old_state, [[maybe_unused]] mach_msg_type_number_t old_stateCnt,
    [[maybe_unused]] thread_state_t new_state,
    [[maybe_unused]] mach_msg_type_number_t *new_stateCnt, audit_token_t atoken)
{
    note(EXCEPTION_STATE_IDENTITY, exception, code, atoken);
    return KERN_FAILURE;
}

kern_return_t catch_mach_exception_raise_identity_protected(
    [[maybe_unused]] mach_port_t exception_port, uint64_t thread_id, mach_port_t token,
    exception_type_t exception, mach_exception_data_t code,
    [[maybe_unused]] mach_msg_type_number_t codeCnt, audit_token_t atoken)
{
    note(EXCEPTION_IDENTITY_PROTECTED, exception, code, atoken);
    note_token(thread_id, token);
    return KERN_SUCCESS;
}

/* No kernel of this system calls it. */
kern_return_t catch_mach_exception_raise_backtrace([[maybe_unused]] mach_port_t exception_port,
                                                   [[maybe_unused]] mach_port_t kcdata_object,
                                                   exception_type_t exception,
                                                   mach_exception_data_t code,
                                                   [[maybe_unused]] mach_msg_type_number_t codeCnt,
                                                   audit_token_t atoken)
{
    note(0, exception, code, atoken);
    return KERN_FAILURE;
}

kern_return_t catch_mach_exception_raise_state_identity_protected(
    [[maybe_unused]] mach_port_t exception_port, uint64_t thread_id, mach_port_t token,
    exception_type_t exception, mach_exception_data_t code,
    [[maybe_unused]] mach_msg_type_number_t codeCnt, int *flavor, thread_state_t old_state,
    mach_msg_type_number_t old_stateCnt, thread_state_t new_state,
    mach_msg_type_number_t *new_stateCnt, audit_token_t atoken)
{
    x86_thread_state64_t state;
    note(EXCEPTION_STATE_IDENTITY_PROTECTED, exception, code, atoken);
    note_token(thread_id, token);
    EXPECT_EQ(*flavor, x86_THREAD_STATE64);
    EXPECT_EQ(old_stateCnt, x86_THREAD_STATE64_COUNT);
    memcpy(&state, old_state, sizeof(state));
    state.__rbx = CHANGED;
    memcpy(new_state, &state, sizeof(state));
    *new_stateCnt = x86_THREAD_STATE64_COUNT;
    return KERN_SUCCESS;
}

/* A breakpoint, and what the register was then. */
static void stop(void *argument)
{
    volatile uint64_t *found = argument;
    uint64_t value = 1;
    __asm__ volatile("int3" : "+b"(value));
    *found = value;
}

/* Receive the exception of HANDLER, call the generated server, and send its answer. */
static void serve(mach_port_t handler)
{
    static union {
        mach_msg_header_t header;
        uint8_t room[8192];
    } request, reply;
    const mach_msg_option_t options = MACH_RCV_MSG | MACH_RCV_TIMEOUT |
                                      MACH_RCV_TRAILER_TYPE(MACH_MSG_TRAILER_FORMAT_0) |
                                      MACH_RCV_TRAILER_ELEMENTS(MACH_RCV_TRAILER_AUDIT);
    if (EXPECT_OK(mach_msg(&request.header, options, 0, sizeof(request), handler, 20000,
                           MACH_PORT_NULL)) &&
        EXPECT(mach_exc_server(&request.header, &reply.header))) {
        EXPECT_OK(mach_msg(&reply.header, MACH_SEND_MSG, reply.header.msgh_size, 0, MACH_PORT_NULL,
                           0, MACH_PORT_NULL));
    }
}

/* Let a thread of TASK stop, and HANDLER take it by BEHAVIOR.  Returns: what the thread found. */
static uint64_t stop_by(exception_behavior_t behavior)
{
    mach_port_t handler = port_create_with_send();
    uint64_t found = 0;
    struct worker worker;
    thread_identifier_info_data_t info = {};
    mach_msg_type_number_t count = THREAD_IDENTIFIER_INFO_COUNT;
    memset(&told, 0, sizeof(told));
    if (EXPECT(worker_create(&worker, SELF, stop, &found))) {
        EXPECT_OK(thread_set_exception_ports(worker.thread, EXC_MASK_BREAKPOINT, handler, behavior,
                                             x86_THREAD_STATE64));
        EXPECT_OK(thread_info(worker.thread, THREAD_IDENTIFIER_INFO, (thread_info_t)&info, &count));
        EXPECT_OK(thread_resume(worker.thread));
        serve(handler);
        worker_join(&worker);
    }
    EXPECT_EQ(told.exception, EXC_BREAKPOINT);
    EXPECT_EQ(told.code, EXC_I386_BPT);
    EXPECT_EQ(told.sender, 0); /* the kernel */
    if (told.task != MACH_PORT_NULL) {
        EXPECT_EQ(told.thread_id, info.thread_id);
    }
    port_destroy_with_send(handler);
    return found;
}

/* The token led to this task. */
static void expect_own_name(void)
{
    mach_port_t name = MACH_PORT_NULL;
    EXPECT_OK(task_get_special_port(SELF, TASK_NAME_PORT, &name));
    EXPECT_EQ(told.task, name);
    EXPECT_OK(mach_port_deallocate(SELF, name));
    EXPECT_OK(mach_port_deallocate(SELF, told.task));
}

/* Makes the token's port and the name's, which stay. */
void systest_prepare(void)
{
    mach_port_t token, name;
    task_warm_up();
    thread_warm_up();
    EXPECT_OK(task_create_identity_token(SELF, &token));
    EXPECT_OK(task_get_special_port(SELF, TASK_NAME_PORT, &name));
    EXPECT_OK(mach_port_deallocate(SELF, token));
    EXPECT_OK(mach_port_deallocate(SELF, name));
}

CASE(a_handler_gets_a_token)
{
    EXPECT_EQ(stop_by(CODES(EXCEPTION_IDENTITY_PROTECTED)), 1);
    EXPECT_EQ(told.routine, EXCEPTION_IDENTITY_PROTECTED);
    expect_own_name();
}

CASE(a_handler_gets_a_token_and_changes_registers)
{
    EXPECT_EQ(stop_by(CODES(EXCEPTION_STATE_IDENTITY_PROTECTED)), CHANGED);
    EXPECT_EQ(told.routine, EXCEPTION_STATE_IDENTITY_PROTECTED);
    expect_own_name();
}

/* There is none, so the ordinary message comes. */
CASE(a_backtrace_may_be_preferred)
{
    EXPECT_EQ(stop_by(CODES(EXCEPTION_DEFAULT | MACH_EXCEPTION_BACKTRACE_PREFERRED)), 1);
    EXPECT_EQ(told.routine, EXCEPTION_DEFAULT);
}
