/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Waiting for children. A child that ends is given to exactly one waiter; without one it stays as a
 * zombie, which exactly one later wait takes.
 */
#include "process.h"

#include <stdlib.h>

static bool is_meant(int32_t pid, const struct process *child)
{
    return pid == PROC_ANY || pid == child->pid;
}

enum wait_state wait_look(struct process *parent, int32_t pid, struct process **child)
{
    enum wait_state state = WAIT_NO_CHILD;
    struct process *process = process_next_child(parent, process_first());
    while (process != nullptr) {
        if (is_meant(pid, process)) {
            state = WAIT_RUNNING;
            if (process->is_zombie) {
                *child = process;
                return WAIT_ENDED;
            }
        }
        process = process_next_child(parent, process->next);
    }
    return state;
}

bool wait_add(struct process *parent, int32_t pid, mach_port_t reply)
{
    unsigned count = 0;
    struct waiter **link = &parent->waiters;
    while (*link != nullptr) {
        link = &(*link)->next;
        count++;
    }
    struct waiter *waiter = count < WAITERS_MAX ? malloc(sizeof(*waiter)) : nullptr;
    if (waiter == nullptr) {
        return false;
    }
    *waiter = (struct waiter){ .pid = pid, .reply = reply };
    *link = waiter;
    return true;
}

/* Take the waiter at LINK out. Returns: its reply right. */
static mach_port_t take(struct waiter **link)
{
    struct waiter *waiter = *link;
    mach_port_t reply = waiter->reply;
    *link = waiter->next;
    free(waiter);
    return reply;
}

mach_port_t wait_take(struct process *parent, const struct process *child)
{
    struct waiter **link = &parent->waiters;
    while (*link != nullptr && !is_meant((*link)->pid, child)) {
        link = &(*link)->next;
    }
    return *link != nullptr ? take(link) : MACH_PORT_NULL;
}

mach_port_t wait_take_childless(struct process *parent)
{
    struct process *child;
    struct waiter **link = &parent->waiters;
    while (*link != nullptr && wait_look(parent, (*link)->pid, &child) != WAIT_NO_CHILD) {
        link = &(*link)->next;
    }
    return *link != nullptr ? take(link) : MACH_PORT_NULL;
}
