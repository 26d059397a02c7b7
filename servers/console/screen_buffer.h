/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a screen shows, as characters with colours, and the operations of a terminal on it. Pure:
 * how it gets to the glass is another file's matter.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define SCREEN_COLUMNS_MAX 320
#define SCREEN_ROWS_MAX    200

/* Colours as a VGA numbers them: blue 1, green 2, red 4, bright 8. */
#define SCREEN_GREY  7
#define SCREEN_BLACK 0

struct screen_cell {
    uint16_t character; /* Unicode */
    uint8_t foreground;
    uint8_t background;
};

struct screen_buffer {
    unsigned columns;
    unsigned rows;
    struct screen_cell *cells; /* row by row */
    unsigned column;           /* of the cursor; columns: behind the last, a line is begun next */
    unsigned row;
    bool is_cursor_shown;
    struct screen_cell pen; /* colours of what is written; its character is a blank */
    unsigned changed_first; /* rows that may have changed since they were looked at: from ... */
    unsigned changed_end;   /* ... to before this one */
};

/* Make an empty screen. Returns: false, no memory or a size out of range. */
bool screen_buffer_create(struct screen_buffer *screen, unsigned columns, unsigned rows);

void screen_buffer_destroy(struct screen_buffer *screen);

/* All rows have been looked at: none has changed since. */
void screen_buffer_forget_changes(struct screen_buffer *screen);

/* The cell at COLUMN of ROW. */
struct screen_cell *screen_buffer_cell(const struct screen_buffer *screen, unsigned column,
                                       unsigned row);

/* Write one character at the cursor and move it on. */
void screen_buffer_put(struct screen_buffer *screen, uint16_t character);

/* Move the cursor a line down; the last line moves everything up. */
void screen_buffer_line_feed(struct screen_buffer *screen);

/*
 * The cells were filled by somebody else: go on at the start of the row behind the last one that
 * shows something.
 */
void screen_buffer_resume(struct screen_buffer *screen);

/* Move the cursor to the first column, one back, to the next multiple of eight. */
void screen_buffer_return(struct screen_buffer *screen);
void screen_buffer_back(struct screen_buffer *screen);
void screen_buffer_tab(struct screen_buffer *screen);

/* Move the cursor, no further than the edges; in the second form by so many places. */
void screen_buffer_move_to(struct screen_buffer *screen, unsigned column, unsigned row);
void screen_buffer_move_by(struct screen_buffer *screen, int columns, int rows);

/* What to empty: from the cursor on, up to it, everything. */
enum screen_part {
    SCREEN_AFTER = 0,
    SCREEN_BEFORE = 1,
    SCREEN_ALL = 2,
};

/* Empty a part of the cursor's line, or of the screen. */
void screen_buffer_clear_line(struct screen_buffer *screen, enum screen_part part);
void screen_buffer_clear(struct screen_buffer *screen, enum screen_part part);
