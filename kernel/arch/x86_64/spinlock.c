/* SPDX-License-Identifier: BSD-2-Clause */
/* What the lock checker of debug builds keeps for each processor. */
#include <arch/spinlock.h>

#ifdef MACH_R_DEBUG
PERCPU_DEFINE(struct lock_cpu, lock_cpu);
#endif
