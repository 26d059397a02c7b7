/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a thread calls at its end: pthread_cleanup_push() makes a list through the thread's stack.
 */
#include <pthread.h>
#include <stddef.h>

#include "thread_block.h"

static __thread struct _pthread_cleanup_context *latest;

void _pthread_cleanup_push(struct _pthread_cleanup_context *context, void (*routine)(void *),
                           void *argument)
{
    *context = (struct _pthread_cleanup_context){
        ._routine = routine,
        ._arg = argument,
        ._previous = latest,
    };
    latest = context;
}

void _pthread_cleanup_pop(struct _pthread_cleanup_context *context, int execute)
{
    latest = context->_previous;
    if (execute) {
        context->_routine(context->_arg);
    }
}

void thread_cleanup_run(void)
{
    while (latest != NULL) {
        _pthread_cleanup_pop(latest, 1);
    }
}
