/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Port sets.  Removing a set's members goes against the lock order (port before set), so the member
 * is found under the set's lock, referenced, and then locked properly; whoever was faster has
 * removed the link.
 */
#include <ipc/ipc_pset.h>

#include <mem/quota.h>
#include <mem/zone.h>
#include <sched/waitq.h>
#include <ipc/ipc_mqueue.h>
#include <ipc/ipc_zones.h>

/* An object of ZONE, charged to QUOTA.  Returns: null without memory, or if that is used up. */
static void *alloc_charged(struct zone *zone, struct quota *quota)
{
    if (!quota_charge(quota, QUOTA_KERNEL_BYTES, zone->size)) {
        return nullptr;
    }
    void *object = zone_alloc_zeroed(zone);
    if (object == nullptr) {
        quota_uncharge(quota, QUOTA_KERNEL_BYTES, zone->size);
    }
    return object;
}

static void free_charged(struct zone *zone, struct quota *quota, void *object)
{
    quota_uncharge(quota, QUOTA_KERNEL_BYTES, zone->size);
    zone_free(zone, object);
}

void ipc_pset_free(struct ipc_pset *set)
{
    struct quota *quota = set->quota;
    free_charged(&ipc_pset_zone, quota, set);
    quota_release(quota);
}

struct ipc_pset *ipc_pset_create(struct quota *quota)
{
    struct ipc_pset *set = alloc_charged(&ipc_pset_zone, quota);
    if (set == nullptr) {
        return nullptr;
    }
    quota_reference(quota);
    set->quota = quota;
    spinlock_init(&set->object.lock, LOCK_CLASS_PORT_SET);
    refcount_init(&set->object.references, 1);
    set->object.kind = IPC_OBJECT_PORT_SET;
    set->object.is_active = true;
    list_init(&set->members);
    list_init(&set->ready);
    waitq_init(&set->receivers);
    return set;
}

/* The link between PORT and SET, or null. */
static struct ipc_pset_link *find_link(struct ipc_pset *set, struct ipc_port *port)
    REQUIRES(port->object.lock)
{
    struct ipc_pset_link *link;
    list_for_each_entry(link, &port->sets, port_link) {
        if (link->set == set) {
            return link;
        }
    }
    return nullptr;
}

bool ipc_pset_contains(struct ipc_pset *set, struct ipc_port *port)
{
    return find_link(set, port) != nullptr;
}

/* Undo LINK and free it. */
static void remove_link(struct ipc_pset_link *link, struct ipc_port *port)
    REQUIRES(port->object.lock)
{
    struct ipc_pset *set = link->set;
    ipc_pset_lock(set);
    list_remove(&link->port_link);
    list_remove(&link->set_link);
    list_remove(&link->ready_link);
    ipc_pset_unlock(set);
    free_charged(&ipc_pset_link_zone, set->quota, link);
}

kern_return_t ipc_pset_add(struct ipc_pset *set, struct ipc_port *port)
{
    if (find_link(set, port) != nullptr) {
        return KERN_ALREADY_IN_SET;
    }
    if (ipc_pset_count(port) == IPC_PORT_SETS_MAX) {
        return KERN_RESOURCE_SHORTAGE;
    }
    struct ipc_pset_link *link = alloc_charged(&ipc_pset_link_zone, set->quota);
    if (link == nullptr) {
        return KERN_RESOURCE_SHORTAGE;
    }
    link->port = port;
    link->set = set;
    list_init(&link->ready_link);

    ipc_pset_lock(set);
    bool is_active = set->object.is_active;
    if (is_active) {
        list_insert_tail(&port->sets, &link->port_link);
        list_insert_tail(&set->members, &link->set_link);
    }
    ipc_pset_unlock(set);
    if (!is_active) {
        free_charged(&ipc_pset_link_zone, set->quota, link);
        return KERN_INVALID_NAME;
    }
    if (!list_empty(&port->messages)) {
        ipc_mqueue_offer_to_sets(port);
    }
    return KERN_SUCCESS;
}

kern_return_t ipc_pset_remove(struct ipc_pset *set, struct ipc_port *port)
{
    struct ipc_pset_link *link = find_link(set, port);
    if (link == nullptr) {
        return KERN_NOT_IN_SET;
    }
    remove_link(link, port);
    return KERN_SUCCESS;
}

void ipc_pset_remove_all(struct ipc_port *port)
{
    while (!list_empty(&port->sets)) {
        remove_link(list_first_entry(&port->sets, struct ipc_pset_link, port_link), port);
    }
}

void ipc_pset_make_unready(struct ipc_port *port)
{
    struct ipc_pset_link *link;
    list_for_each_entry(link, &port->sets, port_link) {
        ipc_pset_lock(link->set);
        list_remove(&link->ready_link);
        ipc_pset_unlock(link->set);
    }
}

uint32_t ipc_pset_count(struct ipc_port *port)
{
    uint32_t count = 0;
    struct ipc_pset_link *link;
    list_for_each_entry(link, &port->sets, port_link) {
        count++;
    }
    return count;
}

/* A member of SET with a reference, or null when there is none. */
static struct ipc_port *any_member(struct ipc_pset *set)
{
    struct ipc_port *port = nullptr;
    ipc_pset_lock(set);
    if (!list_empty(&set->members)) {
        port = list_first_entry(&set->members, struct ipc_pset_link, set_link)->port;
        ipc_port_reference(port);
    }
    ipc_pset_unlock(set);
    return port;
}

void ipc_pset_destroy(struct ipc_pset *set)
{
    ipc_pset_lock(set);
    set->object.is_active = false;
    struct list woken;
    list_init(&woken);
    ipc_mqueue_claim_receivers(&set->receivers, MACH_RCV_PORT_DIED, &woken);
    ipc_pset_unlock(set);
    waitq_wake_claimed(&woken);

    struct ipc_port *port;
    while ((port = any_member(set)) != nullptr) {
        ipc_port_lock(port);
        struct ipc_pset_link *link = find_link(set, port);
        if (link != nullptr) {
            remove_link(link, port);
        }
        ipc_port_unlock(port);
        ipc_port_release(port);
    }
    ipc_object_release(&set->object);
}
