/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * uptime: how long the machine has been running.
 */
#include <stdio.h>
#include <time.h>

#include "usage.h"

int main(int argc, char **argv)
{
    usage_without_arguments(argc, argv, "uptime");
    struct timespec now;
    if (clock_gettime(CLOCK_MONOTONIC, &now) != 0) {
        perror("uptime");
        return 1;
    }
    unsigned long seconds = (unsigned long)now.tv_sec;
    unsigned long days = seconds / 86400;
    if (days != 0) {
        (void)printf("up %lu day%s, ", days, days == 1 ? "" : "s");
    } else {
        (void)printf("up ");
    }
    (void)printf("%lu:%02lu:%02lu\n", seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
    return 0;
}
