/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Handlers of signals, the process's and not a thread's as in newlib. Signals come from the process
 * itself only; what others send ends it. As on Darwin a handler stays until it is replaced.
 */
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <unistd.h>

#include "errors.h"

typedef void handler_t(int);

static handler_t *handlers[NSIG]; /* (a) */

static bool is_signal(int number)
{
    return number > 0 && number < NSIG;
}

handler_t *signal(int number, handler_t *handler)
{
    if (!is_signal(number) || number == SIGKILL || number == SIGSTOP || handler == SIG_ERR) {
        errno = EINVAL;
        return SIG_ERR;
    }
    return __atomic_exchange_n(&handlers[number], handler, __ATOMIC_ACQ_REL);
}

int raise(int number)
{
    if (!is_signal(number)) {
        return fail_errno(EINVAL);
    }
    handler_t *handler = __atomic_load_n(&handlers[number], __ATOMIC_ACQUIRE);
    if (handler == SIG_DFL) {
        return kill(getpid(), number);
    }
    if (handler != SIG_IGN) {
        handler(number);
    }
    return 0;
}
