/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * alarm(): a thread of the library's own waits for the moment and raises the signal, so handlers run on
 * it and no wait of another thread is broken off. It is made by the first call; without a second thread
 * there is no alarm.
 */
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <unistd.h>

#include <mach/mach_time.h>

#include "../mach/mach_time.h"
#include "../threads/park.h"

static struct {
    uint32_t lock;
    uint32_t changes;  /* (a) how often an alarm was set or taken back */
    uint64_t deadline; /* (lock) of the clock; PARK_FOREVER: no alarm is set */
    bool has_thread;   /* (lock) */
} state = { .deadline = PARK_FOREVER };

/* The alarm that was set by the call CHANGES has come. Returns: it still stands, and is now over. */
static bool take(uint32_t changes)
{
    word_lock(&state.lock);
    bool stands = state.changes == changes;
    if (stands) {
        state.deadline = PARK_FOREVER;
    }
    word_unlock(&state.lock);
    return stands;
}

static void *wait_for_alarms(void *nothing)
{
    (void)nothing;
    for (;;) {
        word_lock(&state.lock);
        uint32_t changes = state.changes;
        uint64_t deadline = state.deadline;
        word_unlock(&state.lock);
        if (!park_wait(&state.changes, changes, deadline) && take(changes)) {
            (void)raise(SIGALRM);
        }
    }
    return NULL;
}

/* A child has neither the alarm nor the thread. */
static void forget(void)
{
    state.lock = 0;
    state.deadline = PARK_FOREVER;
    state.has_thread = false;
}

static bool make_thread(void)
{
    static bool is_registered;
    pthread_t thread;
    if (pthread_create(&thread, NULL, wait_for_alarms, NULL) != 0) {
        return false;
    }
    (void)pthread_detach(thread);
    if (!is_registered) {
        is_registered = pthread_atfork(NULL, NULL, forget) == 0;
    }
    return true;
}

/* Whole seconds until DEADLINE, at least 1; 0 if there is none. */
static unsigned int seconds_until(uint64_t deadline)
{
    uint64_t now = mach_absolute_time();
    if (deadline == PARK_FOREVER) {
        return 0;
    }
    uint64_t left = deadline > now ? mach_time_to_ns(deadline - now) : 0;
    uint64_t seconds = (left + NSEC_PER_SEC / 2) / NSEC_PER_SEC;
    return seconds > 0 ? (unsigned int)seconds : 1;
}

unsigned int alarm(unsigned int seconds)
{
    word_lock(&state.lock);
    unsigned int left = seconds_until(state.deadline);
    state.has_thread = state.has_thread || (seconds != 0 && make_thread());
    state.deadline = PARK_FOREVER;
    if (seconds != 0 && state.has_thread) {
        state.deadline = mach_absolute_time() + mach_time_from_ns(seconds * NSEC_PER_SEC);
    }
    __atomic_add_fetch(&state.changes, 1, __ATOMIC_RELEASE);
    word_unlock(&state.lock);
    park_wake(&state.changes, 1);
    return left;
}
