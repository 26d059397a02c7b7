/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A state machine over bytes. Sequences are ECMA-48 (5th edition), section 8.3; colour numbers
 * there are red 1, green 2, blue 4, the other way round than on a VGA.
 */
#include "ansi.h"

#define ESCAPE      '\033'
#define REPLACEMENT '?'

#define NUMBER_MAX 10000u

static const uint8_t vga_colours[8] = { 0, 4, 2, 6, 1, 5, 3, 7 };

#define BRIGHT 8

static void update_pen(struct ansi *ansi)
{
    uint8_t foreground = (uint8_t)(ansi->foreground | (ansi->is_bold ? BRIGHT : 0));
    ansi->screen->pen = (struct screen_cell){
        .character = ' ',
        .foreground = ansi->is_reversed ? ansi->background : foreground,
        .background = ansi->is_reversed ? foreground : ansi->background,
    };
}

static void reset_pen(struct ansi *ansi)
{
    ansi->is_bold = false;
    ansi->is_reversed = false;
    ansi->foreground = SCREEN_GREY;
    ansi->background = SCREEN_BLACK;
    update_pen(ansi);
}

void ansi_init(struct ansi *ansi, struct screen_buffer *screen)
{
    *ansi = (struct ansi){ .screen = screen };
    reset_pen(ansi);
}

/* Parameter INDEX, or OTHERWISE if it is missing or 0. */
static unsigned parameter(const struct ansi *ansi, unsigned index, unsigned otherwise)
{
    bool is_given = index <= ansi->parameter && ansi->parameters[index] != 0;
    return is_given ? ansi->parameters[index] : otherwise;
}

/* One parameter of "m". */
static void select_rendition(struct ansi *ansi, unsigned value)
{
    if (value == 0) {
        reset_pen(ansi);
    } else if (value == 1) {
        ansi->is_bold = true;
    } else if (value == 22) {
        ansi->is_bold = false;
    } else if (value == 7 || value == 27) {
        ansi->is_reversed = value == 7;
    } else if (value >= 30 && value <= 37) {
        ansi->foreground = vga_colours[value - 30];
    } else if (value == 39) {
        ansi->foreground = SCREEN_GREY;
    } else if (value >= 40 && value <= 47) {
        ansi->background = vga_colours[value - 40];
    } else if (value == 49) {
        ansi->background = SCREEN_BLACK;
    } else if (value >= 90 && value <= 97) {
        ansi->foreground = vga_colours[value - 90] | BRIGHT;
    } else if (value >= 100 && value <= 107) {
        ansi->background = vga_colours[value - 100] | BRIGHT;
    }
    update_pen(ansi);
}

static void select_renditions(struct ansi *ansi)
{
    for (unsigned i = 0; i <= ansi->parameter; i++) {
        select_rendition(ansi, ansi->parameters[i]);
    }
}

static void clear(struct ansi *ansi, void (*operation)(struct screen_buffer *, enum screen_part))
{
    if (ansi->parameters[0] <= SCREEN_ALL) {
        operation(ansi->screen, (enum screen_part)ansi->parameters[0]);
    }
}

/* "?25h" and "?25l". */
static void set_private_mode(struct ansi *ansi, bool on)
{
    if (ansi->is_private && ansi->parameters[0] == 25) {
        ansi->screen->is_cursor_shown = on;
    }
}

static void save_cursor(struct ansi *ansi)
{
    ansi->saved_column = ansi->screen->column;
    ansi->saved_row = ansi->screen->row;
}

static void restore_cursor(struct ansi *ansi)
{
    screen_buffer_move_to(ansi->screen, ansi->saved_column, ansi->saved_row);
}

/* Do the sequence that FINAL ends. */
static void finish_sequence(struct ansi *ansi, char final)
{
    struct screen_buffer *screen = ansi->screen;
    int distance = (int)parameter(ansi, 0, 1);
    switch (final) {
    case 'A': screen_buffer_move_by(screen, 0, -distance); break;
    case 'B': screen_buffer_move_by(screen, 0, distance); break;
    case 'C': screen_buffer_move_by(screen, distance, 0); break;
    case 'D': screen_buffer_move_by(screen, -distance, 0); break;
    case 'G': screen_buffer_move_to(screen, (unsigned)distance - 1, screen->row); break;
    case 'd': screen_buffer_move_to(screen, screen->column, (unsigned)distance - 1); break;
    case 'H':
    case 'f':
        screen_buffer_move_to(screen, parameter(ansi, 1, 1) - 1, (unsigned)distance - 1);
        break;
    case 'J': clear(ansi, screen_buffer_clear); break;
    case 'K': clear(ansi, screen_buffer_clear_line); break;
    case 'm': select_renditions(ansi); break;
    case 's': save_cursor(ansi); break;
    case 'u': restore_cursor(ansi); break;
    case 'h': set_private_mode(ansi, true); break;
    case 'l': set_private_mode(ansi, false); break;
    default: break;
    }
}

/* A byte behind ESC [. */
static void write_sequence(struct ansi *ansi, char byte)
{
    unsigned *current = &ansi->parameters[ansi->parameter];
    if (byte >= '0' && byte <= '9') {
        unsigned value = *current * 10 + (unsigned)(byte - '0');
        *current = value < NUMBER_MAX ? value : NUMBER_MAX;
    } else if (byte == ';') {
        if (ansi->parameter + 1 < ANSI_PARAMETERS_MAX) {
            ansi->parameter++;
        }
    } else if (byte == '?') {
        ansi->is_private = true;
    } else if (byte >= 0x40 && byte <= 0x7e) {
        ansi->state = ANSI_TEXT;
        finish_sequence(ansi, byte);
    }
}

static void begin_sequence(struct ansi *ansi)
{
    ansi->state = ANSI_SEQUENCE;
    ansi->is_private = false;
    ansi->parameter = 0;
    for (unsigned i = 0; i < ANSI_PARAMETERS_MAX; i++) {
        ansi->parameters[i] = 0;
    }
}

/* The byte behind ESC. */
static void write_escape(struct ansi *ansi, char byte)
{
    ansi->state = ANSI_TEXT;
    switch (byte) {
    case '[': begin_sequence(ansi); break;
    case '7': save_cursor(ansi); break;
    case '8': restore_cursor(ansi); break;
    case 'c':
        reset_pen(ansi);
        screen_buffer_clear(ansi->screen, SCREEN_ALL);
        screen_buffer_move_to(ansi->screen, 0, 0);
        break;
    default: break;
    }
}

static void write_control(struct ansi *ansi, char byte)
{
    switch (byte) {
    case '\b': screen_buffer_back(ansi->screen); break;
    case '\t': screen_buffer_tab(ansi->screen); break;
    case '\n':
    case '\v':
    case '\f': screen_buffer_line_feed(ansi->screen); break;
    case '\r': screen_buffer_return(ansi->screen); break;
    case ESCAPE: ansi->state = ANSI_ESCAPE; break;
    default: break;
    }
}

/* A byte of a character outside ASCII. Only those of 16 bits can be shown. */
static void write_utf8(struct ansi *ansi, unsigned char byte)
{
    if ((byte & 0xc0) == 0x80 && ansi->utf8_rest > 0) {
        ansi->character = ansi->character << 6 | (byte & 0x3f);
        if (--ansi->utf8_rest == 0) {
            bool fits = ansi->character >= 0x80 && ansi->character <= UINT16_MAX;
            screen_buffer_put(ansi->screen, fits ? (uint16_t)ansi->character : REPLACEMENT);
        }
        return;
    }
    ansi->utf8_rest = byte >= 0xf8 ? 0 : byte >= 0xf0 ? 3 : byte >= 0xe0 ? 2 : byte >= 0xc0;
    ansi->character = byte & (0x3fu >> ansi->utf8_rest);
    if (ansi->utf8_rest == 0) {
        screen_buffer_put(ansi->screen, REPLACEMENT);
    }
}

static void write_text(struct ansi *ansi, char byte)
{
    if ((unsigned char)byte >= 0x80) {
        write_utf8(ansi, (unsigned char)byte);
        return;
    }
    ansi->utf8_rest = 0;
    if (byte >= 0x20 && byte < 0x7f) {
        screen_buffer_put(ansi->screen, (uint16_t)byte);
    } else {
        write_control(ansi, byte);
    }
}

void ansi_write(struct ansi *ansi, char byte)
{
    if (ansi->state == ANSI_TEXT || (unsigned char)byte < 0x20) {
        write_text(ansi, byte);
    } else if (ansi->state == ANSI_ESCAPE) {
        write_escape(ansi, byte);
    } else {
        write_sequence(ansi, byte);
    }
}
