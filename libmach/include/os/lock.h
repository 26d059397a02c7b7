/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Darwin's smallest lock: one word, for a few instructions. It knows its owner; who unlocks what is
 * not his, or locks what he holds, has a bug, and the program ends there.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <mach/abi.h>

typedef struct os_unfair_lock_s {
    uint32_t
        _os_unfair_lock_opaque; /* 0: free; else the owner's thread port, and a bit for waiters */
} os_unfair_lock, *os_unfair_lock_t;

#define OS_UNFAIR_LOCK_INIT ((os_unfair_lock){ 0 })

MACH_BEGIN_DECLS

void os_unfair_lock_lock(os_unfair_lock_t lock);
bool os_unfair_lock_trylock(os_unfair_lock_t lock);
void os_unfair_lock_unlock(os_unfair_lock_t lock);

/* End the program unless the caller holds LOCK, or if it does. */
void os_unfair_lock_assert_owner(const os_unfair_lock *lock);
void os_unfair_lock_assert_not_owner(const os_unfair_lock *lock);

MACH_END_DECLS
