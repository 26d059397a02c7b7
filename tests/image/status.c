// SPDX-License-Identifier: BSD-2-Clause
/*
 * A program from outside the tree, as far as scripts/cc is concerned: prints its argument and makes
 * it the exit status. With "abort" and "assert" it ends in these ways; with "crowd" it leaves all the
 * processes behind that there can be, but for its own.
 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Each process of the crowd waits, until it is ended. */
static int crowd(void)
{
    pid_t child;
    while ((child = fork()) > 0) {
    }
    while (child == 0) {
        sleep(1000);
    }
    return 0;
}

int main(int argc, char **argv)
{
    const char *word = argc > 1 ? argv[1] : "0";
    if (strcmp(word, "abort") == 0) {
        abort();
    }
    assert(strcmp(word, "assert") != 0);
    if (strcmp(word, "crowd") == 0) {
        return crowd();
    }
    int status = atoi(word);
    printf("status %d\n", status);
    return status;
}
