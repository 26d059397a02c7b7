/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * clear: empty the terminal's screen and go to its first line.
 */
#include <stdio.h>

#include "usage.h"

int main(int argc, char **argv)
{
    usage_without_arguments(argc, argv, "clear");
    return fputs("\033[H\033[2J", stdout) == EOF || fflush(stdout) == EOF;
}
