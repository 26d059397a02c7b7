/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The variables behind sched/test_hook.h.
 */
#include <sched/test_hook.h>

void (*sched_test_hook)(enum sched_hook_point point, struct thread *thread);
bool sched_handoff_is_on = true;
