/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Greetings as text: what the server does, apart from messages, so that a test can call it on the
 * host.
 */
#pragma once

#include <stddef.h>

enum greeting_result {
    GREETING_WRITTEN,
    GREETING_BAD_NAME, /* it is empty or has control characters */
    GREETING_NO_ROOM,
};

/*
 * Write a greeting of NAME to TEXT, which has SIZE bytes, with a null at its end.
 *
 * Returns: whether TEXT was written; if not, its contents mean nothing.
 */
enum greeting_result greeting_write(char *text, size_t size, const char *name);
