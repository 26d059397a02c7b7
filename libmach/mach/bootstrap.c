/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * <servers/bootstrap.h> over the calls of idl/bootstrap.defs.
 */
#include <servers/bootstrap.h>

#include <mach/mach_error.h>
#include <mach/mach_init.h>
#include <mach/mach_port.h>
#include <mach/vm_map.h>
#include <mach_r/bootstrap_types.h>
#include <mach_r/services.h>

#include "../rpc/stubs.h"

kern_return_t bootstrap_check_in(mach_port_t bp, const name_t name, mach_port_t *port)
{
    return rpc_bootstrap_check_in(bp, (char *)name, port);
}

kern_return_t bootstrap_register(mach_port_t bp, name_t name, mach_port_t port)
{
    return rpc_bootstrap_register(bp, name, port);
}

kern_return_t bootstrap_look_up(mach_port_t bp, const name_t name, mach_port_t *port)
{
    return rpc_bootstrap_look_up(bp, (char *)name, 0, port);
}

kern_return_t bootstrap_create_service(mach_port_t bp, name_t name, mach_port_t *port)
{
    return rpc_bootstrap_create_service(bp, name, port);
}

kern_return_t bootstrap_subset(mach_port_t bp, mach_port_t requestor, mach_port_t *subset)
{
    return rpc_bootstrap_subset(bp, requestor, subset);
}

kern_return_t bootstrap_parent(mach_port_t bp, mach_port_t *parent)
{
    return rpc_bootstrap_parent(bp, parent);
}

kern_return_t bootstrap_create_server([[maybe_unused]] mach_port_t bp, [[maybe_unused]] cmd_t cmd,
                                      [[maybe_unused]] integer_t uid,
                                      [[maybe_unused]] boolean_t on_demand, mach_port_t *server)
{
    *server = MACH_PORT_NULL;
    return BOOTSTRAP_NOT_PRIVILEGED;
}

kern_return_t bootstrap_unprivileged(mach_port_t bp, mach_port_t *unprivileged)
{
    kern_return_t result = mach_port_mod_refs(mach_task_self(), bp, MACH_PORT_RIGHT_SEND, 1);
    *unprivileged = result == KERN_SUCCESS ? bp : MACH_PORT_NULL;
    return result;
}

/* Fill PORTS with the services of NAMES. Returns: a failure other than that a name is not known;
 * what was found is given back then. */
static kern_return_t look_up_all(mach_port_t bp, name_array_t names, mach_port_array_t ports,
                                 int count, boolean_t *all_known)
{
    kern_return_t result = KERN_SUCCESS;
    int done = 0;
    *all_known = TRUE;
    for (; done < count && result == KERN_SUCCESS; done++) {
        result = bootstrap_look_up(bp, names[done], &ports[done]);
        if (result == BOOTSTRAP_UNKNOWN_SERVICE) {
            ports[done] = MACH_PORT_NULL;
            *all_known = FALSE;
            result = KERN_SUCCESS;
        }
    }
    while (result != KERN_SUCCESS && --done > 0) {
        (void)mach_port_deallocate(mach_task_self(), ports[done - 1]);
    }
    return result;
}

kern_return_t bootstrap_look_up_array(mach_port_t bp, name_array_t names, int names_count,
                                      mach_port_array_t *ports, int *ports_count,
                                      boolean_t *all_known)
{
    if (names_count < 1 || names_count > BOOTSTRAP_MAX_LOOKUP_COUNT) {
        return BOOTSTRAP_BAD_COUNT;
    }
    vm_address_t list = 0;
    vm_size_t size = (vm_size_t)names_count * sizeof(mach_port_t);
    if (vm_allocate(mach_task_self(), &list, size, VM_FLAGS_ANYWHERE) != KERN_SUCCESS) {
        return BOOTSTRAP_NO_MEMORY;
    }
    kern_return_t result = look_up_all(bp, names, (mach_port_array_t)list, names_count, all_known);
    if (result != KERN_SUCCESS) {
        (void)vm_deallocate(mach_task_self(), list, size);
        return result;
    }
    *ports = (mach_port_array_t)list;
    *ports_count = names_count;
    return KERN_SUCCESS;
}

kern_return_t mach_r_look_up_wait(mach_port_t bp, const name_t name, mach_port_t *port)
{
    return rpc_bootstrap_look_up(bp, (char *)name, BOOTSTRAP_WAIT, port);
}

kern_return_t bootstrap_status(mach_port_t bp, name_t name, bootstrap_status_t *active)
{
    return rpc_bootstrap_status(bp, name, active);
}

kern_return_t bootstrap_info(mach_port_t bp, name_array_t *names,
                             mach_msg_type_number_t *names_count, name_array_t *servers,
                             mach_msg_type_number_t *servers_count,
                             bootstrap_status_array_t *active, mach_msg_type_number_t *active_count)
{
    return rpc_bootstrap_info(bp, names, names_count, servers, servers_count, active, active_count);
}

const char *bootstrap_strerror(kern_return_t result)
{
    return result == BOOTSTRAP_SUCCESS ? "success" : mach_error_string(result);
}
