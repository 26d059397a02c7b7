/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Nothing in the block is trusted. Its last byte must be zero: then every string that begins in it
 * also ends in it.
 */
#include "startup_copy.h"

#include <string.h>

/* Blocks are aligned to this, and end less than this below the top. */
#define BLOCK_ALIGNMENT 16

/* The block that begins LENGTH bytes below the end of MEMORY, or null. */
static const struct startup_info *block_at(const char *memory, size_t size, size_t length)
{
    const struct startup_info *info = (const void *)(memory + size - length);
    bool is_block = info->magic == STARTUP_MAGIC && info->version == STARTUP_VERSION &&
                    info->size >= sizeof(*info) && info->size <= length &&
                    length - info->size < BLOCK_ALIGNMENT;
    return is_block && ((const char *)info)[info->size - 1] == '\0' ? info : nullptr;
}

static const struct startup_info *find_block(const char *memory, size_t size, size_t *length)
{
    for (*length = BLOCK_ALIGNMENT; *length <= size; *length += BLOCK_ALIGNMENT) {
        const struct startup_info *info = nullptr;
        if (*length >= sizeof(*info)) {
            info = block_at(memory, size, *length);
        }
        if (info != nullptr) {
            return info;
        }
    }
    return nullptr;
}

/* The arguments follow each other; the first is named by its offset, or by its address in the task
 * (where the block is at BASE). */
static void find_arguments(const struct startup_info *info, uint64_t base,
                           struct startup_copy *copy)
{
    uint64_t first;
    const char *bytes = (const char *)info;
    if (info->argc == 0 || info->argv_offset > info->size - sizeof(first)) {
        return;
    }
    memcpy(&first, bytes + info->argv_offset, sizeof(first));
    first = first >= base ? first - base : first;
    uint64_t end = first;
    for (uint32_t i = 0; i < info->argc && end < info->size; i++) {
        end += strlen(bytes + end) + 1;
    }
    if (end > first) {
        copy->arguments = bytes + first;
        copy->arguments_size = end - first;
    }
}

static void find_error_output(const struct startup_info *info, struct startup_copy *copy)
{
    struct startup_port port;
    for (uint64_t i = 0; i < info->port_count; i++) {
        uint64_t offset = info->ports_offset + i * sizeof(port);
        if (offset > info->size - sizeof(port)) {
            return;
        }
        memcpy(&port, (const char *)info + offset, sizeof(port));
        if (port.kind == STARTUP_PORT_STDERR) {
            copy->error_output = port.name;
        }
    }
}

bool startup_copy_parse(const void *memory, size_t size, uint64_t top, struct startup_copy *copy)
{
    size_t length;
    *copy = (struct startup_copy){ .path = "" };
    const struct startup_info *info = find_block(memory, size, &length);
    if (info == nullptr) {
        return false;
    }
    copy->pid = info->pid;
    copy->ppid = info->ppid;
    if (info->path_offset != 0 && info->path_offset < info->size) {
        copy->path = (const char *)info + info->path_offset;
    }
    find_arguments(info, top - length, copy);
    find_error_output(info, copy);
    return true;
}
