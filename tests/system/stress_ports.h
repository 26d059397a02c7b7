/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The parts of the stress test that are about ports: what is sent comes once, what ends is told
 * once.
 */
#pragma once

#include "stress_actor.h"

/* Hands out send rights, and waits to be told that there are none left. */
void be_owner(struct actor *self);

/* Sends messages to a port that is about to die, and waits to be told of the end of all of them,
 * and of the port. */
void be_mourner(struct actor *self);

/* A queue that is soon full, with senders that give up now and then and receivers at the port and
 * at its set. After the round queue_end() checks that nothing was lost. */
void queue_begin(void);
void be_sender(struct actor *self);
void be_receiver(struct actor *self);     /* at the port */
void be_set_receiver(struct actor *self); /* at the set */
void queue_end(void);
