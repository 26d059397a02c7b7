/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * getentropy(), from which arc4random() gets its seed: the processor's generator of random numbers. A
 * processor without one gives the low bits of its clock, stirred, which differ from call to call
 * and can be guessed: good enough for tests and games, not for keys.
 */
#include <CommonCrypto/CommonRandom.h>
#include <cpuid.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <mach/mach_time.h>

#include "errors.h"

#define SIZE_MAX_ASKED 256
#define TRIES          16

static bool has_generator(void)
{
    unsigned eax, ebx, ecx = 0, edx;
    return __get_cpuid(1, &eax, &ebx, &ecx, &edx) != 0 && (ecx & bit_RDRND) != 0;
}

static bool generated(uint64_t *number)
{
    bool is_there = false;
    for (int i = 0; i < TRIES && !is_there; i++) {
        __asm__ volatile("rdrand %0" : "=r"(*number), "=@ccc"(is_there));
    }
    return is_there;
}

/* Rounds of a mixing function over clock readings. */
static uint64_t stirred(void)
{
    static uint64_t state;
    uint64_t mix = __atomic_add_fetch(&state, UINT64_C(0x9e3779b97f4a7c15), __ATOMIC_RELAXED);
    for (int i = 0; i < TRIES; i++) {
        mix = (mix ^ __builtin_ia32_rdtsc()) * UINT64_C(0xbf58476d1ce4e5b9);
        mix ^= mix >> 29;
    }
    return mix;
}

int getentropy(void *buffer, size_t size)
{
    char *next = buffer;
    bool is_real = has_generator();
    if (size > SIZE_MAX_ASKED) {
        return fail_errno(EIO);
    }
    while (size > 0) {
        uint64_t number;
        if (!is_real || !generated(&number)) {
            number = stirred();
        }
        size_t part = size < sizeof(number) ? size : sizeof(number);
        memcpy(next, &number, part);
        next += part;
        size -= part;
    }
    return 0;
}

CCRNGStatus CCRandomGenerateBytes(void *bytes, size_t count)
{
    if (bytes == NULL && count != 0) {
        return kCCParamError;
    }
    arc4random_buf(bytes, count);
    return kCCSuccess;
}
