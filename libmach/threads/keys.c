/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Thread-specific values by key. The values are __thread variables of this file, so a program that
 * never uses keys does not carry them.
 */
#include <errno.h>
#include <limits.h>
#include <pthread.h>

#include "park.h"
#include "thread_block.h"

#define KEY_COUNT         64
#define DESTRUCTOR_ROUNDS 4

static struct key {
    bool used;
    void (*destructor)(void *);
} keys[KEY_COUNT];

static uint32_t keys_lock;

static __thread void *values[KEY_COUNT];

int pthread_key_create(pthread_key_t *result, void (*destructor)(void *))
{
    int error = EAGAIN;
    word_lock(&keys_lock);
    for (pthread_key_t key = 0; key < KEY_COUNT; key++) {
        if (!keys[key].used) {
            keys[key] = (struct key){ true, destructor };
            *result = key;
            error = 0;
            break;
        }
    }
    word_unlock(&keys_lock);
    return error;
}

int pthread_key_delete(pthread_key_t key)
{
    if (key >= KEY_COUNT || !keys[key].used) {
        return EINVAL;
    }
    word_lock(&keys_lock);
    keys[key] = (struct key){ false, NULL };
    word_unlock(&keys_lock);
    return 0;
}

int pthread_setspecific(pthread_key_t key, const void *value)
{
    if (key >= KEY_COUNT || !keys[key].used) {
        return EINVAL;
    }
    values[key] = (void *)value;
    return 0;
}

void *pthread_getspecific(pthread_key_t key)
{
    return key < KEY_COUNT ? values[key] : NULL;
}

/* Returns: was there a value? */
static bool destroy_value(pthread_key_t key)
{
    void *value = values[key];
    if (value == NULL || keys[key].destructor == NULL) {
        return false;
    }
    values[key] = NULL;
    keys[key].destructor(value);
    return true;
}

void thread_keys_destroy(void)
{
    bool again = true;
    for (int round = 0; again && round < DESTRUCTOR_ROUNDS; round++) {
        again = false;
        for (pthread_key_t key = 0; key < KEY_COUNT; key++) {
            again = destroy_value(key) || again;
        }
    }
}
