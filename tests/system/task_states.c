/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The machine state that a task gives to its new threads: what can be set, who gets it, and that it counts.
 */
#include <string.h>

#include "exception_handler.h"
#include "systest.h"
#include "systest_msg.h"
#include "systest_task.h"

#define SELF mach_task_self()

static const x86_debug_state64_t some = { .__dr0 = 0x1000, .__dr7 = 0x1 };
static const x86_debug_state64_t none = {};

static kern_return_t set_state(task_t task, int flavor, const void *state, uint32_t count)
{
    return task_set_state(task, flavor, (thread_state_t)(uintptr_t)state, count);
}

static kern_return_t set_debug(task_t task, const x86_debug_state64_t *state)
{
    return set_state(task, x86_DEBUG_STATE64, state, x86_DEBUG_STATE64_COUNT);
}

/* The address of breakpoint 0 of new threads in TASK, by both flavours. */
static uint64_t task_address(task_t task)
{
    x86_debug_state64_t state = {};
    x86_debug_state_t wrapped = {};
    mach_msg_type_number_t count = x86_DEBUG_STATE64_COUNT;
    EXPECT_OK(task_get_state(task, x86_DEBUG_STATE64, (thread_state_t)&state, &count));
    EXPECT_EQ(count, x86_DEBUG_STATE64_COUNT);
    count = x86_DEBUG_STATE_COUNT;
    EXPECT_OK(task_get_state(task, x86_DEBUG_STATE, (thread_state_t)&wrapped, &count));
    EXPECT_EQ(wrapped.dsh.flavor, x86_DEBUG_STATE64);
    EXPECT_EQ(memcmp(&wrapped.uds.ds64, &state, sizeof(state)), 0);
    return state.__dr0;
}

/* The address of breakpoint 0 of a thread made now in TASK. */
static uint64_t thread_address(task_t task)
{
    x86_debug_state64_t state = {};
    x86_thread_state64_t registers = {};
    mach_msg_type_number_t count = x86_DEBUG_STATE64_COUNT;
    thread_act_t thread = MACH_PORT_NULL;
    EXPECT_OK(thread_create(task, &thread));
    EXPECT_OK(thread_get_state(thread, x86_DEBUG_STATE64, (thread_state_t)&state, &count));
    count = x86_THREAD_STATE64_COUNT;
    EXPECT_OK(thread_get_state(thread, x86_THREAD_STATE64, (thread_state_t)&registers, &count));
    EXPECT_EQ(registers.__rip, 0);
    EXPECT_OK(thread_terminate(thread));
    return state.__dr0;
}

CASE(new_threads_get_what_was_set)
{
    struct helper helper;
    if (!helper_create(&helper)) {
        return;
    }
    EXPECT_EQ(task_address(helper.task), 0);
    EXPECT_EQ(thread_address(helper.task), 0);
    EXPECT_OK(set_debug(helper.task, &some));
    EXPECT_EQ(task_address(helper.task), 0x1000);
    EXPECT_EQ(thread_address(helper.task), 0x1000);
    x86_debug_state_t wrapped = { .dsh = { x86_DEBUG_STATE64, x86_DEBUG_STATE64_COUNT },
                                  .uds.ds64 = { .__dr0 = 0x2000 } };
    EXPECT_OK(set_state(helper.task, x86_DEBUG_STATE, &wrapped, x86_DEBUG_STATE_COUNT));
    EXPECT_EQ(task_address(helper.task), 0x2000);
    EXPECT_EQ(thread_address(helper.task), 0x2000);
    EXPECT_OK(set_debug(helper.task, &none));
    EXPECT_EQ(task_address(helper.task), 0);
    EXPECT_EQ(thread_address(helper.task), 0);
    helper_destroy(&helper);
}

CASE(a_child_begins_without)
{
    struct helper helper;
    task_t child = MACH_PORT_NULL;
    if (!helper_create(&helper)) {
        return;
    }
    EXPECT_OK(set_debug(helper.task, &some));
    EXPECT_OK(task_create(helper.task, NULL, 0, FALSE, &child));
    EXPECT_EQ(task_address(child), 0);
    EXPECT_EQ(thread_address(child), 0);
    EXPECT_OK(task_terminate(child));
    EXPECT_OK(mach_port_deallocate(SELF, child));
    helper_destroy(&helper);
}

static uint32_t watched;

static void write_watched([[maybe_unused]] void *argument)
{
    *(volatile uint32_t *)&watched = 1;
}

/* DR7: breakpoint 0 is on, for four bytes that are written. */
CASE(a_new_thread_stops_at_the_tasks_watch_point)
{
    const x86_debug_state64_t watch = { .__dr0 = (uint64_t)&watched, .__dr7 = 0xd0001 };
    mach_port_t handler = handler_create();
    struct worker worker;
    EXPECT_OK(set_debug(SELF, &watch));
    EXPECT(worker_create(&worker, SELF, write_watched, NULL));
    EXPECT_OK(set_debug(SELF, &none));
    take_from_thread(worker.thread, handler, LONG_CODES(EXCEPTION_DEFAULT));
    EXPECT_OK(thread_resume(worker.thread));
    if (receive_exception(handler, RAISE_ID)) {
        EXPECT_EQ(caught.request.Request_catch_mach_exception_raise.exception, EXC_BREAKPOINT);
        EXPECT_EQ(caught.request.Request_catch_mach_exception_raise.code[0], EXC_I386_SGL);
        EXPECT_EQ(watched, 1); /* told when it is done */
        answer(KERN_SUCCESS);
    }
    worker_join(&worker);
    port_destroy_with_send(handler);
}

CASE(what_a_task_cannot_give)
{
    static const x86_debug_state64_t kernels = { .__dr0 = 0xffffffff80000000 };
    natural_t words[THREAD_STATE_MAX] = {};
    mach_msg_type_number_t count = THREAD_STATE_MAX;
    struct helper helper;
    if (!helper_create(&helper)) {
        return;
    }
    EXPECT_OK(set_debug(helper.task, &some));
    EXPECT_EQ(set_debug(helper.task, &kernels), KERN_INVALID_ARGUMENT);
    EXPECT_EQ(set_state(helper.task, x86_DEBUG_STATE64, &none, x86_DEBUG_STATE64_COUNT - 1),
              KERN_INVALID_ARGUMENT);
    EXPECT_EQ(set_state(helper.task, x86_DEBUG_STATE, &none, x86_DEBUG_STATE_COUNT - 1),
              KERN_INVALID_ARGUMENT);
    EXPECT_EQ(set_state(helper.task, x86_THREAD_STATE64, words, x86_THREAD_STATE64_COUNT),
              KERN_INVALID_ARGUMENT);
    EXPECT_EQ(set_state(SELF + 0x100000, x86_DEBUG_STATE64, &none, x86_DEBUG_STATE64_COUNT),
              MACH_SEND_INVALID_DEST);
    EXPECT_EQ(task_get_state(helper.task, x86_THREAD_STATE64, words, &count),
              KERN_INVALID_ARGUMENT);
    count = x86_DEBUG_STATE64_COUNT - 1;
    EXPECT_EQ(task_get_state(helper.task, x86_DEBUG_STATE64, words, &count), KERN_INVALID_ARGUMENT);
    EXPECT_EQ(task_address(helper.task), 0x1000); /* as before */
    helper_destroy(&helper);
}
