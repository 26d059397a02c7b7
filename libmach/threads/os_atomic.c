/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The parts of <libkern/OSAtomic.h> that are no single instruction. The list's second word is a lock:
 * taking an element has to read its link, and the element must not go and come back meanwhile.
 */
#include <libkern/OSAtomic.h>

#include <mach/mach_traps.h>

#define SPIN_COUNT 64

bool OSSpinLockTry(volatile OSSpinLock *lock)
{
    return __atomic_exchange_n(lock, 1, __ATOMIC_ACQUIRE) == 0;
}

void OSSpinLockLock(volatile OSSpinLock *lock)
{
    for (unsigned tries = 1; !OSSpinLockTry(lock); tries++) {
        if (tries % SPIN_COUNT == 0) {
            (void)swtch_pri(0);
        }
        __builtin_ia32_pause();
    }
}

void OSSpinLockUnlock(volatile OSSpinLock *lock)
{
    __atomic_store_n(lock, 0, __ATOMIC_RELEASE);
}

static volatile OSSpinLock *lock_of(OSQueueHead *list)
{
    return (volatile OSSpinLock *)&list->opaque2;
}

void OSAtomicEnqueue(OSQueueHead *list, void *element, size_t offset)
{
    OSSpinLockLock(lock_of(list));
    *(void **)((char *)element + offset) = list->opaque1;
    list->opaque1 = element;
    OSSpinLockUnlock(lock_of(list));
}

void *OSAtomicDequeue(OSQueueHead *list, size_t offset)
{
    OSSpinLockLock(lock_of(list));
    void *first = list->opaque1;
    if (first != NULL) {
        list->opaque1 = *(void **)((char *)first + offset);
    }
    OSSpinLockUnlock(lock_of(list));
    return first;
}
