/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whoever made the block is trusted to mean well, not to be free of faults: all offsets are checked
 * before the first is followed, so that a broken starter shows as one clear stop at the entry.
 */
#include "arguments.h"

#include <stddef.h>

/* Does a table of COUNT elements of SIZE bytes lie at OFFSET in a block of LIMIT bytes? */
static bool table_fits(uint32_t offset, uint64_t count, uint64_t size, uint32_t limit)
{
    return offset >= sizeof(struct startup_info) && offset % _Alignof(uint64_t) == 0 &&
           offset <= limit && count <= (limit - offset) / size;
}

static uint64_t *string_table(struct startup_info *block, uint32_t offset)
{
    return (uint64_t *)((char *)block + offset);
}

/* Is the table a row of COUNT offsets of strings, then 0? */
static bool strings_are_valid(struct startup_info *block, uint32_t offset, uint32_t count)
{
    if (!table_fits(offset, (uint64_t)count + 1, sizeof(uint64_t), block->size)) {
        return false;
    }
    const uint64_t *table = string_table(block, offset);
    for (uint32_t i = 0; i < count; i++) {
        if (table[i] < sizeof(*block) || table[i] >= block->size) {
            return false;
        }
    }
    return table[count] == 0;
}

static char **strings_resolve(struct startup_info *block, uint32_t offset, uint32_t count)
{
    uint64_t *table = string_table(block, offset);
    for (uint32_t i = 0; i < count; i++) {
        table[i] += (uint64_t)(uintptr_t)block;
    }
    return (char **)table;
}

bool arguments_resolve(struct startup_info *block, struct arguments *arguments)
{
    if (block->magic != STARTUP_MAGIC || block->version != STARTUP_VERSION ||
        block->size < sizeof(*block) || block->size > STARTUP_SIZE_MAX ||
        ((const char *)block)[block->size - 1] != '\0') {
        return false;
    }
    if (!strings_are_valid(block, block->argv_offset, block->argc) ||
        !strings_are_valid(block, block->envp_offset, block->envc) ||
        (block->port_count != 0 && !table_fits(block->ports_offset, block->port_count,
                                               sizeof(struct startup_port), block->size))) {
        return false;
    }

    arguments->argc = (int)block->argc;
    arguments->argv = strings_resolve(block, block->argv_offset, block->argc);
    arguments->envp = strings_resolve(block, block->envp_offset, block->envc);
    return true;
}

mach_port_name_t arguments_port(const struct startup_info *block, uint32_t kind)
{
    const struct startup_port *ports =
        (const struct startup_port *)((const char *)block + block->ports_offset);
    for (uint32_t i = 0; i < block->port_count; i++) {
        if (ports[i].kind == kind) {
            return ports[i].name;
        }
    }
    return MACH_PORT_NULL;
}
