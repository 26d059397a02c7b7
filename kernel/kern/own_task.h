/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Traps that also exist as messages: they work on the caller's own task only, share the body with the
 * message's routine, and answer MACH_SEND_INVALID_DEST for any other task, whereupon the library sends
 * the message.
 */
#pragma once

#include <stdint.h>

#include <mach/port.h>

#include <lib/compiler.h>
#include <sched/thread.h>
#include <ipc/ipc_space.h>
#include <kern/call_failures.h>
#include <kern/task.h>

/* RESULT becomes what CALL says, the routine that the message ID asks for too; for tests it is called
 * more than once (kern/call_failures.h). */
#define CALL_ROUTINE(id, result, call)                  \
    do {                                                \
        call_failures_begin();                          \
        do {                                            \
            (result) = (call);                          \
        } while (call_failures_repeat((id), (result))); \
    } while (false)

/* name_is_own_task() for a name that it does not know; it will, if that is the one.  Takes the lock of the
 * caller's space. */
NOINLINE bool name_is_own_task_slowly(mach_port_name_t name);

/* True if NAME denotes the port of the caller's own task.  The entry that it was last time needs no lock: table entries
 * stay where they are as long as the space, and an entry that changes meanwhile counts as one that
 * changed a moment later. */
static inline bool name_is_own_task(mach_port_name_t name)
{
    const struct thread *self = current_thread();
    const struct ipc_entry *entry = self->space->self;
    if (LIKELY(entry != nullptr && entry->name == name &&
               entry->object == &self->task->self->object)) {
        return true;
    }
    return name_is_own_task_slowly(name);
}

/* The caller's space or map if NAME denotes his task, else null. */
static inline struct ipc_space *own_space(uint64_t name)
{
    return name_is_own_task((mach_port_name_t)name) ? current_thread()->space : nullptr;
}

static inline struct vm_map *own_map(uint64_t name)
{
    return name_is_own_task((mach_port_name_t)name) ? current_thread()->map : nullptr;
}
