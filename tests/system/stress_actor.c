/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The table of actors, and the watch over it. The table lies in memory that helper tasks share.
 */
#include "stress_actor.h"

#include <stdlib.h>
#include <string.h>

#include <mach/thread_info.h>

#include "systest.h"

#define ACTORS_MAX  128
#define PATIENCE_NS UINT64_C(60000000000)

static struct actor actors[ACTORS_MAX];
static uint32_t actor_count;
static _Atomic uint32_t at_work; /* with a number of steps, and not through */
static uint64_t round_seed;

uint32_t actor_random(struct actor *self, uint32_t limit)
{
    self->random ^= self->random >> 12;
    self->random ^= self->random << 25;
    self->random ^= self->random >> 27;
    return (uint32_t)((self->random * UINT64_C(0x2545f4914f6cdd1d)) >> 32) % limit;
}

bool actor_step(struct actor *self)
{
    uint32_t done = self->done++;
    return self->steps != 0 ? done < self->steps : at_work != 0;
}

void actors_reset(uint64_t seed)
{
    memset(actors, 0, sizeof(actors));
    actor_count = 0;
    at_work = 0;
    round_seed = seed;
}

struct actor *actor_create(const char *name, void (*run)(struct actor *self), void *argument,
                           uint32_t steps)
{
    if (actor_count == ACTORS_MAX) {
        abort();
    }
    struct actor *actor = &actors[actor_count++];
    actor->name = name;
    actor->run = run;
    actor->argument = argument;
    actor->steps = steps;
    actor->random = (round_seed << 16 | actor_count) * UINT64_C(0x9e3779b97f4a7c15);
    at_work += steps != 0;
    return actor;
}

struct actor *actor_create_bare(const char *name, void (*run)(struct actor *self), void *argument)
{
    struct actor *actor = actor_create(name, run, argument, 0);
    actor->is_bare = true;
    return actor;
}

static void run_bare(void *argument)
{
    struct actor *self = argument;
    self->run(self);
    self->doing = NULL;
}

static void *run_thread(void *argument)
{
    struct actor *self = argument;
    self->run(self);
    self->doing = NULL;
    if (self->steps != 0) {
        at_work--;
    }
    return NULL;
}

bool actor_start(struct actor *actor, mach_port_t task)
{
    actor->doing = "begin";
    return worker_start(&actor->worker, task, run_bare, actor);
}

void actor_join(struct actor *actor)
{
    worker_join(&actor->worker);
    actor->doing = NULL;
}

void actor_kill(struct actor *actor)
{
    worker_kill(&actor->worker);
    actor->doing = NULL;
}

static int run_state(const struct actor *actor)
{
    thread_basic_info_data_t info;
    mach_msg_type_number_t count = THREAD_BASIC_INFO_COUNT;
    mach_port_t thread =
        actor->is_bare ? actor->worker.thread : pthread_mach_thread_np(actor->pthread);
    return thread_info(thread, THREAD_BASIC_INFO, (thread_info_t)&info, &count) == KERN_SUCCESS
               ? info.run_state
               : -1;
}

/* Nothing goes on: tell who does what, and give up. What the threads hold is lost. */
[[noreturn]] static void give_up(const struct actor *stuck)
{
    static const char *const states[] = {
        "gone", "?", "running", "stopped", "waiting", "uninterruptible", "halted",
    };
    systest_print("# %s does not go on; all actors:\n", stuck->name);
    for (uint32_t i = 0; i < actor_count; i++) {
        const struct actor *actor = &actors[i];
        const char *doing = actor->doing;
        if (doing != NULL) {
            int state = run_state(actor) + 1;
            systest_print("#   %3u %-12s %-10s step %u of %u: %s\n", i, actor->name,
                          state >= 0 && state < 7 ? states[state] : "?", actor->done, actor->steps,
                          doing);
        }
    }
    systest_print("Bail out! %s does not go on\n", stuck->name);
    exit(1);
}

/* Wait for the end of ACTOR, a thread of the test. */
static void watch_one(struct actor *actor)
{
    uint32_t done = actor->done;
    uint64_t since = mach_absolute_time();
    while (actor->doing != NULL) {
        uint64_t now = mach_absolute_time();
        if (actor->done != done) {
            done = actor->done;
            since = now;
        } else if (now - since > PATIENCE_NS) {
            give_up(actor);
        }
        systest_pause();
    }
    (void)pthread_join(actor->pthread, NULL);
}

void actors_run(void)
{
    for (uint32_t i = 0; i < actor_count; i++) {
        struct actor *actor = &actors[i];
        if (!actor->is_bare) {
            actor->doing = "begin";
            if (!EXPECT_EQ(pthread_create(&actor->pthread, NULL, run_thread, actor), 0)) {
                abort();
            }
        }
    }
    for (int has_steps = 1; has_steps >= 0; has_steps--) {
        for (uint32_t i = 0; i < actor_count; i++) {
            if (!actors[i].is_bare && (actors[i].steps != 0) == has_steps) {
                watch_one(&actors[i]);
            }
        }
    }
}
