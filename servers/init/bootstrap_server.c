/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The routines of idl/bootstrap.defs, where they and their errors are described.
 *
 * A created service's receive right comes back when its server dies, by the port-destroyed
 * notification that is requested each time it is handed out: clients keep their send rights, and
 * what they sent waits for the next server.
 */
#include <string.h>

#include <mach/mach.h>
#include <mach/mach_vm.h>
#include <mach/notify.h>
#include <mach_r/bootstrap_server.h>

#include "init.h"
#include "names.h"
#include "rules.h"

/* Ask that the death of NAME's port, or of the server that holds it, be told to init. */
static kern_return_t watch(mach_port_t name, mach_msg_id_t event)
{
    mach_port_t previous = MACH_PORT_NULL;
    kern_return_t result =
        mach_port_request_notification(mach_task_self(), name, event, 0, init_notify_port(),
                                       MACH_MSG_TYPE_MAKE_SEND_ONCE, &previous);
    if (result == KERN_SUCCESS && previous != MACH_PORT_NULL) {
        (void)mach_port_deallocate(mach_task_self(), previous);
    }
    return result;
}

/* Make NAME a service with a port of its own. */
static kern_return_t make_service(struct name_space *space, struct service_name *name)
{
    mach_port_t port;
    if (mach_port_allocate(mach_task_self(), MACH_PORT_RIGHT_RECEIVE, &port) != KERN_SUCCESS) {
        return BOOTSTRAP_NO_MEMORY;
    }
    if (mach_port_insert_right(mach_task_self(), port, port, MACH_MSG_TYPE_MAKE_SEND) !=
        KERN_SUCCESS) {
        (void)mach_port_mod_refs(mach_task_self(), port, MACH_PORT_RIGHT_RECEIVE, -1);
        return BOOTSTRAP_NO_MEMORY;
    }
    name->send = port;
    name->receive = port;
    name->is_service = true;
    pending_answer(space, name);
    return BOOTSTRAP_SUCCESS;
}

kern_return_t init_create_service(struct name_space *space, const char *service, const char *server)
{
    struct service_name *name = name_find(space, service);
    if (name == nullptr) {
        name = name_create(space, service);
    }
    if (name == nullptr) {
        return BOOTSTRAP_NO_MEMORY;
    }
    if (name->send != MACH_PORT_NULL) {
        return name->is_service && name->receive == MACH_PORT_NULL ? BOOTSTRAP_SERVICE_ACTIVE
                                                                   : BOOTSTRAP_NAME_IN_USE;
    }
    strlcpy(name->server, server, sizeof(name->server));
    return make_service(space, name);
}

kern_return_t serve_bootstrap_check_in(mach_port_t bootstrap, audit_token_t sender,
                                       name_t service_name, mach_port_t *service)
{
    struct name_space *space = name_space_of(bootstrap);
    if (space == nullptr) {
        return BOOTSTRAP_UNKNOWN_SERVICE;
    }
    struct service_name *name = name_find(space, service_name);
    if (name == nullptr || name->send == MACH_PORT_NULL) {
        kern_return_t result = init_create_service(space, service_name, "");
        if (result != BOOTSTRAP_SUCCESS) {
            return result;
        }
        name = name_find(space, service_name);
    }
    if (!name->is_service) {
        return BOOTSTRAP_UNKNOWN_SERVICE;
    }
    if (!rules_may_serve(name, &sender)) {
        return BOOTSTRAP_NOT_PRIVILEGED;
    }
    if (name->receive == MACH_PORT_NULL) {
        return BOOTSTRAP_SERVICE_ACTIVE;
    }
    if (watch(name->receive, MACH_NOTIFY_PORT_DESTROYED) != KERN_SUCCESS) {
        return BOOTSTRAP_NO_MEMORY;
    }
    *service = name->receive;
    name->receive = MACH_PORT_NULL;
    return BOOTSTRAP_SUCCESS;
}

kern_return_t serve_bootstrap_register(mach_port_t bootstrap, audit_token_t sender,
                                       name_t service_name, mach_port_t service)
{
    struct name_space *space = name_space_of(bootstrap);
    if (space == nullptr) {
        return BOOTSTRAP_UNKNOWN_SERVICE;
    }
    struct service_name *name = name_find(space, service_name);
    if (name != nullptr && !rules_may_serve(name, &sender)) {
        return BOOTSTRAP_NOT_PRIVILEGED;
    }
    if (name != nullptr && name->is_service) {
        return name->receive == MACH_PORT_NULL ? BOOTSTRAP_SERVICE_ACTIVE : BOOTSTRAP_NAME_IN_USE;
    }
    if (service == MACH_PORT_NULL) {
        if (name == nullptr) {
            return BOOTSTRAP_UNKNOWN_SERVICE;
        }
        name_unbind(name);
        return BOOTSTRAP_SUCCESS;
    }
    if (name != nullptr && name->send != MACH_PORT_NULL) {
        return BOOTSTRAP_NAME_IN_USE;
    }
    if (name == nullptr && (name = name_create(space, service_name)) == nullptr) {
        return BOOTSTRAP_NO_MEMORY;
    }
    if (watch(service, MACH_NOTIFY_DEAD_NAME) != KERN_SUCCESS) {
        return BOOTSTRAP_NO_MEMORY;
    }
    name->send = service;
    pending_answer(space, name);
    return BOOTSTRAP_SUCCESS;
}

kern_return_t serve_bootstrap_look_up(mach_port_t bootstrap, mach_port_t reply, name_t service_name,
                                      int flags, mach_port_t *service,
                                      mach_msg_type_name_t *servicePoly)
{
    struct name_space *space = name_space_of(bootstrap);
    if (space == nullptr) {
        return BOOTSTRAP_UNKNOWN_SERVICE;
    }
    struct service_name *name = name_find_upwards(space, service_name);
    if (name != nullptr && name->send != MACH_PORT_NULL) {
        *service = name->send;
        *servicePoly = MACH_MSG_TYPE_COPY_SEND;
        return BOOTSTRAP_SUCCESS;
    }
    if (!(flags & BOOTSTRAP_WAIT)) {
        return BOOTSTRAP_UNKNOWN_SERVICE;
    }
    return pending_add(space, service_name, reply) ? MIG_NO_REPLY : BOOTSTRAP_NO_MEMORY;
}

kern_return_t serve_bootstrap_create_service(mach_port_t bootstrap, name_t service_name,
                                             mach_port_t *service,
                                             mach_msg_type_name_t *servicePoly)
{
    struct name_space *space = name_space_of(bootstrap);
    if (space == nullptr) {
        return BOOTSTRAP_UNKNOWN_SERVICE;
    }
    kern_return_t result = init_create_service(space, service_name, "");
    if (result == BOOTSTRAP_SUCCESS) {
        *service = name_find(space, service_name)->send;
        *servicePoly = MACH_MSG_TYPE_COPY_SEND;
    }
    return result;
}

kern_return_t serve_bootstrap_subset(mach_port_t bootstrap, mach_port_t requestor,
                                     mach_port_t *subset, mach_msg_type_name_t *subsetPoly)
{
    struct name_space *parent = name_space_of(bootstrap);
    if (parent == nullptr || !MACH_PORT_VALID(requestor)) {
        return BOOTSTRAP_UNKNOWN_SERVICE;
    }
    struct name_space *space = name_space_create(parent, init_port_set());
    if (space == nullptr) {
        return BOOTSTRAP_NO_MEMORY;
    }
    if (watch(requestor, MACH_NOTIFY_DEAD_NAME) != KERN_SUCCESS) {
        name_space_destroy(space);
        return BOOTSTRAP_NO_MEMORY;
    }
    space->requestor = requestor;
    *subset = space->port;
    *subsetPoly = MACH_MSG_TYPE_MAKE_SEND;
    return BOOTSTRAP_SUCCESS;
}

kern_return_t serve_bootstrap_parent(mach_port_t bootstrap, audit_token_t sender,
                                     mach_port_t *parent, mach_msg_type_name_t *parentPoly)
{
    struct name_space *space = name_space_of(bootstrap);
    if (space == nullptr) {
        return BOOTSTRAP_UNKNOWN_SERVICE;
    }
    if (!rules_is_privileged(&sender)) {
        return BOOTSTRAP_NOT_PRIVILEGED;
    }
    *parent = space->parent != nullptr ? space->parent->port : space->port;
    *parentPoly = MACH_MSG_TYPE_MAKE_SEND;
    return BOOTSTRAP_SUCCESS;
}

static bootstrap_status_t status_of(const struct service_name *name)
{
    bool is_served = name->send != MACH_PORT_NULL && name->receive == MACH_PORT_NULL;
    return is_served ? BOOTSTRAP_STATUS_ACTIVE : BOOTSTRAP_STATUS_INACTIVE;
}

kern_return_t serve_bootstrap_status(mach_port_t bootstrap, name_t service_name,
                                     bootstrap_status_t *active)
{
    struct name_space *space = name_space_of(bootstrap);
    struct service_name *name = space == nullptr ? nullptr : name_find_upwards(space, service_name);
    if (name == nullptr) {
        return BOOTSTRAP_UNKNOWN_SERVICE;
    }
    *active = status_of(name);
    return BOOTSTRAP_SUCCESS;
}

/* The three lists of bootstrap_info under construction. */
struct info_lists {
    unsigned count;
    name_array_t names;
    name_array_t servers;
    bootstrap_status_array_t active;
};

static void count_name(struct service_name *name, void *argument)
{
    (void)name;
    ((struct info_lists *)argument)->count++;
}

static void list_name(struct service_name *name, void *argument)
{
    struct info_lists *lists = argument;
    memcpy(lists->names[lists->count], name->name, sizeof(name_t));
    memcpy(lists->servers[lists->count], name->server, sizeof(name_t));
    lists->active[lists->count] = status_of(name);
    lists->count++;
}

/* Memory for a list of SIZE bytes that leaves with the reply.  There is always a name: SIZE is
 * not 0. */
static void *list_allocate(size_t size)
{
    mach_vm_address_t address = 0;
    kern_return_t result = mach_vm_allocate(mach_task_self(), &address, size, VM_FLAGS_ANYWHERE);
    return result == KERN_SUCCESS ? (void *)address : nullptr;
}

static void list_free(void *list, size_t size)
{
    if (list != nullptr) {
        (void)mach_vm_deallocate(mach_task_self(), (mach_vm_address_t)list, size);
    }
}

kern_return_t serve_bootstrap_info(mach_port_t bootstrap, name_array_t *service_names,
                                   mach_msg_type_number_t *service_namesCnt,
                                   name_array_t *server_names,
                                   mach_msg_type_number_t *server_namesCnt,
                                   bootstrap_status_array_t *active,
                                   mach_msg_type_number_t *activeCnt)
{
    struct name_space *space = name_space_of(bootstrap);
    struct info_lists lists = {};
    if (space == nullptr) {
        return BOOTSTRAP_UNKNOWN_SERVICE;
    }
    name_visit(space, count_name, &lists);
    if (lists.count == 0) {
        return BOOTSTRAP_SUCCESS;
    }
    size_t names_size = lists.count * sizeof(name_t);
    size_t active_size = lists.count * sizeof(bootstrap_status_t);
    lists.names = list_allocate(names_size);
    lists.servers = list_allocate(names_size);
    lists.active = list_allocate(active_size);
    if (lists.names == nullptr || lists.servers == nullptr || lists.active == nullptr) {
        list_free(lists.names, names_size);
        list_free(lists.servers, names_size);
        list_free(lists.active, active_size);
        return BOOTSTRAP_NO_MEMORY;
    }
    lists.count = 0;
    name_visit(space, list_name, &lists);
    *service_names = lists.names;
    *server_names = lists.servers;
    *active = lists.active;
    *service_namesCnt = *server_namesCnt = *activeCnt = lists.count;
    return BOOTSTRAP_SUCCESS;
}
