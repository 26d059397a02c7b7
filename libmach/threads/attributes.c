/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a thread is to be like: pthread_attr_t. Sizes are whole pages, as Darwin has it; priorities are in
 * thread_sched.c. A stack of the program's own has no guard but what the program gives it.
 */
#include <errno.h>
#include <pthread.h>

#include <mach/vm_page_size.h>

#include "thread_block.h"

#define DEFAULT_STACK_SIZE (512 * 1024)

static bool is_whole(uint64_t size)
{
    return (size & vm_page_mask) == 0;
}

int pthread_attr_init(pthread_attr_t *attributes)
{
    *attributes = (pthread_attr_t){ .stack_size = DEFAULT_STACK_SIZE,
                                    .guard_size = vm_page_size,
                                    .detach_state = PTHREAD_CREATE_JOINABLE };
    thread_sched_init(attributes);
    return 0;
}

int pthread_attr_destroy(pthread_attr_t *attributes)
{
    (void)attributes;
    return 0;
}

int pthread_attr_setstacksize(pthread_attr_t *attributes, size_t size)
{
    if (size < PTHREAD_STACK_MIN || !is_whole(size)) {
        return EINVAL;
    }
    attributes->stack_size = size;
    return 0;
}

int pthread_attr_getstacksize(const pthread_attr_t *attributes, size_t *size)
{
    *size = attributes->stack_size;
    return 0;
}

/* As on Darwin, where the stack begins: its highest address. */
int pthread_attr_setstackaddr(pthread_attr_t *attributes, void *end)
{
    if (!is_whole((uint64_t)end)) {
        return EINVAL;
    }
    attributes->stack_end = end;
    attributes->guard_size = 0;
    return 0;
}

int pthread_attr_getstackaddr(const pthread_attr_t *attributes, void **end)
{
    *end = attributes->stack_end;
    return 0;
}

/* As POSIX has it: its lowest address. */
int pthread_attr_setstack(pthread_attr_t *attributes, void *start, size_t size)
{
    if (size < PTHREAD_STACK_MIN || !is_whole(size) || !is_whole((uint64_t)start)) {
        return EINVAL;
    }
    attributes->stack_end = (char *)start + size;
    attributes->stack_size = size;
    return 0;
}

int pthread_attr_getstack(const pthread_attr_t *attributes, void **start, size_t *size)
{
    char *end = attributes->stack_end;
    *start = end == NULL ? NULL : end - attributes->stack_size;
    *size = attributes->stack_size;
    return 0;
}

int pthread_attr_setguardsize(pthread_attr_t *attributes, size_t size)
{
    if (!is_whole(size)) {
        return EINVAL;
    }
    attributes->guard_size = size;
    return 0;
}

int pthread_attr_getguardsize(const pthread_attr_t *attributes, size_t *size)
{
    *size = attributes->guard_size;
    return 0;
}

int pthread_attr_setdetachstate(pthread_attr_t *attributes, int state)
{
    if (state != PTHREAD_CREATE_DETACHED && state != PTHREAD_CREATE_JOINABLE) {
        return EINVAL;
    }
    attributes->detach_state = state;
    return 0;
}

int pthread_attr_getdetachstate(const pthread_attr_t *attributes, int *state)
{
    *state = attributes->detach_state;
    return 0;
}
