/* SPDX-License-Identifier: BSD-2-Clause */
/* What the lock checker of debug builds keeps for each processor. */
#include <arch/spinlock.h>

#ifdef MACH_R_DEBUG
PERCPU_DEFINE(struct lock_cpu, lock_cpu);

/* With interrupts on, the processor may change between here and the check; it holds none then. */
void interrupts_check(void)
{
    if (!interrupts_enabled()) {
        spin_lock_check_none(nullptr, "interrupts enabled");
    }
}
#endif
