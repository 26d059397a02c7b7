/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Actors: the threads of the stress test. Each does its part again and again, chosen by its own
 * random numbers, and says in shared memory what it is about, so that a watch can tell who waits
 * for what when nothing goes on.
 *
 * An actor with a number of steps does these and ends; one without goes on until those have ended.
 * An actor is a thread of the test (pthread), which may use everything, or a bare thread in any
 * task (systest_task.h).
 */
#pragma once

#include <pthread.h>
#include <stdint.h>

#include "systest_task.h"

struct actor {
    const char *name;
    void (*run)(struct actor *self);
    void *argument;
    uint32_t steps;            /* 0: until the others have ended */
    _Atomic uint32_t done;     /* steps so far */
    const char *_Atomic doing; /* what it is about; null: it is not there */
    uint64_t random;           /* xorshift64* */
    bool is_bare;
    struct worker worker; /* a bare actor's */
    pthread_t pthread;    /* another's */
};

/* A number below LIMIT. */
uint32_t actor_random(struct actor *self, uint32_t limit);

/* Count a step. Returns: is there another one to do? */
bool actor_step(struct actor *self);

/* Note what comes now. */
static inline void actor_doing(struct actor *self, const char *doing)
{
    self->doing = doing;
}

/* Are all with a number of steps through with them? */
bool actors_are_over(void);

/* Forget all actors of the round before; the next draw their numbers from SEED. */
void actors_reset(uint64_t seed);

/* A new thread of the test; it begins with actors_run(). */
struct actor *actor_create(const char *name, void (*run)(struct actor *self), void *argument,
                           uint32_t steps);

/* A new bare actor. It may begin again and again. */
struct actor *actor_create_bare(const char *name, void (*run)(struct actor *self), void *argument);

/* Let a bare actor begin in TASK. False: failed, and noted. */
[[nodiscard]] bool actor_start(struct actor *actor, mach_port_t task);

/* Wait for the end of a bare actor, or kill it. */
void actor_join(struct actor *actor);
void actor_kill(struct actor *actor);

/* Let all threads of the test begin, and wait for their end. If one takes no step for a minute,
 * print what all actors do, and end the program. */
void actors_run(void);
