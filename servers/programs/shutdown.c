/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * shutdown: switch the machine off.
 */
#include <mach/host_reboot.h>

#include "power_command.h"

int main(int argc, char **argv)
{
    return power_command("shutdown", HOST_REBOOT_HALT, argc, argv);
}
