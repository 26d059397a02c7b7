/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The parts of the stress test that end tasks, threads and processors in the middle of whatever
 * they do.
 */
#pragma once

#include "stress_actor.h"

/* Make the bare actors of a killer. Returns: the killer's argument. */
void *killer_create(void);

/* Makes tasks that are clients and servers, lets others call them, and ends their threads and
 * then the tasks. Each call at them has to end. */
void be_killer(struct actor *self);

/* Stops and starts processors; all run in the end. */
void be_switcher(struct actor *self);
