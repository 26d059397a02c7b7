/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A thread's machine state as an array of words; the flavor says which registers it holds.
 */
#pragma once

#include <mach/machine/thread_state.h>
#include <mach/machine/thread_status.h>
#include <mach/machine/vm_types.h>

typedef natural_t *thread_state_t;
typedef natural_t thread_state_data_t[THREAD_STATE_MAX];

typedef int thread_state_flavor_t;
typedef thread_state_flavor_t *thread_state_flavor_array_t;

/* Ask for the list of flavors. */
#define THREAD_STATE_FLAVOR_LIST     0
#define THREAD_STATE_FLAVOR_LIST_NEW 128

#define THREAD_STATE_FLAVOR_LIST_10_9         129
#define THREAD_STATE_FLAVOR_LIST_10_13        130
#define THREAD_STATE_FLAVOR_LIST_10_15        131
#define THREAD_CONVERT_THREAD_STATE_TO_SELF   1
#define THREAD_CONVERT_THREAD_STATE_FROM_SELF 2
