/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The first serial port as the kernel's own output: polled, 115200 baud, 8 bits, no parity.  A
 * driver in user space may use the port at the same time; the kernel only ever sends.
 */
#pragma once

#include <stddef.h>

/* Set the port up.  Returns without effect if there is none. */
void uart_init(void);

/* Send TEXT, each newline as carriage return and line feed.  Context: any; waits for the port. */
void uart_write(const char *text, size_t length);
