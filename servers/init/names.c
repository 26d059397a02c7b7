/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Lists are enough: a system has some dozens of names, and looking one up happens once a client.
 */
#include "names.h"

#include <stdlib.h>
#include <string.h>

#include <mach_r/bootstrap_server.h>

static struct name_space *spaces;
static unsigned space_count, name_count, lookup_count;

struct name_space *name_space_of(mach_port_t port)
{
    struct name_space *space = spaces;
    while (space != nullptr && space->port != port) {
        space = space->next;
    }
    return space;
}

struct name_space *name_space_of_requestor(mach_port_t requestor)
{
    struct name_space *space = spaces;
    while (space != nullptr &&
           (space->requestor == MACH_PORT_NULL || space->requestor != requestor)) {
        space = space->next;
    }
    return space;
}

struct name_space *name_space_create(struct name_space *parent, mach_port_t set)
{
    struct name_space *space = space_count < SPACES_MAX ? calloc(1, sizeof(*space)) : nullptr;
    if (space == nullptr) {
        return nullptr;
    }
    if (mach_port_allocate(mach_task_self(), MACH_PORT_RIGHT_RECEIVE, &space->port) !=
        KERN_SUCCESS) {
        free(space);
        return nullptr;
    }
    (void)mach_port_insert_member(mach_task_self(), space->port, set);
    space->parent = parent;
    space->next = spaces;
    spaces = space;
    space_count++;
    return space;
}

/* Forget the look-up at LINK, with its reply right. */
static void lookup_destroy(struct pending_lookup **link)
{
    struct pending_lookup *lookup = *link;
    *link = lookup->next;
    (void)mach_port_deallocate(mach_task_self(), lookup->reply);
    free(lookup);
    lookup_count--;
}

/* Free all names and waiting look-ups of SPACE. */
static void empty_space(struct name_space *space)
{
    while (space->names != nullptr) {
        struct service_name *name = space->names;
        space->names = name->next;
        name_unbind(name);
        free(name);
        name_count--;
    }
    while (space->pending != nullptr) {
        lookup_destroy(&space->pending);
    }
}

/* A space directly below PARENT, or null. */
static struct name_space *any_child(const struct name_space *parent)
{
    struct name_space *space = spaces;
    while (space != nullptr && space->parent != parent) {
        space = space->next;
    }
    return space;
}

void name_space_destroy(struct name_space *space)
{
    struct name_space *child;
    while ((child = any_child(space)) != nullptr) {
        name_space_destroy(child);
    }
    struct name_space **link = &spaces;
    while (*link != space) {
        link = &(*link)->next;
    }
    *link = space->next;
    space_count--;
    empty_space(space);
    (void)mach_port_mod_refs(mach_task_self(), space->port, MACH_PORT_RIGHT_RECEIVE, -1);
    if (space->requestor != MACH_PORT_NULL) {
        (void)mach_port_deallocate(mach_task_self(), space->requestor);
    }
    free(space);
}

struct service_name *name_find(struct name_space *space, const char *name)
{
    struct service_name *found = space->names;
    while (found != nullptr && strcmp(found->name, name) != 0) {
        found = found->next;
    }
    return found;
}

struct service_name *name_find_upwards(struct name_space *space, const char *name)
{
    struct service_name *found = nullptr;
    for (; space != nullptr && (found == nullptr || found->send == MACH_PORT_NULL);
         space = space->parent) {
        struct service_name *here = name_find(space, name);
        found = here != nullptr ? here : found;
    }
    return found;
}

struct service_name *name_of_port(mach_port_t port)
{
    for (struct name_space *space = spaces; space != nullptr; space = space->next) {
        for (struct service_name *name = space->names; name != nullptr; name = name->next) {
            if (name->send == port || name->receive == port) {
                return name;
            }
        }
    }
    return nullptr;
}

struct service_name *name_create(struct name_space *space, const char *name)
{
    struct service_name *created = name_count < NAMES_MAX ? calloc(1, sizeof(*created)) : nullptr;
    if (created != nullptr) {
        name_count++;
        strlcpy(created->name, name, sizeof(created->name));
        created->next = space->names;
        space->names = created;
    }
    return created;
}

void name_unbind(struct service_name *name)
{
    if (name->receive != MACH_PORT_NULL) {
        (void)mach_port_mod_refs(mach_task_self(), name->receive, MACH_PORT_RIGHT_RECEIVE, -1);
    }
    if (name->send != MACH_PORT_NULL) {
        (void)mach_port_deallocate(mach_task_self(), name->send);
    }
    name->receive = MACH_PORT_NULL;
    name->send = MACH_PORT_NULL;
    name->is_service = false;
}

void name_visit(struct name_space *space,
                void (*visitor)(struct service_name *name, void *argument), void *argument)
{
    for (struct name_space *at = space; at != nullptr; at = at->parent) {
        for (struct service_name *name = at->names; name != nullptr; name = name->next) {
            bool is_hidden = false;
            for (struct name_space *nearer = space; nearer != at && !is_hidden;
                 nearer = nearer->parent) {
                is_hidden = name_find(nearer, name->name) != nullptr;
            }
            if (!is_hidden) {
                visitor(name, argument);
            }
        }
    }
}

/* Forget the look-ups of SPACE that nobody waits for any more. */
static void drop_dead_lookups_of(struct name_space *space)
{
    struct pending_lookup **link = &space->pending;
    while (*link != nullptr) {
        mach_port_type_t type;
        if (mach_port_type(mach_task_self(), (*link)->reply, &type) == KERN_SUCCESS &&
            (type & MACH_PORT_TYPE_DEAD_NAME) == 0) {
            link = &(*link)->next;
        } else {
            lookup_destroy(link);
        }
    }
}

/* The same in all spaces. */
static void drop_dead_lookups(void)
{
    for (struct name_space *space = spaces; space != nullptr; space = space->next) {
        drop_dead_lookups_of(space);
    }
}

bool pending_add(struct name_space *space, const char *name, mach_port_t reply)
{
    drop_dead_lookups();
    struct pending_lookup *pending =
        lookup_count < LOOKUPS_MAX ? calloc(1, sizeof(*pending)) : nullptr;
    if (pending == nullptr) {
        return false;
    }
    lookup_count++;
    strlcpy(pending->name, name, sizeof(pending->name));
    pending->reply = reply;
    pending->next = space->pending;
    space->pending = pending;
    return true;
}

/* Answer what waits for NAME in SPACE itself. */
static void answer_in(struct name_space *space, const struct service_name *name)
{
    struct pending_lookup **link = &space->pending;
    while (*link != nullptr) {
        struct pending_lookup *pending = *link;
        if (strcmp(pending->name, name->name) != 0) {
            link = &pending->next;
            continue;
        }
        *link = pending->next;
        /* The client may have died meanwhile. */
        (void)serve_bootstrap_look_up_reply(pending->reply, name->send, MACH_MSG_TYPE_COPY_SEND);
        free(pending);
        lookup_count--;
    }
}

void pending_answer(struct name_space *space, const struct service_name *name)
{
    answer_in(space, name);
    for (struct name_space *child = spaces; child != nullptr; child = child->next) {
        if (child->parent == space && name_find(child, name->name) == nullptr) {
            pending_answer(child, name);
        }
    }
}
