/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Everything at once, on as many processors as there are: calls between tasks with and without
 * hand-off, port sets, waits with time-outs, changes of the map, memory that is purged, vouchers,
 * notifications, ports, threads and tasks that die in the middle, processors that stop and start. No message may get lost, no wait be
 * for ever, nothing be left.
 *
 *     stress                     one round
 *     stress SECONDS [SEED]      rounds until the time is over
 */
#include <stdlib.h>

#include "stress_call.h"
#include "stress_memory.h"
#include "stress_objects.h"
#include "stress_ports.h"
#include "stress_victims.h"
#include "systest.h"

#define CLIENTS  4
#define KILLERS  2
#define SENDERS  3
#define READERS  3
#define WRITERS  2
#define MAKERS   3
#define NS_PER_S UINT64_C(1000000000)

#define WARM_UP 50 /* the part of a round that is done before */

/* The work of all is divided by this. */
static uint32_t divisor = 1;

static uint32_t part_of(uint32_t steps)
{
    return (steps + divisor - 1) / divisor;
}

static void create(uint32_t count, const char *name, void (*run)(struct actor *self),
                   uint32_t steps)
{
    for (uint32_t i = 0; i < count; i++) {
        (void)actor_create(name, run, NULL, part_of(steps));
    }
}

static void create_all(void)
{
    create(CLIENTS, "client", be_client, 1500);
    create(2, "owner", be_owner, 300);
    create(2, "mourner", be_mourner, 300);
    create(SENDERS, "sender", be_sender, 2000);
    create(1, "receiver", be_receiver, 0);
    create(2, "set receiver", be_set_receiver, 0);
    create(1, "replacer", be_replacer, 500);
    create(READERS, "reader", be_reader, 0);
    create(1, "protector", be_protector, 300);
    create(1, "copier", be_copier, 500);
    create(1, "shared writer", be_shared_writer, 400);
    create(WRITERS, "writer", be_writer, 0);
    create(MAKERS, "voucher maker", be_voucher_maker, 500);
    create(1, "purger", be_purger, 200);
    create(2, "purgeable reader", be_purgeable_reader, 0);
    for (int i = 0; i < KILLERS; i++) {
        (void)actor_create("killer", be_killer, killer_create(), part_of(20));
    }
    create(1, "switcher", be_switcher, 0);
}

static void round_run(uint64_t seed)
{
    actors_reset(seed);
    queue_begin();
    window_begin();
    page_begin();
    shared_begin();
    vouchers_begin();
    purgeable_begin();
    create_all();
    if (service_begin(be_shared_reader)) {
        actors_run();
        service_end();
    }
    purgeable_end();
    vouchers_end();
    shared_end();
    page_end();
    window_end();
    queue_end();
}

/* The C library keeps what a thread needs to wait for another: the first thread may do so for the
 * first time in any round. */
void systest_prepare(void)
{
    pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    pthread_cond_t never = PTHREAD_COND_INITIALIZER;
    (void)pthread_mutex_lock(&mutex);
    (void)pthread_cond_timedwait_relative_np(&never, &mutex, &(struct timespec){ .tv_nsec = 1 });
    (void)pthread_mutex_unlock(&mutex);
    divisor = WARM_UP;
    round_run(0);
    divisor = 1;
}

CASE(everything_at_once)
{
    const char *seconds = systest_argument(1), *first = systest_argument(2);
    uint64_t seed = first != NULL ? strtoull(first, NULL, 0) : 1;
    uint64_t span = seconds != NULL ? strtoull(seconds, NULL, 0) * NS_PER_S : 0;
    uint64_t end = mach_absolute_time() + span;
    do {
        systest_print("# seed %llu\n", (unsigned long long)seed);
        round_run(seed++);
    } while (mach_absolute_time() < end);
}
