/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Line discipline and keyboard layout: what becomes of keys before a program reads them.
 */
#include <string.h>

#include "check.h"
#include "keymap.h"
#include "line_discipline.h"

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
    for (int i = 0; i < LINE_MAX - 1; i++) {
        (void)line_discipline_type(&discipline, 'x');
    }
    echoed_size = 0;
    CHECK(type(&discipline, "x") == 0 && echo_is("\a"));
    CHECK(type(&discipline, "more") == 0 && echo_is("")); /* once is enough */
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
    echoed_size = 0;
    CHECK(type(&discipline, "ahead\rlost\x03") == (LINE_INPUT | LINE_INTERRUPT));
    CHECK(echo_is("ahead\nlost^C") && !line_discipline_is_readable(&discipline));
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

/* Each mode makes the difference that it is for. */
static void test_modes(void)
{
    static struct line_discipline discipline;
    struct terminal_modes modes;
    begin(&discipline);
    modes = discipline.modes;
    modes.modes = TERMINAL_ECHO;
    line_discipline_set_modes(&discipline, &modes);
    CHECK(type(&discipline, "a\x01\r\n\x03") == LINE_INPUT && echo_is("a^A^M\n^C"));
    CHECK(reads(&discipline, 100, "a\x01\r\n\x03")); /* raw: more than a line at once */
    modes.modes = TERMINAL_SIGNAL;
    line_discipline_set_modes(&discipline, &modes);
    CHECK(type(&discipline, "\x03") == LINE_INTERRUPT && echo_is(""));
    modes.modes = TERMINAL_COOKED | TERMINAL_MAP_CR;
    line_discipline_set_modes(&discipline, &modes);
    CHECK(type(&discipline, "secret\r") == LINE_INPUT && echo_is(""));
    CHECK(reads(&discipline, 100, "secret\n"));
}

static void test_keys(void)
{
    static struct line_discipline discipline;
    struct terminal_modes modes;
    begin(&discipline);
    modes = discipline.modes;
    modes.erase_key = '#';
    modes.kill_key = 0; /* none; so a zero byte is plain */
    line_discipline_set_modes(&discipline, &modes);
    (void)line_discipline_type(&discipline, 'a');
    (void)line_discipline_type(&discipline, '\0');
    CHECK(discipline.line_length == 2);
    CHECK(type(&discipline, "##ab#\b\r") == LINE_INPUT);
    CHECK(reads(&discipline, 10, "a\b\n")); /* who has chosen a key has just that one */
}

/* Bytes above 127 are characters, none of the marks in the ring. */
static void test_bytes(void)
{
    static struct line_discipline discipline;
    begin(&discipline);
    CHECK(type(&discipline, "\x80\xff\r") == LINE_INPUT && reads(&discipline, 10, "\x80\xff\n"));
    CHECK(discipline.input_count == 0);
    CHECK(type(&discipline, "\xff\x04") == LINE_INPUT && discipline.input[3] == 0xff);
}

/* Nothing is overwritten, whatever is typed; the bell tells that something was lost. */
static void test_limits(void)
{
    static struct line_discipline discipline;
    begin(&discipline);
    for (int i = 0; i < LINE_MAX - 1; i++) {
        (void)line_discipline_type(&discipline, 'x');
    }
    CHECK(type(&discipline, "\r") == LINE_INPUT);
    CHECK(line_discipline_available(&discipline) == LINE_MAX);
    while (discipline.input_count < INPUT_MAX) {
        CHECK(type(&discipline, "\r") == LINE_INPUT);
    }
    echoed_size = 0;
    CHECK(type(&discipline, "\r\x04") == 0 && echo_is("\a\a"));
    CHECK(discipline.input_count == INPUT_MAX);
    CHECK(line_discipline_available(&discipline) == LINE_MAX);
    (void)type(&discipline, "lost");
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
    CHECK(strcmp(KEYS("\x36\x1e\xb6\x1e"), "Aa") == 0);
    CHECK(strcmp(KEYS("\x1d\x02\x39\x9d"), "1 ") == 0); /* no control characters of these */
    CHECK(strcmp(KEYS("\xe0\x48\xe0\xc8"), "\033[A") == 0);
    CHECK(strcmp(KEYS("\xe0\x1d\x2e\xe0\x9d\x2e"), "\003c") == 0);
    CHECK(strcmp(KEYS("\x1c\x0e\x0f\x39\x2b\x35"), "\r\x7f\t \\/") == 0);
    CHECK(strcmp(KEYS("\xe0\x2a\xe0\x53\xe0\xaa\x1e"), "\033[3~a") == 0);
    CHECK(strcmp(KEYS("\xe0\x50\xe0\x4d\xe0\x4b"), "\033[B\033[C\033[D") == 0);
    CHECK(strcmp(KEYS("\xe0\x47\xe0\x4f\xe0\x52"), "\033[H\033[F\033[2~") == 0);
    CHECK(strcmp(KEYS("\xe0\x49\xe0\x51\xe0\x1c\xe0\x35"), "\033[5~\033[6~\r/") == 0);
    for (unsigned code = 0; code < 256; code++) {
        char text[KEYMAP_CHARACTERS_MAX];
        CHECK(keymap_translate(&keymap, (uint8_t)code, text) <= KEYMAP_CHARACTERS_MAX);
    }
}

/* Press all keys from FIRST to LAST, with SHIFT held or not. */
static const char *row(uint8_t first, uint8_t last, bool shift)
{
    struct keymap keymap = { .has_left_shift = shift };
    char codes[64];
    size_t count = 0;
    for (uint8_t code = first; code <= last; code++) {
        codes[count++] = (char)code;
    }
    return keys(&keymap, codes, count);
}

static void test_rows(void)
{
    CHECK(strcmp(row(0x01, 0x0f, false), "\0331234567890-=\x7f\t") == 0);
    CHECK(strcmp(row(0x01, 0x0f, true), "\033!@#$%^&*()_+\x7f\t") == 0);
    CHECK(strcmp(row(0x10, 0x1c, false), "qwertyuiop[]\r") == 0);
    CHECK(strcmp(row(0x10, 0x1c, true), "QWERTYUIOP{}\r") == 0);
    CHECK(strcmp(row(0x1e, 0x29, false), "asdfghjkl;'`") == 0);
    CHECK(strcmp(row(0x1e, 0x29, true), "ASDFGHJKL:\"~") == 0);
    CHECK(strcmp(row(0x2b, 0x35, false), "\\zxcvbnm,./") == 0);
    CHECK(strcmp(row(0x2b, 0x35, true), "|ZXCVBNM<>?") == 0);
    CHECK(strcmp(row(0x47, 0x53, false), "789-456+1230.") == 0);
}

int main(void)
{
    test_lines();
    test_editing();
    test_key_sequences();
    test_long_line();
    test_end_and_interrupt();
    test_raw();
    test_modes();
    test_keys();
    test_bytes();
    test_limits();
    test_keymap();
    test_rows();
    return failures != 0;
}
