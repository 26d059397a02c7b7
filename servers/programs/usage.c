/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * See usage.h. Whoever asked reads the answer on the standard output, whoever erred as an error.
 */
#include "usage.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void usage_offer(int argc, char *const *argv, const char *usage)
{
    if (argc == 2 && strcmp(argv[1], "--help") == 0) {
        (void)printf("usage: %s\n", usage);
        exit(0);
    }
}

void usage_without_arguments(int argc, char *const *argv, const char *usage)
{
    usage_offer(argc, argv, usage);
    if (argc > 1) {
        usage_fail(usage);
    }
}

void usage_fail(const char *usage)
{
    fprintf(stderr, "usage: %s\n", usage);
    exit(STATUS_USAGE);
}
