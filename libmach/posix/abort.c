/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * abort(): the C library's own would end the program without a word. The line is put together
 * without stdio, whose locks the thread that gives up may hold.
 */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "process.h"

#define NAME_SHOWN_MAX 64

static void say_aborted(void)
{
    char line[NAME_SHOWN_MAX + sizeof(": aborted\n")];
    (void)strlcpy(line, program_name(), NAME_SHOWN_MAX);
    (void)strlcat(line, ": aborted\n", sizeof(line));
    (void)write(STDERR_FILENO, line, strlen(line));
}

/* A handler may keep the program alive by not returning; ignoring the signal does not. */
void abort(void)
{
    void (*handler)(int) = signal(SIGABRT, SIG_DFL);
    if (handler != SIG_DFL && handler != SIG_IGN && handler != SIG_ERR) {
        handler(SIGABRT);
    }
    say_aborted();
    (void)process_kill(getpid(), SIGABRT);
    _exit(128 + SIGABRT); /* nobody takes signals */
}
