/* SPDX-License-Identifier: BSD-2-Clause */
#include "power_command.h"

#include <stdio.h>

#include <mach/host_priv.h>
#include <mach/mach.h>
#include <mach_r/startup.h>

#include "usage.h"

int power_command(const char *name, int option, int argc, char *const *argv)
{
    usage_without_arguments(argc, argv, name);
    mach_port_t host = startup_port(STARTUP_PORT_HOST_PRIV);
    if (host == MACH_PORT_NULL) {
        fprintf(stderr, "%s: not permitted: started without the privileged host port\n", name);
        return 1;
    }
    kern_return_t result = host_reboot(host, option);
    fprintf(stderr, "%s: %s\n", name, mach_error_string(result));
    return 1;
}
