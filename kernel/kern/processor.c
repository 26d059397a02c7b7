/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Bringing the processors up one after the other.
 */
#include <kern/processor.h>

#include <lib/log.h>
#include <arch/context.h>
#include <arch/cpu.h>
#include <mem/kernel_stack.h>

/* A processor that failed may still be on the way to its stack, so the stack stays its own. */
static bool processor_start_next(void)
{
    char *stack = kernel_stack_allocate();
    if (stack == nullptr) {
        log_warning("no memory for processor %u: it is left out", cpu_count());
        return false;
    }
    interrupt_state_t state = interrupts_save();
    bool is_started = cpu_start_next(stack + KERNEL_STACK_SIZE);
    interrupts_restore(state);
    return is_started;
}

void processors_start(void)
{
    while (cpu_count() < cpu_present_count()) {
        uint32_t present = cpu_present_count();
        if (!processor_start_next() && cpu_present_count() == present) {
            break;
        }
    }
    if (cpu_count() > 1) {
        log_info("Processors: %u", cpu_count());
    }
}
