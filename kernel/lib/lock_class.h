/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The classes of locks, in the one order in which they may be taken: a lock is waited for while
 * locks of earlier lines are held, never the other way.  docs/locking.md says what each protects;
 * a test compares the two.  Release builds know the classes by name only.
 */
#pragma once

#include <stdint.h>

/* How two locks of one class may be held together. */
enum lock_pairs {
    LOCK_SINGLE,  /* never */
    LOCK_ADDRESS, /* the one with the lower address first: spin_lock_pair() */
    LOCK_NESTED,  /* in an order of the class's own, which nobody checks */
};

/* X(identifier, "name", pairs): the mutexes; then the spin locks, which come after all mutexes. */
#define LOCK_CLASSES_MUTEX(X)                \
    X(PROCESSORS, "processors", LOCK_SINGLE) \
    X(TASK_LIST, "task list", LOCK_SINGLE)   \
    X(TASK, "task", LOCK_SINGLE)             \
    X(CALENDAR, "calendar", LOCK_SINGLE)     \
    X(VM_MAP, "map", LOCK_NESTED)            \
    X(VM_OBJECT, "object", LOCK_NESTED)      \
    X(VM_PURGEABLE, "purgeable memory", LOCK_SINGLE)

#define LOCK_CLASSES_SPIN(X)                             \
    X(GATE, "gate", LOCK_SINGLE)                         \
    X(EXCEPTION_PORTS, "exception ports", LOCK_SINGLE)   \
    X(HOST, "host", LOCK_SINGLE)                         \
    X(HOST_REQUESTS, "host requests", LOCK_SINGLE)       \
    X(DEVICE_INTERRUPT, "device interrupt", LOCK_SINGLE) \
    X(SPACE, "space", LOCK_SINGLE)                       \
    X(PORT, "port", LOCK_SINGLE)                         \
    X(PORT_SET, "port set", LOCK_SINGLE)                 \
    X(TRANSIT, "transit", LOCK_SINGLE)                   \
    X(VOUCHERS, "vouchers", LOCK_SINGLE)                 \
    X(VOUCHER_VALUES, "voucher values", LOCK_SINGLE)     \
    X(SERVERS, "servers", LOCK_SINGLE)                   \
    X(SEMAPHORE, "semaphore", LOCK_ADDRESS)              \
    X(MESSAGE_RESERVE, "message reserve", LOCK_SINGLE)   \
    X(TEST, "test", LOCK_SINGLE)                         \
    X(MUTEX_WAITERS, "mutex waiters", LOCK_SINGLE)       \
    X(ADMISSION, "admission", LOCK_SINGLE)               \
    X(THREAD, "thread", LOCK_NESTED)                     \
    X(RUN_QUEUE, "run queue", LOCK_SINGLE)               \
    X(TIMERS, "timers", LOCK_ADDRESS)                    \
    X(IO_APIC, "I/O APIC", LOCK_SINGLE)                  \
    X(KERNEL_STACKS, "kernel stacks", LOCK_SINGLE)       \
    X(DEVICE_MEMORY, "device memory", LOCK_SINGLE)       \
    X(PMAP, "pmap", LOCK_SINGLE)                         \
    X(REVERSE_MAP, "reverse mappings", LOCK_SINGLE)      \
    X(PAGE_POOL, "page pool", LOCK_SINGLE)               \
    X(ZONE_LIST, "zone list", LOCK_SINGLE)               \
    X(ZONE, "zone", LOCK_SINGLE)                         \
    X(PAGES, "pages", LOCK_SINGLE)                       \
    X(CONSOLE, "console", LOCK_SINGLE)

#define LOCK_CLASS_IDENTIFIER(identifier, name, pairs) LOCK_CLASS_##identifier,

/* A lock's class, which is also its rank; a lock of none was not initialised. */
enum lock_class : uint8_t {
    LOCK_CLASS_NONE,
    LOCK_CLASSES_MUTEX(LOCK_CLASS_IDENTIFIER)
    LOCK_CLASSES_SPIN(LOCK_CLASS_IDENTIFIER) LOCK_CLASS_COUNT,
};

/* The first class of spin locks. */
#define LOCK_CLASS_FIRST_SPIN LOCK_CLASS_GATE
