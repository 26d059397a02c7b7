/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The registers of threads: others can see them and change them, but not to what is dangerous.
 */
#include <string.h>

#include <mach/thread_status.h>

#include "systest.h"
#include "systest_task.h"

static _Atomic uint64_t left_with;
static _Atomic bool has_begun;

/* Loop with known values in registers until r12 is something else; leave that in left_with. */
static void loop_in_registers(void *argument)
{
    uint64_t r12;
    has_begun = true;
    __asm__ volatile("movq %1, %%r12\n\t"
                     "movq $0x1313, %%r13\n\t"
                     "1:\tpause\n\t"
                     "cmpq %1, %%r12\n\t"
                     "je 1b\n\t"
                     "movq %%r12, %0"
                     : "=&r"(r12)
                     : "r"(argument)
                     : "r12", "r13", "cc");
    left_with = r12;
}

static bool is_true(void *flag)
{
    return *(_Atomic bool *)flag;
}

CASE(registers_can_be_seen_and_changed)
{
    struct worker worker;
    x86_thread_state64_t state = { 0 };
    mach_msg_type_number_t count = x86_THREAD_STATE64_COUNT;
    has_begun = false;
    EXPECT(worker_start(&worker, mach_task_self(), loop_in_registers, (void *)0x1212));
    EXPECT(systest_wait(is_true, (void *)&has_begun));
    while (state.__r13 != 0x1313) {
        EXPECT_OK(
            thread_get_state(worker.thread, x86_THREAD_STATE64, (thread_state_t)&state, &count));
    }
    EXPECT_EQ(count, x86_THREAD_STATE64_COUNT);
    EXPECT_OK(thread_suspend(worker.thread));
    EXPECT_OK(thread_get_state(worker.thread, x86_THREAD_STATE64, (thread_state_t)&state, &count));
    EXPECT_EQ(state.__r12, 0x1212);
    EXPECT(state.__rsp > worker.stack && state.__rsp < worker.stack + WORKER_STACK_SIZE);
    state.__r12 = 0x9999;
    EXPECT_OK(thread_set_state(worker.thread, x86_THREAD_STATE64, (thread_state_t)&state, count));
    EXPECT_OK(thread_resume(worker.thread));
    worker_join(&worker);
    EXPECT_EQ(left_with, 0x9999);
}

CASE(dangerous_registers_are_refused)
{
    struct worker worker;
    x86_thread_state64_t state, seen;
    mach_msg_type_number_t count = x86_THREAD_STATE64_COUNT;
    EXPECT(worker_create(&worker, mach_task_self(), loop_in_registers, NULL));
    EXPECT_OK(thread_get_state(worker.thread, x86_THREAD_STATE64, (thread_state_t)&state, &count));
    seen = state;
    seen.__rip = 0xffffffff80000000;
    EXPECT_EQ(thread_set_state(worker.thread, x86_THREAD_STATE64, (thread_state_t)&seen, count),
              KERN_INVALID_ARGUMENT);
    seen = state;
    seen.__rflags |= 0x3000 | 0x4000; /* I/O privilege, nested task */
    EXPECT_OK(thread_set_state(worker.thread, x86_THREAD_STATE64, (thread_state_t)&seen, count));
    EXPECT_OK(thread_get_state(worker.thread, x86_THREAD_STATE64, (thread_state_t)&seen, &count));
    EXPECT_EQ(seen.__rflags & 0x7000, 0);
    EXPECT_EQ(seen.__rflags & 0x200, 0x200);
    EXPECT_EQ(thread_set_state(worker.thread, x86_THREAD_STATE64, (thread_state_t)&seen, 7),
              KERN_INVALID_ARGUMENT);
    EXPECT_EQ(thread_set_state(worker.thread, 12345, (thread_state_t)&seen, count),
              KERN_INVALID_ARGUMENT);
    worker_kill(&worker);
}

static uint8_t found[16];

/* Note what xmm5 is, which nothing has used since the thread began. */
static void note_xmm5([[maybe_unused]] void *argument)
{
    __asm__ volatile("movups %%xmm5, %0" : "=m"(found));
}

/* The floating point state of THREAD, with FLAVOR's length. */
static x86_float_state64_t float_state(mach_port_t thread)
{
    x86_float_state64_t state = {};
    mach_msg_type_number_t count = x86_FLOAT_STATE64_COUNT;
    EXPECT_OK(thread_get_state(thread, x86_FLOAT_STATE64, (thread_state_t)&state, &count));
    EXPECT_EQ(count, x86_FLOAT_STATE64_COUNT);
    return state;
}

CASE(a_suspended_thread_gets_vector_registers_from_others)
{
    struct worker worker;
    uint8_t pattern[16];
    memset(pattern, 0x3c, sizeof(pattern));
    EXPECT(worker_create(&worker, mach_task_self(), note_xmm5, NULL));
    x86_float_state64_t state = float_state(worker.thread);
    memcpy(&state.__fpu_xmm5, pattern, sizeof(pattern));
    EXPECT_OK(thread_set_state(worker.thread, x86_FLOAT_STATE64, (thread_state_t)&state,
                               x86_FLOAT_STATE64_COUNT));
    state = float_state(worker.thread);
    EXPECT_EQ(memcmp(&state.__fpu_xmm5, pattern, sizeof(pattern)), 0);
    EXPECT_EQ(thread_set_state(worker.thread, x86_FLOAT_STATE64, (thread_state_t)&state,
                               x86_FLOAT_STATE64_COUNT - 1),
              KERN_INVALID_ARGUMENT);
    EXPECT_OK(thread_resume(worker.thread));
    worker_join(&worker);
    EXPECT_EQ(memcmp(found, pattern, sizeof(pattern)), 0);
}

CASE(what_a_thread_ran_into_is_told_and_not_set)
{
    struct worker worker;
    x86_exception_state64_t state;
    mach_msg_type_number_t count = x86_EXCEPTION_STATE64_COUNT;
    EXPECT(worker_create(&worker, mach_task_self(), note_xmm5, NULL));
    EXPECT_OK(
        thread_get_state(worker.thread, x86_EXCEPTION_STATE64, (thread_state_t)&state, &count));
    EXPECT_EQ(count, x86_EXCEPTION_STATE64_COUNT);
    EXPECT_EQ(state.__faultvaddr, 0);
    EXPECT_EQ(state.__err, 0);
    EXPECT_EQ(thread_set_state(worker.thread, x86_EXCEPTION_STATE64, (thread_state_t)&state, count),
              KERN_INVALID_ARGUMENT);
    count--;
    EXPECT_EQ(
        thread_get_state(worker.thread, x86_EXCEPTION_STATE64, (thread_state_t)&state, &count),
        KERN_INVALID_ARGUMENT);
    worker_kill(&worker);
}
