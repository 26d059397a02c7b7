/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * reboot: start the machine anew. The shell gives this program the privileged host port.
 */
#include <stdio.h>

#include <mach/host_priv.h>
#include <mach/host_reboot.h>
#include <mach/mach.h>
#include <mach_r/startup.h>

#include "usage.h"

/* No option: stop and start again. */
#define RESTART 0

int main(int argc, char **argv)
{
    usage_without_arguments(argc, argv, "reboot");
    mach_port_t host = startup_port(STARTUP_PORT_HOST_PRIV);
    if (host == MACH_PORT_NULL) {
        fprintf(stderr, "reboot: not permitted: started without the privileged host port\n");
        return 1;
    }
    kern_return_t result = host_reboot(host, RESTART);
    fprintf(stderr, "reboot: %s\n", mach_error_string(result));
    return 1;
}
