/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Switching between threads: everything that does not differ costs a comparison.
 */
#include <arch/context.h>

#include <lib/string.h>
#include <arch/cpu.h>
#include <arch/pmap.h>
#include <arch/upcalls.h>
#include <arch/user_copy.h>
#include <asm_offsets.h>
#include <current.h>
#include <debug_registers.h>
#include <fpu.h>
#include <gdt.h>
#include <msr.h>
#include <trap.h>

/* switch.S */
extern const char switch_first[];

/* What MSR_FS_BASE holds. */
static PERCPU_DEFINE(uint64_t, loaded_tls_base);

/* The stack of a context that does not run, as switch_stacks() leaves it; of one that has not begun,
 * with what switch_first wants behind it. */
struct switch_frame {
    uint64_t return_address;
    uint64_t rbp;
    uint64_t entry;
    uint64_t argument;
};

/*
 * Exchange the stacks.  Returns: the context that ran before, on TO's stack, where TO last called
 * this.  Everything but the frame pointer counts as changed, so the compiler keeps what its caller
 * needs later, and no more.
 */
static ALWAYS_INLINE struct thread *switch_stacks(struct thread_context *from,
                                                  struct thread_context *to)
{
    static_assert(offsetof(struct thread_context, kernel_sp) == 0);
    __asm__ volatile("pushq %%rbp\n\t"
                     "pushq $1f\n\t"
                     "movq %%rsp, (%%rdi)\n\t"
                     "movq (%%rsi), %%rsp\n\t"
                     "ret\n"
                     "1:\tpopq %%rbp"
                     : "+D"(from), "+S"(to)
                     :
                     : "rax", "rbx", "rcx", "rdx", "r8", "r9", "r10", "r11", "r12", "r13", "r14",
                       "r15", "memory", "cc");
    return (struct thread *)from;
}

/* A user frame without a user: every register zero, selectors and flags harmless. */
static void frame_reset(struct trap_frame *frame)
{
    memset(frame, 0, sizeof(*frame));
    frame->vector = TRAP_VECTOR_FULL;
    frame->cs = USER_CODE_SELECTOR;
    frame->ss = USER_DATA_SELECTOR;
    frame->rflags = RFLAGS_ONE | RFLAGS_IF;
}

void context_init(struct thread_context *context, void *stack_top, void (*entry)(void *argument),
                  void *argument)
{
    memset(context, 0, sizeof(*context));
    context->stack_top = (uintptr_t)stack_top;
    struct trap_frame *user = context_user_frame(context);
    frame_reset(user);

    struct switch_frame *frame = (struct switch_frame *)user - 1;
    memset(frame, 0, sizeof(*frame));
    frame->argument = (uintptr_t)argument;
    frame->entry = (uintptr_t)entry;
    frame->return_address = (uintptr_t)switch_first;
    context->kernel_sp = (uintptr_t)frame;
}

void context_destroy(struct thread_context *context)
{
    fpu_destroy(context);
}

static void tls_base_load(uint64_t base)
{
    wrmsr(MSR_FS_BASE, base);
    percpu_write(loaded_tls_base, base);
}

struct thread *context_switch(struct thread *previous, struct thread *next)
{
    struct thread_context *from = (struct thread_context *)previous;
    struct thread_context *to = (struct thread_context *)next;
    if (UNLIKELY(percpu_read(fpu_in_use) != 0)) {
        fpu_save(from);
    }
    if (to->pmap != nullptr) {
        pmap_activate(to->pmap);
    }
    percpu_write(cpu_tss.rsp0, to->stack_top);
    if (to->tls_base != percpu_read(loaded_tls_base)) {
        tls_base_load(to->tls_base);
    }
    debug_switch(to);
    return switch_stacks(from, to);
}

void context_set_user_start(struct thread_context *context, uint64_t pc, uint64_t sp,
                            uint64_t argument)
{
    struct trap_frame *frame = context_user_frame(context);
    frame_reset(frame);
    frame->rip = pc;
    frame->rsp = sp;
    frame->rdi = argument;
}

void context_return_to_user(struct thread_context *context)
{
    trap_finish();
    trap_return_frame(context_user_frame(context));
}

kern_return_t context_set_tls_base(struct thread_context *context, uint64_t base)
{
    if (base >= USER_ADDRESS_END) {
        return KERN_INVALID_ADDRESS;
    }
    interrupt_state_t state = interrupts_save();
    context->tls_base = base;
    tls_base_load(base);
    interrupts_restore(state);
    return KERN_SUCCESS;
}
