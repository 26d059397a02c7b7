/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The part of a thread that only the processor understands: where its kernel stack stands, its user
 * registers, its FPU state.  struct thread_context is the first member of struct thread (assembly
 * relies on it).
 */
#pragma once

#include <stdint.h>

#include <mach/kern_return.h>
#include <mach/thread_status.h>

#include <lib/compiler.h>
#include <arch/trap_frame.h>
#include <machine/context_types.h> /* struct thread_context */

struct thread;
struct pmap;

/* Bytes of a kernel stack, a multiple of the page size. */
#define KERNEL_STACK_SIZE 16384

/*
 * Prepare CONTEXT so that its first switch-in calls ENTRY(ARGUMENT) on the kernel stack that ends
 * at STACK_TOP. ENTRY runs with interrupts off, must finish the switch (sched), and does not
 * return.
 */
void context_init(struct thread_context *context, void *stack_top, void (*entry)(void *argument),
                  void *argument);

/*
 * Let CONTEXT's thread run in PMAP from its next switch-in on; null (the initial value): in
 * whatever is loaded, for kernel threads.  The caller keeps PMAP alive as long as CONTEXT may be
 * switched to.
 */
static inline void context_set_pmap(struct thread_context *context, struct pmap *pmap);

/* Free what CONTEXT owns (FPU save area); the thread will not run again. */
void context_destroy(struct thread_context *context);

/*
 * Switch from PREVIOUS to NEXT on this processor: saves the callee's registers and stack, FPU state
 * if it was used, activates NEXT's pmap (context_set_pmap(); null: keep the loaded one), kernel
 * stack, TLS base.  Returns on the stack of PREVIOUS, when it is switched to again; the result is
 * the thread that ran before.
 * Context: interrupts off.
 */
struct thread *context_switch(struct thread *previous, struct thread *next);

/*
 * The user registers of a thread that is in the kernel: the frame at the top of its kernel stack.
 */
static inline struct trap_frame *context_user_frame(struct thread_context *context);

/*
 * Set up the user frame so that the thread starts at PC with stack SP and first argument ARGUMENT,
 * other registers zero.
 */
void context_set_user_start(struct thread_context *context, uint64_t pc, uint64_t sp,
                            uint64_t argument);

/*
 * Leave the kernel for the user state in the frame at the top of this thread's stack.  Context:
 * interrupts off.
 */
[[noreturn]] void context_return_to_user(struct thread_context *context);

/*
 * Read or write the registers of CONTEXT, whose thread is stopped in the kernel or is the caller.
 * FLAVOR is x86_THREAD_STATE64, x86_THREAD_FULL_STATE64, x86_FLOAT_STATE64, x86_DEBUG_STATE64,
 * x86_EXCEPTION_STATE64, which cannot be written, or x86_*_STATE of those, with a header; STATE holds
 * *COUNT words (natural_t), on return the number filled.  Writing takes only what user code may hold:
 * selectors, flags and addresses are made harmless or refused.
 * Returns: KERN_SUCCESS; KERN_INVALID_ARGUMENT, unknown flavour, count too small, or a value no
 * user may hold;
 *          KERN_RESOURCE_SHORTAGE, no memory for the FPU state.
 */
[[nodiscard]] kern_return_t context_get_state(struct thread_context *context, int flavor,
                                              natural_t *state, mach_msg_type_number_t *count);
[[nodiscard]] kern_return_t context_set_state(struct thread_context *context, int flavor,
                                              const natural_t *state, mach_msg_type_number_t count);

/* True if FLAVOR can be read. */
bool context_flavor_is_known(int flavor);

/* True if a context that is all zero, and no thread's, has a state of FLAVOR too, which can be read, written and
 * given to others. */
bool context_flavor_is_given(int flavor);

/* Give CONTEXT, whose thread has not run yet, the states of MODEL for which context_flavor_is_given(). */
void context_give(struct thread_context *context, const struct thread_context *model);

/*
 * Set the user's TLS base (fs base) of the running thread, whose context is CONTEXT.  Returns:
 * KERN_INVALID_ADDRESS if it is no user address.
 */
[[nodiscard]] kern_return_t context_set_tls_base(struct thread_context *context, uint64_t base);

#include <machine/context.h>
