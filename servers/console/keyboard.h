/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The keyboard behind a PC's 8042 controller, used by interrupts.
 */
#pragma once

#include <stddef.h>

#define KEYBOARD_DATA_PORT   0x60
#define KEYBOARD_STATUS_PORT 0x64
#define KEYBOARD_IRQ         1

/* Look for the controller and switch the keyboard and its interrupt on. Returns: false, there is
 * none. */
bool keyboard_init(void);

/* Fetch the characters of the keys pressed since, at most SIZE. Returns: how many. */
size_t keyboard_read(char *data, size_t size);
