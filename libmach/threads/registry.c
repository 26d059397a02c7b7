/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * All threads that pthread_create() made and nobody has freed: how a thread is found by its port.
 */
#include <pthread.h>

#include "../posix/fork.h"
#include "park.h"
#include "thread_block.h"

static struct {
    uint32_t lock;
    struct thread_block *first;
    uint32_t ever; /* (a) has there been a second thread? */
} registry;

void registry_insert(struct thread_block *block)
{
    word_lock(&registry.lock);
    block->next = registry.first;
    registry.first = block;
    __atomic_store_n(&registry.ever, 1, __ATOMIC_RELAXED);
    word_unlock(&registry.lock);
}

void registry_remove(struct thread_block *block)
{
    word_lock(&registry.lock);
    struct thread_block **link = &registry.first;
    while (*link != NULL && *link != block) {
        link = &(*link)->next;
    }
    if (*link != NULL) {
        *link = block->next;
    }
    word_unlock(&registry.lock);
}

/* The main thread is in no list: it is the one whose block is not allocated. */
pthread_t pthread_from_mach_thread_np(mach_port_t name)
{
    struct thread_block *found = thread_block_main();
    if (pthread_mach_thread_np(found) == name) {
        return found;
    }
    word_lock(&registry.lock);
    for (found = registry.first; found != NULL && found->thread_port != name;) {
        found = found->next;
    }
    word_unlock(&registry.lock);
    return found;
}

int pthread_is_threaded_np(void)
{
    return (int)__atomic_load_n(&registry.ever, __ATOMIC_RELAXED);
}

/* Nobody but the calling thread has come along. */
void registry_after_fork(void)
{
    registry.lock = 0;
    registry.first = NULL;
    registry.ever = 0;
}
