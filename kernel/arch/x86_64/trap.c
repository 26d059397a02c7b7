/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where every interrupt and exception goes.  From user code they end in upcalls; from the kernel
 * only a page fault on a user address inside the copy functions is expected, everything else is
 * reported.
 */
#include <trap.h>

#include <lib/log.h>
#include <arch/context.h>
#include <arch/cpu.h>
#include <arch/spinlock.h>
#include <arch/upcalls.h>
#include <arch/user_copy.h>
#include <cross_call.h>
#include <current.h>
#include <debug_registers.h>
#include <fpu.h>
#include <idt.h>
#include <ioapic.h>
#include <lapic.h>
#include <stack_trace.h>

/* Bits of a page fault's error code (Intel SDM vol. 3 section 4.7). */
#define FAULT_WRITE   0x02
#define FAULT_EXECUTE 0x10

/* Code from START to END that touches user memory, where it goes on after a fault, and whether vm/ may
 * resolve that first: section .user_copy, from user_copy.S and <machine/user_copy.h>. */
struct user_copy_place {
    uintptr_t start;
    uintptr_t end;
    uintptr_t after_fault;
    uint64_t may_sleep;
};

extern const struct user_copy_place user_copy_places_start[];
extern const struct user_copy_place user_copy_places_end[];

static bool frame_is_user(const struct trap_frame *frame)
{
    return (frame->cs & 3) != 0;
}

static vm_prot_t fault_access(uint64_t error)
{
    if ((error & FAULT_EXECUTE) != 0) {
        return VM_PROT_READ | VM_PROT_EXECUTE;
    }
    return (error & FAULT_WRITE) != 0 ? VM_PROT_READ | VM_PROT_WRITE : VM_PROT_READ;
}

void trap_finish(void)
{
    interrupts_note_off(nullptr);
    while (percpu_read(ast_pending) != 0) {
        upcall_ast(true);
    }
    interrupts_note_on(nullptr);
}

/* Hand an exception of user code to kern/, with what the exception state will show. */
static void user_exception(struct trap_frame *frame, uint64_t address, kern_return_t code)
{
    struct thread_context *context = current_context();
    context->fault_address = address;
    context->fault_vector = (uint32_t)frame->vector;
    context->fault_error = (uint32_t)frame->error;
    upcall_user_exception(frame, code);
}

static void user_page_fault(struct trap_frame *frame)
{
    uint64_t address = read_cr2();
    kern_return_t result = KERN_INVALID_ADDRESS;
    if (address < USER_ADDRESS_END) {
        result = upcall_user_page_fault(address, fault_access(frame->error));
    }
    if (result != KERN_SUCCESS) {
        user_exception(frame, address, result);
    }
}

/* The copy of user memory that the code at PC belongs to, or null. */
static const struct user_copy_place *user_copy_place(uintptr_t pc)
{
    const struct user_copy_place *place = user_copy_places_start;
    while (place != user_copy_places_end && (pc < place->start || pc >= place->end)) {
        place++;
    }
    return place != user_copy_places_end ? place : nullptr;
}

/*
 * A fault of the kernel: resolved or turned into an error if a copy function did it, else the end.
 */
static void kernel_fault(struct trap_frame *frame)
{
    uint64_t address = read_cr2();
    const struct user_copy_place *place = user_copy_place(frame->rip);
    if (place == nullptr) {
        fault_report(frame);
    }
    /* An address in the hole between the halves is a general protection fault. */
    if (frame->vector == VECTOR_PAGE_FAULT && place->may_sleep && address < USER_ADDRESS_END &&
        upcall_user_page_fault(address, fault_access(frame->error)) == KERN_SUCCESS) {
        return;
    }
    if (frame->vector == VECTOR_PAGE_FAULT && address >= DIRECT_MAP_BASE) {
        fault_report(frame);
    }
    frame->rip = place->after_fault;
    frame->rflags &= ~RFLAGS_AC;
}

/* From another processor that ends the machine or wants our stack, or from hardware in trouble. */
static void handle_nmi(const struct trap_frame *frame)
{
    if (machine_is_stopping()) {
        cpu_halt();
    }
    if (!stack_report_answer(frame)) {
        log_warning("non-maskable interrupt");
    }
}

/* A breakpoint, or the end of a single step.  In the kernel it is a user's address that was touched
 * for him, or his step or access right before he came here. */
static void handle_debug(struct trap_frame *frame)
{
    if (frame_is_user(frame)) {
        debug_take_status(current_context());
        user_exception(frame, 0, KERN_SUCCESS);
    } else {
        debug_take_status(nullptr);
    }
}

static void handle_exception(struct trap_frame *frame)
{
    bool is_user = frame_is_user(frame);
    switch (frame->vector) {
    case VECTOR_NMI: handle_nmi(frame); return;
    case VECTOR_DEBUG: handle_debug(frame); return;
    case VECTOR_DOUBLE_FAULT:
    case VECTOR_MACHINE_CHECK: fault_report(frame);
    case VECTOR_PAGE_FAULT:
    case VECTOR_PROTECTION:
        if (!is_user) {
            kernel_fault(frame);
        } else if (frame->vector == VECTOR_PAGE_FAULT) {
            user_page_fault(frame);
        } else {
            user_exception(frame, 0, KERN_SUCCESS);
        }
        return;
    case VECTOR_NO_FPU:
        if (is_user) {
            if (!fpu_load()) {
                user_exception(frame, 0, KERN_RESOURCE_SHORTAGE);
            }
            return;
        }
        break;
    default: break;
    }
    if (!is_user) {
        fault_report(frame);
    }
    user_exception(frame, 0, KERN_SUCCESS);
}

static void handle_interrupt(struct trap_frame *frame)
{
#ifdef MACH_R_DEBUG
    cpu_beat();
#endif
    if (frame->vector == VECTOR_TIMER) {
        lapic_timer_interrupt();
    } else if (frame->vector == VECTOR_POKE) {
        lapic_end_of_interrupt();
        percpu_write(ast_pending, 1);
    } else if (frame->vector == VECTOR_CROSS_CALL) {
        lapic_end_of_interrupt();
        cross_call_serve();
    } else if (frame->vector - VECTOR_DEVICE_FIRST < VECTOR_DEVICE_COUNT) {
        ioapic_interrupt((uint32_t)frame->vector - VECTOR_DEVICE_FIRST);
    }
}

/* An NMI, or a debug exception of the kernel, is on no thread's stack and may have interrupted
 * anything. */
static bool is_on_own_stack(const struct trap_frame *frame)
{
    return frame->vector == VECTOR_NMI || (frame->vector == VECTOR_DEBUG && !frame_is_user(frame));
}

/* The code that FRAME is of took interrupts: from now on it does not, for debug builds. */
static inline void note_entry(const struct trap_frame *frame)
{
    if ((frame->rflags & RFLAGS_IF) != 0) {
        interrupts_note_off(nullptr);
    }
}

/* As trap_finish(), on the way back to code of the kernel that takes interrupts. */
static inline void trap_finish_kernel(void)
{
    if (percpu_read(ast_pending) != 0) {
        upcall_ast(false);
    }
    interrupts_note_on(nullptr);
}

void trap_dispatch(struct trap_frame *frame)
{
    if (frame->vector < VECTOR_DEVICE_FIRST) {
        if (is_on_own_stack(frame)) {
            handle_exception(frame);
            return;
        }
        note_entry(frame);
        handle_exception(frame);
    } else {
        note_entry(frame);
        upcall_sample(frame_is_user(frame));
        handle_interrupt(frame);
    }
    if (frame_is_user(frame)) {
        spin_lock_check_none(nullptr, "return to user code");
        trap_finish();
    } else if ((frame->rflags & RFLAGS_IF) != 0) {
        trap_finish_kernel();
    }
}
