/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What text and escape sequences do to the screen.
 */
#include <string.h>

#include "ansi.h"
#include "check.h"
#include "display.h"
#include "font.h"
#include "screen_buffer.h"

static void show(struct ansi *ansi, const char *text)
{
    for (; *text != '\0'; text++) {
        ansi_write(ansi, *text);
    }
}

/* Does ROW begin with TEXT, blanks behind it? */
static bool row_is(const struct screen_buffer *screen, unsigned row, const char *text)
{
    size_t length = strlen(text);
    for (unsigned column = 0; column < screen->columns; column++) {
        uint16_t expected = column < length ? (unsigned char)text[column] : ' ';
        if (screen_buffer_cell(screen, column, row)->character != expected) {
            return false;
        }
    }
    return true;
}

static void test_text(struct ansi *ansi, struct screen_buffer *screen)
{
    show(ansi, "one\r\ntwo\b\bx");
    CHECK(row_is(screen, 0, "one") && row_is(screen, 1, "txo"));
    show(ansi, "\033[H\033[2J0123456789\r\nab");
    CHECK(row_is(screen, 0, "0123456789") && row_is(screen, 1, "ab"));
    show(ansi, "\033[H\033[2J0123456789A");
    CHECK(row_is(screen, 1, "A") && screen->row == 1 && screen->column == 1);
    show(ansi, "\r\n\r\n\r\nlast");
    CHECK(row_is(screen, 0, "A") && row_is(screen, 3, "last"));
    show(ansi, "\r\t|");
    CHECK(row_is(screen, 3, "last    |"));
    show(ansi, "\ra\tb\t\tc"); /* tabs go to multiples of eight, the last column at most */
    CHECK(row_is(screen, 3, "aast    bc"));
    show(ansi, "\033[H\033[2J0123456789\bx"); /* behind the last column, and back */
    CHECK(row_is(screen, 0, "01234567x9"));
    show(ansi, "\033[H\033[2Ja\vb\fc\177d");
    CHECK(row_is(screen, 0, "a") && row_is(screen, 1, " b") && row_is(screen, 2, "  cd"));
}

/* Lines move up with their colours; the new one has the pen's. */
static void test_scroll(struct ansi *ansi, struct screen_buffer *screen)
{
    show(ansi, "\033[2J\033[4;1H\033[42mlast\n\033[0m");
    CHECK(row_is(screen, 2, "last") && row_is(screen, 3, ""));
    CHECK(screen_buffer_cell(screen, 0, 2)->background == 2);
    CHECK(screen_buffer_cell(screen, 0, 3)->background == 2);
}

static void test_sequences(struct ansi *ansi, struct screen_buffer *screen)
{
    show(ansi, "\033[2J\033[2;3Hx\033[Dy\033[A\033[99Cz\033[99;99H!");
    CHECK(screen_buffer_cell(screen, 2, 1)->character == 'y');
    CHECK(screen_buffer_cell(screen, 9, 0)->character == 'z');
    CHECK(screen_buffer_cell(screen, 9, 3)->character == '!');
    show(ansi, "\033[H\033[Jabcdef\033[3D\033[K");
    CHECK(row_is(screen, 0, "abc"));
    show(ansi, "\033[2;1H123\033[2D\033[1K");
    CHECK(row_is(screen, 0, "abc") && row_is(screen, 1, "  3"));
    show(ansi, "\033[H\033[2J\033[3G3\033[2d4\033[Bv\033[1;2f2");
    CHECK(row_is(screen, 0, " 23") && row_is(screen, 1, "   4") && row_is(screen, 2, "    v"));
    show(ansi, "\033[3J\033[3Kx\033[1Jy"); /* there is no part 3; 1 is up to the cursor */
    CHECK(row_is(screen, 0, "   y") && row_is(screen, 2, "    v"));
    show(ansi, "\033[H\033[J\033[1\nBx"); /* a control character counts, the sequence goes on */
    CHECK(row_is(screen, 2, "x"));
    show(ansi, "\033[25l");
    CHECK(screen->is_cursor_shown);
    show(ansi, "\033[?25l");
    CHECK(!screen->is_cursor_shown);
    show(ansi, "\033[?25h\033[H\033[Jrin\033[s\033[4;4H\033[uv\0337\033[4;4H\0338e");
    CHECK(screen->is_cursor_shown && row_is(screen, 0, "rinve"));
    show(ansi, "\033[31m\033cx");
    CHECK(row_is(screen, 0, "x"));
    CHECK(screen_buffer_cell(screen, 0, 0)->foreground == SCREEN_GREY);
}

/* A cell's colours after SEQUENCE. */
static void check_pen(struct ansi *ansi, const char *sequence, uint8_t foreground,
                      uint8_t background)
{
    show(ansi, "\033[0m\033[H");
    show(ansi, sequence);
    show(ansi, "x");
    const struct screen_cell *cell = screen_buffer_cell(ansi->screen, 0, 0);
    if (!CHECK(cell->foreground == foreground && cell->background == background)) {
        fprintf(stderr, "  %s: %u on %u\n", sequence + 1, cell->foreground, cell->background);
    }
}

static void test_colours(struct ansi *ansi)
{
    check_pen(ansi, "", SCREEN_GREY, SCREEN_BLACK);
    check_pen(ansi, "\033[1;31m", 12, 0);
    check_pen(ansi, "\033[1;33m\033[22m", 6, 0);
    check_pen(ansi, "\033[34;43m", 1, 6);
    check_pen(ansi, "\033[34;43;7m", 6, 1);
    check_pen(ansi, "\033[34;43;7;27m", 1, 6);
    check_pen(ansi, "\033[34;43;39m", SCREEN_GREY, 6);
    check_pen(ansi, "\033[34;43;49m", 1, SCREEN_BLACK);
    check_pen(ansi, "\033[96;105m", 11, 13);
    check_pen(ansi, "\033[31;42m\033[m", SCREEN_GREY, SCREEN_BLACK);
    check_pen(ansi, "\033[0;0;0;0;0;0;0;32m", 2, 0);
    check_pen(ansi, "\033[0;0;0;0;0;0;0;0;0;0;0;0;0;0;0;0;0m", SCREEN_GREY, SCREEN_BLACK);
    check_pen(ansi, "\033[42949673m", SCREEN_GREY, SCREEN_BLACK);
    check_pen(ansi, "\033[4294967327m", SCREEN_GREY, SCREEN_BLACK); /* not 31 */
}

static void test_utf8(struct ansi *ansi, struct screen_buffer *screen)
{
    static const uint16_t expected[] = { 0xe9, '?', 0x20ac, '?', '?', 'a', 'b' };
    /* The two that cannot be shown: of four bytes, and a zero in two. */
    show(ansi, "\033[H\xc3\xa9\xff\xe2\x82\xac\xf0\x9f\x98\x80\xc0\x80\xe2\x82"
               "ab");
    for (unsigned i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
        CHECK(screen_buffer_cell(screen, i, 0)->character == expected[i]);
    }
    show(ansi, "\033[H\xe2\x82x\xac"); /* a sequence that is broken off does not go on */
    CHECK(screen_buffer_cell(screen, 1, 0)->character == '?');
}

/* Whoever draws the screen draws the rows that changed, all of them and no more. */
static void test_changes(struct ansi *ansi, struct screen_buffer *screen)
{
    show(ansi, "\033[2J\033[H");
    screen_buffer_forget_changes(screen);
    CHECK(screen->changed_first >= screen->changed_end);
    show(ansi, "\033[3;1Hx");
    CHECK(screen->changed_first == 2 && screen->changed_end == 3);
    show(ansi, "\033[2;1H\033[K");
    CHECK(screen->changed_first == 1 && screen->changed_end == 3);
    show(ansi, "\033[4;1H\033[K");
    CHECK(screen->changed_first == 1 && screen->changed_end == 4);
    show(ansi, "\n");
    CHECK(screen->changed_first == 0 && screen->changed_end == 4);
}

/* No sequence of bytes may leave the screen. */
static void test_noise(struct ansi *ansi, const struct screen_buffer *screen)
{
    static const char bytes[] = "\033[;0123456789?ABCDGHJKfhlmsud78c\n\r\t\b\xc3\xe2\x80 x";
    unsigned random = 1;
    for (int i = 0; i < 200000; i++) {
        random = random * 1103515245 + 12345;
        ansi_write(ansi, bytes[(random >> 16) % (sizeof(bytes) - 1)]);
        if (!CHECK(screen->column <= screen->columns && screen->row < screen->rows)) {
            return;
        }
    }
}

static void test_screen(void)
{
    struct screen_buffer screen;
    struct ansi ansi;
    CHECK(!screen_buffer_create(&screen, 0, 4));
    CHECK(!screen_buffer_create(&screen, 10, 0));
    CHECK(!screen_buffer_create(&screen, SCREEN_COLUMNS_MAX + 1, 4));
    CHECK(!screen_buffer_create(&screen, 10, SCREEN_ROWS_MAX + 1));
    if (!CHECK(screen_buffer_create(&screen, 10, 4))) {
        return;
    }
    CHECK(screen.is_cursor_shown && row_is(&screen, 0, "") && screen.changed_end == 4);
    ansi_init(&ansi, &screen);
    test_text(&ansi, &screen);
    test_scroll(&ansi, &screen);
    test_sequences(&ansi, &screen);
    test_colours(&ansi);
    test_utf8(&ansi, &screen);
    test_changes(&ansi, &screen);
    test_noise(&ansi, &screen);
    screen_buffer_destroy(&screen);
}

/* The screen was written on by the kernel, or by a console before this one. */
static void test_resume(void)
{
    struct screen_buffer screen;
    if (!CHECK(screen_buffer_create(&screen, 4, 3))) {
        return;
    }
    screen_buffer_resume(&screen);
    CHECK(screen.row == 0 && screen.column == 0);
    screen_buffer_cell(&screen, 3, 1)->character = 'x';
    screen_buffer_move_to(&screen, 2, 0);
    screen_buffer_forget_changes(&screen);
    screen_buffer_resume(&screen);
    CHECK(screen.row == 2 && screen.column == 0);
    CHECK(screen.changed_first == 0 && screen.changed_end == 3);
    screen_buffer_cell(&screen, 0, 2)->character = 'y';
    screen_buffer_resume(&screen);
    CHECK(screen.row == 2 && screen.column == 0);
    CHECK(screen_buffer_cell(&screen, 3, 0)->character == 'x');
    CHECK(screen_buffer_cell(&screen, 0, 1)->character == 'y');
    CHECK(screen_buffer_cell(&screen, 0, 2)->character == ' ');
    screen_buffer_destroy(&screen);
}

#define PIXEL_COLUMNS 5
#define PIXEL_ROWS    2

static bool looks_same(uint16_t first, uint16_t second)
{
    return memcmp(font_glyphs[first], font_glyphs[second], FONT_HEIGHT) == 0;
}

/* A cell drawn in any colours is the same cell when it is read again. */
static void test_drawn_cells(const struct display *display, struct screen_buffer *screen)
{
    for (unsigned i = 0; i < 256 * 16; i++) {
        struct screen_cell cell = { (uint16_t)(i % 256), i / 256, (uint8_t)(15 - i / 256) };
        bool is_cursor = looks_same(cell.character, ' ') && cell.background == SCREEN_GREY;
        if (cell.character < ' ' || is_cursor) {
            continue;
        }
        display->draw(3, 1, &cell, false);
        display->adopt(screen);
        const struct screen_cell *read = screen_buffer_cell(screen, 3, 1);
        if (!CHECK(looks_same(read->character, cell.character)) ||
            !CHECK(read->background == cell.background) ||
            !CHECK(looks_same(read->character, ' ') || read->foreground == cell.foreground)) {
            fprintf(stderr, "  character %u in colours %u: %u\n", i % 256, i / 256,
                    read->character);
            return;
        }
    }
}

static void check_blank(const struct display *display, struct screen_buffer *screen)
{
    display->adopt(screen);
    const struct screen_cell *cell = screen_buffer_cell(screen, 2, 0);
    CHECK(cell->character == ' ' && cell->background == SCREEN_BLACK &&
          cell->foreground == SCREEN_GREY);
}

/* What is not a character becomes a blank: the cursor, a picture, other colours. */
static void test_other_cells(const struct display *display, struct screen_buffer *screen,
                             uint8_t *place, unsigned pixel)
{
    const struct screen_cell blank = { ' ', SCREEN_GREY, SCREEN_BLACK };
    display->draw(2, 0, &blank, true);
    check_blank(display, screen);
    display->draw(2, 0, &blank, false);
    memset(place, 0xff, pixel);
    check_blank(display, screen);
    memset(place, 0x12, pixel);
    check_blank(display, screen);
    const struct screen_cell letter = { 'x', SCREEN_GREY, SCREEN_BLACK };
    display->draw(2, 0, &letter, false);
    memset(place + pixel, 0xff, pixel);
    check_blank(display, screen);
}

/* A frame buffer with unused bytes at the end of its lines, and bits in what is not a colour. */
static void test_pixels(unsigned bits)
{
    static uint8_t memory[PIXEL_ROWS * 16 * 256];
    struct screen_buffer screen;
    struct device_screen description = {
        .pitch = 256,
        .width = PIXEL_COLUMNS * 8 + 3,
        .height = PIXEL_ROWS * 16,
        .bits_per_pixel = bits,
        .red_shift = 16,
        .green_shift = 8,
    };
    memset(memory, 0, sizeof(memory));
    const struct display *display = display_pixels_init(&description, memory);
    if (!CHECK(display != nullptr && display->columns == PIXEL_COLUMNS) ||
        !CHECK(screen_buffer_create(&screen, display->columns, display->rows))) {
        return;
    }
    test_drawn_cells(display, &screen);
    test_other_cells(display, &screen, memory + 2 * bits, bits / 8);
    if (bits == 32) {
        const struct screen_cell letter = { 'x', SCREEN_GREY, SCREEN_BLACK };
        display->draw(0, 0, &letter, false);
        memory[3] = 0xff;
        display->adopt(&screen);
        CHECK(screen_buffer_cell(&screen, 0, 0)->character == 'x');
    }
    screen_buffer_destroy(&screen);
}

int main(void)
{
    test_screen();
    test_resume();
    test_pixels(32);
    test_pixels(24);
    return failures != 0;
}
