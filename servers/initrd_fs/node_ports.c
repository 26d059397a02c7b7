/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Entries are found by port and by node, in two hash tables over the same entries. A look-up that
 * gives out a right may cross with the notification that there was none left, so the port is asked again.
 */
#include "node_ports.h"

#include <stdint.h>
#include <stdlib.h>

#include <mach/notify.h>

#include "tree.h"

#define BUCKETS 64

struct entry {
    struct tree_node *node;
    mach_port_t port;
    bool stays;
    struct entry *next_by_port;
    struct entry *next_by_node;
};

static struct entry *by_port[BUCKETS];
static struct entry *by_node[BUCKETS];

/* The low byte of a name is its generation. */
static struct entry **port_bucket(mach_port_t port)
{
    return &by_port[MACH_PORT_INDEX(port) % BUCKETS];
}

static struct entry **node_bucket(const struct tree_node *node)
{
    return &by_node[node->number % BUCKETS];
}

mach_port_t node_ports_set(void)
{
    static mach_port_t set;
    if (set == MACH_PORT_NULL) {
        (void)mach_port_allocate(mach_task_self(), MACH_PORT_RIGHT_PORT_SET, &set);
    }
    return set;
}

static struct entry *find_by_port(mach_port_t port)
{
    struct entry *entry = *port_bucket(port);
    while (entry != nullptr && entry->port != port) {
        entry = entry->next_by_port;
    }
    return entry;
}

static struct entry *find_by_node(const struct tree_node *node)
{
    struct entry *entry = *node_bucket(node);
    while (entry != nullptr && (entry->node != node || entry->stays)) {
        entry = entry->next_by_node;
    }
    return entry;
}

static struct entry *insert(struct tree_node *node, mach_port_t port, bool stays)
{
    struct entry *entry = malloc(sizeof(*entry));
    if (entry != nullptr) {
        *entry = (struct entry){
            .node = node,
            .port = port,
            .stays = stays,
            .next_by_port = *port_bucket(port),
            .next_by_node = *node_bucket(node),
        };
        *port_bucket(port) = entry;
        *node_bucket(node) = entry;
    }
    return entry;
}

static void destroy(struct entry *entry)
{
    struct entry **link = port_bucket(entry->port);
    while (*link != entry) {
        link = &(*link)->next_by_port;
    }
    *link = entry->next_by_port;
    link = node_bucket(entry->node);
    while (*link != entry) {
        link = &(*link)->next_by_node;
    }
    *link = entry->next_by_node;
    (void)mach_port_mod_refs(mach_task_self(), entry->port, MACH_PORT_RIGHT_RECEIVE, -1);
    free(entry);
}

/* Have PORT told when there are no send rights to it, and MADE or more were made. The message comes
 * to PORT itself, through a send-once right, which no client can make. */
static kern_return_t watch(mach_port_t port, mach_port_mscount_t made)
{
    mach_port_t previous = MACH_PORT_NULL;
    kern_return_t result =
        mach_port_request_notification(mach_task_self(), port, MACH_NOTIFY_NO_SENDERS, made, port,
                                       MACH_MSG_TYPE_MAKE_SEND_ONCE, &previous);
    if (result == KERN_SUCCESS && MACH_PORT_VALID(previous)) {
        (void)mach_port_deallocate(mach_task_self(), previous);
    }
    return result;
}

kern_return_t node_ports_adopt(struct tree_node *node, mach_port_t port)
{
    if (insert(node, port, true) == nullptr) {
        return KERN_RESOURCE_SHORTAGE;
    }
    return mach_port_insert_member(mach_task_self(), port, node_ports_set());
}

struct tree_node *node_of_port(mach_port_t port)
{
    struct entry *entry = find_by_port(port);
    return entry == nullptr ? nullptr : entry->node;
}

static struct entry *create(struct tree_node *node)
{
    mach_port_t port;
    if (mach_port_allocate(mach_task_self(), MACH_PORT_RIGHT_RECEIVE, &port) != KERN_SUCCESS) {
        return nullptr;
    }
    struct entry *entry = insert(node, port, false);
    if (entry == nullptr) {
        (void)mach_port_mod_refs(mach_task_self(), port, MACH_PORT_RIGHT_RECEIVE, -1);
        return nullptr;
    }
    if (mach_port_insert_member(mach_task_self(), port, node_ports_set()) != KERN_SUCCESS ||
        watch(port, 1) != KERN_SUCCESS) {
        destroy(entry);
        return nullptr;
    }
    return entry;
}

kern_return_t node_port(struct tree_node *node, mach_port_t *port)
{
    struct entry *entry = find_by_node(node);
    if (entry == nullptr) {
        entry = create(node);
    }
    if (entry == nullptr) {
        return KERN_RESOURCE_SHORTAGE;
    }
    *port = entry->port;
    return KERN_SUCCESS;
}

void node_port_without_senders(mach_port_t port)
{
    struct entry *entry = find_by_port(port);
    mach_port_status_t status;
    mach_msg_type_number_t count = MACH_PORT_RECEIVE_STATUS_COUNT;
    if (entry == nullptr || entry->stays) {
        return;
    }
    kern_return_t result = mach_port_get_attributes(
        mach_task_self(), port, MACH_PORT_RECEIVE_STATUS, (mach_port_info_t)&status, &count);
    if (result == KERN_SUCCESS && status.mps_srights) {
        result = watch(port, status.mps_mscount);
    } else {
        result = KERN_FAILURE;
    }
    if (result != KERN_SUCCESS) {
        destroy(entry);
    }
}
