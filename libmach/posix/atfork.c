/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Functions that the program wants to have called around fork(): before it in the reverse order of
 * their registration, afterwards in that order.
 */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

#include "../threads/park.h"
#include "fork.h"

struct handlers {
    struct handlers *next;
    struct handlers *former;
    void (*prepare)(void);
    void (*parent)(void);
    void (*child)(void);
};

static struct {
    uint32_t lock; /* not held while they run: they may add others */
    struct handlers *first;
    struct handlers *last;
} atfork;

int pthread_atfork(void (*prepare)(void), void (*parent)(void), void (*child)(void))
{
    struct handlers *handlers = malloc(sizeof(*handlers));
    if (handlers == NULL) {
        return ENOMEM;
    }
    word_lock(&atfork.lock);
    *handlers = (struct handlers){ NULL, atfork.last, prepare, parent, child };
    if (atfork.last != NULL) {
        atfork.last->next = handlers;
    } else {
        atfork.first = handlers;
    }
    atfork.last = handlers;
    word_unlock(&atfork.lock);
    return 0;
}

void atfork_prepare(void)
{
    for (struct handlers *h = atfork.last; h != NULL; h = h->former) {
        if (h->prepare != NULL) {
            h->prepare();
        }
    }
}

void atfork_parent(void)
{
    for (struct handlers *h = atfork.first; h != NULL; h = h->next) {
        if (h->parent != NULL) {
            h->parent();
        }
    }
}

void atfork_child(void)
{
    atfork.lock = 0;
    for (struct handlers *h = atfork.first; h != NULL; h = h->next) {
        if (h->child != NULL) {
            h->child();
        }
    }
}
