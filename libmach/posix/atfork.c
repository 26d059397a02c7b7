/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Functions that the program wants to have called around fork(): before it in the reverse order of
 * their registration, afterwards in that order.
 */
#include <errno.h>
#include <pthread.h>

#include "../threads/park.h"
#include "fork.h"

#define HANDLERS_MAX 170 /* as many as on Darwin */

struct handlers {
    void (*prepare)(void);
    void (*parent)(void);
    void (*child)(void);
};

static struct {
    uint32_t lock;  /* not held while they run: they may add others */
    uint32_t count; /* (a) changes under the lock */
    struct handlers handlers[HANDLERS_MAX];
} atfork;

static uint32_t registered(void)
{
    return __atomic_load_n(&atfork.count, __ATOMIC_ACQUIRE);
}

int pthread_atfork(void (*prepare)(void), void (*parent)(void), void (*child)(void))
{
    word_lock(&atfork.lock);
    bool has_room = atfork.count < HANDLERS_MAX;
    if (has_room) {
        atfork.handlers[atfork.count] = (struct handlers){ prepare, parent, child };
        __atomic_store_n(&atfork.count, atfork.count + 1, __ATOMIC_RELEASE);
    }
    word_unlock(&atfork.lock);
    return has_room ? 0 : ENOMEM;
}

void atfork_prepare(void)
{
    for (uint32_t i = registered(); i-- > 0;) {
        if (atfork.handlers[i].prepare != NULL) {
            atfork.handlers[i].prepare();
        }
    }
}

void atfork_parent(void)
{
    for (uint32_t i = 0; i < registered(); i++) {
        if (atfork.handlers[i].parent != NULL) {
            atfork.handlers[i].parent();
        }
    }
}

void atfork_child(void)
{
    atfork.lock = 0;
    for (uint32_t i = 0; i < registered(); i++) {
        if (atfork.handlers[i].child != NULL) {
            atfork.handlers[i].child();
        }
    }
}
