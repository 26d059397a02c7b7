/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Readers that find nothing wait in a list, in the order they came. The kernel tells when a
 * reader's reply right dies, so that what is typed next is not sent to nobody.
 */
#include "terminal.h"

#include <stdlib.h>
#include <string.h>

#include <mach/notify.h>
#include <mach_r/io_server.h>
#include <mach_r/proc.h>

#include "line_discipline.h"
#include "output.h"
#include "pollers.h"
#include "screen.h"

/* Numbers of requests, for answers and for a message that is not sent by its stub. */
#define PROC_INTERRUPT_ID 908003

/* Reads that may wait at a time. */
#define READERS_MAX 256

struct reader {
    struct reader *next;
    mach_port_t reply;
    size_t amount;
};

static struct {
    mach_port_t set;
    mach_port_t port;
    mach_port_t notify;
    mach_port_t foreground; /* process port; null: none */
    struct line_discipline discipline;
    struct reader *readers;
    unsigned reader_count;
    struct poller *pollers;
    bool is_interrupted; /* for who reads next: nobody was there when the key was typed */
    bool is_held;        /* the port is out of the set, until output has drained */
} terminal;

mach_port_t terminal_port(void)
{
    return terminal.port;
}

size_t terminal_readable(void)
{
    return line_discipline_available(&terminal.discipline);
}

static unsigned ready_now(void)
{
    bool can_read = terminal.is_interrupted || line_discipline_is_readable(&terminal.discipline);
    return (can_read ? IO_POLL_READ : 0) | (output_is_waiting() ? 0 : IO_POLL_WRITE);
}

static void tell_pollers(void)
{
    pollers_tell(&terminal.pollers, ready_now(), terminal_readable());
}

kern_return_t terminal_poll(unsigned events, int flags, mach_port_t reply, unsigned *ready)
{
    *ready = ready_now();
    return pollers_add(&terminal.pollers, reply, events, flags, *ready, terminal.notify);
}

/* While much output waits no requests are received, so that writers wait in turn. */
static void hold_or_release_port(void)
{
    bool hold = output_is_crowded();
    if (hold != terminal.is_held && (hold || !output_is_waiting())) {
        terminal.is_held = hold;
        (void)mach_port_move_member(mach_task_self(), terminal.port,
                                    hold ? MACH_PORT_NULL : terminal.set);
    }
}

/* With a return before each newline, if the modes say so. Returns: bytes at RESULT. */
static size_t expand(const char *data, size_t count, char *result)
{
    bool adds = (terminal.discipline.modes.modes & TERMINAL_ADD_CR) != 0;
    size_t size = 0;
    for (size_t i = 0; i < count; i++) {
        if (data[i] == '\n' && adds) {
            result[size++] = '\r';
        }
        result[size++] = data[i];
    }
    return size;
}

static enum output_result send(const char *data, size_t count, mach_port_t reply)
{
    static char expanded[2 * IO_INLINE_MAX];
    size_t size = expand(data, count, expanded);
    enum output_result result = output_send(expanded, size, reply, (unsigned)count);
    if (result != OUTPUT_NO_MEMORY) {
        screen_write(expanded, size);
    }
    hold_or_release_port();
    return result;
}

kern_return_t terminal_write(const char *data, size_t count, int flags, mach_port_t reply)
{
    if ((flags & IO_NO_WAIT) != 0 && output_is_waiting()) {
        return SERVER_ERROR_WOULD_BLOCK;
    }
    switch (send(data, count, reply)) {
    case OUTPUT_DONE: return KERN_SUCCESS;
    case OUTPUT_QUEUED: return MIG_NO_REPLY;
    default: return SERVER_ERROR_IO;
    }
}

void terminal_continue_output(void)
{
    output_continue();
    hold_or_release_port();
    tell_pollers();
}

/* Echo is small, and if there is no memory for it only the picture suffers. */
static void echo(const char *data, size_t size)
{
    (void)send(data, size, MACH_PORT_NULL);
}

kern_return_t terminal_init(mach_port_t set, mach_port_t notify)
{
    terminal.set = set;
    terminal.notify = notify;
    line_discipline_init(&terminal.discipline, echo);
    kern_return_t result =
        mach_port_allocate(mach_task_self(), MACH_PORT_RIGHT_RECEIVE, &terminal.port);
    if (result == KERN_SUCCESS) {
        result = mach_port_insert_member(mach_task_self(), terminal.port, set);
    }
    return result;
}

/* Have the notify port told when REPLY dies. */
static kern_return_t watch_reader(mach_port_t reply)
{
    mach_port_t previous;
    return mach_port_request_notification(mach_task_self(), reply, MACH_NOTIFY_DEAD_NAME, 1,
                                          terminal.notify, MACH_MSG_TYPE_MAKE_SEND_ONCE, &previous);
}

/* Put a reader at the end of the list. */
static kern_return_t wait_for_input(mach_port_t reply, size_t amount)
{
    struct reader **end = &terminal.readers;
    struct reader *reader = terminal.reader_count < READERS_MAX ? malloc(sizeof(*reader)) : nullptr;
    if (reader == nullptr || watch_reader(reply) != KERN_SUCCESS) {
        free(reader);
        return SERVER_ERROR_IO;
    }
    *reader = (struct reader){ .reply = reply, .amount = amount };
    while (*end != nullptr) {
        end = &(*end)->next;
    }
    *end = reader;
    terminal.reader_count++;
    return MIG_NO_REPLY;
}

kern_return_t terminal_read(char *data, size_t *count, int flags, mach_port_t reply)
{
    if (*count == 0) {
        return KERN_SUCCESS;
    }
    if (terminal.is_interrupted) {
        terminal.is_interrupted = false;
        return SERVER_ERROR_INTERRUPTED;
    }
    if (line_discipline_is_readable(&terminal.discipline)) {
        *count = line_discipline_read(&terminal.discipline, data, *count);
        return KERN_SUCCESS;
    }
    if (line_discipline_never_waits(&terminal.discipline)) {
        *count = 0;
        return KERN_SUCCESS;
    }
    return (flags & IO_NO_WAIT) != 0 ? SERVER_ERROR_WOULD_BLOCK : wait_for_input(reply, *count);
}

static void remove_reader(struct reader **link)
{
    struct reader *reader = *link;
    *link = reader->next;
    free(reader);
    terminal.reader_count--;
}

/* Give input to readers while there are both. What a dead reader does not take the next one gets. */
static void serve_readers(void)
{
    static io_data_t data;
    while (terminal.readers != nullptr && line_discipline_is_readable(&terminal.discipline)) {
        struct reader *reader = terminal.readers;
        size_t count = line_discipline_read(&terminal.discipline, data, reader->amount);
        if (serve_io_read_reply(reader->reply, data, (mach_msg_type_number_t)count) !=
            KERN_SUCCESS) {
            line_discipline_unread(&terminal.discipline, count);
        }
        remove_reader(&terminal.readers);
    }
}

void terminal_reader_died(mach_port_name_t name)
{
    struct reader **link = &terminal.readers;
    while (*link != nullptr && (*link)->reply != name) {
        link = &(*link)->next;
    }
    if (*link != nullptr) {
        (void)mach_port_deallocate(mach_task_self(), name);
        remove_reader(link);
    } else if (pollers_forget(&terminal.pollers, name)) {
        (void)mach_port_deallocate(mach_task_self(), name);
    }
}

/* Nobody is in the foreground: break off the reads, so that the shell begins a new line. */
static void interrupt_readers(void)
{
    terminal.is_interrupted = terminal.readers == nullptr;
    while (terminal.readers != nullptr) {
        (void)serve_io_read_reply_error(terminal.readers->reply, SERVER_ERROR_INTERRUPTED);
        remove_reader(&terminal.readers);
    }
}

/*
 * proc_interrupt, without waiting if the process server's queue is full: it may be writing to this
 * terminal, and would never come to empty it.
 */
static void interrupt_foreground(void)
{
    mach_msg_header_t message = {
        .msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, 0),
        .msgh_size = sizeof(message),
        .msgh_remote_port = terminal.foreground,
        .msgh_id = PROC_INTERRUPT_ID,
    };
    mach_msg_return_t result = mach_msg(&message, MACH_SEND_MSG | MACH_SEND_TIMEOUT,
                                        sizeof(message), 0, MACH_PORT_NULL, 0, MACH_PORT_NULL);
    if (result == MACH_SEND_TIMED_OUT) {
        mach_msg_destroy(&message);
    }
}

static void interrupt(void)
{
    if (terminal.foreground == MACH_PORT_NULL) {
        interrupt_readers();
    } else {
        interrupt_foreground();
    }
}

void terminal_type(const char *data, size_t count)
{
    unsigned happened = 0;
    for (size_t i = 0; i < count; i++) {
        unsigned now = line_discipline_type(&terminal.discipline, data[i]);
        if ((now & LINE_INTERRUPT) != 0) {
            interrupt();
        }
        happened |= now;
    }
    if ((happened & LINE_INPUT) != 0) {
        serve_readers();
    }
    tell_pollers();
}

void terminal_modes_get(struct terminal_modes *modes)
{
    *modes = terminal.discipline.modes;
}

void terminal_modes_set(const struct terminal_modes *modes)
{
    line_discipline_set_modes(&terminal.discipline, modes);
    serve_readers();
    tell_pollers();
}

void terminal_foreground_set(mach_port_t process)
{
    if (MACH_PORT_VALID(terminal.foreground)) {
        (void)mach_port_deallocate(mach_task_self(), terminal.foreground);
    }
    terminal.foreground = MACH_PORT_VALID(process) ? process : MACH_PORT_NULL;
    terminal.is_interrupted &= terminal.foreground == MACH_PORT_NULL;
}

void terminal_input_flush(void)
{
    line_discipline_flush(&terminal.discipline);
}
