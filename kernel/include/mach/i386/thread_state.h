/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The longest thread state, in words: the bound of state arrays in messages.
 */
#pragma once

#define I386_THREAD_STATE_MAX 614
#define THREAD_STATE_MAX      I386_THREAD_STATE_MAX
