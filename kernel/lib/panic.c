/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A panic inside a panic (the trace touches bad memory, an assertion fails in the sink) prints its
 * line and stops without a second trace.
 */
#include <lib/panic.h>

#include <stdarg.h>

#include <lib/format.h>
#include <lib/log.h>

#define MESSAGE_SIZE 256

void (*panic_stop)(void);

static _Atomic unsigned panic_depth;

bool panic_is_active(void)
{
    return panic_depth != 0;
}

void panic_at(const char *file, int line, const char *format, ...)
{
    unsigned depth = panic_depth++;
    if (depth < 2) {
        char message[MESSAGE_SIZE];
        va_list arguments;
        va_start(arguments, format);
        format_string_va(message, sizeof(message), format, arguments);
        va_end(arguments);
        log_write(LOG_ERROR, "panic: %s (%s:%d)", message, file, line);
    }
    if (depth == 0 && panic_stop != nullptr) {
        panic_stop();
    }
    for (;;) {
        __builtin_trap();
    }
}
