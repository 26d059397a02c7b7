/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A way to get characters to the glass: VGA text memory or pixels.
 */
#pragma once

#include <mach/device_types.h>

#include "screen_buffer.h"

struct display {
    unsigned columns;
    unsigned rows;
    unsigned width; /* pixels; 0: not known */
    unsigned height;

    /* Show CELL at a place; the cursor is shown there by the second. */
    void (*draw)(unsigned column, unsigned row, const struct screen_cell *cell, bool has_cursor);

    /* Take over what is on the glass, where that is characters. */
    void (*adopt)(struct screen_buffer *screen);

    /* The cursor stands at a place or is hidden; null: draw shows it. */
    void (*move_cursor)(unsigned column, unsigned row, bool is_shown);
};

/* Use the text memory, or the frame buffer, that SCREEN describes and that is mapped at MEMORY.
 * Returns: null, it is of a kind that cannot be used. */
const struct display *display_text_init(const struct device_screen *screen, void *memory);
const struct display *display_pixels_init(const struct device_screen *screen, void *memory);

/* The I/O ports that display_text_init uses. */
#define DISPLAY_TEXT_FIRST_PORT 0x3d4
#define DISPLAY_TEXT_PORT_COUNT 2
