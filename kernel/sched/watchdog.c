/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A sign of life is any interrupt (arch/ counts them), the watchdog's own timer among them: so an
 * idle processor gives one without being asked.  The processors that take part form a ring in the
 * order of their numbers.  The timer of a processor that was stopped rings on another one; it still
 * watches its own processor's neighbour.
 */
#include <sched/watchdog.h>

#include <stdatomic.h>

#include <lib/log.h>
#include <arch/boot_info.h>
#include <arch/clock_device.h>
#include <arch/cpu.h>
#include <arch/irq.h>
#include <arch/percpu.h>
#include <sched/lock_info.h>
#include <sched/timer.h>

#define SECOND        UINT64_C(1000000000)
#define LIMIT_SECONDS 10

/* How often a processor must have been asked, and how much of the limit lies between two times. */
#define ASKS     3
#define ASK_PART 10

/* The leeway of the timer. */
#define LEEWAY_PART 40

enum watchdog_verdict watchdog_judge(struct watchdog_view *view, uint64_t beats, uint64_t now,
                                     uint64_t limit)
{
    if (beats != view->beats) {
        *view = (struct watchdog_view){ .beats = beats, .since = now };
        return WATCHDOG_ALIVE;
    }
    if (view->asked >= ASKS && now - view->since >= limit) {
        return WATCHDOG_DEAD;
    }
    view->asked++;
    return WATCHDOG_ASK;
}

#ifdef MACH_R_DEBUG

struct watchdog {
    struct timer timer;
    uint32_t owner;  /* the processor whose it is */
    uint32_t target; /* the processor that `view` is of */
    struct watchdog_view view;
};

static PERCPU_DEFINE(struct watchdog, watchdog);

static _Atomic cpu_mask_t members;
static _Atomic uint64_t limit;
static _Atomic uint32_t reports;
static _Atomic bool is_reported;

/* The member after processor CPU. */
static uint32_t next_member(uint32_t cpu)
{
    cpu_mask_t mask = atomic_load(&members);
    cpu_mask_t above = mask & ~(CPU_BIT(cpu) | (CPU_BIT(cpu) - 1));
    return (uint32_t)__builtin_ctzll(above != 0 ? above : mask);
}

static void report(uint32_t cpu, const struct watchdog_view *view, uint64_t now)
{
    if (atomic_exchange(&is_reported, true)) {
        return;
    }
    log_error("watchdog: processor %u has not answered processor %u for %lu ms", cpu, cpu_index(),
              (now - view->since) / 1000000);
    cpu_print_stacks();
    struct lock_info longest;
    if (lock_info_longest(&longest)) {
        log_error("watchdog: the longest hold of a spin lock was %lu ns: \"%s\", taken at %s",
                  longest.longest_ns, longest.name, longest.longest_place);
    }
    if (lock_info_interrupts(cpu, &longest)) {
        log_error("watchdog: before, processor %u took no interrupts for at most %lu ns: %s", cpu,
                  longest.longest_ns, longest.longest_place);
    }
    atomic_fetch_add(&reports, 1);
}

/* Have processor CPU take an interrupt; this one just has. */
static void ask(uint32_t cpu)
{
    if (cpu != cpu_index()) {
        cpu_poke(cpu);
    }
}

/* Look at the neighbour of DOG's owner. */
static void watch(struct watchdog *dog)
{
    uint32_t target = next_member(dog->owner);
    uint64_t now = clock_now();
    if (target == dog->owner) {
        return;
    }
    if (target != dog->target) {
        dog->target = target;
        dog->view = (struct watchdog_view){ .beats = cpu_heartbeat(target), .since = now };
        return;
    }
    switch (watchdog_judge(&dog->view, cpu_heartbeat(target), now, limit)) {
    case WATCHDOG_ALIVE: break;
    case WATCHDOG_ASK: ask(target); break;
    case WATCHDOG_DEAD: report(target, &dog->view, now); break;
    }
}

static void watchdog_rang(struct timer *timer)
{
    struct watchdog *dog = container_of(timer, struct watchdog, timer);
    watch(dog);
    timer_arm(timer, clock_now() + (dog->view.asked != 0 ? limit / ASK_PART : limit / 2),
              limit / LEEWAY_PART);
}

void watchdog_start_cpu(void)
{
    struct watchdog *dog = percpu_ptr(watchdog);
    if (limit == 0) {
        limit = boot_option_number("watchdog", LIMIT_SECONDS) * SECOND;
    }
    if (limit == 0 || cpu_present_count() == 1) {
        return;
    }
    atomic_fetch_or(&members, CPU_BIT(cpu_index()));
    dog->owner = cpu_index();
    dog->target = dog->owner;
    timer_init(&dog->timer, watchdog_rang);
    timer_arm(&dog->timer, clock_now() + limit / 2, limit / LEEWAY_PART);
}

void watchdog_stop_cpu(void)
{
    struct watchdog *dog = percpu_ptr(watchdog);
    cpu_mask_t self = CPU_BIT(cpu_index());
    if ((atomic_fetch_and(&members, ~self) & self) != 0) {
        timer_cancel(&dog->timer);
    }
}

uint64_t watchdog_set_limit(uint64_t nanoseconds)
{
    is_reported = false;
    return atomic_exchange(&limit, nanoseconds);
}

uint32_t watchdog_reports(void)
{
    return reports;
}

#endif
