/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who serves what, and the way from a request that has to wait to the threads that it waits for.
 */
#include <ipc/ipc_donation.h>

#include <sched/sched.h>
#include <ipc/ipc_entry.h>
#include <ipc/ipc_port.h>
#include <ipc/ipc_pset.h>
#include <ipc/ipc_space.h>

/* A port and the first of its sets: what its servers may receive from. */
#define SOURCES_MAX 8

/* So many threads are lent importance under one hold of their list's lock, and it is held so often at
 * most: others may receive, and have less again, meanwhile. */
#define LENT_AT_ONCE 32
#define LENT_ROUNDS  64

struct sources {
    struct ipc_space *space; /* where they are served, with a reference */
    const struct ipc_object *objects[SOURCES_MAX];
    uint32_t count;
};

void ipc_donation_serve(struct thread *self, const struct ipc_object *object)
{
    struct ipc_space *space = self->space;
    if (self->policy.donated != 0) {
        thread_donation_end(self);
    }
    spin_lock(&space->servers_lock);
    self->serves = object;
    if (list_empty(&self->server_link)) {
        list_insert_tail(&space->servers, &self->server_link);
    }
    spin_unlock(&space->servers_lock);
}

void ipc_donation_leave(struct thread *thread)
{
    struct ipc_space *space = thread->space;
    spin_lock(&space->servers_lock);
    list_remove(&thread->server_link);
    spin_unlock(&space->servers_lock);
}

void ipc_donation_take(const struct ipc_kmsg *kmsg, const struct ipc_port *port)
{
    struct thread *self = current_thread();
    uint8_t importance = port->importance;
    if (ipc_kmsg_is_request(kmsg) && kmsg->importance > importance) {
        importance = kmsg->importance;
    }
    if (importance > self->importance) {
        thread_donate(self, importance);
    }
}

void ipc_donation_take_from_set(struct ipc_pset *set)
{
    struct thread *self = current_thread();
    uint8_t importance = 0;
    uint32_t seen = 0;
    const struct ipc_pset_link *link;
    ipc_pset_lock(set);
    list_for_each_entry(link, &set->ready, ready_link) {
        if (++seen > SOURCES_MAX) {
            break;
        }
        if (link->port->importance > importance) {
            importance = link->port->importance;
        }
    }
    ipc_pset_unlock(set);
    if (importance > self->importance) {
        thread_donate(self, importance);
    }
}

/* The port that SPACE may send to under NAME, with a reference; null if there is none. */
static struct ipc_port *port_called(struct ipc_space *space, mach_port_name_t name)
{
    struct ipc_port *port = nullptr;
    spin_lock(&space->lock);
    struct ipc_entry *entry = space->is_active ? ipc_entry_lookup(space, name) : nullptr;
    if (entry != nullptr && (entry->bits & MACH_PORT_TYPE_SEND_RECEIVE) != 0) {
        port = (struct ipc_port *)entry->object;
        ipc_port_reference(port);
    }
    spin_unlock(&space->lock);
    return port;
}

/* Find out where messages to the port that SPACE calls NAME are received.  Returns: false if they
 * are not. */
static bool find_sources(struct ipc_space *space, mach_port_name_t name, struct sources *sources)
{
    struct ipc_port *port = port_called(space, name);
    if (port == nullptr) {
        return false;
    }
    ipc_port_lock(port);
    bool is_served = port->object.is_active && port->state == PORT_IN_SPACE;
    if (is_served) {
        sources->space = port->receiver;
        ipc_space_reference(sources->space);
        sources->objects[0] = &port->object;
        sources->count = 1;
        const struct ipc_pset_link *link;
        list_for_each_entry(link, &port->sets, port_link) {
            if (sources->count < SOURCES_MAX) {
                sources->objects[sources->count++] = &link->set->object;
            }
        }
    }
    ipc_port_unlock(port);
    ipc_port_release(port);
    return is_served;
}

static bool is_source(const struct sources *sources, const struct ipc_object *object)
{
    for (uint32_t i = 0; i < sources->count; i++) {
        if (sources->objects[i] == object) {
            return true;
        }
    }
    return false;
}

/* Lend PRIORITY to those who serve SOURCES and have less, a few of them at most.  The first of them who
 * waits for another server sets *CALLED to what it called.  Returns: to how many. */
static uint32_t lend_some(const struct sources *sources, uint8_t priority, mach_port_name_t *called)
{
    struct ipc_space *space = sources->space;
    uint32_t count = 0;
    struct thread *thread;
    spin_lock(&space->servers_lock);
    list_for_each_entry(thread, &space->servers, server_link) {
        if (is_source(sources, thread->serves) && thread->importance < priority) {
            thread_donate(thread, priority);
            *called = *called != MACH_PORT_NULL ? *called : thread->calls;
            if (++count == LENT_AT_ONCE) {
                break;
            }
        }
    }
    spin_unlock(&space->servers_lock);
    return count;
}

/* Lend PRIORITY to all who serve SOURCES.  Returns: what one of them waits for in turn, or null. */
static mach_port_name_t lend(const struct sources *sources, uint8_t priority)
{
    mach_port_name_t called = MACH_PORT_NULL;
    for (uint32_t i = 0; i < LENT_ROUNDS; i++) {
        if (lend_some(sources, priority, &called) < LENT_AT_ONCE) {
            break;
        }
        sched_let_in();
    }
    return called;
}

void ipc_donation_push(struct thread *self)
{
    struct ipc_space *space = self->space;
    mach_port_name_t called = self->calls;
    if (called == MACH_PORT_NULL) {
        return; /* the kernel calls for it, by no name */
    }
    ipc_space_reference(space);
    for (uint32_t i = 0; i < DONATION_DEPTH && called != MACH_PORT_NULL; i++) {
        struct sources sources;
        bool is_served = find_sources(space, called, &sources);
        ipc_space_release(space);
        if (!is_served) {
            return;
        }
        space = sources.space;
        called = lend(&sources, self->importance);
        sched_let_in_after(i);
    }
    ipc_space_release(space);
}
