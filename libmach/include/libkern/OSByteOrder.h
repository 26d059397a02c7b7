/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Darwin's names for the order of bytes: swapping, from and to the machine's (little) order, and numbers
 * at any place in memory.
 */
#pragma once

#include <stdint.h>
#include <string.h>

enum {
    OSUnknownByteOrder,
    OSLittleEndian,
    OSBigEndian
};

static inline int32_t OSHostByteOrder(void)
{
    return OSLittleEndian;
}

#define OSSwapInt16(x) ((uint16_t)__builtin_bswap16((uint16_t)(x)))
#define OSSwapInt32(x) ((uint32_t)__builtin_bswap32((uint32_t)(x)))
#define OSSwapInt64(x) ((uint64_t)__builtin_bswap64((uint64_t)(x)))

#define OSSwapConstInt16(x) OSSwapInt16(x)
#define OSSwapConstInt32(x) OSSwapInt32(x)
#define OSSwapConstInt64(x) OSSwapInt64(x)

#define OSSwapHostToBigInt16(x)         OSSwapInt16(x)
#define OSSwapHostToBigInt32(x)         OSSwapInt32(x)
#define OSSwapHostToBigInt64(x)         OSSwapInt64(x)
#define OSSwapBigToHostInt16(x)         OSSwapInt16(x)
#define OSSwapBigToHostInt32(x)         OSSwapInt32(x)
#define OSSwapBigToHostInt64(x)         OSSwapInt64(x)
#define OSSwapHostToBigConstInt16(x)    OSSwapInt16(x)
#define OSSwapHostToBigConstInt32(x)    OSSwapInt32(x)
#define OSSwapHostToBigConstInt64(x)    OSSwapInt64(x)
#define OSSwapBigToHostConstInt16(x)    OSSwapInt16(x)
#define OSSwapBigToHostConstInt32(x)    OSSwapInt32(x)
#define OSSwapBigToHostConstInt64(x)    OSSwapInt64(x)
#define OSSwapHostToLittleInt16(x)      ((uint16_t)(x))
#define OSSwapHostToLittleInt32(x)      ((uint32_t)(x))
#define OSSwapHostToLittleInt64(x)      ((uint64_t)(x))
#define OSSwapLittleToHostInt16(x)      ((uint16_t)(x))
#define OSSwapLittleToHostInt32(x)      ((uint32_t)(x))
#define OSSwapLittleToHostInt64(x)      ((uint64_t)(x))
#define OSSwapHostToLittleConstInt16(x) ((uint16_t)(x))
#define OSSwapHostToLittleConstInt32(x) ((uint32_t)(x))
#define OSSwapHostToLittleConstInt64(x) ((uint64_t)(x))
#define OSSwapLittleToHostConstInt16(x) ((uint16_t)(x))
#define OSSwapLittleToHostConstInt32(x) ((uint32_t)(x))
#define OSSwapLittleToHostConstInt64(x) ((uint64_t)(x))

/* Numbers of one width at an offset from BASE, in the machine's order and in the other. */
#define ORDERED_ACCESS(bits)                                                                     \
    static inline uint##bits##_t OSReadLittleInt##bits(const volatile void *base,                \
                                                       uintptr_t offset)                         \
    {                                                                                            \
        uint##bits##_t value;                                                                    \
        memcpy(&value, (const char *)base + offset, sizeof(value));                              \
        return value;                                                                            \
    }                                                                                            \
    static inline uint##bits##_t OSReadBigInt##bits(const volatile void *base, uintptr_t offset) \
    {                                                                                            \
        return OSSwapInt##bits(OSReadLittleInt##bits(base, offset));                             \
    }                                                                                            \
    static inline void OSWriteLittleInt##bits(volatile void *base, uintptr_t offset,             \
                                              uint##bits##_t value)                              \
    {                                                                                            \
        memcpy((char *)base + offset, &value, sizeof(value));                                    \
    }                                                                                            \
    static inline void OSWriteBigInt##bits(volatile void *base, uintptr_t offset,                \
                                           uint##bits##_t value)                                 \
    {                                                                                            \
        OSWriteLittleInt##bits(base, offset, OSSwapInt##bits(value));                            \
    }

ORDERED_ACCESS(16)
ORDERED_ACCESS(32)
ORDERED_ACCESS(64)

#undef ORDERED_ACCESS

#define OSReadSwapInt16  OSReadBigInt16
#define OSReadSwapInt32  OSReadBigInt32
#define OSReadSwapInt64  OSReadBigInt64
#define OSWriteSwapInt16 OSWriteBigInt16
#define OSWriteSwapInt32 OSWriteBigInt32
#define OSWriteSwapInt64 OSWriteBigInt64
