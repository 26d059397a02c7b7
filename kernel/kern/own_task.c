/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Looking up a task's own port in its space.
 */
#include <kern/own_task.h>

#include <kern/task.h>

bool name_is_own_task_slowly(mach_port_name_t name)
{
    const struct thread *self = current_thread();
    struct ipc_space *space = self->space;
    spin_lock(&space->lock);
    struct ipc_entry *entry = space->is_active ? ipc_entry_lookup(space, name) : nullptr;
    bool is_own = entry != nullptr && entry->object == &self->task->self->object;
    if (is_own && !ipc_entry_is_chosen(space, entry)) {
        space->self = entry;
    }
    spin_unlock(&space->lock);
    return is_own;
}
