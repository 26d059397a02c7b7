/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * reboot: start the machine anew.
 */
#include "power_command.h"

/* No option: stop and start again. */
#define RESTART 0

int main(int argc, char **argv)
{
    return power_command("reboot", RESTART, argc, argv);
}
