/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kill [-SIGNAL] PID|NAME...: end processes, named by number or by the name of their program.
 */
#include "kill_command.h"

int main(int argc, char **argv)
{
    return kill_command(argc, argv);
}
