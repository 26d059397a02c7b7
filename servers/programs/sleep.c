/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sleep SECONDS: wait; SECONDS may have a fraction.
 */
#include <stdio.h>
#include <time.h>

#include "usage.h"

#define USAGE "sleep SECONDS"

#define NANOSECONDS_DIGITS 9

/* Read the digits at *TEXT, at most MAXIMUM of them. Returns: how many there were. */
static int read_digits(const char **text, int maximum, long *value)
{
    int count = 0;
    *value = 0;
    while (**text >= '0' && **text <= '9' && count < maximum) {
        *value = *value * 10 + (*(*text)++ - '0');
        count++;
    }
    return count;
}

static bool parse(const char *text, struct timespec *time)
{
    long seconds, fraction = 0;
    int digits = read_digits(&text, 10, &seconds);
    int fraction_digits = 0;
    if (*text == '.') {
        text++;
        fraction_digits = read_digits(&text, NANOSECONDS_DIGITS, &fraction);
    }
    for (int i = fraction_digits; i < NANOSECONDS_DIGITS; i++) {
        fraction *= 10;
    }
    *time = (struct timespec){ .tv_sec = seconds, .tv_nsec = fraction };
    return digits + fraction_digits > 0 && *text == '\0';
}

int main(int argc, char **argv)
{
    struct timespec time;
    usage_offer(argc, argv, USAGE);
    if (argc != 2 || !parse(argv[1], &time)) {
        usage_fail(USAGE);
    }
    if (nanosleep(&time, NULL) != 0) {
        perror("sleep");
        return 1;
    }
    return 0;
}
