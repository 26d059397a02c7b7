/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Panics end the program; a test that expects one runs in a child process.
 */
#include "fake.h"

#include <sanitizer/common_interface_defs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <lib/ksyms.h>
#include <lib/log.h>
#include <lib/panic.h>

#include "fake_memory.h"

#define PANIC_STATUS 99
#define REPORT_MAX   8192

uint64_t fake_place_asked;

/* The program has no table of its own symbols. */
const char *ksyms_place(uint64_t address, [[maybe_unused]] uint32_t *linep)
{
    fake_place_asked = address;
    return nullptr;
}

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

/* Where the log of a child goes. */
static int report;

static void write_report(const char *text, size_t length)
{
    if (write(report, text, length) < 0) {
        _Exit(1);
    }
}

/* In a child process: run FUNCTION(ARGUMENT), and end with PANIC_STATUS if it panics. */
[[noreturn]] static void run_child(void (*function)(void *argument), void *argument)
{
    fake_memory_make_private();
    log_sink = write_report;
    panic_stop = stop_silently;
    function(argument);
    _Exit(0);
}

bool fake_panics_with(const char *message, void (*function)(void *argument), void *argument)
{
    char text[REPORT_MAX] = "";
    int pipes[2];
    if (pipe(pipes) != 0) {
        perror("pipe");
        exit(1);
    }
    fflush(stdout);
    report = pipes[1];
    pid_t child = fork();
    if (child == 0) {
        run_child(function, argument);
    }
    close(pipes[1]);
    size_t length = 0;
    ssize_t got;
    while ((got = read(pipes[0], text + length, sizeof(text) - 1 - length)) > 0) {
        length += (size_t)got;
    }
    close(pipes[0]);
    int status = 0;
    waitpid(child, &status, 0);
    return WIFEXITED(status) && WEXITSTATUS(status) == PANIC_STATUS &&
           strstr(text, message) != nullptr;
}

bool fake_panics(void (*function)(void *argument), void *argument)
{
    return fake_panics_with("", function, argument);
}
