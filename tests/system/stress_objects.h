/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The parts of the stress test that are about objects which several hold: vouchers, of which there is one
 * for each set of values, and memory that goes when nobody says that he needs it.
 */
#pragma once

#include "stress_actor.h"

/* Makes the same few vouchers as the others of its kind, sends them, takes what others have sent, and
 * gives them up. */
void vouchers_begin(void);
void be_voucher_maker(struct actor *self);
void vouchers_end(void);

/* Purgeable pages: one writes, offers and empties them, the others read them through mappings of their
 * own, and find what was written or nothing. */
void purgeable_begin(void);
void be_purger(struct actor *self);
void be_purgeable_reader(struct actor *self);
void purgeable_end(void);
