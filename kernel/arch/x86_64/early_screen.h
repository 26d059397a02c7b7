/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel's own output on the screen that the loader left, until a driver takes it.
 */
#pragma once

#include <stddef.h>

/* Map the screen of boot_info and clear it.  Without effect if there is none we can write on. */
void early_screen_init(void);

/* Write TEXT, unless a driver has the screen. */
void early_screen_write(const char *text, size_t length);

/* Write again from now on, for a last report. */
void early_screen_take_back(void);
