/* SPDX-License-Identifier: BSD-2-Clause */
/* Debug builds: how long each processor takes no interrupts, and that it holds no lock afterwards. */
#include <arch/off_time.h>

#include <arch/cpu.h>
#include <arch/spinlock.h>

#ifdef MACH_R_DEBUG
PERCPU_DEFINE(struct off_time, off_time);

static const void *place_or(const void *place, const void *caller)
{
    return place != nullptr ? place : caller;
}

void interrupts_note_off(const void *place)
{
    off_time_begin(percpu_ptr(off_time), cpu_cycles(),
                   place_or(place, __builtin_return_address(0)));
}

/* With interrupts on, the processor may change between here and the check; it holds none then. */
void interrupts_note_on(const void *place)
{
    if (!interrupts_enabled()) {
        spin_lock_check_none(nullptr, "interrupts enabled");
        off_time_end(percpu_ptr(off_time), cpu_cycles(),
                     place_or(place, __builtin_return_address(0)));
    }
}
#endif
