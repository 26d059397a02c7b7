/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A line is edited in `line` and moves to the ring `input` when it is finished. What a character
 * takes on the screen is computed, not stored: control characters show as ^X, a tab reaches to the
 * next multiple of eight counted from the line's start, and bytes of a UTF-8 sequence behind the
 * first take nothing.
 */
#include "line_discipline.h"

#include <string.h>

#define END_MARK  0x100u
#define TAB_WIDTH 8
#define BACKSPACE 0x08
#define DELETE    0x7f

#define ESCAPE 0x1b

static const char too_long[] = "(the line was too long, and is not taken)\n";

#define KEY_CTRL(letter) ((letter) & 0x1f)

void line_discipline_init(struct line_discipline *discipline,
                          void (*echo)(const char *data, size_t size))
{
    *discipline = (struct line_discipline){
        .modes = {
            .modes = TERMINAL_DEFAULT,
            .interrupt_key = KEY_CTRL('C'),
            .erase_key = DELETE,
            .kill_key = KEY_CTRL('U'),
            .end_key = KEY_CTRL('D'),
        },
        .echo = echo,
    };
}

static bool has_mode(const struct line_discipline *discipline, uint32_t mode)
{
    return (discipline->modes.modes & mode) != 0;
}

static void echo(const struct line_discipline *discipline, const char *data, size_t size)
{
    if (has_mode(discipline, TERMINAL_ECHO)) {
        discipline->echo(data, size);
    }
}

static bool is_continuation(char character)
{
    return ((unsigned char)character & 0xc0) == 0x80;
}

static bool is_control(char character)
{
    return (unsigned char)character < 0x20 || character == DELETE;
}

/* How many columns CHARACTER takes in COLUMN of the line. */
static size_t width_of(char character, size_t column)
{
    if (character == '\t') {
        return TAB_WIDTH - column % TAB_WIDTH;
    }
    if (is_control(character)) {
        return 2;
    }
    return is_continuation(character) ? 0 : 1;
}

/* How many columns the first LENGTH characters of the line take. */
static size_t line_width(const struct line_discipline *discipline, size_t length)
{
    size_t column = 0;
    for (size_t i = 0; i < length; i++) {
        column += width_of(discipline->line[i], column);
    }
    return column;
}

static void echo_character(const struct line_discipline *discipline, char character, size_t column)
{
    if (character == '\t') {
        echo(discipline, "        ", width_of(character, column));
    } else if (is_control(character)) {
        char shown[2] = { '^', (char)(character ^ 0x40) };
        echo(discipline, shown, sizeof(shown));
    } else {
        echo(discipline, &character, 1);
    }
}

/* Shorten the line to LENGTH, on the screen too. */
static void erase_to(struct line_discipline *discipline, size_t length)
{
    size_t columns = line_width(discipline, discipline->line_length);
    for (size_t left = line_width(discipline, length); left < columns; left++) {
        echo(discipline, "\b \b", 3);
    }
    discipline->line_length = length;
    discipline->is_overlong = false;
}

static void erase_character(struct line_discipline *discipline)
{
    size_t length = discipline->line_length;
    while (length > 0 && is_continuation(discipline->line[length - 1])) {
        length--;
    }
    erase_to(discipline, length > 0 ? length - 1 : 0);
}

/* Put one character or mark into the ring. Returns: false, it is full. */
static bool put_input(struct line_discipline *discipline, uint16_t character)
{
    if (discipline->input_count == INPUT_MAX) {
        return false;
    }
    size_t place = (discipline->input_first + discipline->input_count++) % INPUT_MAX;
    discipline->input[place] = character;
    return true;
}

static uint16_t take_input(struct line_discipline *discipline)
{
    uint16_t character = discipline->input[discipline->input_first];
    discipline->input_first = (discipline->input_first + 1) % INPUT_MAX;
    discipline->input_count--;
    return character;
}

static void drop_line(struct line_discipline *discipline)
{
    discipline->line_length = 0;
    discipline->is_overlong = false;
}

static void finish_line(struct line_discipline *discipline)
{
    if (discipline->is_overlong) {
        echo(discipline, too_long, sizeof(too_long) - 1);
        drop_line(discipline);
    }
    for (size_t i = 0; i < discipline->line_length; i++) {
        (void)put_input(discipline, (unsigned char)discipline->line[i]);
    }
    drop_line(discipline);
}

/* Is there room for the line and COUNT more? A full ring rings the bell. */
static bool has_room(const struct line_discipline *discipline, size_t count)
{
    bool fits = discipline->input_count + discipline->line_length + count <= INPUT_MAX;
    if (!fits) {
        echo(discipline, "\a", 1);
    }
    return fits;
}

static bool is_key(char character, uint32_t key)
{
    return key != 0 && (unsigned char)character == key;
}

/* Terminals differ in what their erase key sends; whoever kept the default means both. */
static bool is_erase(const struct line_discipline *discipline, char character)
{
    return is_key(character, discipline->modes.erase_key) ||
           (discipline->modes.erase_key == DELETE && character == BACKSPACE);
}

static unsigned type_newline(struct line_discipline *discipline)
{
    if (!has_room(discipline, 1)) {
        return 0;
    }
    echo(discipline, "\n", 1);
    finish_line(discipline);
    (void)put_input(discipline, '\n');
    return LINE_INPUT;
}

/* At the start of a line: end of input. Behind something: readers get it as it is. */
static unsigned type_end(struct line_discipline *discipline)
{
    bool is_empty = discipline->line_length == 0;
    if (!has_room(discipline, 1)) {
        return 0;
    }
    finish_line(discipline);
    if (is_empty) {
        (void)put_input(discipline, END_MARK);
    }
    return LINE_INPUT;
}

/* The last place of the line stays free: a line must fit into the ring with its newline. */
static void type_plain(struct line_discipline *discipline, char character)
{
    if (discipline->line_length == LINE_MAX - 1) {
        echo(discipline, "\a", discipline->is_overlong ? 0 : 1);
        discipline->is_overlong = true;
        return;
    }
    echo_character(discipline, character, line_width(discipline, discipline->line_length));
    discipline->line[discipline->line_length++] = character;
}

/* Does CHARACTER belong to a key's sequence? A newline always means itself. */
static bool skip_sequence(struct line_discipline *discipline, char character)
{
    enum key_state before = discipline->key_state;
    discipline->key_state = KEY_PLAIN;
    if (character == '\n') {
        return false;
    }
    switch (before) {
    case KEY_SEQUENCE:
        discipline->key_state = (unsigned char)character < 0x40 ? KEY_SEQUENCE : KEY_PLAIN;
        return true;
    case KEY_FUNCTION: return true;
    case KEY_ESCAPE:
        if (character == '[' || character == 'O') {
            discipline->key_state = character == '[' ? KEY_SEQUENCE : KEY_FUNCTION;
            return true;
        }
        [[fallthrough]];
    default: discipline->key_state = character == ESCAPE ? KEY_ESCAPE : KEY_PLAIN;
    }
    return character == ESCAPE;
}

static unsigned type_cooked(struct line_discipline *discipline, char character)
{
    if (skip_sequence(discipline, character)) {
        return 0;
    }
    if (character == '\n') {
        return type_newline(discipline);
    }
    if (is_key(character, discipline->modes.end_key)) {
        return type_end(discipline);
    }
    if (is_erase(discipline, character)) {
        erase_character(discipline);
    } else if (is_key(character, discipline->modes.kill_key)) {
        erase_to(discipline, 0);
    } else {
        type_plain(discipline, character);
    }
    return 0;
}

static unsigned type_raw(struct line_discipline *discipline, char character)
{
    if (!has_room(discipline, 1)) {
        return 0;
    }
    if (character == '\n') {
        echo(discipline, "\n", 1);
    } else {
        echo_character(discipline, character, 0);
    }
    (void)put_input(discipline, (unsigned char)character);
    return LINE_INPUT;
}

/* What was typed ahead was meant for after what is interrupted; it goes too. */
static unsigned type_interrupt(struct line_discipline *discipline)
{
    echo_character(discipline, (char)discipline->modes.interrupt_key, 0);
    line_discipline_flush(discipline);
    return LINE_INTERRUPT;
}

unsigned line_discipline_type(struct line_discipline *discipline, char character)
{
    if (character == '\r' && has_mode(discipline, TERMINAL_MAP_CR)) {
        character = '\n';
    }
    if (has_mode(discipline, TERMINAL_SIGNAL) &&
        is_key(character, discipline->modes.interrupt_key)) {
        return type_interrupt(discipline);
    }
    return has_mode(discipline, TERMINAL_COOKED) ? type_cooked(discipline, character)
                                                 : type_raw(discipline, character);
}

void line_discipline_set_modes(struct line_discipline *discipline,
                               const struct terminal_modes *modes)
{
    discipline->modes = *modes;
    if (!has_mode(discipline, TERMINAL_COOKED) && has_room(discipline, 0)) {
        finish_line(discipline);
    }
}

bool line_discipline_is_readable(const struct line_discipline *discipline)
{
    return discipline->input_count != 0;
}

bool line_discipline_never_waits(const struct line_discipline *discipline)
{
    return !has_mode(discipline, TERMINAL_COOKED) && discipline->modes.no_wait != 0;
}

/* Where a read stops: behind a newline of cooked input, before an end mark. */
size_t line_discipline_available(const struct line_discipline *discipline)
{
    size_t count = 0;
    while (count < discipline->input_count) {
        size_t place = (discipline->input_first + count) % INPUT_MAX;
        if (discipline->input[place] == END_MARK) {
            break;
        }
        count++;
        if (discipline->input[place] == '\n' && has_mode(discipline, TERMINAL_COOKED)) {
            break;
        }
    }
    return count;
}

size_t line_discipline_read(struct line_discipline *discipline, char *data, size_t size)
{
    size_t available = line_discipline_available(discipline);
    if (available == 0) {
        (void)take_input(discipline);
        return 0;
    }
    size_t count = available < size ? available : size;
    for (size_t i = 0; i < count; i++) {
        data[i] = (char)take_input(discipline);
    }
    return count;
}

/* What was taken is still in the ring, before its first character; an end mark counts as one. */
void line_discipline_unread(struct line_discipline *discipline, size_t count)
{
    size_t places = count == 0 ? 1 : count;
    discipline->input_first = (discipline->input_first + INPUT_MAX - places) % INPUT_MAX;
    discipline->input_count += places;
}

void line_discipline_flush(struct line_discipline *discipline)
{
    drop_line(discipline);
    discipline->key_state = KEY_PLAIN;
    discipline->input_count = 0;
}
