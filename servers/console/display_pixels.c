/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A linear frame buffer of 32 bits for each pixel, or 24. A character is drawn line by line with
 * whole pixels; what was there is never read, since reading such memory is slow.
 */
#include "display.h"

#include "font.h"

static struct display display;
static struct device_screen screen;
static uint8_t *pixels;
static uint32_t palette[16];

/* The colours of a VGA: two thirds of each primary, a third more with the bright bit; brown is not
 * dark yellow. */
static const uint8_t colours[16][3] = {
    { 0x00, 0x00, 0x00 }, { 0x00, 0x00, 0xaa }, { 0x00, 0xaa, 0x00 }, { 0x00, 0xaa, 0xaa },
    { 0xaa, 0x00, 0x00 }, { 0xaa, 0x00, 0xaa }, { 0xaa, 0x55, 0x00 }, { 0xaa, 0xaa, 0xaa },
    { 0x55, 0x55, 0x55 }, { 0x55, 0x55, 0xff }, { 0x55, 0xff, 0x55 }, { 0x55, 0xff, 0xff },
    { 0xff, 0x55, 0x55 }, { 0xff, 0x55, 0xff }, { 0xff, 0xff, 0x55 }, { 0xff, 0xff, 0xff },
};

static void put_pixel(uint8_t *place, uint32_t colour)
{
    if (screen.bits_per_pixel == 32) {
        *(volatile uint32_t *)place = colour;
        return;
    }
    for (unsigned i = 0; i < 3; i++) {
        place[i] = (uint8_t)(colour >> 8 * i);
    }
}

static void draw_line(uint8_t *place, uint8_t bits, uint32_t foreground, uint32_t background)
{
    for (unsigned x = 0; x < FONT_WIDTH; x++) {
        put_pixel(place, (bits & (0x80u >> x)) != 0 ? foreground : background);
        place += screen.bits_per_pixel / 8;
    }
}

/* The cursor is the character with its colours exchanged. */
static void draw(unsigned column, unsigned row, const struct screen_cell *cell, bool has_cursor)
{
    unsigned character = cell->character < FONT_CHARACTERS ? cell->character : '?';
    uint32_t front = palette[cell->foreground & 15];
    uint32_t back = palette[cell->background & 15];
    uint8_t *place = pixels + (uint64_t)row * FONT_HEIGHT * screen.pitch +
                     (uint64_t)column * FONT_WIDTH * (screen.bits_per_pixel / 8);
    for (unsigned y = 0; y < FONT_HEIGHT; y++) {
        draw_line(place, font_glyphs[character][y], has_cursor ? back : front,
                  has_cursor ? front : back);
        place += screen.pitch;
    }
}

const struct display *display_pixels_init(const struct device_screen *description, void *memory)
{
    screen = *description;
    pixels = memory;
    unsigned bytes = screen.bits_per_pixel / 8;
    if ((bytes != 3 && bytes != 4) || screen.pitch / bytes < screen.width) {
        return nullptr;
    }
    for (unsigned i = 0; i < sizeof(palette) / sizeof(palette[0]); i++) {
        palette[i] = (uint32_t)colours[i][0] << screen.red_shift |
                     (uint32_t)colours[i][1] << screen.green_shift |
                     (uint32_t)colours[i][2] << screen.blue_shift;
    }
    unsigned columns = screen.width / FONT_WIDTH;
    unsigned rows = screen.height / FONT_HEIGHT;
    display = (struct display){
        .columns = columns < SCREEN_COLUMNS_MAX ? columns : SCREEN_COLUMNS_MAX,
        .rows = rows < SCREEN_ROWS_MAX ? rows : SCREEN_ROWS_MAX,
        .width = screen.width,
        .height = screen.height,
        .draw = draw,
    };
    return &display;
}
