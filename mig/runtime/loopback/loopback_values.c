/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Values of loopback.h: what belongs to a tag. No value has the byte with which buffers are filled
 * before they are written.
 */
#include "loopback_internal.h"

#include <string.h>

static uint32_t hash(uint32_t tag, uint32_t index)
{
    uint32_t x = loop.seed * 2654435761u ^ tag * 2246822519u ^ index * 3266489917u;

    x ^= x >> 15;
    x *= 2246822519u;
    x ^= x >> 13;
    return x;
}

static uint8_t byte_of(uint32_t tag, size_t index)
{
    const uint8_t byte = (uint8_t)hash(tag, (uint32_t)index);

    return byte == PATTERN ? 1 : byte;
}

void loop_fill(void *to, size_t size, unsigned int tag)
{
    for (size_t i = 0; i < size; i++) {
        ((uint8_t *)to)[i] = byte_of(tag, i);
    }
}

bool loop_is(const void *bytes, size_t size, unsigned int tag)
{
    for (size_t i = 0; i < size; i++) {
        if (((const uint8_t *)bytes)[i] != byte_of(tag, i)) {
            return false;
        }
    }
    return true;
}

static bool has_pattern(uint32_t x)
{
    for (int i = 0; i < 32; i += 8) {
        if (((x >> i) & 0xff) == PATTERN) {
            return true;
        }
    }
    return false;
}

uint32_t loop_count(unsigned int tag, uint32_t max, uint32_t element_size)
{
    const uint32_t pick = hash(tag, 7) % 8;
    uint32_t count = pick == 0 ? 0 : pick == 1 ? max : hash(tag, 8) % (max + 1);

    while (has_pattern(count) || has_pattern(count * element_size)) {
        count--;
    }
    return count;
}

uint32_t loop_some(unsigned int tag, uint32_t max, uint32_t element_size)
{
    const uint32_t count = loop_count(tag, max, element_size);

    return count == 0 ? 1 : count;
}

int64_t loop_number(unsigned int tag, int64_t low, int64_t high)
{
    const uint64_t span = (uint64_t)high - (uint64_t)low;
    const uint32_t pick = hash(tag, 3) % 4;
    const uint64_t more = pick == 0 ? 0 : pick == 1 ? span : hash(tag, 4) % (span + 1);
    int64_t number = (int64_t)((uint64_t)low + more);
    while (has_pattern((uint32_t)number) || has_pattern((uint32_t)(number >> 32))) {
        number = number > low ? number - 1 : number + 1;
    }
    return number;
}

static size_t string_length(size_t size, unsigned int tag)
{
    if (loop.seed % 5 == 3) {
        return size - 1; /* as long as it can be */
    }
    const uint32_t length = loop_count(tag, (uint32_t)size - 1, 1);

    return has_pattern(length + 1) ? length - 1 : length;
}

void loop_string(char *to, size_t size, unsigned int tag)
{
    const size_t length = string_length(size, tag);

    for (size_t i = 0; i < length; i++) {
        to[i] = (char)('a' + hash(tag, (uint32_t)i) % 26);
    }
    to[length] = '\0';
}

void loop_result_string(char *to, size_t size, unsigned int tag)
{
    loop_string(to, size, tag);
    if (string_length(size, tag) == size - 1) {
        to[size - 1] = 'x'; /* its end is for the stub to put there */
    }
}

bool loop_is_string(const char *s, size_t size, unsigned int tag)
{
    const size_t length = string_length(size, tag);

    for (size_t i = 0; i < length; i++) {
        if (s[i] != (char)('a' + hash(tag, (uint32_t)i) % 26)) {
            return false;
        }
    }
    return s[length] == '\0';
}

/* Text where any bytes would do, but for a promise. */
void loop_letters(void *to, size_t size, unsigned int tag)
{
    for (size_t i = 0; i < size; i++) {
        ((char *)to)[i] = (char)('a' + hash(tag, (uint32_t)i) % 26);
    }
}

bool loop_is_letters(const void *bytes, size_t size, unsigned int tag)
{
    for (size_t i = 0; i < size; i++) {
        if (((const char *)bytes)[i] != (char)('a' + hash(tag, (uint32_t)i) % 26)) {
            return false;
        }
    }
    return true;
}

mach_port_t loop_some_port(unsigned int tag, unsigned int index)
{
    return (hash(tag, index) % 50 + 1) << 8 | 3;
}

/* One name in eight is null. */
mach_port_t loop_port(unsigned int tag, unsigned int index)
{
    return hash(tag, index) % 8 == 0 ? MACH_PORT_NULL : loop_some_port(tag, index);
}

mach_msg_type_name_t loop_disposition(unsigned int tag)
{
    static const mach_msg_type_name_t choices[] = {
        MACH_MSG_TYPE_MOVE_SEND,
        MACH_MSG_TYPE_COPY_SEND,
        MACH_MSG_TYPE_MAKE_SEND,
    };
    return choices[hash(tag, 9) % 3];
}

boolean_t loop_gives(unsigned int tag)
{
    return hash(tag, 10) % 2 == 0;
}

/* By the table of well-formed sequences: first byte, and the bounds of the second. */
bool loop_is_utf8(const uint8_t *s, size_t size)
{
    static const uint8_t table[][4] = {
        { 0x00, 0x7f, 0x00, 0x00 }, { 0xc2, 0xdf, 0x80, 0xbf }, { 0xe0, 0xe0, 0xa0, 0xbf },
        { 0xe1, 0xec, 0x80, 0xbf }, { 0xed, 0xed, 0x80, 0x9f }, { 0xee, 0xef, 0x80, 0xbf },
        { 0xf0, 0xf0, 0x90, 0xbf }, { 0xf1, 0xf3, 0x80, 0xbf }, { 0xf4, 0xf4, 0x80, 0x8f },
    };
    size_t i = 0;
    while (i < size && s[i] != '\0') {
        unsigned int row = 0;
        while (row < 9 && (s[i] < table[row][0] || s[i] > table[row][1])) {
            row++;
        }
        const size_t more = row == 0 ? 0 : row == 1 ? 1 : row < 6 ? 2 : 3;
        if (row == 9 || more >= size - i ||
            (more != 0 && (s[i + 1] < table[row][2] || s[i + 1] > table[row][3]))) {
            return false;
        }
        for (size_t k = 2; k <= more; k++) {
            if ((s[i + k] & 0xc0) != 0x80) {
                return false;
            }
        }
        i += 1 + more;
    }
    return true;
}

/* The rest of the run-time --------------------------------------------------------------------- */

mach_port_t mig_get_reply_port(void)
{
    return LOOP_REPLY_PORT;
}

void mig_put_reply_port(mach_port_t port)
{
    LOOP_CHECK(port == LOOP_REPLY_PORT);
    LOOP_CHECK(!loop_outcome.reply_port_kept);
    loop_outcome.reply_port_kept = true;
}

void mig_dealloc_reply_port(mach_port_t port)
{
    LOOP_CHECK(port == LOOP_REPLY_PORT);
    LOOP_CHECK(!loop_outcome.reply_port_dropped);
    loop_outcome.reply_port_dropped = true;
    ledger_take(LOOP_CLIENT, port, MACH_MSG_TYPE_PORT_RECEIVE);
}

/* The same port: what matters is how a stub treats it. */
mach_port_t mig_get_special_reply_port(void);
void mig_dealloc_special_reply_port(mach_port_t port);

mach_port_t mig_get_special_reply_port(void)
{
    loop_outcome.reply_port_kept = true; /* that needs no call */
    return LOOP_REPLY_PORT;
}

void mig_dealloc_special_reply_port(mach_port_t port)
{
    mig_dealloc_reply_port(port);
}

int mig_strncpy(char *destination, const char *source, int size)
{
    int i = 0;

    while (i < size - 1 && source[i] != '\0') {
        destination[i] = source[i];
        i++;
    }
    destination[i] = '\0';
    return i + 1;
}

int mig_strncpy_zerofill(char *destination, const char *source, int size)
{
    const int used = mig_strncpy(destination, source, size);

    memset(destination + used, 0, (size_t)(size - used));
    return used;
}
