/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The processor behind names: interrupts, identity, time stamp, idling, stopping the machine.
 * The inline bodies are in <machine/cpu.h>.
 */
#pragma once

#include <stdint.h>

#include <lib/compiler.h>

/* The most processors that the kernel can use. */
#define CPU_MAX 64

/* A set of processors: bit number = index. */
typedef uint64_t cpu_mask_t;

#define CPU_BIT(cpu) (UINT64_C(1) << (cpu))
#define CPU_SET_ALL  UINT64_MAX

/* What interrupts_save() returned; opaque. */
typedef uint64_t interrupt_state_t;

/* True if this processor takes interrupts now. */
static inline bool interrupts_enabled(void);

/* Take interrupts from now on.  The caller holds no spin lock. */
static inline void interrupts_enable(void);

/* Take no interrupts from now on. */
static inline void interrupts_disable(void);

/* Disable interrupts and return the state to hand to interrupts_restore(). */
static inline interrupt_state_t interrupts_save(void);

/* The same, for a function that does it for its own caller: LOCK_PLACE(). */
static inline interrupt_state_t interrupts_save_at(const void *place);

/*
 * Debug builds: interrupts, which were on, are off now, or are about to be enabled; PLACE is the return
 * address of who did it, null the caller's own.  At the end it is checked that the processor holds
 * no spin lock.  For who disables or enables them otherwise: entering and leaving the kernel.
 * Context: interrupts off.
 */
#ifdef MACH_R_DEBUG
void interrupts_note_off(const void *place);
void interrupts_note_on(const void *place);
#else
static inline void interrupts_note_off([[maybe_unused]] const void *place)
{
}

static inline void interrupts_note_on([[maybe_unused]] const void *place)
{
}
#endif

/* Take the interrupts that wait, and none afterwards.  (To enable and disable them in a row takes none:
 * a processor begins to take them one instruction later.)  Context: interrupts off, no spin locks. */
static inline void interrupts_let_in(void);

/* Return to the state that interrupts_save() found. */
static inline void interrupts_restore(interrupt_state_t state);

/* Called in each round of a loop that waits for another processor: a hint for the processor, and
 * where others may wait for this one, with interrupts off, they are served. */
static inline void cpu_pause(void);

/* The processor's free-running cycle counter (the TSC, Intel SDM vol. 3 section 17.17). */
static inline uint64_t cpu_cycles(void);

/*
 * Index of the calling processor, 0 for the one that booted.  Context: interrupts off, or a guess.
 */
static inline uint32_t cpu_index(void);

/* The running processor, as a set.  Context: as cpu_index(). */
static inline cpu_mask_t cpu_self(void);

/* Number of processors that were started: their indices are 0 to cpu_count() - 1. */
uint32_t cpu_count(void);

/* Number of processors that the firmware names, as far as they can be used; after a failure of
 * cpu_start_next(), of those that are left. */
uint32_t cpu_present_count(void);

/*
 * Start the processor with index cpu_count(), which is below cpu_present_count(), on the stack that
 * ends at STACK_TOP: it calls upcall_cpu_main().  Context: interrupts off; one caller at a time.
 * Returns: false if it does not come up; it is left out then.
 */
[[nodiscard]] bool cpu_start_next(void *stack_top);

/* Debug builds: the number of interrupts that processor CPU has taken.  A non-maskable one does not
 * count. */
uint64_t cpu_heartbeat(uint32_t cpu);

/* Log the stacks of all processors, also of those that take no interrupts.  Context: interrupts
 * off. */
void cpu_print_stacks(void);

/*
 * Enable interrupts, sleep until one came, return with interrupts disabled. An interrupt that was
 * pending on entry ends the sleep: none is lost between a check and the sleep.
 */
void cpu_idle(void);

/* Stop this processor for good. */
[[noreturn]] void cpu_halt(void);

/* Restart the machine.  Returns never. */
[[noreturn]] void machine_reboot(void);

/* Switch the machine off; halts where that is impossible. */
[[noreturn]] void machine_power_off(void);

/*
 * End the emulator with STATUS through QEMU's isa-debug-exit device (exit code 2 * status + 1);
 * returns if there is none.  For test kernels.
 */
void machine_debug_exit(uint32_t status);

#include <machine/cpu.h>
