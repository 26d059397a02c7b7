/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The first serial port: a 16550 at its usual place, used by interrupts.
 */
#pragma once

#include <stddef.h>

#define UART_FIRST_PORT 0x3f8
#define UART_PORT_COUNT 8
#define UART_IRQ        4

/* Look for the chip and set it up, with the interrupt for input. Returns: false, there is none. */
bool uart_init(void);

/* Give the chip as many of the SIZE bytes at DATA as it takes without waiting. Returns: how many. */
size_t uart_write(const char *data, size_t size);

/* Fetch what has come in, at most SIZE bytes. Returns: how many. */
size_t uart_read(char *data, size_t size);

/* Have or have not an interrupt when more can be written. */
void uart_watch_room(bool on);
