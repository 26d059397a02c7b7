/* SPDX-License-Identifier: BSD-2-Clause */
#include "signal_steps.h"

int set_handler(int number, void (*handler)(int, siginfo_t *, void *), int flags)
{
    const struct sigaction action = { .sa_sigaction = handler, .sa_flags = SA_SIGINFO | flags };
    return sigaction(number, &action, NULL);
}

void touch(uintptr_t address)
{
    *(volatile char *)address = 1;
}

/* Without end, which the compiler must not see. */
static volatile bool is_enough;

static int go_deeper(volatile char *caller)
{
    volatile char room[PAGE];
    room[0] = caller[0];
    if (is_enough) {
        return 0;
    }
    return go_deeper(room) + room[0];
}

void overflow(void)
{
    volatile char first[1] = { 0 };
    (void)go_deeper(first);
}
