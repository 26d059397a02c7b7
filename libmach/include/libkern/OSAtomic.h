/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Darwin's old atomic operations, over the compiler's. On x86 each is a full barrier, so the forms with
 * Barrier in their name are the same. Values come back as they are afterwards, except where Orig says
 * before.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <mach/abi.h>

#define OS_SPINLOCK_INIT 0
typedef int32_t OSSpinLock;

/* A list of which each element holds the address of the next at an offset that the caller names. */
typedef struct {
    void *opaque1;
    long opaque2;
} OSQueueHead;
#define OS_ATOMIC_QUEUE_INIT { NULL, 0 }

static inline void OSMemoryBarrier(void)
{
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
}

/* result NAME(amount, value): NAME and NAMEBarrier by the compiler's OPERATION. */
#define MACH_OS_ATOMIC(result, name, type, amount_type, operation)               \
    static inline result name(amount_type amount, volatile type *value)          \
    {                                                                            \
        return (result)operation((type *)value, (type)amount, __ATOMIC_SEQ_CST); \
    }                                                                            \
    static inline result name##Barrier(amount_type amount, volatile type *value) \
    {                                                                            \
        return (result)operation((type *)value, (type)amount, __ATOMIC_SEQ_CST); \
    }

MACH_OS_ATOMIC(int32_t, OSAtomicAdd32, int32_t, int32_t, __atomic_add_fetch)
MACH_OS_ATOMIC(int64_t, OSAtomicAdd64, int64_t, int64_t, __atomic_add_fetch)
MACH_OS_ATOMIC(int32_t, OSAtomicOr32, uint32_t, uint32_t, __atomic_or_fetch)
MACH_OS_ATOMIC(int32_t, OSAtomicAnd32, uint32_t, uint32_t, __atomic_and_fetch)
MACH_OS_ATOMIC(int32_t, OSAtomicXor32, uint32_t, uint32_t, __atomic_xor_fetch)
MACH_OS_ATOMIC(int32_t, OSAtomicOr32Orig, uint32_t, uint32_t, __atomic_fetch_or)
MACH_OS_ATOMIC(int32_t, OSAtomicAnd32Orig, uint32_t, uint32_t, __atomic_fetch_and)
MACH_OS_ATOMIC(int32_t, OSAtomicXor32Orig, uint32_t, uint32_t, __atomic_fetch_xor)
#undef MACH_OS_ATOMIC

/* NAME(value): NAME and NAMEBarrier, by adding AMOUNT. */
#define MACH_OS_STEP(type, name, amount)                                            \
    static inline type name(volatile type *value)                                   \
    {                                                                               \
        return __atomic_add_fetch((type *)value, (type)(amount), __ATOMIC_SEQ_CST); \
    }                                                                               \
    static inline type name##Barrier(volatile type *value)                          \
    {                                                                               \
        return name(value);                                                         \
    }

MACH_OS_STEP(int32_t, OSAtomicIncrement32, 1)
MACH_OS_STEP(int32_t, OSAtomicDecrement32, -1)
MACH_OS_STEP(int64_t, OSAtomicIncrement64, 1)
MACH_OS_STEP(int64_t, OSAtomicDecrement64, -1)
#undef MACH_OS_STEP

/* NAME(old, new, value): set *VALUE to NEW if it is OLD; was it? */
#define MACH_OS_SWAP(name, type)                                                           \
    static inline bool name(type old_value, type new_value, type volatile *value)          \
    {                                                                                      \
        return __atomic_compare_exchange_n((type *)value, &old_value, new_value, false,    \
                                           __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);            \
    }                                                                                      \
    static inline bool name##Barrier(type old_value, type new_value, type volatile *value) \
    {                                                                                      \
        return name(old_value, new_value, value);                                          \
    }

MACH_OS_SWAP(OSAtomicCompareAndSwap32, int32_t)
MACH_OS_SWAP(OSAtomicCompareAndSwap64, int64_t)
MACH_OS_SWAP(OSAtomicCompareAndSwapInt, int)
MACH_OS_SWAP(OSAtomicCompareAndSwapLong, long)
typedef void *mach_os_pointer_t;
MACH_OS_SWAP(OSAtomicCompareAndSwapPtr, mach_os_pointer_t)
#undef MACH_OS_SWAP

/* Bit NUMBER of the bytes at ADDRESS, counted from the highest of each byte; what it was before. */
static inline bool OSAtomicTestAndSet(uint32_t number, volatile void *address)
{
    uint8_t bit = (uint8_t)(0x80u >> (number & 7));
    return (__atomic_fetch_or((uint8_t *)address + (number >> 3), bit, __ATOMIC_SEQ_CST) & bit) !=
           0;
}

static inline bool OSAtomicTestAndSetBarrier(uint32_t number, volatile void *address)
{
    return OSAtomicTestAndSet(number, address);
}

static inline bool OSAtomicTestAndClear(uint32_t number, volatile void *address)
{
    uint8_t bit = (uint8_t)(0x80u >> (number & 7));
    return (__atomic_fetch_and((uint8_t *)address + (number >> 3), (uint8_t)~bit,
                               __ATOMIC_SEQ_CST) &
            bit) != 0;
}

static inline bool OSAtomicTestAndClearBarrier(uint32_t number, volatile void *address)
{
    return OSAtomicTestAndClear(number, address);
}

MACH_BEGIN_DECLS

/* A lock for a few instructions; who waits lets others run. */
bool OSSpinLockTry(volatile OSSpinLock *lock);
void OSSpinLockLock(volatile OSSpinLock *lock);
void OSSpinLockUnlock(volatile OSSpinLock *lock);

/* Put ELEMENT in front; take the first, or null. OFFSET is that of the link in an element. */
void OSAtomicEnqueue(OSQueueHead *list, void *element, size_t offset);
void *OSAtomicDequeue(OSQueueHead *list, size_t offset);

MACH_END_DECLS
