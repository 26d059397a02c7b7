/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cat [FILE]...: print files one behind the other; without any, or for "-", what is typed.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "usage.h"

#define USAGE "cat [FILE]..."

/* From this size on a file's pages come to us without being copied into messages. */
static char buffer[64 * 1024];

static int complain(const char *name)
{
    fprintf(stderr, "cat: %s: %s\n", name, strerror(errno));
    return 1;
}

/* Copy all of FD to the standard output. */
static int copy(int fd, const char *name)
{
    for (;;) {
        ssize_t count = read(fd, buffer, sizeof(buffer));
        if (count < 0) {
            return complain(name);
        }
        if (count == 0) {
            return 0;
        }
        if (write(STDOUT_FILENO, buffer, (size_t)count) != count) {
            return complain("standard output");
        }
    }
}

static int print(const char *name)
{
    if (strcmp(name, "-") == 0) {
        return copy(STDIN_FILENO, "standard input");
    }
    int fd = open(name, O_RDONLY);
    if (fd < 0) {
        return complain(name);
    }
    int status = copy(fd, name);
    (void)close(fd);
    return status;
}

int main(int argc, char **argv)
{
    usage_offer(argc, argv, USAGE);
    if (argc > 1 && argv[1][0] == '-' && argv[1][1] != '\0') {
        fprintf(stderr, "cat: unknown option %s\n", argv[1]);
        usage_fail(USAGE);
    }
    int status = argc < 2 ? print("-") : 0;
    for (int i = 1; i < argc; i++) {
        status |= print(argv[i]);
    }
    return status;
}
