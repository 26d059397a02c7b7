/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Threads are not cancelled here, but newlib's streams say when they must not be.
 */
#include <errno.h>
#include <pthread.h>

static __thread int cancel_state = PTHREAD_CANCEL_ENABLE;

int pthread_setcancelstate(int state, int *former)
{
    if (state != PTHREAD_CANCEL_ENABLE && state != PTHREAD_CANCEL_DISABLE) {
        return EINVAL;
    }
    if (former != NULL) {
        *former = cancel_state;
    }
    cancel_state = state;
    return 0;
}
