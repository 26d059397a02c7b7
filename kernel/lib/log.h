/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel's log: lines with a level.  All of them go into a ring that holds the last 32 KiB;
 * those up to log_sink_level also go to the sink, which arch/ sets at boot (serial port and
 * screen).
 *
 *     log_info("Memory: %lu MB", megabytes);       one line; the newline is added if it is missing
 */
#pragma once

#include <stddef.h>

#include <lib/compiler.h>

/* Bytes of the ring, a power of two; longest line. */
#define LOG_RING_SIZE (32 * 1024)
#define LOG_LINE_MAX  512

enum log_level {
    LOG_ERROR,
    LOG_WARNING,
    LOG_INFO,
    LOG_DEBUG,
};

#define log_error(...)   log_write(LOG_ERROR, __VA_ARGS__)
#define log_warning(...) log_write(LOG_WARNING, __VA_ARGS__)
#define log_info(...)    log_write(LOG_INFO, __VA_ARGS__)
#define log_debug(...)   log_write(LOG_DEBUG, __VA_ARGS__)

/*
 * Write one line.  Context: any; takes no lock, so lines of two processors may stand in either
 * order.
 */
void log_write(enum log_level level, const char *format, ...) PRINTF_LIKE(2, 3);

/* Where lines go besides the ring; null: nowhere. */
extern void (*log_sink)(const char *text, size_t length);

/* The last level that reaches the sink; LOG_INFO at boot. */
extern enum log_level log_sink_level;

/*
 * Copy at most SIZE bytes of the ring to BUFFER, the newest ones, oldest first.  Bytes that are
 * written at the same time may be torn.  Returns: the number of bytes copied.
 */
size_t log_read(char *buffer, size_t size);
