/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * echo [-n] [WORD]...: print the words with blanks between; with -n without a newline behind.
 */
#include <stdio.h>
#include <string.h>

#include "usage.h"

int main(int argc, char **argv)
{
    usage_offer(argc, argv, "echo [-n] [WORD]...");
    int first = argc > 1 && strcmp(argv[1], "-n") == 0 ? 2 : 1;
    for (int i = first; i < argc; i++) {
        (void)fputs(argv[i], stdout);
        if (i + 1 < argc) {
            (void)putchar(' ');
        }
    }
    if (first == 1) {
        (void)putchar('\n');
    }
    if (fflush(stdout) == EOF) {
        perror("echo");
        return 1;
    }
    return 0;
}
