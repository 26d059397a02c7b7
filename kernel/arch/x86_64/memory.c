/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The memory functions of <lib/string.h> with this machine's string instructions: one step per
 * word, and correct for any alignment.
 */
#include <lib/string.h>

#include <stdint.h>

#include <machine/instr.h>

#define WORD sizeof(uint64_t)

/* A word anywhere in memory, of any type. */
typedef struct {
    uint64_t value;
} __attribute__((packed, may_alias)) any_word;

void *memcpy(void *restrict to, const void *restrict from, size_t size)
{
    size_t head = size & ~(WORD - 1);
    rep_movsq(to, from, size / WORD);
    if (head != size) {
        rep_movsb((char *)to + head, (const char *)from + head, size - head);
    }
    return to;
}

/* When TO begins inside FROM, an upward copy would overwrite what it has not read yet. */
void *memmove(void *to, const void *from, size_t size)
{
    if ((uintptr_t)to - (uintptr_t)from >= size) {
        return memcpy(to, from, size);
    }
    unsigned char *target = to;
    const unsigned char *source = from;
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

void *memset(void *to, int value, size_t size)
{
    unsigned char *target = to;
    uint64_t pattern = (unsigned char)value * UINT64_C(0x0101010101010101);
    rep_stosq(target, pattern, size / WORD);
    for (size_t i = size & ~(WORD - 1); i < size; i++) {
        target[i] = (unsigned char)value;
    }
    return to;
}

int memcmp(const void *a, const void *b, size_t size)
{
    const unsigned char *left = a;
    const unsigned char *right = b;
    while (size >= WORD && ((const any_word *)left)->value == ((const any_word *)right)->value) {
        left += WORD;
        right += WORD;
        size -= WORD;
    }
    for (size_t i = 0; i < size; i++) {
        if (left[i] != right[i]) {
            return left[i] - right[i];
        }
    }
    return 0;
}
