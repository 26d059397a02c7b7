/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The traps with which a thread gives its processor away: to anybody, to a thread that it names, or
 * for a time.
 */
#include <kern/switch_traps.h>

#include <mach/clock_types.h>
#include <mach/thread_switch.h>

#include <arch/clock_device.h>
#include <arch/user_copy.h>
#include <sched/policy.h>
#include <sched/sched.h>
#include <sched/thread.h>
#include <sched/timer.h>
#include <sched/waitq.h>
#include <kern/clock.h>
#include <kern/convert.h>

#define NS_PER_MS UINT64_C(1000000)

TRAP_HANDLER(swtch)
{
    return thread_yield();
}

/* Sleep until DEADLINE; an abort ends it early. */
static kern_return_t sleep_until(uint64_t deadline)
{
    return thread_sleep_until(deadline) == WAIT_TIMED_OUT ? KERN_SUCCESS : KERN_ABORTED;
}

/* The end of a depression that found no processor in time. */
struct depression {
    struct timer timer;
    struct thread *thread;
};

static void depression_ends(struct timer *timer)
{
    thread_set_depressed(container_of(timer, struct depression, timer)->thread, false);
}

/* Let all others run, for MILLISECONDS at most (0: as long as they want to).  Returns: were there any? */
static bool yield_depressed(uint32_t milliseconds)
{
    struct depression depression = { .thread = current_thread() };
    timer_init(&depression.timer, depression_ends);
    if (milliseconds != 0) {
        timer_arm(&depression.timer, clock_now() + milliseconds * NS_PER_MS, 0);
    }
    thread_set_depressed(depression.thread, true);
    bool has_other = thread_yield();
    timer_cancel(&depression.timer);
    thread_set_depressed(depression.thread, false);
    return has_other;
}

TRAP_HANDLER(swtch_pri)
{
    return yield_depressed(SCHED_QUANTUM_NS / NS_PER_MS);
}

static kern_return_t switch_by(int option, uint32_t milliseconds)
{
    switch (option) {
    case SWITCH_OPTION_NONE: thread_yield(); return KERN_SUCCESS;
    case SWITCH_OPTION_DEPRESS: (void)yield_depressed(milliseconds); return KERN_SUCCESS;
    case SWITCH_OPTION_WAIT: return sleep_until(clock_now() + milliseconds * NS_PER_MS);
    default: return KERN_INVALID_ARGUMENT;
    }
}

/* thread_switch(thread, option, milliseconds): the thread named first runs next, if it can; a name
 * that is none of a thread's is as good as null. */
TRAP_HANDLER(thread_switch)
{
    struct thread *target = convert_name_to_thread((mach_port_name_t)a1);
    if (target == nullptr) {
        return trap_result(switch_by((int)a2, (uint32_t)a3));
    }
    thread_choose(target);
    kern_return_t result = switch_by((int)a2, (uint32_t)a3);
    thread_choose_end();
    thread_deallocate(target);
    return trap_result(result);
}

TRAP_HANDLER(mach_wait_until_trap)
{
    return trap_result(a1 <= clock_now() ? KERN_SUCCESS : sleep_until(a1));
}

/* The time at which a sleep of TYPE for or until TIME ends, in nanoseconds since boot. */
static uint64_t sleep_deadline(sleep_type_t type, const mach_timespec_t *time)
{
    uint64_t given = time->tv_sec * NSEC_PER_SEC + (uint64_t)time->tv_nsec;
    return type == TIME_RELATIVE ? clock_now() + given : given;
}

/* clock, type, seconds, nanoseconds, and where the time goes at which it ended (or none). */
TRAP_HANDLER(clock_sleep_trap)
{
    sleep_type_t type = (sleep_type_t)a2;
    mach_timespec_t time = { .tv_sec = (unsigned)a3, .tv_nsec = (clock_res_t)a4 };
    const struct clock *clock = &clocks[SYSTEM_CLOCK];
    if ((mach_port_name_t)a1 != MACH_PORT_NULL) {
        clock = convert_name_to_clock((mach_port_name_t)a1);
    }
    if (clock == nullptr) {
        return KERN_INVALID_ARGUMENT;
    }
    if (clock != &clocks[SYSTEM_CLOCK]) {
        return KERN_FAILURE;
    }
    if (BAD_ALRMTYPE(type) || BAD_MACH_TIMESPEC(&time)) {
        return KERN_INVALID_VALUE;
    }
    uint64_t deadline = sleep_deadline(type, &time);
    uint64_t now = clock_now();
    kern_return_t result = KERN_SUCCESS;
    if (deadline <= now) {
        deadline = now;
    } else {
        result = sleep_until(deadline);
    }
    if (a5 != 0) {
        time = clock_timespec(deadline);
        /* The sleep is over, whether or not it can be told when. */
        (void)copyout(a5, &time, sizeof(time));
    }
    return trap_result(result);
}
