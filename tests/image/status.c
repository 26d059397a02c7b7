// SPDX-License-Identifier: BSD-2-Clause
/*
 * A program from outside the tree, as far as scripts/cc is concerned: prints its argument and makes
 * it the exit status. With "abort" and "assert" it ends in these ways.
 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(int argc, char **argv)
{
    const char *word = argc > 1 ? argv[1] : "0";
    if (strcmp(word, "abort") == 0) {
        abort();
    }
    assert(strcmp(word, "assert") != 0);
    int status = atoi(word);
    printf("status %d\n", status);
    return status;
}
