/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Exception ports of threads.  Few threads have any, so they are made when the first is set.
 */
#include <kern/thread_control.h>

#include <lib/refcount.h>
#include <mem/zone.h>
#include <kern/exception_ports.h>
#include <kern/thread_gate.h>

/* A thread's exception ports: shared by the thread and whoever changes them. */
struct thread_exceptions {
    struct refcount references;
    struct exception_ports ports;
};

static struct zone exceptions_zone;

void thread_exceptions_init(void)
{
    zone_init(&exceptions_zone, "thread exception ports", sizeof(struct thread_exceptions));
}

void thread_drop_exceptions(struct thread *thread)
{
    struct gate *gate = thread_gate(thread);
    interrupt_state_t state = spin_lock_save(&gate->lock);
    struct exception_ports *ports = thread->exceptions;
    thread->exceptions = nullptr;
    spin_unlock_restore(&gate->lock, state);
    if (ports != nullptr) {
        exception_ports_close(ports);
        thread_exception_ports_release(ports);
    }
}

/* Make exception ports for THREAD, unless somebody else was faster.  Returns: as
 * thread_exception_ports_need(). */
static kern_return_t thread_make_exceptions(struct thread *thread)
{
    struct thread_exceptions *exceptions = zone_alloc(&exceptions_zone);
    if (exceptions == nullptr) {
        return KERN_RESOURCE_SHORTAGE;
    }
    refcount_init(&exceptions->references, 1);
    exception_ports_init(&exceptions->ports);
    struct gate *gate = thread_gate(thread);
    interrupt_state_t state = spin_lock_save(&gate->lock);
    bool is_active = thread->is_active;
    bool is_used = is_active && thread->exceptions == nullptr;
    if (is_used) {
        thread->exceptions = &exceptions->ports;
    }
    spin_unlock_restore(&gate->lock, state);
    if (!is_used) {
        zone_free(&exceptions_zone, exceptions);
    }
    return is_active ? KERN_SUCCESS : KERN_TERMINATED;
}

struct exception_ports *thread_exception_ports(struct thread *thread)
{
    struct gate *gate = thread_gate(thread);
    interrupt_state_t state = spin_lock_save(&gate->lock);
    struct exception_ports *ports = thread->exceptions;
    if (ports != nullptr) {
        refcount_acquire(&container_of(ports, struct thread_exceptions, ports)->references);
    }
    spin_unlock_restore(&gate->lock, state);
    return ports;
}

kern_return_t thread_exception_ports_need(struct thread *thread, struct exception_ports **ports)
{
    *ports = thread_exception_ports(thread);
    if (*ports != nullptr) {
        return KERN_SUCCESS;
    }
    kern_return_t result = thread_make_exceptions(thread);
    if (result != KERN_SUCCESS) {
        return result;
    }
    *ports = thread_exception_ports(thread);
    return *ports != nullptr ? KERN_SUCCESS : KERN_TERMINATED;
}

void thread_exception_ports_release(struct exception_ports *ports)
{
    struct thread_exceptions *exceptions = container_of(ports, struct thread_exceptions, ports);
    if (refcount_release(&exceptions->references)) {
        zone_free(&exceptions_zone, exceptions);
    }
}
