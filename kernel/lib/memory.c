/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The standard memory and string functions of the kernel.  They move eight bytes a step, four steps
 * a turn: a `rep` instruction counts every iteration (and takes long to start on real processors),
 * byte loops cost eight times as much.  Unaligned words are as good as aligned ones on this
 * machine, so only the tail is done in smaller pieces.
 */
#include <lib/string.h>

#include <stdint.h>

/* A word anywhere in memory, of any type. */
typedef struct {
    uint64_t value;
} __attribute__((packed, may_alias)) any_word;

#define WORD sizeof(uint64_t)

void *
memcpy(void *restrict to, const void *restrict from, size_t size)
{
    unsigned char *target = to;
    const unsigned char *source = from;
    while (size >= 4 * WORD) {
        any_word a = ((const any_word *)source)[0];
        any_word b = ((const any_word *)source)[1];
        any_word c = ((const any_word *)source)[2];
        any_word d = ((const any_word *)source)[3];
        ((any_word *)target)[0] = a;
        ((any_word *)target)[1] = b;
        ((any_word *)target)[2] = c;
        ((any_word *)target)[3] = d;
        source += 4 * WORD;
        target += 4 * WORD;
        size -= 4 * WORD;
    }
    while (size >= WORD) {
        *(any_word *)target = *(const any_word *)source;
        source += WORD;
        target += WORD;
        size -= WORD;
    }
    while (size > 0) {
        *target++ = *source++;
        size--;
    }
    return to;
}

void *
memmove(void *to, const void *from, size_t size)
{
    unsigned char *target = to;
    const unsigned char *source = from;
    if ((uintptr_t)target - (uintptr_t)source >= size) {
        /*
         * TARGET does not begin inside SOURCE: copying upwards never overwrites what is still to be
         * read, because each step of memcpy() reads before it writes.
         */
        return memcpy(to, from, size);
    }
    while (size >= WORD) {
        size -= WORD;
        *(any_word *)(target + size) = *(const any_word *)(source + size);
    }
    while (size > 0) {
        size--;
        target[size] = source[size];
    }
    return to;
}

void *
memset(void *to, int value, size_t size)
{
    unsigned char *target = to;
    uint64_t pattern = (unsigned char)value * UINT64_C(0x0101010101010101);
    while (size >= 4 * WORD) {
        ((any_word *)target)[0].value = pattern;
        ((any_word *)target)[1].value = pattern;
        ((any_word *)target)[2].value = pattern;
        ((any_word *)target)[3].value = pattern;
        target += 4 * WORD;
        size -= 4 * WORD;
    }
    while (size >= WORD) {
        ((any_word *)target)->value = pattern;
        target += WORD;
        size -= WORD;
    }
    while (size > 0) {
        *target++ = (unsigned char)pattern;
        size--;
    }
    return to;
}

int
memcmp(const void *a, const void *b, size_t size)
{
    const unsigned char *left = a;
    const unsigned char *right = b;
    while (size >= WORD
           && ((const any_word *)left)->value == ((const any_word *)right)->value) {
        left += WORD;
        right += WORD;
        size -= WORD;
    }
    while (size > 0) {
        if (*left != *right) {
            return *left - *right;
        }
        left++;
        right++;
        size--;
    }
    return 0;
}

size_t
strlen(const char *string)
{
    const char *end = string;
    while (*end != '\0') {
        end++;
    }
    return (size_t)(end - string);
}

size_t
strnlen(const char *string, size_t max)
{
    size_t length = 0;
    while (length < max && string[length] != '\0') {
        length++;
    }
    return length;
}

int
strcmp(const char *a, const char *b)
{
    return strncmp(a, b, SIZE_MAX);
}

int
strncmp(const char *a, const char *b, size_t max)
{
    for (size_t i = 0; i < max; i++) {
        if (a[i] != b[i] || a[i] == '\0') {
            return (unsigned char)a[i] - (unsigned char)b[i];
        }
    }
    return 0;
}

char *
strchr(const char *string, int character)
{
    while (*string != (char)character) {
        if (*string == '\0') {
            return nullptr;
        }
        string++;
    }
    return (char *)string;
}
