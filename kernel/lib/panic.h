/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The end: for states of our own from which nothing can continue.  What a user does never comes
 * here.
 */
#pragma once

#include <lib/compiler.h>

/* Print the place and the message, then the stack trace, and stop the machine.  Context: any. */
#define panic(...) panic_at(__FILE__, __LINE__, __VA_ARGS__)

/* The function behind panic() and assert(). */
[[noreturn]] void panic_at(const char *file, int line, const char *format, ...)
    PRINTF_LIKE(3, 4) COLD;

/*
 * What panic_at() does after the message: arch/ sets a function that traces the stack and halts.
 * Until then, or if it returns, the processor traps.
 */
extern void (*panic_stop)(void);

/* True once panic_at() was entered: the log's sink then must not wait for locks. */
bool panic_is_active(void);
