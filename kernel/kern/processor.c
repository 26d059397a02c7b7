/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Bringing the processors up one after the other; stopping and starting them, one at a time.
 */
#include <kern/processor.h>

#include <lib/log.h>
#include <lib/panic.h>
#include <arch/context.h>
#include <arch/cpu.h>
#include <mem/kernel_stack.h>
#include <sched/mutex.h>
#include <sched/sched.h>
#include <kern/kernel_port.h>

struct processor processors[CPU_MAX];

/* Held while a processor stops or starts. */
static struct mutex running_lock;

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

static void processors_make_ports(void)
{
    for (uint32_t i = 0; i < cpu_count(); i++) {
        processors[i].index = i;
        processors[i].port = kernel_port_create(IPC_KOBJECT_PROCESSOR, &processors[i]);
        if (processors[i].port == nullptr) {
            panic("no memory for the processors' ports");
        }
    }
}

void processors_start(void)
{
    mutex_init(&running_lock, LOCK_CLASS_PROCESSORS);
    while (cpu_count() < cpu_present_count()) {
        uint32_t present = cpu_present_count();
        if (!processor_start_next() && cpu_present_count() == present) {
            break;
        }
    }
    if (cpu_count() > 1) {
        log_info("Processors: %u", cpu_count());
    }
    processors_make_ports();
}

kern_return_t processor_set_running(struct processor *processor, bool is_running)
{
    uint32_t cpu = processor->index;
    kern_return_t result = KERN_SUCCESS;
    mutex_lock(&running_lock);
    bool was_running = (sched_online_cpus() & CPU_BIT(cpu)) != 0;
    if (was_running ? is_running || cpu == 0 : false) {
        result = KERN_FAILURE;
    } else if (was_running && !is_running) {
        sched_stop_cpu(cpu);
    } else if (!was_running && is_running) {
        sched_start_cpu(cpu);
    }
    mutex_unlock(&running_lock);
    return result;
}
