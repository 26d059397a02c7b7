/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What else of the library asks terminals.
 */
#pragma once

#include <stdint.h>

struct open_file;

/* The terminal behind FD; null with errno EBADF or ENOTTY. References: the caller owns one. */
struct open_file *terminal_get(int fd);

/* Tenths of a second that a read from a terminal waits before it finds nothing; 0: as the terminal has it. */
uint32_t terminal_patience(void);
