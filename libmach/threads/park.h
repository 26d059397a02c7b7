/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Waiting for a word of memory to change: what every lock of the library is built on. A lock is then
 * one word, costs a few instructions while nobody competes, and holds no kernel object.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* As a deadline: wait for ever. */
#define PARK_FOREVER UINT64_MAX

/*
 * Sleep until park_wake() names WORD or the clock (mach_absolute_time) shows DEADLINE; return at
 * once if *WORD is not EXPECTED. Changing the word and then waking cannot be missed.
 *
 * Returns: false, the deadline passed.
 */
bool park_wait(const uint32_t *word, uint32_t expected, uint64_t deadline);

/* Wake up to COUNT threads that sleep on WORD, the longest sleeper first. */
void park_wake(const uint32_t *word, unsigned int count);

/*
 * A lock over one word, 0 when free. Not recursive.
 */
void word_lock_slow(uint32_t *word);

static inline void word_lock(uint32_t *word)
{
    uint32_t free = 0;
    if (!__atomic_compare_exchange_n(word, &free, 1, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED)) {
        word_lock_slow(word);
    }
}

static inline bool word_trylock(uint32_t *word)
{
    uint32_t free = 0;
    return __atomic_compare_exchange_n(word, &free, 1, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED);
}

static inline void word_unlock(uint32_t *word)
{
    if (__atomic_exchange_n(word, 0, __ATOMIC_RELEASE) == 2) {
        park_wake(word, 1);
    }
}

/*
 * A lock that goes to who has asked for it first, which costs more wake-ups when several wait. Not recursive.
 * All zero when free.
 */
struct turn_lock {
    uint32_t next;   /* (a) the turn of who comes next */
    uint32_t served; /* (a) whose turn it is */
};

static inline void turn_lock(struct turn_lock *lock)
{
    uint32_t turn = __atomic_fetch_add(&lock->next, 1, __ATOMIC_SEQ_CST);
    uint32_t served;
    while ((served = __atomic_load_n(&lock->served, __ATOMIC_SEQ_CST)) != turn) {
        (void)park_wait(&lock->served, served, PARK_FOREVER);
    }
}

static inline void turn_unlock(struct turn_lock *lock)
{
    uint32_t served = __atomic_add_fetch(&lock->served, 1, __ATOMIC_SEQ_CST);
    if (__atomic_load_n(&lock->next, __ATOMIC_SEQ_CST) != served) {
        park_wake(&lock->served, UINT32_MAX);
    }
}
