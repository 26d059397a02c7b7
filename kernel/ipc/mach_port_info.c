/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The routines of mach_port.defs that describe receive rights: attributes and counts.
 */
#include <ipc/mach_port.h>

#include <lib/string.h>
#include <sched/waitq.h>
#include <ipc/ipc_pset.h>
#include <ipc/ipc_request.h>
#include <ipc/mach_port_internal.h>

/* The state of PORT for users. */
static void fill_status(struct ipc_port *port, mach_port_status_t *status)
    REQUIRES(port->object.lock)
{
    *status = (mach_port_status_t){
        .mps_pset = ipc_pset_count(port),
        .mps_seqno = port->sequence,
        .mps_mscount = port->make_send_count,
        .mps_qlimit = port->message_limit,
        .mps_msgcount = port->message_count,
        .mps_sorights = port->send_once_rights,
        .mps_srights = port->send_rights > 0,
        .mps_pdrequest = port->port_destroyed != nullptr,
        .mps_nsrequest = port->no_senders != nullptr,
        .mps_flags = port->flags,
    };
}

/* Words of the answer to FLAVOR; 0 for an unknown one. */
static uint32_t flavor_words(mach_port_flavor_t flavor)
{
    switch (flavor) {
    case MACH_PORT_LIMITS_INFO: return MACH_PORT_LIMITS_INFO_COUNT;
    case MACH_PORT_RECEIVE_STATUS: return MACH_PORT_RECEIVE_STATUS_COUNT;
    case MACH_PORT_DNREQUESTS_SIZE: return MACH_PORT_DNREQUESTS_SIZE_COUNT;
    case MACH_PORT_INFO_EXT: return MACH_PORT_INFO_EXT_COUNT;
    case MACH_PORT_SERVICE_THROTTLED: return MACH_PORT_SERVICE_THROTTLED_COUNT;
    default: return 0;
    }
}

/* The answer to FLAVOR about PORT.  Returns: KERN_INVALID_CAPABILITY, it is asked of ports of
 * services, and no port is one. */
static kern_return_t fill_attributes(struct ipc_port *port, mach_port_flavor_t flavor,
                                     mach_port_info_t info) REQUIRES(port->object.lock)
{
    switch (flavor) {
    case MACH_PORT_LIMITS_INFO:
        ((mach_port_limits_t *)info)->mpl_qlimit = port->message_limit;
        return KERN_SUCCESS;
    case MACH_PORT_RECEIVE_STATUS:
        fill_status(port, (mach_port_status_t *)info);
        return KERN_SUCCESS;
    case MACH_PORT_DNREQUESTS_SIZE: info[0] = (integer_t)port->request_count; return KERN_SUCCESS;
    case MACH_PORT_INFO_EXT:
        memset(info, 0, sizeof(mach_port_info_ext_t));
        fill_status(port, &((mach_port_info_ext_t *)info)->mpie_status);
        return KERN_SUCCESS;
    default: return KERN_INVALID_CAPABILITY;
    }
}

/* The answer to FLAVOR about MACH_PORT_NULL and MACH_PORT_DEAD, which have neither limit nor requests. */
static kern_return_t attributes_of_no_port(mach_port_flavor_t flavor, mach_port_info_t info,
                                           mach_msg_type_number_t *info_count)
{
    switch (flavor) {
    case MACH_PORT_LIMITS_INFO: *info_count = 0; return KERN_SUCCESS;
    case MACH_PORT_DNREQUESTS_SIZE:
        info[0] = 0;
        *info_count = MACH_PORT_DNREQUESTS_SIZE_COUNT;
        return KERN_SUCCESS;
    default: return KERN_INVALID_RIGHT;
    }
}

kern_return_t mach_port_get_attributes(struct ipc_space *task, mach_port_name_t name,
                                       mach_port_flavor_t flavor, mach_port_info_t info,
                                       mach_msg_type_number_t *info_count)
{
    struct ipc_port *port;
    uint32_t words = flavor_words(flavor);
    if (task == nullptr) {
        return KERN_INVALID_TASK;
    }
    if (words == 0) {
        return KERN_INVALID_ARGUMENT;
    }
    if (*info_count < words) {
        return KERN_FAILURE;
    }
    if (!MACH_PORT_VALID(name)) {
        return attributes_of_no_port(flavor, info, info_count);
    }
    kern_return_t result = mach_port_lock_receive(task, name, &port);
    if (result != LOCKED) {
        return result;
    }
    result = fill_attributes(port, flavor, info);
    mach_port_unlock_receive(port);
    if (result == KERN_SUCCESS) {
        *info_count = words;
    }
    return result;
}

/* Words that setting FLAVOR takes.  Returns: KERN_SUCCESS; KERN_INVALID_ARGUMENT, it cannot be set. */
static kern_return_t settable_words(mach_port_flavor_t flavor, uint32_t *words)
{
    switch (flavor) {
    case MACH_PORT_LIMITS_INFO: *words = MACH_PORT_LIMITS_INFO_COUNT; return KERN_SUCCESS;
    case MACH_PORT_DNREQUESTS_SIZE: *words = MACH_PORT_DNREQUESTS_SIZE_COUNT; return KERN_SUCCESS;
    case MACH_PORT_TEMPOWNER:
    case MACH_PORT_IMPORTANCE_RECEIVER:
    case MACH_PORT_DENAP_RECEIVER: *words = 0; return KERN_SUCCESS;
    case MACH_PORT_SERVICE_THROTTLED:
        *words = MACH_PORT_SERVICE_THROTTLED_COUNT;
        return KERN_SUCCESS;
    default: return KERN_INVALID_ARGUMENT;
    }
}

/* Set PORT's queue limit to LIMIT; senders that wait for room may look again: they go to WOKEN. */
static kern_return_t set_limit(struct ipc_port *port, uint32_t limit, struct list *woken)
    REQUIRES(port->object.lock)
{
    bool grows = limit > port->message_limit;
    port->message_limit = limit;
    if (grows) {
        waitq_claim_all(&port->senders, 0, woken);
    }
    return KERN_SUCCESS;
}

/* Set what FLAVOR, which can be set, means; the caller wakes WOKEN.  Returns: as fill_attributes(). */
static kern_return_t change_attribute(struct ipc_port *port, mach_port_flavor_t flavor,
                                      const integer_t *info, struct list *woken)
    REQUIRES(port->object.lock)
{
    switch (flavor) {
    case MACH_PORT_LIMITS_INFO:
        return set_limit(port, ((const mach_port_limits_t *)info)->mpl_qlimit, woken);
    case MACH_PORT_DNREQUESTS_SIZE: return KERN_SUCCESS; /* there is always room for requests */
    case MACH_PORT_TEMPOWNER:
        port->flags |= MACH_PORT_STATUS_FLAG_TEMPOWNER | MACH_PORT_STATUS_FLAG_IMP_DONATION;
        return KERN_SUCCESS;
    case MACH_PORT_IMPORTANCE_RECEIVER:
    case MACH_PORT_DENAP_RECEIVER:
        port->flags |= MACH_PORT_STATUS_FLAG_IMP_DONATION;
        return KERN_SUCCESS;
    default: return KERN_INVALID_CAPABILITY;
    }
}

kern_return_t mach_port_set_attributes(struct ipc_space *task, mach_port_name_t name,
                                       mach_port_flavor_t flavor, mach_port_info_t info,
                                       mach_msg_type_number_t info_count)
{
    struct ipc_port *port;
    uint32_t words;
    if (task == nullptr) {
        return KERN_INVALID_TASK;
    }
    kern_return_t result = settable_words(flavor, &words);
    if (result != KERN_SUCCESS) {
        return result;
    }
    if (info_count < words) {
        return KERN_FAILURE;
    }
    if (flavor == MACH_PORT_LIMITS_INFO &&
        ((const mach_port_limits_t *)info)->mpl_qlimit > MACH_PORT_QLIMIT_MAX) {
        return KERN_INVALID_VALUE;
    }
    result = mach_port_lock_receive(task, name, &port);
    if (result != LOCKED) {
        return result;
    }
    struct list woken;
    list_init(&woken);
    result = change_attribute(port, flavor, info, &woken);
    ipc_port_unlock(port);
    waitq_wake_claimed(&woken);
    ipc_request_queue_changed(port);
    ipc_port_release(port);
    return result;
}

kern_return_t mach_port_dnrequest_info(struct ipc_space *task, mach_port_name_t name,
                                       unsigned *total, unsigned *used)
{
    struct ipc_port *port;
    kern_return_t result = mach_port_lock_receive(task, name, &port);
    if (result != LOCKED) {
        return result;
    }
    *used = port->request_count;
    *total = *used;
    mach_port_unlock_receive(port);
    return KERN_SUCCESS;
}

/* Is NAME a receive right that belongs to a service?  None does: services are bootstrap's, and the
 * kernel does not know of them. */
static kern_return_t check_service_port(struct ipc_space *task, mach_port_name_t name)
{
    struct ipc_port *port;
    kern_return_t result = mach_port_lock_receive(task, name, &port);
    if (result != LOCKED) {
        return result;
    }
    mach_port_unlock_receive(port);
    return KERN_INVALID_CAPABILITY;
}

kern_return_t mach_port_get_service_port_info(struct ipc_space *task, mach_port_name_t name,
                                              mach_service_port_info_data_t *info)
{
    memset(info, 0, sizeof(*info));
    return check_service_port(task, name);
}

kern_return_t mach_port_is_connection_for_service(struct ipc_space *task,
                                                  mach_port_name_t connection,
                                                  mach_port_name_t service, uint64_t *policy)
{
    *policy = 0;
    return task != nullptr && !MACH_PORT_VALID(connection) ? KERN_INVALID_NAME
                                                           : check_service_port(task, service);
}

/* Set the counter at OFFSET of the port whose receive right is NAME. */
static kern_return_t set_counter(struct ipc_space *task, mach_port_name_t name, size_t offset,
                                 uint32_t value)
{
    struct ipc_port *port;
    kern_return_t result = mach_port_lock_receive(task, name, &port);
    if (result != LOCKED) {
        return result;
    }
    *(uint32_t *)((char *)port + offset) = value;
    mach_port_unlock_receive(port);
    return KERN_SUCCESS;
}

kern_return_t mach_port_set_mscount(struct ipc_space *task, mach_port_name_t name,
                                    mach_port_mscount_t count)
{
    return set_counter(task, name, offsetof(struct ipc_port, make_send_count), count);
}

kern_return_t mach_port_set_seqno(struct ipc_space *task, mach_port_name_t name,
                                  mach_port_seqno_t seqno)
{
    return set_counter(task, name, offsetof(struct ipc_port, sequence), seqno);
}

kern_return_t mach_port_get_srights(struct ipc_space *task, mach_port_name_t name,
                                    mach_port_rights_t *srights)
{
    struct ipc_port *port;
    kern_return_t result = mach_port_lock_receive(task, name, &port);
    if (result != LOCKED) {
        return result;
    }
    *srights = port->send_rights;
    mach_port_unlock_receive(port);
    return KERN_SUCCESS;
}
