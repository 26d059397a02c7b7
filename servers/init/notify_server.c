/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Notifications that init has asked for: services' tasks, registered ports, requestors of subsets,
 * returning receive rights.
 */
#include <mach/mach.h>
#include <mach_r/notify_server.h>

#include "init.h"
#include "names.h"

/* Only what came through init's own notification port is believed to be the kernel's. */
static bool is_genuine(mach_port_t notify)
{
    return notify == init_notify_port();
}

kern_return_t do_mach_notify_dead_name(mach_port_t notify, mach_port_name_t name)
{
    if (!is_genuine(notify)) {
        return KERN_SUCCESS;
    }
    /* A port may be several things at once: requestor of subsets, bound to several names. */
    struct name_space *subset;
    struct service_name *bound;
    (void)service_task_died(name);
    while ((subset = name_space_of_requestor(name)) != nullptr) {
        name_space_destroy(subset);
    }
    while ((bound = name_of_port(name)) != nullptr) {
        name_unbind(bound);
    }
    /* The reference that came with the notification. */
    (void)mach_port_deallocate(mach_task_self(), name);
    return KERN_SUCCESS;
}

kern_return_t do_mach_notify_port_destroyed(mach_port_t notify, mach_port_t rights)
{
    struct service_name *name = is_genuine(notify) ? name_of_port(rights) : nullptr;
    if (name == nullptr || !name->is_service) {
        (void)mach_port_mod_refs(mach_task_self(), rights, MACH_PORT_RIGHT_RECEIVE, -1);
        return KERN_SUCCESS;
    }
    name->receive = rights;
    return KERN_SUCCESS;
}
