/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The language terminals are spoken to in: UTF-8 text, control characters, and the common escape
 * sequences of ECMA-48 (cursor, clearing, colours). Unknown sequences are skipped. Pure.
 */
#pragma once

#include <stdint.h>

#include "screen_buffer.h"

#define ANSI_PARAMETERS_MAX 8

enum ansi_state {
    ANSI_TEXT,
    ANSI_ESCAPE,   /* behind ESC */
    ANSI_SEQUENCE, /* behind ESC [ */
};

struct ansi {
    struct screen_buffer *screen;
    enum ansi_state state;
    bool is_private; /* the sequence has a "?" */
    unsigned parameters[ANSI_PARAMETERS_MAX];
    unsigned parameter; /* index of the one being read */
    bool is_bold;
    bool is_reversed;
    uint8_t foreground; /* as set, before bold and reverse */
    uint8_t background;
    unsigned saved_column;
    unsigned saved_row;
    uint32_t character; /* UTF-8 sequence being read */
    unsigned utf8_rest; /* bytes of it still to come */
};

/* Begin to write to SCREEN. */
void ansi_init(struct ansi *ansi, struct screen_buffer *screen);

/* Interpret one byte. */
void ansi_write(struct ansi *ansi, char byte);
