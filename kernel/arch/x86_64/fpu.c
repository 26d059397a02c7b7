/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * XSAVE's standard format (Intel SDM vol. 1 chapter 13) or FXSAVE where there is none: both begin
 * with the same 512 bytes.  An area of zeros with the two control registers set is the initial
 * state in either format.
 */
#include <fpu.h>

#include <lib/assert.h>
#include <lib/string.h>
#include <arch/cpu.h>
#include <current.h>
#include <cpu_features.h>
#include <msr.h>
#include <page_pool.h>

/* XCR0 and XSTATE_BV: x87, SSE, AVX, and AVX-512's three. */
#define XSTATE_LEGACY UINT64_C(0x03)
#define XSTATE_WANTED UINT64_C(0xe7)
#define XSTATE_AVX512 UINT64_C(0xe0)

#define LEGACY_FCW        0 /* offsets in the legacy part */
#define LEGACY_MXCSR      24
#define LEGACY_MXCSR_MASK 28
#define XSTATE_BV         512 /* and in the header behind it */

#define FCW_INITIAL       0x037f
#define MXCSR_INITIAL     0x1f80u
#define MXCSR_MASK_OLDEST 0xffbfu /* what a mask of zero means */

PERCPU_DEFINE(uint32_t, fpu_in_use);

/* Constant after fpu_init_cpu() on the boot processor. */
static uint64_t xstate_mask;
static uint32_t mxcsr_mask;

static struct page_pool areas;

static void fpu_take_away(void)
{
    write_cr0(read_cr0() | CR0_TS);
    percpu_write(fpu_in_use, 0);
}

static void area_save(void *area)
{
    if (cpu_features.xsave) {
        xsave64(area, xstate_mask);
    } else {
        fxsave64(area);
    }
}

/* Switch XSAVE on.  Returns: the size of its area. */
static uint32_t xsave_init(void)
{
    struct cpuid_result leaf = cpuid(0xd, 0);
    xstate_mask = leaf.eax & XSTATE_WANTED;
    if ((xstate_mask & XSTATE_AVX512) != XSTATE_AVX512) {
        xstate_mask &= ~XSTATE_AVX512;
    }
    xsetbv(0, xstate_mask);
    return cpuid(0xd, 0).ebx;
}

/* Read which bits of MXCSR exist from a saved area. */
static void mxcsr_mask_init(void)
{
    static uint8_t area[FPU_LEGACY_SIZE] ALIGNED(16);
    fxsave64(area);
    memcpy(&mxcsr_mask, area + LEGACY_MXCSR_MASK, sizeof(mxcsr_mask));
    if (mxcsr_mask == 0) {
        mxcsr_mask = MXCSR_MASK_OLDEST;
    }
}

uint32_t fpu_init_cpu(void)
{
    uint32_t size = FPU_LEGACY_SIZE;
    write_cr4(read_cr4() | CR4_OSFXSR | CR4_OSXMMEXCPT);
    write_cr0((read_cr0() & ~(CR0_EM | CR0_TS)) | CR0_MP);
    if (cpu_features.xsave) {
        write_cr4(read_cr4() | CR4_OSXSAVE);
        size = xsave_init();
    }
    fpu_take_away();
    return size;
}

void fpu_init(void)
{
    uint32_t size = fpu_init_cpu();
    clts();
    mxcsr_mask_init();
    fpu_take_away();
    page_pool_init(&areas, size, 64);
}

static bool area_allocate(struct thread_context *context)
{
    uint8_t *area = page_pool_allocate(&areas);
    if (area == nullptr) {
        return false;
    }
    uint16_t fcw = FCW_INITIAL;
    uint32_t mxcsr = MXCSR_INITIAL;
    memcpy(area + LEGACY_FCW, &fcw, sizeof(fcw));
    memcpy(area + LEGACY_MXCSR, &mxcsr, sizeof(mxcsr));
    context->fpu = area;
    return true;
}

bool fpu_load(void)
{
    struct thread_context *context = current_context();
    if (context->fpu == nullptr && !area_allocate(context)) {
        return false;
    }
    clts();
    if (cpu_features.xsave) {
        xrstor64(context->fpu, xstate_mask);
    } else {
        fxrstor64(context->fpu);
    }
    percpu_write(fpu_in_use, 1);
    return true;
}

RARE_CALL void fpu_save(struct thread_context *context)
{
    area_save(context->fpu);
    fpu_take_away();
}

bool fpu_prepare_area(struct thread_context *context)
{
    interrupt_state_t state = interrupts_save();
    bool is_ready = true;
    if (context->fpu == nullptr) {
        is_ready = area_allocate(context);
    } else if (context == current_context() && percpu_read(fpu_in_use) != 0) {
        fpu_save(context);
    }
    interrupts_restore(state);
    return is_ready;
}

void fpu_set_legacy(struct thread_context *context, const void *legacy)
{
    uint8_t *area = context->fpu;
    uint32_t mxcsr;
    memcpy(area, legacy, FPU_LEGACY_SIZE);
    memcpy(&mxcsr, area + LEGACY_MXCSR, sizeof(mxcsr));
    mxcsr &= mxcsr_mask;
    memcpy(area + LEGACY_MXCSR, &mxcsr, sizeof(mxcsr));
    if (cpu_features.xsave) {
        uint64_t present;
        memcpy(&present, area + XSTATE_BV, sizeof(present));
        present |= XSTATE_LEGACY;
        memcpy(area + XSTATE_BV, &present, sizeof(present));
    }
}

void fpu_destroy(struct thread_context *context)
{
    if (context->fpu != nullptr) {
        interrupt_state_t state = interrupts_save();
        page_pool_free(&areas, context->fpu);
        context->fpu = nullptr;
        interrupts_restore(state);
    }
}
