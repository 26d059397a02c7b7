/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * FPU, SSE and AVX state of threads.  CR0.TS is set whenever the registers do not belong to the
 * running thread; its first FPU instruction traps, and loads them.  A thread that used them has
 * them saved when it leaves the processor, so the state never stays behind on another processor;
 * one that did not pays nothing.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <arch/context.h>
#include <arch/percpu.h>

/* The part of a save area that all processors have (FXSAVE, Intel SDM vol. 1 section 10.5). */
#define FPU_LEGACY_SIZE 512

/* Not 0 while the registers are the running thread's. */
PERCPU_DECLARE(uint32_t, fpu_in_use);

/* Switch FPU and SSE on for this processor, with XSAVE if there is one.  Once per processor.
 * Returns: bytes of a save area. */
uint32_t fpu_init_cpu(void);

/* The same for the first processor, and prepare for save areas. */
void fpu_init(void);

/*
 * Give the running thread its FPU registers.  Returns: false if there is no memory for the save
 * area.
 */
[[nodiscard]] bool fpu_load(void);

/* Save the registers into CONTEXT, the running thread's, and take them away. */
RARE_CALL void fpu_save(struct thread_context *context);

/*
 * Make sure that CONTEXT has a save area that holds its state now.  Returns: false if there is no
 * memory.
 */
[[nodiscard]] bool fpu_prepare_area(struct thread_context *context);

/* Make the legacy part of CONTEXT's area LEGACY, with bits cleared that would fault when loaded. */
void fpu_set_legacy(struct thread_context *context, const void *legacy);

/* Free CONTEXT's save area. */
void fpu_destroy(struct thread_context *context);
