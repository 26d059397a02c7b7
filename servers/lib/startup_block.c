/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The block's parts follow each other in the order that mach/startup.h draws.
 */
#include "startup_block.h"

#include <string.h>

/* Where the parts of a block begin. */
struct layout {
    uint32_t argc;
    uint32_t envc;
    size_t ports;
    size_t argv;
    size_t envp;
    size_t arguments;
    size_t environment;
    size_t path;
    size_t cwd;
    size_t size;
};

/* Number of zero-terminated strings in the SIZE bytes at STRINGS; false if the last one does not
 * end. */
static bool count_strings(const char *strings, size_t size, uint32_t *count)
{
    *count = 0;
    if (size != 0 && strings[size - 1] != '\0') {
        return false;
    }
    for (size_t i = 0; i < size; i++) {
        *count += strings[i] == '\0';
    }
    return true;
}

static size_t string_size(const char *string)
{
    return string == nullptr ? 0 : strlen(string) + 1;
}

static bool plan(const struct startup_block *block, struct layout *layout)
{
    if (!count_strings(block->arguments, block->arguments_size, &layout->argc) ||
        !count_strings(block->environment, block->environment_size, &layout->envc)) {
        return false;
    }
    layout->ports = sizeof(struct startup_info);
    layout->argv = layout->ports + block->port_count * sizeof(struct startup_port);
    layout->envp = layout->argv + (layout->argc + 1) * sizeof(uint64_t);
    layout->arguments = layout->envp + (layout->envc + 1) * sizeof(uint64_t);
    layout->environment = layout->arguments + block->arguments_size;
    layout->path = layout->environment + block->environment_size;
    layout->cwd = layout->path + string_size(block->path);
    layout->size = (layout->cwd + string_size(block->cwd) + 15) & ~(size_t)15;
    return layout->size <= STARTUP_SIZE_MAX;
}

size_t startup_block_size(const struct startup_block *block)
{
    struct layout layout;
    return plan(block, &layout) ? layout.size : 0;
}

/* Copy the SIZE bytes of strings to OFFSET of MEMORY and their offsets to VECTOR. */
static void write_strings(char *memory, size_t offset, size_t vector, const char *strings,
                          size_t size)
{
    uint64_t *slot = (uint64_t *)(memory + vector);
    bool is_start = true;
    for (size_t i = 0; i < size; i++) {
        if (is_start) {
            *slot++ = offset + i;
        }
        is_start = strings[i] == '\0';
        memory[offset + i] = strings[i];
    }
    *slot = 0;
}

/* Copy STRING, if there is one, to OFFSET.  Returns: the offset for the header. */
static uint32_t write_string(char *memory, size_t offset, const char *string)
{
    if (string == nullptr) {
        return 0;
    }
    memcpy(memory + offset, string, string_size(string));
    return (uint32_t)offset;
}

void startup_block_write(const struct startup_block *block, void *memory)
{
    struct layout layout;
    if (!plan(block, &layout)) {
        return;
    }
    memset(memory, 0, layout.size);
    struct startup_info *info = memory;
    *info = (struct startup_info){
        .magic = STARTUP_MAGIC,
        .version = STARTUP_VERSION,
        .size = (uint32_t)layout.size,
        .port_count = block->port_count,
        .ports_offset = (uint32_t)layout.ports,
        .pid = block->pid,
        .ppid = block->ppid,
        .argc = layout.argc,
        .envc = layout.envc,
        .argv_offset = (uint32_t)layout.argv,
        .envp_offset = (uint32_t)layout.envp,
        .phdr_count = block->phdr_count,
        .phdr_address = block->phdr_address,
        .stack_address = block->stack_address,
        .stack_size = block->stack_size,
        .initrd_size = block->initrd_size,
    };
    memcpy((char *)memory + layout.ports, block->ports,
           block->port_count * sizeof(struct startup_port));
    write_strings(memory, layout.arguments, layout.argv, block->arguments, block->arguments_size);
    write_strings(memory, layout.environment, layout.envp, block->environment,
                  block->environment_size);
    info->path_offset = write_string(memory, layout.path, block->path);
    info->cwd_offset = write_string(memory, layout.cwd, block->cwd);
}
