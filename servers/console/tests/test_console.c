/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The parts of the console that need no devices: line discipline, keyboard layout, and what escape
 * sequences do to the screen.
 */
#include <stdlib.h>
#include <string.h>

#include "ansi.h"
#include "check.h"
#include "keymap.h"
#include "line_discipline.h"
#include "screen_buffer.h"

static char echoed[2 * INPUT_MAX];
static size_t echoed_size;

static void record_echo(const char *data, size_t size)
{
    if (echoed_size + size < sizeof(echoed)) {
        memcpy(echoed + echoed_size, data, size);
        echoed_size += size;
    }
}

static void begin(struct line_discipline *discipline)
{
    line_discipline_init(discipline, record_echo);
    echoed_size = 0;
}

/* Type TEXT. Returns: all that it brought about. */
static unsigned type(struct line_discipline *discipline, const char *text)
{
    unsigned happened = 0;
    for (; *text != '\0'; text++) {
        happened |= line_discipline_type(discipline, *text);
    }
    return happened;
}

static bool echo_is(const char *text)
{
    bool is_same = strlen(text) == echoed_size && memcmp(text, echoed, echoed_size) == 0;
    echoed_size = 0;
    return is_same;
}

/* Is TEXT what a read of SIZE bytes gets? */
static bool reads(struct line_discipline *discipline, size_t size, const char *text)
{
    char data[INPUT_MAX];
    if (!line_discipline_is_readable(discipline)) {
        return false;
    }
    size_t count = line_discipline_read(discipline, data, size);
    return count == strlen(text) && memcmp(data, text, count) == 0;
}

static void test_lines(void)
{
    static struct line_discipline discipline;
    begin(&discipline);
    CHECK(type(&discipline, "ab") == 0 && !line_discipline_is_readable(&discipline));
    CHECK(type(&discipline, "\r") == LINE_INPUT && echo_is("ab\n"));
    CHECK(type(&discipline, "cd\n") == LINE_INPUT);
    CHECK(line_discipline_available(&discipline) == 3);
    CHECK(reads(&discipline, 2, "ab") && reads(&discipline, 100, "\n"));
    CHECK(reads(&discipline, 100, "cd\n") && !line_discipline_is_readable(&discipline));
    line_discipline_unread(&discipline, 3);
    CHECK(reads(&discipline, 100, "cd\n"));
}

static void test_editing(void)
{
    static struct line_discipline discipline;
    begin(&discipline);
    (void)type(&discipline, "ab\x7f");
    CHECK(echo_is("ab\b \b"));
    (void)type(&discipline, "\b\b");
    CHECK(echo_is("\b \b"));
    (void)type(&discipline, "xyz\x15");
    CHECK(echo_is("xyz\b \b\b \b\b \b"));
    (void)type(&discipline, "\x01\x7f");
    CHECK(echo_is("^A\b \b\b \b"));
    (void)type(&discipline, "a\t\x7f");
    CHECK(echo_is("a       \b \b\b \b\b \b\b \b\b \b\b \b\b \b"));
    (void)type(&discipline, "\xc3\xa9\x7f\x7f\r");
    CHECK(echo_is("\xc3\xa9\b \b\b \b\n"));
    CHECK(reads(&discipline, 10, "\n"));
}

/* Arrows and function keys mean nothing while a line is typed; they must not get into it. */
static void test_key_sequences(void)
{
    static struct line_discipline discipline;
    begin(&discipline);
    (void)type(&discipline, "a\033[Ab\033[3~\033[1;5Dc\033OPd\033e\r");
    CHECK(echo_is("abcde\n") && reads(&discipline, 10, "abcde\n"));
    (void)type(&discipline, "x\033[\ry\033\r");
    CHECK(reads(&discipline, 10, "x\n") && reads(&discipline, 10, "y\n"));
    discipline.modes.modes &= ~(uint32_t)TERMINAL_COOKED;
    (void)type(&discipline, "\033[A");
    CHECK(reads(&discipline, 10, "\033[A"));
}

/* Nothing of a line that is too long is taken: part of a command may be another command. */
static void test_long_line(void)
{
    static struct line_discipline discipline;
    begin(&discipline);
    for (int i = 0; i < LINE_MAX; i++) {
        (void)line_discipline_type(&discipline, 'x');
    }
    echoed_size = 0;
    CHECK(type(&discipline, "\r") == LINE_INPUT);
    CHECK(echo_is("\n(the line was too long, and is not taken)\n"));
    CHECK(reads(&discipline, 10, "\n") && !line_discipline_is_readable(&discipline));
    for (int i = 0; i < LINE_MAX; i++) {
        (void)line_discipline_type(&discipline, 'x');
    }
    (void)type(&discipline, "\x7f\r"); /* whoever edits it has seen where it stopped */
    CHECK(line_discipline_available(&discipline) == LINE_MAX - 1);
    line_discipline_flush(&discipline);
    for (int i = 0; i < LINE_MAX; i++) {
        (void)line_discipline_type(&discipline, 'x');
    }
    CHECK(type(&discipline, "\x04") == LINE_INPUT && !line_discipline_is_readable(&discipline));
    CHECK(type(&discipline, "ok\r") == LINE_INPUT && reads(&discipline, 10, "ok\n"));
}

static void test_end_and_interrupt(void)
{
    static struct line_discipline discipline;
    begin(&discipline);
    CHECK(type(&discipline, "\x04") == LINE_INPUT && line_discipline_available(&discipline) == 0);
    CHECK(reads(&discipline, 10, "") && !line_discipline_is_readable(&discipline));
    line_discipline_unread(&discipline, 0);
    CHECK(reads(&discipline, 10, ""));
    CHECK(type(&discipline, "ab\x04") == LINE_INPUT && reads(&discipline, 10, "ab"));
    CHECK(!line_discipline_is_readable(&discipline));
    CHECK(type(&discipline, "typed ahead\rlost\x03") == (LINE_INPUT | LINE_INTERRUPT));
    CHECK(!line_discipline_is_readable(&discipline));
    CHECK(type(&discipline, "x\r") == LINE_INPUT && reads(&discipline, 10, "x\n"));
}

static void test_raw(void)
{
    static struct line_discipline discipline;
    struct terminal_modes modes;
    begin(&discipline);
    (void)type(&discipline, "part");
    modes = discipline.modes;
    modes.modes = 0;
    line_discipline_set_modes(&discipline, &modes);
    CHECK(reads(&discipline, 10, "part"));
    echoed_size = 0;
    CHECK(type(&discipline, "\x03\x04\x7f\r\n") == LINE_INPUT && echo_is(""));
    CHECK(reads(&discipline, 10, "\x03\x04\x7f\r\n"));
}

/* Nothing is overwritten, whatever is typed. */
static void test_limits(void)
{
    static struct line_discipline discipline;
    begin(&discipline);
    for (int i = 0; i < LINE_MAX - 1; i++) {
        (void)line_discipline_type(&discipline, 'x');
    }
    CHECK(type(&discipline, "\r") == LINE_INPUT);
    CHECK(line_discipline_available(&discipline) == LINE_MAX);
    for (int i = 0; i < 3 * INPUT_MAX; i++) {
        (void)line_discipline_type(&discipline, '\r');
    }
    CHECK(discipline.input_count == INPUT_MAX);
    line_discipline_flush(&discipline);
    CHECK(!line_discipline_is_readable(&discipline));
    CHECK(type(&discipline, "ok\r") == LINE_INPUT && reads(&discipline, 10, "ok\n"));
}

/* The characters of the scan codes in CODES, COUNT of them. */
static const char *keys(struct keymap *keymap, const char *codes, size_t count)
{
    static char text[64];
    size_t size = 0;
    for (size_t i = 0; i < count; i++) {
        size += keymap_translate(keymap, (uint8_t)codes[i], text + size);
    }
    text[size] = '\0';
    return text;
}

#define KEYS(codes) keys(&keymap, codes, sizeof(codes) - 1)

static void test_keymap(void)
{
    struct keymap keymap = {};
    CHECK(strcmp(KEYS("\x1e\x9e\x30\xb0"), "ab") == 0);
    CHECK(strcmp(KEYS("\x2a\x1e\x02\xaa\x1e"), "A!a") == 0);
    CHECK(strcmp(KEYS("\x3a\xba\x1e\x02\x2a\x1e\xaa\x3a\xba\x1e"), "A1aa") == 0);
    CHECK(strcmp(KEYS("\x1d\x2e\x9d\x2e"), "\003c") == 0);
    CHECK(strcmp(KEYS("\xe0\x48\xe0\xc8"), "\033[A") == 0);
    CHECK(strcmp(KEYS("\xe0\x1d\x2e\xe0\x9d\x2e"), "\003c") == 0);
    CHECK(strcmp(KEYS("\x1c\x0e\x0f\x39\x2b\x35"), "\r\x7f\t \\/") == 0);
    CHECK(strcmp(KEYS("\xe0\x2a\xe0\x53\xe0\xaa\x1e"), "\033[3~a") == 0);
    for (unsigned code = 0; code < 256; code++) {
        char text[KEYMAP_CHARACTERS_MAX];
        CHECK(keymap_translate(&keymap, (uint8_t)code, text) <= KEYMAP_CHARACTERS_MAX);
    }
}

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
}

static void test_sequences(struct ansi *ansi, struct screen_buffer *screen)
{
    show(ansi, "\033[2J\033[2;3Hx\033[Dy\033[A\033[99Cz\033[99;99H!");
    CHECK(screen_buffer_cell(screen, 2, 1)->character == 'y');
    CHECK(screen_buffer_cell(screen, 9, 0)->character == 'z');
    CHECK(screen_buffer_cell(screen, 9, 3)->character == '!');
    show(ansi, "\033[H\033[Jabcdef\033[3D\033[K");
    CHECK(row_is(screen, 0, "abc"));
    show(ansi, "\033[1K");
    CHECK(row_is(screen, 0, ""));
    show(ansi, "\033[H\033[1;31mr\033[7mi\033[0mn");
    CHECK(screen_buffer_cell(screen, 0, 0)->foreground == 12);
    CHECK(screen_buffer_cell(screen, 1, 0)->background == 12);
    CHECK(screen_buffer_cell(screen, 2, 0)->foreground == SCREEN_GREY);
    show(ansi, "\033[?25l");
    CHECK(!screen->is_cursor_shown);
    show(ansi, "\033[?25h\033[s\033[4;4H\033[uv");
    CHECK(screen->is_cursor_shown && row_is(screen, 0, "rinv"));
    show(ansi, "\033[H\xc3\xa9\xff\xe2\x82\xac");
    CHECK(screen_buffer_cell(screen, 0, 0)->character == 0xe9);
    CHECK(screen_buffer_cell(screen, 1, 0)->character == '?');
    CHECK(screen_buffer_cell(screen, 2, 0)->character == 0x20ac);
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
    CHECK(!screen_buffer_create(&screen, 10, SCREEN_ROWS_MAX + 1));
    if (!CHECK(screen_buffer_create(&screen, 10, 4))) {
        return;
    }
    ansi_init(&ansi, &screen);
    test_text(&ansi, &screen);
    test_sequences(&ansi, &screen);
    test_noise(&ansi, &screen);
    screen_buffer_destroy(&screen);
}

int main(void)
{
    test_lines();
    test_editing();
    test_key_sequences();
    test_long_line();
    test_end_and_interrupt();
    test_raw();
    test_limits();
    test_keymap();
    test_screen();
    return failures != 0;
}
