/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A thread's context is a stack inside the host program, as that of a processor is: the player changes
 * between processors, the scheduler between threads of one, and neither knows of the other.
 */
#include "sched_machine.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <lib/panic.h>
#include <arch/clock_device.h>
#include <arch/irq.h>
#include <arch/upcalls.h>
#include <mem/kernel_stack.h>
#include <mem/zone.h>
#include <sched/sched_internal.h>
#include <sched/mutex.h>
#include <sched/watchdog.h>

#include "fake_stack.h"
#include "player.h"

#define THREADS_MAX 8
#define STACK_SIZE  (64 * 1024)

/* Interrupts. */
#define POKE  1u
#define ALARM 2u

struct pmap {
    uint8_t nothing;
};

static struct pmap kernel_pmap_storage;
struct pmap *const kernel_pmap = &kernel_pmap_storage;

PERCPU_DEFINE(struct lock_cpu, lock_cpu);
PERCPU_DEFINE(struct pmap *, pmap_active);
PERCPU_DEFINE(_Atomic cpu_mask_t, cross_callers);
static PERCPU_DEFINE(uint64_t, alarm);
static PERCPU_DEFINE(struct thread *, came_from); /* who ran before */

static struct thread threads[THREADS_MAX];
static ALIGNED(64) char stacks[THREADS_MAX][STACK_SIZE];
static uint32_t thread_count;
static bool have_ended[THREADS_MAX];

static struct body {
    void (*function)(void *argument);
    void *argument;
} bodies[THREADS_MAX];

uint32_t cpu_count(void)
{
    return play_cpus();
}

void panic_at(const char *file, int line, const char *format, ...)
{
    static char text[200];
    va_list arguments;
    va_start(arguments, format);
    int length = snprintf(text, sizeof(text), "panic at %s:%d: ", file, line);
    vsnprintf(text + length, sizeof(text) - (size_t)length, format, arguments);
    va_end(arguments);
    play_fail(text);
    play_give_up();
}

/* All sleep: the next alarm rings. */
static bool ring_next(void)
{
    uint64_t next = UINT64_MAX;
    for (uint32_t cpu = 0; cpu < cpu_count(); cpu++) {
        uint64_t own = *percpu_ptr_of(cpu, alarm);
        next = own < next ? own : next;
    }
    if (next == UINT64_MAX) {
        return false;
    }
    play_time = next > play_time ? next : play_time;
    for (uint32_t cpu = 0; cpu < cpu_count(); cpu++) {
        if (*percpu_ptr_of(cpu, alarm) <= play_time) {
            *percpu_ptr_of(cpu, alarm) = UINT64_MAX;
            play_interrupt(cpu, ALARM);
        }
    }
    return true;
}

void sched_machine_begin(void)
{
    play_machine_quiet = ring_next;
    play_time = 1000000;
    thread_count = 0;
    atomic_store(&online_cpus, 0);
    atomic_store(&sched_idle_cpus, 0);
    for (uint32_t cpu = 0; cpu < cpu_count(); cpu++) {
        play_cpu = cpu;
        percpu_write(alarm, UINT64_MAX);
        sched_init_cpu();
    }
    play_cpu = 0;
}

static void run_body(void *argument)
{
    const struct body *body = argument;
    interrupts_enable();
    body->function(body->argument);
    have_ended[body - bodies] = true;
    interrupts_disable();
}

struct thread *sched_machine_thread(uint32_t cpu, void (*function)(void *argument), void *argument,
                                    uint8_t priority)
{
    struct body *body = &bodies[thread_count];
    *body = (struct body){ function, argument };
    have_ended[thread_count] = false;
    uint32_t self = play_cpu;
    play_cpu = cpu;
    struct thread *thread = thread_create(run_body, body, priority);
    play_cpu = self;
    return thread;
}

struct thread *sched_machine_runnable(uint32_t cpu, void (*function)(void *argument),
                                      void *argument, uint8_t priority)
{
    struct thread *thread = sched_machine_thread(cpu, function, argument, priority);
    play_cpu = cpu;
    thread_start(thread);
    play_cpu = 0;
    return thread;
}

void sched_machine_run(void)
{
    sched_idle();
}

void sched_machine_check(void)
{
    for (uint32_t i = 0; i < thread_count; i++) {
        if (!have_ended[i]) {
            play_fail("a thread has not come to its end");
        }
    }
    for (uint32_t cpu = 0; cpu < cpu_count(); cpu++) {
        if (percpu_ptr_of(cpu, sched_cpu)->runq.best != RUNQ_EMPTY) {
            play_fail("a thread waits, and nobody runs it");
        }
    }
}

/* As the trap code does it: interrupts were on, so a better thread may run at the end. */
void play_machine_interrupt(uint32_t pending)
{
    if ((pending & ALARM) != 0) {
        upcall_timer();
    }
    if ((pending & POKE) != 0) {
        percpu_write(ast_pending, 1);
    }
    if (percpu_read(ast_pending) != 0) {
        upcall_ast(false);
    }
}

/* Nobody calls: there are no maps. */
void cross_call_serve(void)
{
}

void pmap_switch(struct pmap *pmap)
{
    percpu_write(pmap_active, pmap);
}

void cpu_poke(uint32_t cpu)
{
    play_step();
    play_interrupt(cpu, POKE);
}

void cpu_idle(void)
{
    play_sleep();
}

uint64_t clock_now(void)
{
    return play_time;
}

uint64_t clock_at(uint64_t cycles)
{
    return cycles;
}

uint64_t clock_duration(uint64_t cycles)
{
    return cycles;
}

void clock_set_alarm(uint64_t deadline)
{
    percpu_write(alarm, deadline);
    if (deadline <= play_time) {
        percpu_write(alarm, UINT64_MAX);
        play_interrupt(play_cpu, ALARM);
    }
}

static void context_begin(void)
{
    struct thread *self = current_thread();
    self->context.entry(self->context.argument);
    abort();
}

void context_init(struct thread_context *context, void *stack_top, void (*entry)(void *argument),
                  void *argument)
{
    *context = (struct thread_context){ .entry = entry, .argument = argument };
    context->stack_pointer = fake_stack_prepare(stack_top, context_begin);
}

void context_destroy([[maybe_unused]] struct thread_context *context)
{
}

struct thread *context_switch(struct thread *previous, struct thread *next)
{
    percpu_write(came_from, previous);
    fake_switch_stacks(&previous->context.stack_pointer, next->context.stack_pointer);
    return percpu_read(came_from);
}

void zone_init([[maybe_unused]] struct zone *zone, [[maybe_unused]] const char *name,
               [[maybe_unused]] size_t size)
{
}

void *zone_alloc_zeroed([[maybe_unused]] struct zone *zone)
{
    struct thread *thread = &threads[thread_count];
    memset(thread, 0, sizeof(*thread));
    return thread;
}

void zone_free([[maybe_unused]] struct zone *zone, [[maybe_unused]] void *object)
{
}

void *kernel_stack_allocate(void)
{
    return stacks[thread_count++] + STACK_SIZE - KERNEL_STACK_SIZE;
}

void kernel_stack_free([[maybe_unused]] void *stack)
{
}

bool kernel_stack_trim(void)
{
    return false;
}

void watchdog_start_cpu(void)
{
}

void lock_check_none([[maybe_unused]] const struct held_locks *held,
                     [[maybe_unused]] const void *allowed, [[maybe_unused]] const char *what)
{
}

/* There are no mutexes. */
void mutex_boost_owner(struct thread *thread, [[maybe_unused]] uint8_t priority) NO_LOCK_ANALYSIS
{
    spin_unlock(&thread->lock);
}
