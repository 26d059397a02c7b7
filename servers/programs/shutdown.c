/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * shutdown: switch the machine off. The shell gives this program the privileged host port.
 */
#include <stdio.h>

#include <mach/host_priv.h>
#include <mach/host_reboot.h>
#include <mach/mach.h>
#include <mach_r/startup.h>

#include "usage.h"

int main(int argc, char **argv)
{
    usage_without_arguments(argc, argv, "shutdown");
    mach_port_t host = startup_port(STARTUP_PORT_HOST_PRIV);
    if (host == MACH_PORT_NULL) {
        fprintf(stderr, "shutdown: not permitted: started without the privileged host port\n");
        return 1;
    }
    kern_return_t result = host_reboot(host, HOST_REBOOT_HALT);
    fprintf(stderr, "shutdown: %s\n", mach_error_string(result));
    return 1;
}
