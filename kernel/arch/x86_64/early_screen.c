/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Characters on a VGA text buffer or a frame buffer of 32-bit pixels.  There is no scrolling, which
 * would read slow memory: after the last line comes the first again, and the line after the current
 * one is always blank.
 */
#include <early_screen.h>

#include <stdint.h>

#include <lib/compiler.h>
#include <lib/string.h>
#include <arch/boot_info.h>
#include <early_font.h>
#include <pmap_device.h>

#define TEXT_ATTRIBUTE 0x0700
#define PIXEL_INK      0xffaaaaaau

static char *screen; /* null: none that we can write on */
static uint32_t columns, lines;
static uint32_t column, line;
static bool is_released;

static void put_glyph(char character)
{
    const uint8_t *rows = early_font[(unsigned char)character];
    char *start = screen + (uint64_t)line * EARLY_FONT_HEIGHT * boot_info.screen.pitch +
                  (uint64_t)column * EARLY_FONT_WIDTH * sizeof(uint32_t);
    for (unsigned y = 0; y < EARLY_FONT_HEIGHT; y++) {
        volatile uint32_t *pixels = (volatile uint32_t *)(start + y * boot_info.screen.pitch);
        for (unsigned x = 0; x < EARLY_FONT_WIDTH; x++) {
            pixels[x] = (rows[y] >> (EARLY_FONT_WIDTH - 1 - x) & 1) != 0 ? PIXEL_INK : 0;
        }
    }
}

static void put_cell(char character)
{
    volatile uint16_t *cells = (volatile uint16_t *)(screen + line * boot_info.screen.pitch);
    cells[column] = (uint16_t)(TEXT_ATTRIBUTE | (uint8_t)character);
}

static void clear_line(uint32_t which)
{
    uint64_t height = boot_info.screen.is_text ? 1 : EARLY_FONT_HEIGHT;
    uint64_t size = height * boot_info.screen.pitch;
    memset(screen + which * size, 0, size);
}

static void new_line(void)
{
    column = 0;
    line = (line + 1) % lines;
    clear_line((line + 1) % lines);
}

static void put_character(char character)
{
    if (character == '\n') {
        new_line();
        return;
    }
    if (character < ' ' || character >= EARLY_FONT_CHARACTERS) {
        character = '?';
    }
    if (column == columns) {
        new_line();
    }
    if (boot_info.screen.is_text) {
        put_cell(character);
    } else {
        put_glyph(character);
    }
    column++;
}

void early_screen_write(const char *text, size_t length)
{
    if (screen == nullptr || is_released) {
        return;
    }
    for (size_t i = 0; i < length; i++) {
        put_character(text[i]);
    }
}

void boot_screen_release(void)
{
    is_released = true;
}

void early_screen_take_back(void)
{
    is_released = false;
}

void early_screen_init(void)
{
    const struct boot_screen *info = &boot_info.screen;
    uint64_t cell_size = info->is_text ? sizeof(uint16_t) : sizeof(uint32_t);
    columns = info->is_text ? info->width : info->width / EARLY_FONT_WIDTH;
    lines = info->is_text ? info->height : info->height / EARLY_FONT_HEIGHT;
    if (info->address == 0 || columns == 0 || lines < 2 || info->width * cell_size > info->pitch ||
        (!info->is_text && info->bits_per_pixel != 32)) {
        return;
    }
    enum pmap_cache cache = info->is_text ? PMAP_CACHE_DEVICE : PMAP_CACHE_WRITE_COMBINING;
    screen = pmap_map_device_cached(info->address, (uint64_t)info->pitch * info->height, cache);
    for (uint32_t i = 0; screen != nullptr && i < lines; i++) {
        clear_line(i);
    }
}
