// SPDX-License-Identifier: BSD-2-Clause
/*
 * A program from outside the tree, as far as scripts/cc is concerned: prints its argument and makes
 * it the exit status.
 */
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
    int status = argc > 1 ? atoi(argv[1]) : 0;
    printf("status %d\n", status);
    return status;
}
