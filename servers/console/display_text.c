/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * VGA text memory: two bytes for each character, its code (CP437; only ASCII is used of it) and its
 * colours. The cursor is the hardware's (FreeVGA, "CRTC registers", 0x0a to 0x0f).
 */
#include "display.h"

#include "port_io.h"

#define CRTC_INDEX DISPLAY_TEXT_FIRST_PORT
#define CRTC_DATA  (DISPLAY_TEXT_FIRST_PORT + 1)

enum crtc_register {
    CRTC_CURSOR_START = 0x0a,
    CRTC_CURSOR_END = 0x0b,
    CRTC_CURSOR_HIGH = 0x0e,
    CRTC_CURSOR_LOW = 0x0f,
};

#define CURSOR_TOP    14 /* scan lines of an underscore */
#define CURSOR_BOTTOM 15
#define CURSOR_HIDDEN 0x20

static struct display display;
static volatile uint16_t *memory;
static unsigned row_length; /* characters from one row to the next */

static void crtc_write(enum crtc_register index, unsigned value)
{
    port_write(CRTC_INDEX, (uint8_t)index);
    port_write(CRTC_DATA, (uint8_t)value);
}

static volatile uint16_t *place(unsigned column, unsigned row)
{
    return &memory[row * row_length + column];
}

static void draw(unsigned column, unsigned row, const struct screen_cell *cell, bool has_cursor)
{
    bool is_ascii = cell->character >= 0x20 && cell->character < 0x7f;
    unsigned code = is_ascii ? cell->character : '?';
    unsigned colours = (cell->foreground & 15u) | (cell->background & 7u) << 4;
    (void)has_cursor;
    *place(column, row) = (uint16_t)(code | colours << 8);
}

static void adopt(struct screen_buffer *screen)
{
    for (unsigned row = 0; row < display.rows; row++) {
        for (unsigned column = 0; column < display.columns; column++) {
            uint16_t value = *place(column, row);
            unsigned code = value & 0xff;
            *screen_buffer_cell(screen, column, row) = (struct screen_cell){
                .character = (uint16_t)(code >= 0x20 && code < 0x7f ? code : ' '),
                .foreground = value >> 8 & 15,
                .background = value >> 12 & 7,
            };
        }
    }
}

static void move_cursor(unsigned column, unsigned row, bool is_shown)
{
    unsigned cursor = row * row_length + column;
    crtc_write(CRTC_CURSOR_START, CURSOR_TOP | (is_shown ? 0 : CURSOR_HIDDEN));
    crtc_write(CRTC_CURSOR_END, CURSOR_BOTTOM);
    crtc_write(CRTC_CURSOR_HIGH, cursor >> 8);
    crtc_write(CRTC_CURSOR_LOW, cursor & 0xff);
}

const struct display *display_text_init(const struct device_screen *screen, void *address)
{
    memory = address;
    row_length = screen->pitch / 2;
    display = (struct display){
        .columns = screen->width,
        .rows = screen->height,
        .draw = draw,
        .adopt = adopt,
        .move_cursor = move_cursor,
    };
    return row_length >= screen->width ? &display : nullptr;
}
