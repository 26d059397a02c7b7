/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Fetching the startup block of a task.
 */
#include "startup_copy.h"

#include <mach/mach.h>
#include <mach/mach_vm.h>

#include "task_builder.h"

/* The block is looked for in steps: few are longer than the first. */
#define FIRST_STEP  4096
#define STEP_FACTOR 4

void startup_copy_read(mach_port_t task, struct startup_copy *copy)
{
    *copy = (struct startup_copy){ .path = "" };
    for (mach_vm_size_t size = FIRST_STEP; size <= STARTUP_SIZE_MAX; size *= STEP_FACTOR) {
        vm_offset_t data;
        mach_msg_type_number_t count;
        if (mach_vm_read(task, TASK_STACK_TOP - size, size, &data, &count) != KERN_SUCCESS) {
            return;
        }
        bool is_found = startup_copy_parse((const void *)data, count, TASK_STACK_TOP, copy);
        copy->memory = (void *)data;
        copy->memory_size = count;
        if (is_found) {
            return;
        }
        startup_copy_free(copy);
    }
}

void startup_copy_free(struct startup_copy *copy)
{
    if (copy->memory_size != 0) {
        (void)mach_vm_deallocate(mach_task_self(), (mach_vm_address_t)copy->memory,
                                 copy->memory_size);
    }
    *copy = (struct startup_copy){ .path = "" };
}
