/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The machine's screen as a terminal's output.
 */
#pragma once

#include <stddef.h>

#include <mach/mach.h>
#include <mach_r/console_types.h>

/* Take the screen over from the kernel. Without one, the other functions do nothing. */
void screen_init(mach_port_t device_master);

/* Show what SIZE bytes at DATA say. */
void screen_write(const char *data, size_t size);

/* The size in characters and pixels; without a screen that of a usual terminal. */
void screen_get_size(struct terminal_size *size);
