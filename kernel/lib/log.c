/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A writer reserves its bytes of the ring with one atomic addition and then copies: no lock, so
 * that a panic, an interrupt or a fault inside a log call can still log.
 */
#include <lib/log.h>

#include <stdarg.h>
#include <stdatomic.h>

#include <lib/format.h>

static_assert((LOG_RING_SIZE & (LOG_RING_SIZE - 1)) == 0);

void (*log_sink)(const char *text, size_t length);
enum log_level log_sink_level = LOG_INFO;

static char ring[LOG_RING_SIZE];
static _Atomic size_t ring_written; /* bytes ever written */

static void ring_append(const char *text, size_t length)
{
    size_t position = atomic_fetch_add_explicit(&ring_written, length, memory_order_relaxed);
    for (size_t i = 0; i < length; i++) {
        ring[(position + i) % LOG_RING_SIZE] = text[i];
    }
}

void log_write(enum log_level level, const char *format, ...)
{
    static const char *const prefix[] = {
        [LOG_ERROR] = "error: ",
        [LOG_WARNING] = "warning: ",
        [LOG_INFO] = "",
        [LOG_DEBUG] = "debug: ",
    };
    char line[LOG_LINE_MAX];
    size_t length = format_string(line, sizeof(line) - 1, "%s", prefix[level]);

    va_list arguments;
    va_start(arguments, format);
    length += format_string_va(line + length, sizeof(line) - 1 - length, format, arguments);
    va_end(arguments);
    if (length > sizeof(line) - 2) {
        length = sizeof(line) - 2;
    }
    if (length == 0 || line[length - 1] != '\n') {
        line[length++] = '\n';
    }
    ring_append(line, length);
    if (log_sink != nullptr && level <= log_sink_level) {
        log_sink(line, length);
    }
}

size_t log_read(char *buffer, size_t size)
{
    size_t end = atomic_load_explicit(&ring_written, memory_order_relaxed);
    size_t kept = end < LOG_RING_SIZE ? end : LOG_RING_SIZE;
    size_t count = size < kept ? size : kept;
    for (size_t i = 0; i < count; i++) {
        buffer[i] = ring[(end - count + i) % LOG_RING_SIZE];
    }
    return count;
}
