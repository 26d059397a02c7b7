/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Each processor has one call of its own, and a word of who has called it: the caller fills its
 * call, sets its bit in the words of those it calls, and waits until the last of them has counted
 * itself off.  A caller serves others while it waits, so two that call each other both go on.
 *
 * Invariant: a call is not changed while `waiting` is not zero, and a bit in `cross_callers` stands
 * for a call that its owner waits for.
 */
#include <cross_call.h>

#include <stdatomic.h>

#include <lib/assert.h>
#include <arch/cpu.h>
#include <idt.h>
#include <lapic.h>
#include <smp.h>

struct cross_call {
    void (*function)(const void *argument);
    const void *argument;
    _Atomic uint32_t waiting; /* processors that have not done it */
};

static PERCPU_DEFINE(struct cross_call, own_call);
PERCPU_DEFINE(_Atomic cpu_mask_t, cross_callers);

_Atomic cpu_mask_t cpus_online = CPU_BIT(0);

void cross_call_serve(void)
{
    interrupt_state_t state = interrupts_save();
    cpu_mask_t callers = atomic_exchange(percpu_ptr(cross_callers), 0);
    while (callers != 0) {
        uint32_t caller = (uint32_t)__builtin_ctzll(callers);
        callers &= callers - 1;
        struct cross_call *call = percpu_ptr_of(caller, own_call);
        call->function(call->argument);
        atomic_fetch_sub_explicit(&call->waiting, 1, memory_order_release);
    }
    interrupts_restore(state);
}

void cross_call(cpu_mask_t cpus, void (*function)(const void *argument), const void *argument)
{
    uint32_t self = cpu_index();
    cpus &= atomic_load_explicit(&cpus_online, memory_order_relaxed) & ~CPU_BIT(self);
    if (cpus == 0) {
        return;
    }
    debug_assert(!interrupts_enabled());
    struct cross_call *call = percpu_ptr(own_call);
    call->function = function;
    call->argument = argument;
    atomic_store(&call->waiting, (uint32_t)__builtin_popcountll(cpus));
    while (cpus != 0) {
        uint32_t cpu = (uint32_t)__builtin_ctzll(cpus);
        cpus &= cpus - 1;
        /* Where a bit was set before, the interrupt for it is on its way. */
        if (atomic_fetch_or(percpu_ptr_of(cpu, cross_callers), CPU_BIT(self)) == 0) {
            lapic_send(smp_apic_id(cpu), VECTOR_CROSS_CALL);
        }
    }
    while (atomic_load_explicit(&call->waiting, memory_order_acquire) != 0) {
        cpu_pause();
    }
}
