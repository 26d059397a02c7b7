/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Panics end the program; a test that expects one runs in a child process.
 */
#include "fake.h"

#include <sanitizer/common_interface_defs.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <lib/log.h>
#include <lib/panic.h>

#include "fake_memory.h"

#define PANIC_STATUS 99

static void stop_with_trace(void)
{
    printf("Bail out! panic\n");
    fflush(stdout);
    __sanitizer_print_stack_trace();
    _Exit(PANIC_STATUS);
}

static void stop_silently(void)
{
    _Exit(PANIC_STATUS);
}

void fake_panic_init(void)
{
    panic_stop = stop_with_trace;
}

bool fake_panics(void (*function)(void *argument), void *argument)
{
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        fake_memory_make_private();
        log_sink = nullptr;
        panic_stop = stop_silently;
        function(argument);
        _Exit(0);
    }
    int status = 0;
    waitpid(child, &status, 0);
    return WIFEXITED(status) && WEXITSTATUS(status) == PANIC_STATUS;
}
