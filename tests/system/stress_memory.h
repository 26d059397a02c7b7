/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The parts of the stress test that are about memory: what a change of a map has ended, no
 * processor does any more.
 */
#pragma once

#include "stress_actor.h"

/* A page of the test that is replaced again and again, and those who read it. */
void window_begin(void);
void be_replacer(struct actor *self);
void be_reader(struct actor *self);
void window_end(void);

/* A page that may not be written for moments, or is sent away as a copy, and those who write it. */
void page_begin(void);
void be_protector(struct actor *self);
void be_copier(struct actor *self);
void be_writer(struct actor *self);
void page_end(void);

/* Pages that the test and its service share: one writes them while there is a copy, the other
 * takes away permissions, and must see what is written. */
void shared_begin(void);
void be_shared_writer(struct actor *self);
void be_shared_reader(struct actor *self); /* bare, in the service made after shared_begin() */
void shared_end(void);
