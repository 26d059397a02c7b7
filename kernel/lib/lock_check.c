/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The rank of a class is its number.  A lock that was only tried, not waited for, needs no order;
 * once it is held it counts like any other.  After a panic nothing is checked: the report must get
 * out, whatever is held.
 */
#include <lib/lock_check.h>

#include <lib/ksyms.h>
#include <lib/panic.h>

struct class_description {
    const char *name;
    enum lock_pairs pairs;
};

#define DESCRIPTION(identifier, name, pairs) { name, pairs },

static const struct class_description classes[LOCK_CLASS_COUNT] = {
    { "none", LOCK_SINGLE }, LOCK_CLASSES_MUTEX(DESCRIPTION) LOCK_CLASSES_SPIN(DESCRIPTION)
};

struct lock_place lock_place(const void *return_address)
{
    struct lock_place place = { "?", 0 };
    const char *file = ksyms_place((uintptr_t)return_address - 1, &place.line);
    if (file != nullptr) {
        place.file = file;
    }
    return place;
}

const char *lock_class_name(enum lock_class class)
{
    return classes[class].name;
}

/* The end, because of LOCK, of CLASS, at PLACE and HOLDER, which is held. */
[[noreturn]] static COLD void violation(const char *what, enum lock_class class, const void *place,
                                        const struct held_lock *holder)
{
    struct lock_place here = lock_place(place);
    struct lock_place there = lock_place(holder->place);
    panic("%s: lock \"%s\" wanted at %s:%u, \"%s\" held since %s:%u", what, classes[class].name,
          here.file, here.line, classes[holder->class].name, there.file, there.line);
}

/* True if LOCK may be waited for while HOLDER, of the same class, is held. */
static bool is_pair(const struct held_lock *holder, const void *lock)
{
    switch (classes[holder->class].pairs) {
    case LOCK_ADDRESS: return (uintptr_t)holder->lock < (uintptr_t)lock;
    case LOCK_NESTED: return true;
    default: return false;
    }
}

void lock_check_order(const struct held_locks *held, const void *lock, enum lock_class class,
                      const void *place)
{
    if (panic_is_active()) {
        return;
    }
    if (class == LOCK_CLASS_NONE || class >= LOCK_CLASS_COUNT) {
        panic("lock %p was not initialised", lock);
    }
    for (uint32_t i = 0; i < held->count; i++) {
        const struct held_lock *holder = &held->locks[i];
        if (holder->lock == lock) {
            violation("lock taken twice", class, place, holder);
        }
        if (holder->class > class || (holder->class == class && !is_pair(holder, lock))) {
            violation("lock order", class, place, holder);
        }
    }
}

void lock_check_none(const struct held_locks *held, const void *allowed, const char *what)
{
    for (uint32_t i = 0; i < held->count; i++) {
        const struct held_lock *holder = &held->locks[i];
        if (holder->lock != allowed && !panic_is_active()) {
            struct lock_place there = lock_place(holder->place);
            panic("%s with lock \"%s\" held since %s:%u", what, classes[holder->class].name,
                  there.file, there.line);
        }
    }
}

/* The place in the list is taken before it is filled: a non-maskable interrupt uses the next. */
void lock_check_push(struct held_locks *held, const void *lock, enum lock_class class,
                     const void *place, uint64_t now)
{
    uint32_t index = held->count++;
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    if (index < HELD_LOCKS_MAX) {
        held->locks[index] = (struct held_lock){ lock, place, now, class };
    } else if (!panic_is_active()) {
        panic("%u locks held at once", index);
    }
}

static void note_hold(struct lock_statistics *statistics, const struct held_lock *holder,
                      uint64_t now)
{
    uint64_t duration = now - holder->since;
    if (duration > statistics->longest_hold && now > holder->since) {
        statistics->longest_hold = duration;
        statistics->longest_place = holder->place;
    }
}

void lock_check_pop(struct held_locks *held, const void *lock, uint64_t now,
                    struct lock_statistics *statistics)
{
    uint32_t index = held->count;
    do {
        if (index == 0) {
            if (!panic_is_active()) {
                panic("lock %p is given back by somebody who has not taken it", lock);
            }
            return;
        }
        index--;
    } while (held->locks[index].lock != lock);
    note_hold(statistics, &held->locks[index], now);
    for (; index + 1 < held->count; index++) {
        held->locks[index] = held->locks[index + 1];
    }
    held->count--;
}
