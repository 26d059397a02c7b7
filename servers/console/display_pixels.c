/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A linear frame buffer of 32 bits for each pixel, or 24. A character is drawn line by line with
 * whole pixels. Reading such memory is slow, so it is done once: to know what the kernel, or a
 * console before this one, has written there.
 */
#include "display.h"

#include <string.h>

#include "font.h"

#define COLOURS 16

static struct display display;
static struct device_screen screen;
static uint8_t *pixels;
static uint32_t palette[COLOURS];

/* The colours of a VGA: two thirds of each primary, a third more with the bright bit; brown is not
 * dark yellow. */
static const uint8_t colours[COLOURS][3] = {
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

static uint8_t *cell_place(unsigned column, unsigned row)
{
    return pixels + (uint64_t)row * FONT_HEIGHT * screen.pitch +
           (uint64_t)column * FONT_WIDTH * (screen.bits_per_pixel / 8);
}

/* The cursor is the character with its colours exchanged. */
static void draw(unsigned column, unsigned row, const struct screen_cell *cell, bool has_cursor)
{
    unsigned character = cell->character < FONT_CHARACTERS ? cell->character : '?';
    uint32_t front = palette[cell->foreground & 15];
    uint32_t back = palette[cell->background & 15];
    uint8_t *place = cell_place(column, row);
    for (unsigned y = 0; y < FONT_HEIGHT; y++) {
        draw_line(place, font_glyphs[character][y], has_cursor ? back : front,
                  has_cursor ? front : back);
        place += screen.pitch;
    }
}

/* The number of the colour of a pixel; COLOURS: it is none of ours. */
static uint8_t get_colour(const uint8_t *place)
{
    uint32_t value = (uint32_t)place[0] | (uint32_t)place[1] << 8 | (uint32_t)place[2] << 16;
    uint8_t number = 0;
    if (screen.bits_per_pixel == 32) {
        uint32_t used = palette[15];
        value = *(const volatile uint32_t *)place & used;
    }
    while (number < COLOURS && palette[number] != value) {
        number++;
    }
    return number;
}

/* What is drawn in a cell: its lines as in the font, a bit for each pixel that has not the colour
 * of the first. Returns: false, these are more than two colours, or others. */
static bool get_lines(const uint8_t *place, uint8_t lines[FONT_HEIGHT], struct screen_cell *cell)
{
    uint8_t back = get_colour(place);
    uint8_t front = back;
    for (unsigned y = 0; y < FONT_HEIGHT; y++) {
        lines[y] = 0;
        for (unsigned x = 0; x < FONT_WIDTH; x++) {
            uint8_t colour = get_colour(place + x * (screen.bits_per_pixel / 8));
            front = front == back ? colour : front;
            if (colour == COLOURS || (colour != front && colour != back)) {
                return false;
            }
            lines[y] |= (uint8_t)((colour != back) << (FONT_WIDTH - 1 - x));
        }
        place += screen.pitch;
    }
    cell->foreground = front;
    cell->background = back;
    return true;
}

/* The character that looks like LINES; 0: none does. */
static uint16_t find_glyph(const uint8_t lines[FONT_HEIGHT])
{
    for (uint16_t character = ' '; character < FONT_CHARACTERS; character++) {
        if (memcmp(font_glyphs[character], lines, FONT_HEIGHT) == 0) {
            return character;
        }
    }
    return 0;
}

/* What a cell shows; a blank if that is no character. */
static struct screen_cell get_cell(const uint8_t *place)
{
    static const struct screen_cell blank = { ' ', SCREEN_GREY, SCREEN_BLACK };
    struct screen_cell cell;
    uint8_t lines[FONT_HEIGHT];
    if (!get_lines(place, lines, &cell)) {
        return blank;
    }
    cell.character = find_glyph(lines);
    if (cell.character == ' ') {
        /* One that is all grey was the cursor. */
        cell.foreground = SCREEN_GREY;
        return cell.background == SCREEN_GREY ? blank : cell;
    }
    if (cell.character == 0) {
        /* The first pixel may belong to the character. */
        for (unsigned y = 0; y < FONT_HEIGHT; y++) {
            lines[y] = (uint8_t)~lines[y];
        }
        cell = (struct screen_cell){ find_glyph(lines), cell.background, cell.foreground };
    }
    return cell.character != 0 ? cell : blank;
}

static void adopt(struct screen_buffer *buffer)
{
    for (unsigned row = 0; row < display.rows; row++) {
        for (unsigned column = 0; column < display.columns; column++) {
            *screen_buffer_cell(buffer, column, row) = get_cell(cell_place(column, row));
        }
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
    for (unsigned i = 0; i < COLOURS; i++) {
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
        .adopt = adopt,
    };
    return &display;
}
