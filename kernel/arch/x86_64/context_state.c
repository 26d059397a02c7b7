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
#include <debug_registers.h>
#include <fpu.h>

/* Flags that user code may have: arithmetic, trap, direction, resume (so that a debugger gets past an
 * execution breakpoint), alignment check, identification. */
#define RFLAGS_USER UINT64_C(0x250dd5)

#define HEADER_WORDS (sizeof(x86_state_hdr_t) / sizeof(natural_t))

/* Offset of the FXSAVE image in x86_float_state64_t. */
#define FLOAT_IMAGE_OFFSET offsetof(x86_float_state64_t, __fpu_fcw)

/* Any of the structures, aligned as STATE in a message may not be. */
union any_state {
    x86_thread_state64_t thread;
    x86_thread_full_state64_t full;
    x86_float_state64_t fpu;
    x86_exception_state64_t exception;
    x86_debug_state64_t debug;
};

static void registers_get(struct thread_context *context, x86_thread_state64_t *state)
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
    if (frame->vector == TRAP_VECTOR_RESULT) {
        return;
    }
    state->__rcx = frame->rcx;
    state->__rdx = frame->rdx;
    state->__rdi = frame->rdi;
    state->__rsi = frame->rsi;
    state->__r8 = frame->r8;
    state->__r9 = frame->r9;
    state->__r10 = frame->r10;
    state->__r11 = frame->r11;
}

static kern_return_t registers_set(struct thread_context *context,
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

static kern_return_t thread_get(struct thread_context *context, union any_state *state)
{
    registers_get(context, &state->thread);
    return KERN_SUCCESS;
}

static kern_return_t thread_set(struct thread_context *context, const union any_state *state)
{
    return registers_set(context, &state->thread);
}

static kern_return_t full_get(struct thread_context *context, union any_state *state)
{
    state->full = (x86_thread_full_state64_t){ .__ss = USER_DATA_SELECTOR };
    registers_get(context, &state->full.__ss64);
    return KERN_SUCCESS;
}

/* A data segment that user code may load: none, or the one there is. */
static bool is_user_data(uint64_t selector)
{
    return selector == 0 || selector == USER_DATA_SELECTOR;
}

/* The segments are always these; who wants others is told so. */
static kern_return_t full_set(struct thread_context *context, const union any_state *state)
{
    const x86_thread_full_state64_t *full = &state->full;
    const x86_thread_state64_t *registers = &full->__ss64;
    if (registers->__cs != USER_CODE_SELECTOR || full->__ss != USER_DATA_SELECTOR ||
        !is_user_data(full->__ds) || !is_user_data(full->__es) || !is_user_data(registers->__fs) ||
        !is_user_data(registers->__gs) || full->__gsbase != 0) {
        return KERN_INVALID_ARGUMENT;
    }
    return registers_set(context, registers);
}

static kern_return_t float_get(struct thread_context *context, union any_state *state)
{
    if (!fpu_prepare_area(context)) {
        return KERN_RESOURCE_SHORTAGE;
    }
    memset(&state->fpu, 0, sizeof(state->fpu));
    memcpy((char *)&state->fpu + FLOAT_IMAGE_OFFSET, context->fpu, FPU_LEGACY_SIZE);
    return KERN_SUCCESS;
}

static kern_return_t float_set(struct thread_context *context, const union any_state *state)
{
    if (!fpu_prepare_area(context)) {
        return KERN_RESOURCE_SHORTAGE;
    }
    fpu_set_legacy(context, (const char *)&state->fpu + FLOAT_IMAGE_OFFSET);
    return KERN_SUCCESS;
}

static kern_return_t exception_get(struct thread_context *context, union any_state *state)
{
    state->exception = (x86_exception_state64_t){
        .__trapno = (uint16_t)context->fault_vector,
        .__cpu = (uint16_t)cpu_index(),
        .__err = context->fault_error,
        .__faultvaddr = context->fault_address,
    };
    return KERN_SUCCESS;
}

static kern_return_t debug_get(struct thread_context *context, union any_state *state)
{
    debug_state_get(context, &state->debug);
    return KERN_SUCCESS;
}

static kern_return_t debug_set(struct thread_context *context, const union any_state *state)
{
    return debug_state_set(context, &state->debug);
}

struct state_kind {
    int flavor;
    int wrapped; /* the flavour that puts a header in front of it, or none */
    mach_msg_type_number_t words;
    kern_return_t (*get)(struct thread_context *context, union any_state *state);
    kern_return_t (*set)(struct thread_context *context, const union any_state *state);
};

/* Those without a set function are read only. */
static const struct state_kind state_kinds[] = {
    { x86_THREAD_STATE64, x86_THREAD_STATE, x86_THREAD_STATE64_COUNT, thread_get, thread_set },
    { x86_FLOAT_STATE64, x86_FLOAT_STATE, x86_FLOAT_STATE64_COUNT, float_get, float_set },
    { x86_EXCEPTION_STATE64, x86_EXCEPTION_STATE, x86_EXCEPTION_STATE64_COUNT, exception_get,
      nullptr },
    { x86_DEBUG_STATE64, x86_DEBUG_STATE, x86_DEBUG_STATE64_COUNT, debug_get, debug_set },
    { x86_THREAD_FULL_STATE64, THREAD_STATE_NONE, x86_THREAD_FULL_STATE64_COUNT, full_get,
      full_set },
};

/* The kind that FLAVOR is, plain or with *HEADER words in front of it; null if unknown. */
static const struct state_kind *state_kind(int flavor, mach_msg_type_number_t *header)
{
    for (uint32_t i = 0; i < ARRAY_SIZE(state_kinds); i++) {
        const struct state_kind *kind = &state_kinds[i];
        if (flavor == kind->flavor ||
            (flavor == kind->wrapped && kind->wrapped != THREAD_STATE_NONE)) {
            *header = flavor == kind->flavor ? 0 : HEADER_WORDS;
            return kind;
        }
    }
    return nullptr;
}

bool context_flavor_is_known(int flavor)
{
    mach_msg_type_number_t header;
    return state_kind(flavor, &header) != nullptr;
}

bool context_flavor_is_given(int flavor)
{
    return flavor == x86_DEBUG_STATE64 || flavor == x86_DEBUG_STATE;
}

void context_give(struct thread_context *context, const struct thread_context *model)
{
    context->debug = model->debug;
}

kern_return_t context_get_state(struct thread_context *context, int flavor, natural_t *state,
                                mach_msg_type_number_t *count)
{
    mach_msg_type_number_t header;
    const struct state_kind *kind = state_kind(flavor, &header);
    if (kind == nullptr || *count < header + kind->words) {
        return KERN_INVALID_ARGUMENT;
    }
    union any_state any;
    kern_return_t result = kind->get(context, &any);
    if (result != KERN_SUCCESS) {
        return result;
    }
    if (header != 0) {
        x86_state_hdr_t tag = { .flavor = (uint32_t)kind->flavor, .count = kind->words };
        memcpy(state, &tag, sizeof(tag));
    }
    memcpy(state + header, &any, kind->words * sizeof(natural_t));
    *count = header + kind->words;
    return KERN_SUCCESS;
}

kern_return_t context_set_state(struct thread_context *context, int flavor, const natural_t *state,
                                mach_msg_type_number_t count)
{
    mach_msg_type_number_t header;
    const struct state_kind *kind = state_kind(flavor, &header);
    if (kind == nullptr || kind->set == nullptr || count < header + kind->words) {
        return KERN_INVALID_ARGUMENT;
    }
    if (header != 0) {
        x86_state_hdr_t tag;
        memcpy(&tag, state, sizeof(tag));
        if (tag.flavor != (uint32_t)kind->flavor || tag.count != kind->words) {
            return KERN_INVALID_ARGUMENT;
        }
    }
    union any_state any;
    memcpy(&any, state + header, kind->words * sizeof(natural_t));
    return kind->set(context, &any);
}
