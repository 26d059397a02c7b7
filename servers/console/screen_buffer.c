/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The cells are one array; everything is a matter of filling and moving ranges of it.
 */
#include "screen_buffer.h"

#include <stdlib.h>
#include <string.h>

#define TAB_WIDTH 8

bool screen_buffer_create(struct screen_buffer *screen, unsigned columns, unsigned rows)
{
    *screen = (struct screen_buffer){};
    if (columns == 0 || rows == 0 || columns > SCREEN_COLUMNS_MAX || rows > SCREEN_ROWS_MAX) {
        return false;
    }
    screen->cells = calloc((size_t)columns * rows, sizeof(screen->cells[0]));
    if (screen->cells == nullptr) {
        return false;
    }
    screen->columns = columns;
    screen->rows = rows;
    screen->is_cursor_shown = true;
    screen->pen = (struct screen_cell){ ' ', SCREEN_GREY, SCREEN_BLACK };
    screen_buffer_clear(screen, SCREEN_ALL);
    return true;
}

void screen_buffer_destroy(struct screen_buffer *screen)
{
    free(screen->cells);
    *screen = (struct screen_buffer){};
}

struct screen_cell *screen_buffer_cell(const struct screen_buffer *screen, unsigned column,
                                       unsigned row)
{
    return &screen->cells[(size_t)row * screen->columns + column];
}

static size_t cell_count(const struct screen_buffer *screen)
{
    return (size_t)screen->rows * screen->columns;
}

/* The rows FIRST ... END - 1 change. */
static void mark_rows(struct screen_buffer *screen, unsigned first, unsigned end)
{
    screen->changed_first = first < screen->changed_first ? first : screen->changed_first;
    screen->changed_end = end > screen->changed_end ? end : screen->changed_end;
}

void screen_buffer_forget_changes(struct screen_buffer *screen)
{
    screen->changed_first = screen->rows;
    screen->changed_end = 0;
}

/* Empty the cells FIRST ... END - 1. */
static void fill(struct screen_buffer *screen, size_t first, size_t end)
{
    for (size_t i = first; i < end; i++) {
        screen->cells[i] = screen->pen;
    }
    if (first < end) {
        mark_rows(screen, (unsigned)(first / screen->columns),
                  (unsigned)((end - 1) / screen->columns) + 1);
    }
}

/* Number of the cursor's cell; of the last of its line if it is behind that. */
static size_t cursor_cell(const struct screen_buffer *screen)
{
    unsigned column = screen->column < screen->columns ? screen->column : screen->columns - 1;
    return (size_t)screen->row * screen->columns + column;
}

void screen_buffer_line_feed(struct screen_buffer *screen)
{
    size_t kept = cell_count(screen) - screen->columns;
    if (screen->row + 1 < screen->rows) {
        screen->row++;
        return;
    }
    memmove(screen->cells, screen->cells + screen->columns, kept * sizeof(screen->cells[0]));
    fill(screen, kept, cell_count(screen));
    mark_rows(screen, 0, screen->rows);
}

static bool row_is_empty(const struct screen_buffer *screen, unsigned row)
{
    for (unsigned column = 0; column < screen->columns; column++) {
        if (screen_buffer_cell(screen, column, row)->character != ' ') {
            return false;
        }
    }
    return true;
}

void screen_buffer_resume(struct screen_buffer *screen)
{
    unsigned used = screen->rows;
    while (used > 0 && row_is_empty(screen, used - 1)) {
        used--;
    }
    mark_rows(screen, 0, screen->rows);
    screen_buffer_move_to(screen, 0, used > 0 ? used - 1 : 0);
    if (used > 0) {
        screen_buffer_line_feed(screen);
    }
}

/* A line that is exactly full begins no new one until something follows. */
void screen_buffer_put(struct screen_buffer *screen, uint16_t character)
{
    if (screen->column == screen->columns) {
        screen->column = 0;
        screen_buffer_line_feed(screen);
    }
    struct screen_cell *cell = &screen->cells[cursor_cell(screen)];
    *cell = screen->pen;
    cell->character = character;
    mark_rows(screen, screen->row, screen->row + 1);
    screen->column++;
}

void screen_buffer_return(struct screen_buffer *screen)
{
    screen->column = 0;
}

void screen_buffer_back(struct screen_buffer *screen)
{
    screen_buffer_move_by(screen, -1, 0);
}

void screen_buffer_tab(struct screen_buffer *screen)
{
    unsigned next = screen->column - screen->column % TAB_WIDTH + TAB_WIDTH;
    screen_buffer_move_to(screen, next, screen->row);
}

void screen_buffer_move_to(struct screen_buffer *screen, unsigned column, unsigned row)
{
    screen->column = column < screen->columns ? column : screen->columns - 1;
    screen->row = row < screen->rows ? row : screen->rows - 1;
}

/* START moved by DISTANCE, not below 0; far above stays far above. */
static unsigned moved(unsigned start, int distance)
{
    int64_t place = (int64_t)start + distance;
    return place < 0 ? 0 : place > INT32_MAX ? INT32_MAX : (unsigned)place;
}

void screen_buffer_move_by(struct screen_buffer *screen, int columns, int rows)
{
    unsigned column = screen->column < screen->columns ? screen->column : screen->columns - 1;
    screen_buffer_move_to(screen, moved(column, columns), moved(screen->row, rows));
}

/* Empty PART, seen from the cursor, of the cells FIRST ... END - 1. */
static void clear_range(struct screen_buffer *screen, enum screen_part part, size_t first,
                        size_t end)
{
    size_t cursor = cursor_cell(screen);
    fill(screen, part == SCREEN_AFTER ? cursor : first, part == SCREEN_BEFORE ? cursor + 1 : end);
}

void screen_buffer_clear_line(struct screen_buffer *screen, enum screen_part part)
{
    size_t first = (size_t)screen->row * screen->columns;
    clear_range(screen, part, first, first + screen->columns);
}

void screen_buffer_clear(struct screen_buffer *screen, enum screen_part part)
{
    clear_range(screen, part, 0, cell_count(screen));
}
