/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Thread state flavours.  Each has a function that fills and one that takes a plain structure; the
 * flavours without a width put a header in front of it.  What comes from a user is copied, checked,
 * and only then stored.
 */
#include <arch/context.h>

#include <lib/compiler.h>
#include <lib/string.h>
#include <arch/cpu.h>
#include <arch/user_copy.h>
#include <asm_offsets.h>
#include <fpu.h>

/* Flags that user code may set: arithmetic, trap, direction, alignment check, identification. */
#define RFLAGS_USER UINT64_C(0x240dd5)

#define HEADER_WORDS (sizeof(x86_state_hdr_t) / sizeof(natural_t))

/* Offset of the FXSAVE image in x86_float_state64_t. */
#define FLOAT_IMAGE_OFFSET offsetof(x86_float_state64_t, __fpu_fcw)

static void thread_state_get(struct thread_context *context, x86_thread_state64_t *state)
{
    const struct trap_frame *frame = context_user_frame(context);
    *state = (x86_thread_state64_t){
        .__rbx = frame->rbx,
        .__rbp = frame->rbp,
        .__rsp = frame->rsp,
        .__r12 = frame->r12,
        .__r13 = frame->r13,
        .__r14 = frame->r14,
        .__r15 = frame->r15,
        .__rip = frame->rip,
        .__rflags = frame->rflags,
        .__cs = USER_CODE_SELECTOR,
    };
    if (frame->vector == TRAP_VECTOR_SYSCALL) {
        return;
    }
    state->__rax = frame->rax;
    state->__rcx = frame->rcx;
    state->__rdx = frame->rdx;
    state->__rdi = frame->rdi;
    state->__rsi = frame->rsi;
    state->__r8 = frame->r8;
    state->__r9 = frame->r9;
    state->__r10 = frame->r10;
    state->__r11 = frame->r11;
}

static kern_return_t thread_state_set(struct thread_context *context,
                                      const x86_thread_state64_t *state)
{
    if (state->__rip >= USER_ADDRESS_END) {
        return KERN_INVALID_ARGUMENT;
    }
    *context_user_frame(context) = (struct trap_frame){
        .r15 = state->__r15,
        .r14 = state->__r14,
        .r13 = state->__r13,
        .r12 = state->__r12,
        .rbp = state->__rbp,
        .rbx = state->__rbx,
        .r11 = state->__r11,
        .r10 = state->__r10,
        .r9 = state->__r9,
        .r8 = state->__r8,
        .rax = state->__rax,
        .rcx = state->__rcx,
        .rdx = state->__rdx,
        .rsi = state->__rsi,
        .rdi = state->__rdi,
        .vector = TRAP_VECTOR_FULL,
        .rip = state->__rip,
        .cs = USER_CODE_SELECTOR,
        .rflags = (state->__rflags & RFLAGS_USER) | RFLAGS_ONE | RFLAGS_IF,
        .rsp = state->__rsp,
        .ss = USER_DATA_SELECTOR,
    };
    return KERN_SUCCESS;
}

static kern_return_t float_state_get(struct thread_context *context, x86_float_state64_t *state)
{
    if (!fpu_prepare_area(context)) {
        return KERN_RESOURCE_SHORTAGE;
    }
    memset(state, 0, sizeof(*state));
    memcpy((char *)state + FLOAT_IMAGE_OFFSET, context->fpu, FPU_LEGACY_SIZE);
    return KERN_SUCCESS;
}

static kern_return_t float_state_set(struct thread_context *context,
                                     const x86_float_state64_t *state)
{
    if (!fpu_prepare_area(context)) {
        return KERN_RESOURCE_SHORTAGE;
    }
    fpu_set_legacy(context, (const char *)state + FLOAT_IMAGE_OFFSET);
    return KERN_SUCCESS;
}

static void exception_state_get(const struct thread_context *context,
                                x86_exception_state64_t *state)
{
    *state = (x86_exception_state64_t){
        .__trapno = (uint16_t)context->fault_vector,
        .__cpu = (uint16_t)cpu_index(),
        .__err = context->fault_error,
        .__faultvaddr = context->fault_address,
    };
}

/* The flavour with a width that FLAVOR stands for, 0 if unknown, and its number of words. */
static int flavor_with_width(int flavor, mach_msg_type_number_t *count)
{
    switch (flavor) {
    case x86_THREAD_STATE:
    case x86_THREAD_STATE64: *count = x86_THREAD_STATE64_COUNT; return x86_THREAD_STATE64;
    case x86_FLOAT_STATE:
    case x86_FLOAT_STATE64: *count = x86_FLOAT_STATE64_COUNT; return x86_FLOAT_STATE64;
    case x86_EXCEPTION_STATE:
    case x86_EXCEPTION_STATE64: *count = x86_EXCEPTION_STATE64_COUNT; return x86_EXCEPTION_STATE64;
    default: return 0;
    }
}

/* Any of the structures, aligned as STATE in a message may not be. */
union any_state {
    x86_thread_state64_t thread;
    x86_float_state64_t fpu;
    x86_exception_state64_t exception;
};

static kern_return_t state_get(struct thread_context *context, int flavor, union any_state *state)
{
    switch (flavor) {
    case x86_THREAD_STATE64: thread_state_get(context, &state->thread); return KERN_SUCCESS;
    case x86_FLOAT_STATE64: return float_state_get(context, &state->fpu);
    default: exception_state_get(context, &state->exception); return KERN_SUCCESS;
    }
}

kern_return_t context_get_state(struct thread_context *context, int flavor, natural_t *state,
                                mach_msg_type_number_t *count)
{
    mach_msg_type_number_t words;
    int plain = flavor_with_width(flavor, &words);
    mach_msg_type_number_t header = plain == flavor ? 0 : HEADER_WORDS;
    if (plain == 0 || *count < header + words) {
        return KERN_INVALID_ARGUMENT;
    }
    union any_state any;
    kern_return_t result = state_get(context, plain, &any);
    if (result != KERN_SUCCESS) {
        return result;
    }
    if (header != 0) {
        x86_state_hdr_t tag = { .flavor = (uint32_t)plain, .count = words };
        memcpy(state, &tag, sizeof(tag));
    }
    memcpy(state + header, &any, words * sizeof(natural_t));
    *count = header + words;
    return KERN_SUCCESS;
}

kern_return_t context_set_state(struct thread_context *context, int flavor, const natural_t *state,
                                mach_msg_type_number_t count)
{
    mach_msg_type_number_t words;
    int plain = flavor_with_width(flavor, &words);
    mach_msg_type_number_t header = plain == flavor ? 0 : HEADER_WORDS;
    if (plain == 0 || plain == x86_EXCEPTION_STATE64 || count < header + words) {
        return KERN_INVALID_ARGUMENT;
    }
    if (header != 0) {
        x86_state_hdr_t tag;
        memcpy(&tag, state, sizeof(tag));
        if (tag.flavor != (uint32_t)plain || tag.count != words) {
            return KERN_INVALID_ARGUMENT;
        }
    }
    union any_state any;
    memcpy(&any, state + header, words * sizeof(natural_t));
    if (plain == x86_THREAD_STATE64) {
        return thread_state_set(context, &any.thread);
    }
    return float_state_set(context, &any.fpu);
}
