/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The stacks of all processors, for the watchdog.  The others are asked by a non-maskable interrupt,
 * which reaches them whatever they do, one after the other, so that their lines do not mix.
 */
#include <stack_trace.h>

#include <stdatomic.h>

#include <lib/log.h>
#include <arch/clock_device.h>
#include <arch/cpu.h>
#include <arch/percpu.h>
#include <cross_call.h>
#include <lapic.h>
#include <smp.h>

/* A processor that does not print its stack in this time is beyond help. */
#define ANSWER_LIMIT UINT64_C(1000000000)

static PERCPU_DEFINE(_Atomic bool, stack_wanted);
static PERCPU_DEFINE(_Atomic uint64_t, heartbeat);

void cpu_beat(void)
{
    _Atomic uint64_t *beats = percpu_ptr(heartbeat);
    atomic_store_explicit(beats, atomic_load_explicit(beats, memory_order_relaxed) + 1,
                          memory_order_relaxed);
}

uint64_t cpu_heartbeat(uint32_t cpu)
{
    return atomic_load_explicit(percpu_ptr_of(cpu, heartbeat), memory_order_relaxed);
}

bool stack_report_answer(const struct trap_frame *frame)
{
    if (!atomic_load(percpu_ptr(stack_wanted))) {
        return false;
    }
    log_error("processor %u:", cpu_index());
    stack_trace(frame->rip, frame->rbp);
    atomic_store(percpu_ptr(stack_wanted), false);
    return true;
}

/* Have processor CPU, not the caller's, print its stack, and wait until it has. */
static void stack_report_ask(uint32_t cpu)
{
    _Atomic bool *wanted = percpu_ptr_of(cpu, stack_wanted);
    uint64_t end = clock_now() + ANSWER_LIMIT;
    atomic_store(wanted, true);
    lapic_send_nmi(smp_apic_id(cpu));
    while (atomic_load(wanted) && clock_now() < end) {
        cpu_pause();
    }
    if (atomic_exchange(wanted, false)) {
        log_error("processor %u: does not even answer a non-maskable interrupt", cpu);
    }
}

void cpu_print_stacks(void)
{
    log_error("processor %u:", cpu_index());
    stack_trace((uint64_t)(uintptr_t)__builtin_return_address(0),
                (uint64_t)(uintptr_t)__builtin_frame_address(0));
    cpu_mask_t others = atomic_load(&cpus_online) & ~CPU_BIT(cpu_index());
    for (; others != 0; others &= others - 1) {
        stack_report_ask((uint32_t)__builtin_ctzll(others));
    }
}
