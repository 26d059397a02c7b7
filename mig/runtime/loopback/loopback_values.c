/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Values and the ledger of loopback.h: what belongs to a tag, and which rights and blocks of memory
 * exist. No value has the byte with which buffers are filled before they are written.
 */
#include "loopback_internal.h"

#include <stdlib.h>
#include <string.h>

long loop_rights;
long loop_memories;
static struct {
    void *block;
    size_t size;
} lent[64];
static unsigned int lent_count;

/* Values --------------------------------------------------------------------------------------- */

static uint32_t
hash(uint32_t tag, uint32_t index)
{
    uint32_t x = loop.seed * 2654435761u ^ tag * 2246822519u ^ index * 3266489917u;

    x ^= x >> 15;
    x *= 2246822519u;
    x ^= x >> 13;
    return x;
}

static uint8_t
byte_of(uint32_t tag, size_t index)
{
    const uint8_t byte = (uint8_t)hash(tag, (uint32_t)index);

    return byte == PATTERN ? 1 : byte;
}

void
loop_fill(void *to, size_t size, unsigned int tag)
{
    for (size_t i = 0; i < size; i++) {
        ((uint8_t *)to)[i] = byte_of(tag, i);
    }
}

bool
loop_is(const void *bytes, size_t size, unsigned int tag)
{
    for (size_t i = 0; i < size; i++) {
        if (((const uint8_t *)bytes)[i] != byte_of(tag, i)) {
            return false;
        }
    }
    return true;
}

static bool
has_pattern(uint32_t x)
{
    for (int i = 0; i < 32; i += 8) {
        if (((x >> i) & 0xff) == PATTERN) {
            return true;
        }
    }
    return false;
}

uint32_t
loop_count(unsigned int tag, uint32_t max, uint32_t element_size)
{
    const uint32_t pick = hash(tag, 7) % 8;
    uint32_t count = pick == 0 ? 0 : pick == 1 ? max : hash(tag, 8) % (max + 1);

    while (has_pattern(count) || has_pattern(count * element_size)) {
        count--;
    }
    return count;
}

static size_t
string_length(size_t size, unsigned int tag)
{
    const uint32_t length = loop_count(tag, (uint32_t)size - 1, 1);

    return has_pattern(length + 1) ? length - 1 : length;
}

void
loop_string(char *to, size_t size, unsigned int tag)
{
    const size_t length = string_length(size, tag);

    for (size_t i = 0; i < length; i++) {
        to[i] = (char)('a' + hash(tag, (uint32_t)i) % 26);
    }
    to[length] = '\0';
}

bool
loop_is_string(const char *s, size_t size, unsigned int tag)
{
    const size_t length = string_length(size, tag);

    for (size_t i = 0; i < length; i++) {
        if (s[i] != (char)('a' + hash(tag, (uint32_t)i) % 26)) {
            return false;
        }
    }
    return s[length] == '\0';
}

/* One name in eight is null. */
mach_port_t
loop_port(unsigned int tag, unsigned int index)
{
    const uint32_t x = hash(tag, index);

    return x % 8 == 0 ? MACH_PORT_NULL : (x % 50 + 1) << 8 | 3;
}

mach_msg_type_name_t
loop_disposition(unsigned int tag)
{
    static const mach_msg_type_name_t choices[] = {
        MACH_MSG_TYPE_MOVE_SEND, MACH_MSG_TYPE_COPY_SEND, MACH_MSG_TYPE_MAKE_SEND,
    };
    return choices[hash(tag, 9) % 3];
}

/* Ledger --------------------------------------------------------------------------------------- */

void *
loop_memory(size_t size)
{
    if (size == 0) {
        return NULL;
    }
    loop_memories++;
    void *memory = malloc(size);
    memset(memory, PATTERN, size);
    return memory;
}

void
loop_free(void *memory, size_t size)
{
    if (size != 0) {
        loop_memories--;
        free(memory);
    }
}

void *
loop_lent(size_t size)
{
    void *memory = loop_memory(size);

    lent[lent_count].block = memory;
    lent[lent_count++].size = size;
    return memory;
}

void
loop_release(mach_port_t name)
{
    if (name != MACH_PORT_NULL) {
        loop_rights--;
    }
}

void
loop_release_all(const mach_port_t *names, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        loop_release(names[i]);
    }
}

void
mig_deallocate(vm_address_t address, vm_size_t size)
{
    loop_free((void *)address, size);
}

void
loop_free_lent(void)
{
    while (lent_count > 0) {
        lent_count--;
        loop_free(lent[lent_count].block, lent[lent_count].size);
    }
}
