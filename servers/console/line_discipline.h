/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What becomes of typed characters before a program reads them: lines with editing keys and echo,
 * or single keys. Keys that send sequences (ECMA-48, 8.3) have no meaning in a line and are left out;
 * a line that is too long is refused as a whole. Pure: characters go in, input comes out, echo goes to a function.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <mach_r/console_types.h>

/* Longest line being typed, and most input that waits for a reader. */
#define LINE_MAX  1024
#define INPUT_MAX 4096

/* Where in the sequence of a key such as an arrow the characters are. */
enum key_state {
    KEY_PLAIN,
    KEY_ESCAPE,   /* behind ESC */
    KEY_SEQUENCE, /* behind ESC [ */
    KEY_FUNCTION, /* behind ESC O */
};

struct line_discipline {
    struct terminal_modes modes;
    void (*echo)(const char *data, size_t size);

    char line[LINE_MAX]; /* typed, not finished */
    size_t line_length;
    bool is_overlong; /* there was no room for what was typed last */
    enum key_state key_state;

    uint16_t input[INPUT_MAX]; /* ring of characters and end marks, for readers */
    size_t input_first;
    size_t input_count;
};

/* What a character brought about. */
#define LINE_INPUT     0x1 /* there is more for readers */
#define LINE_INTERRUPT 0x2 /* the interrupt key */

/* Begin with default modes and keys; ECHO gets what is to be shown. */
void line_discipline_init(struct line_discipline *discipline,
                          void (*echo)(const char *data, size_t size));

/* Change modes and keys. A line being typed goes to readers if there are no lines any more. */
void line_discipline_set_modes(struct line_discipline *discipline,
                               const struct terminal_modes *modes);

/* CHARACTER was typed. Returns: LINE_* */
unsigned line_discipline_type(struct line_discipline *discipline, char character);

/* Is there something to read, an end of input included? */
bool line_discipline_is_readable(const struct line_discipline *discipline);

/* Do the modes say that who reads gets nothing rather than wait? */
bool line_discipline_never_waits(const struct line_discipline *discipline);

/* How many characters a read would get. */
size_t line_discipline_available(const struct line_discipline *discipline);

/*
 * Read at most SIZE characters, at most one line of cooked input.
 * Returns: how many; 0, the end of input, which is then over.
 * Context: there is something to read.
 */
size_t line_discipline_read(struct line_discipline *discipline, char *data, size_t size);

/* The last read, whose result was COUNT, did not reach its reader: take it back. */
void line_discipline_unread(struct line_discipline *discipline, size_t count);

/* Throw away all input, the line being typed included. */
void line_discipline_flush(struct line_discipline *discipline);
