/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * perror(), see <stdio.h>: newlib's writes the message in four pieces, this one in one.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

void perror(const char *prefix)
{
    const char *reason = strerror(errno);
    if (prefix != NULL && prefix[0] != '\0') {
        fprintf(stderr, "%s: %s\n", prefix, reason);
    } else {
        fprintf(stderr, "%s\n", reason);
    }
}
