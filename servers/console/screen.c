/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Text goes through the interpreter into a buffer; then what differs from what is on the glass is
 * drawn. So a page that scrolls by is drawn once, and the glass is read but once, at the start: the
 * kernel, or a console that ended, has left text there.
 */
#include "screen.h"

#include <stdio.h>
#include <stdlib.h>

#include <mach/mach_vm.h>
#include <mach_r/device.h>

#include "ansi.h"
#include "display.h"

#define USUAL_COLUMNS 80
#define USUAL_ROWS    25

/* A place that is nowhere: the cursor was not drawn. */
#define NOWHERE UINT32_MAX

static struct {
    const struct display *display; /* null: there is no screen */
    struct screen_buffer buffer;
    struct ansi ansi;
    struct screen_cell *shown; /* what is on the glass */
    unsigned shown_cursor;     /* number of the cell where the cursor is drawn */
} screen;

/* Map the memory of DESCRIPTION into this task. Returns: null, with the reason said. */
static void *map_memory(mach_port_t device_master, const struct device_screen *description)
{
    mach_vm_address_t address = 0;
    mach_port_t entry = MACH_PORT_NULL;
    uint64_t lead = description->address & vm_page_mask;
    uint64_t size = mach_vm_round_page(lead + (uint64_t)description->pitch * description->height);
    int caching = description->is_text ? DEVICE_CACHE_UNCACHED : DEVICE_CACHE_WRITE_COMBINING;
    kern_return_t result = device_map_physical(device_master, description->address - lead, size,
                                               VM_PROT_READ | VM_PROT_WRITE, caching, &entry);
    if (result == KERN_SUCCESS) {
        result = mach_vm_map(mach_task_self(), &address, size, 0, VM_FLAGS_ANYWHERE, entry, 0,
                             FALSE, VM_PROT_READ | VM_PROT_WRITE, VM_PROT_READ | VM_PROT_WRITE,
                             VM_INHERIT_NONE);
        (void)mach_port_deallocate(mach_task_self(), entry);
    }
    if (result != KERN_SUCCESS) {
        fprintf(stderr, "console: cannot map the screen: %s\n", mach_error_string(result));
        return nullptr;
    }
    return (void *)(address + lead);
}

static const struct display *open_display(mach_port_t device_master)
{
    struct device_screen description;
    kern_return_t result = device_take_screen(device_master, &description);
    if (result != KERN_SUCCESS || description.address == 0) {
        return nullptr;
    }
    void *memory = map_memory(device_master, &description);
    if (memory == nullptr) {
        return nullptr;
    }
    if (!description.is_text) {
        return display_pixels_init(&description, memory);
    }
    result = device_grant_io_ports(device_master, mach_task_self(), DISPLAY_TEXT_FIRST_PORT,
                                   DISPLAY_TEXT_PORT_COUNT);
    return result == KERN_SUCCESS ? display_text_init(&description, memory) : nullptr;
}

static size_t cell_count(void)
{
    return (size_t)screen.buffer.columns * screen.buffer.rows;
}

static bool is_same(const struct screen_cell *first, const struct screen_cell *second)
{
    return first->character == second->character && first->foreground == second->foreground &&
           first->background == second->background;
}

/* The number of the cell with the cursor; NOWHERE if none is to be drawn. */
static unsigned cursor_cell(void)
{
    const struct screen_buffer *buffer = &screen.buffer;
    unsigned column = buffer->column < buffer->columns ? buffer->column : buffer->columns - 1;
    if (screen.display->move_cursor != nullptr) {
        screen.display->move_cursor(column, buffer->row, buffer->is_cursor_shown);
        return NOWHERE;
    }
    return buffer->is_cursor_shown ? buffer->row * buffer->columns + column : NOWHERE;
}

/* Draw the cells FIRST ... END - 1, as far as they have changed. */
static void refresh_cells(unsigned first, unsigned end, unsigned cursor)
{
    for (unsigned i = first; i < end; i++) {
        const struct screen_cell *cell = &screen.buffer.cells[i];
        bool cursor_changed = (i == cursor) != (i == screen.shown_cursor);
        if (cursor_changed || !is_same(cell, &screen.shown[i])) {
            screen.display->draw(i % screen.buffer.columns, i / screen.buffer.columns, cell,
                                 i == cursor);
            screen.shown[i] = *cell;
        }
    }
}

/* The cursor was drawn at one cell and stands at another: neither need be in a changed row. */
static void refresh(void)
{
    struct screen_buffer *buffer = &screen.buffer;
    unsigned cursor = cursor_cell();
    refresh_cells(buffer->changed_first * buffer->columns, buffer->changed_end * buffer->columns,
                  cursor);
    if (cursor != screen.shown_cursor) {
        if (screen.shown_cursor != NOWHERE) {
            refresh_cells(screen.shown_cursor, screen.shown_cursor + 1, cursor);
        }
        if (cursor != NOWHERE) {
            refresh_cells(cursor, cursor + 1, cursor);
        }
    }
    screen.shown_cursor = cursor;
    screen_buffer_forget_changes(buffer);
}

void screen_init(mach_port_t device_master)
{
    const struct display *display = open_display(device_master);
    if (display == nullptr ||
        !screen_buffer_create(&screen.buffer, display->columns, display->rows)) {
        return;
    }
    screen.shown = calloc(cell_count(), sizeof(screen.shown[0]));
    if (screen.shown == nullptr) {
        screen_buffer_destroy(&screen.buffer);
        return;
    }
    screen.display = display;
    screen.shown_cursor = NOWHERE;
    ansi_init(&screen.ansi, &screen.buffer);
    /* Where the cursor stands says nothing: the kernel writes without moving it. */
    display->adopt(&screen.buffer);
    screen_buffer_resume(&screen.buffer);
    refresh();
}

void screen_write(const char *data, size_t size)
{
    if (screen.display == nullptr) {
        return;
    }
    for (size_t i = 0; i < size; i++) {
        ansi_write(&screen.ansi, data[i]);
    }
    refresh();
}

void screen_get_size(struct terminal_size *size)
{
    if (screen.display == nullptr) {
        *size = (struct terminal_size){ .columns = USUAL_COLUMNS, .rows = USUAL_ROWS };
        return;
    }
    *size = (struct terminal_size){
        .columns = screen.buffer.columns,
        .rows = screen.buffer.rows,
        .width = screen.display->width,
        .height = screen.display->height,
    };
}
