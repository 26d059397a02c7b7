/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * /proc: the routines of io.defs, where they and their errors are described.
 */
#include <string.h>

#include <mach_r/io_server.h>

#include "node.h"

#define SERVER_NUMBER 2 /* of this file system, among all servers */
#define BLOCK_SIZE    4096

/* Find the file behind OBJECT. */
static kern_return_t find_file(mach_port_t object, struct node **node)
{
    *node = node_by_port(object);
    if (*node == nullptr) {
        return SERVER_ERROR_NOT_SUPPORTED;
    }
    return place_is_directory((*node)->place) ? SERVER_ERROR_IS_DIRECTORY : KERN_SUCCESS;
}

static uint64_t bytes_behind(const struct node *node, uint64_t offset)
{
    return offset < node->size ? node->size - offset : 0;
}

kern_return_t serve_io_read(mach_port_t object, mach_port_t reply, uint64_t offset, unsigned amount,
                            int flags, io_data_t data, mach_msg_type_number_t *data_count)
{
    (void)reply;
    (void)flags;
    struct node *node;
    kern_return_t result = find_file(object, &node);
    if (result != KERN_SUCCESS) {
        return result;
    }
    uint64_t size = bytes_behind(node, offset);
    size = size < amount ? size : amount;
    size = size < IO_INLINE_MAX ? size : IO_INLINE_MAX;
    if (size != 0) {
        memcpy(data, node->text + offset, size);
    }
    *data_count = (mach_msg_type_number_t)size;
    return KERN_SUCCESS;
}

kern_return_t serve_io_write(mach_port_t object, mach_port_t reply, uint64_t offset, int flags,
                             const io_data_t data, mach_msg_type_number_t data_count,
                             unsigned *written)
{
    (void)reply;
    (void)offset;
    (void)flags;
    (void)data;
    (void)data_count;
    (void)written;
    struct node *node;
    kern_return_t result = find_file(object, &node);
    return result == KERN_SUCCESS ? SERVER_ERROR_READ_ONLY : result;
}

kern_return_t serve_io_stat(mach_port_t object, io_stat_t *stat)
{
    struct node *node = node_by_port(object);
    if (node == nullptr) {
        return SERVER_ERROR_NOT_SUPPORTED;
    }
    bool is_directory = place_is_directory(node->place);
    *stat = (io_stat_t){
        .server = SERVER_NUMBER,
        .node = place_number(node->place),
        .size = node->size,
        .type = is_directory ? IO_TYPE_DIRECTORY : IO_TYPE_FILE,
        .mode = is_directory ? 0555 : 0444,
        .links = 1,
        .block_size = BLOCK_SIZE,
    };
    return KERN_SUCCESS;
}

kern_return_t serve_io_readable(mach_port_t object, uint64_t offset, uint64_t *amount)
{
    struct node *node;
    kern_return_t result = find_file(object, &node);
    if (result == KERN_SUCCESS) {
        *amount = bytes_behind(node, offset);
    }
    return result;
}

kern_return_t serve_io_poll(mach_port_t object, mach_port_t reply, uint64_t offset, unsigned events,
                            int flags, unsigned *ready, uint64_t *amount)
{
    struct node *node;
    (void)reply;
    (void)events;
    (void)flags;
    kern_return_t result = find_file(object, &node);
    if (result == SERVER_ERROR_NOT_SUPPORTED) {
        return result;
    }
    *ready = IO_POLL_READ | IO_POLL_WRITE;
    *amount = result == KERN_SUCCESS ? bytes_behind(node, offset) : 0;
    return KERN_SUCCESS;
}
