/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * proc: the process server. It starts programs, knows who is whose child and how each ended, reports
 * crashes, and serves /proc.
 */
#include <pthread.h>

#include "adopt.h"
#include "crash.h"
#include "proc.h"
#include "signalling.h"

/* Run ROUTINE in a thread of its own. */
static bool start_thread(void *(*routine)(void *))
{
    pthread_t thread;
    if (pthread_create(&thread, nullptr, routine, nullptr) != 0) {
        proc_log("no memory for a thread");
        return false;
    }
    return true;
}

int main(void)
{
    if (!proc_ports_create() || !crash_handler_register() || !signalling_prepare()) {
        return 1;
    }
    proc_lock();
    adopt_all();
    proc_unlock();
    /* Two of each kind, so that one that waits for another server, or crashes, is not alone. */
    if (!start_thread(proc_serve) || !start_thread(crash_serve) || !start_thread(crash_serve) ||
        !start_thread(signalling_serve)) {
        return 1;
    }
    (void)proc_serve(nullptr);
    return 1;
}
