/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A list of writes, each with a copy of the bytes that are left of it.
 */
#include "output.h"

#include <stdlib.h>
#include <string.h>

#include <mach_r/io_server.h>

#include "uart.h"

#define CROWD 16

struct write {
    struct write *next;
    mach_port_t reply; /* null: nobody waits */
    unsigned written;  /* what to answer */
    size_t size;
    size_t done;
    char data[];
};

static struct {
    struct write *first;
    struct write **end;
    size_t count;
    bool has_device;
} queue = { .end = &queue.first };

void output_has_device(void)
{
    queue.has_device = true;
}

bool output_is_waiting(void)
{
    return queue.first != nullptr;
}

bool output_is_crowded(void)
{
    return queue.count >= CROWD;
}

static bool enqueue(const char *data, size_t size, mach_port_t reply, unsigned written)
{
    struct write *write = malloc(sizeof(*write) + size);
    if (write == nullptr) {
        return false;
    }
    *write = (struct write){ .reply = reply, .written = written, .size = size };
    memcpy(write->data, data, size);
    *queue.end = write;
    queue.end = &write->next;
    queue.count++;
    return true;
}

static void finish_first(void)
{
    struct write *write = queue.first;
    queue.first = write->next;
    queue.count--;
    if (queue.first == nullptr) {
        queue.end = &queue.first;
    }
    if (write->reply != MACH_PORT_NULL) {
        /* The writer may have died meanwhile. */
        (void)serve_io_write_reply(write->reply, write->written);
    }
    free(write);
}

void output_continue(void)
{
    while (queue.first != nullptr) {
        struct write *write = queue.first;
        write->done += uart_write(write->data + write->done, write->size - write->done);
        if (write->done < write->size) {
            break;
        }
        finish_first();
    }
    if (queue.has_device) {
        uart_watch_room(queue.first != nullptr);
    }
}

enum output_result output_send(const char *data, size_t size, mach_port_t reply, unsigned written)
{
    if (!queue.has_device) {
        return OUTPUT_DONE;
    }
    size_t done = queue.first == nullptr ? uart_write(data, size) : 0;
    if (done == size) {
        return OUTPUT_DONE;
    }
    if (!enqueue(data + done, size - done, reply, written)) {
        return OUTPUT_NO_MEMORY;
    }
    uart_watch_room(true);
    return OUTPUT_QUEUED;
}
