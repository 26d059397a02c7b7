/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * <servers/bootstrap.h> over the calls of idl/bootstrap.defs.
 */
#include <servers/bootstrap.h>

#include <mach/mach_error.h>

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
