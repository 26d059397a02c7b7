/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Making a task out of an executable: address space, rights, startup block, first thread.
 *
 *      task_builder_load()     task with its segments mapped, no thread
 *      task_builder_give()     for each right it is to have
 *      task_builder_start()    stack, startup block, first thread
 *
 * On any failure the caller destroys the builder, which ends the task.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <mach/mach.h>

#include <lib/elf_image.h>
#include "startup_block.h"

/* Where new programs have their stack; the pages come when they are touched. */
#define TASK_STACK_TOP  UINT64_C(0x7fffff000000)
#define TASK_STACK_SIZE (UINT64_C(1) << 20)

/* An executable: readable here, and perhaps mappable. */
struct task_executable {
    const void *file; /* its bytes in this task's memory */
    size_t size;
    mach_port_t entry;     /* a memory entry that holds it, or null: segments are copied */
    uint64_t entry_offset; /* of the file's first byte in the entry */
};

struct task_builder {
    mach_port_t task;      /* send right, the builder's */
    mach_port_t host_priv; /* null, or set by the caller after task_builder_load(): the program may
                            * use the reserve of memory (thread_wire()) */
    struct elf_image image;
    struct startup_block
        block; /* the caller fills pid, path, strings before task_builder_start() */
};

/*
 * Create a task and map EXECUTABLE into it.  *ERROR, when something fails, says what in words that
 * continue "NAME: ".
 * Returns: KERN_SUCCESS; KERN_INVALID_ARGUMENT, it is no valid executable; another kernel error.
 */
kern_return_t task_builder_load(struct task_builder *builder,
                                const struct task_executable *executable, const char **error);

/* Give the new task the right PORT by DISPOSITION (MACH_MSG_TYPE_COPY_SEND, ...), listed in its
 * startup block as KIND. A null PORT is left out. */
kern_return_t task_builder_give(struct task_builder *builder, uint32_t kind, mach_port_t port,
                                mach_msg_type_name_t disposition);

/* Make the stack and start the first thread, or leave the task suspended once. */
kern_return_t task_builder_start(struct task_builder *builder, bool is_suspended);

/* Give up the builder's right to the task; with KILL end the task first. */
void task_builder_finish(struct task_builder *builder, bool kill);
