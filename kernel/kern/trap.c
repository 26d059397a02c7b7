/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What arch/ reports about user code: page faults, which vm/ resolves, and what becomes an
 * exception, in Darwin's terms.
 */
#include <mach/exception_types.h>

#include <arch/cpu.h>
#include <arch/upcalls.h>
#include <sched/thread.h>
#include <vm/vm_fault.h>
#include <kern/exception.h>
#include <kern/task.h>

#define VECTOR_PAGE_FAULT 14

/* What a vector below 32 (Intel SDM vol. 3 section 6.3) is as an exception. */
struct vector_exception {
    exception_type_t exception; /* 0: like a general protection fault */
    mach_exception_data_type_t code;
    bool has_error; /* the second word is the processor's error code */
};

static const struct vector_exception vector_exceptions[32] = {
    [0] = { EXC_ARITHMETIC, EXC_I386_DIV, false },
    [1] = { EXC_BREAKPOINT, EXC_I386_SGL, false },
    [3] = { EXC_BREAKPOINT, EXC_I386_BPT, false },
    [4] = { EXC_ARITHMETIC, EXC_I386_INTO, false },
    [5] = { EXC_SOFTWARE, EXC_I386_BOUND, false },
    [6] = { EXC_BAD_INSTRUCTION, EXC_I386_INVOP, false },
    [10] = { EXC_BAD_INSTRUCTION, EXC_I386_INVTSSFLT, true },
    [11] = { EXC_BAD_INSTRUCTION, EXC_I386_SEGNPFLT, true },
    [12] = { EXC_BAD_INSTRUCTION, EXC_I386_STKFLT, true },
    [16] = { EXC_ARITHMETIC, EXC_I386_EXTERR, false },
    [17] = { EXC_BAD_ACCESS, EXC_I386_ALIGNFLT, true },
    [19] = { EXC_ARITHMETIC, EXC_I386_SSEEXTERR, false },
};

kern_return_t upcall_user_page_fault(virt_addr_t address, vm_prot_t access)
{
    struct vm_map *map = current_thread()->map;
    if (map == nullptr) {
        return KERN_INVALID_ADDRESS;
    }
    interrupts_enable();
    kern_return_t result = vm_fault(map, address, access);
    interrupts_disable();
    return result;
}

/* The report for FRAME; CODE is vm/'s answer to a page fault. */
static struct exception_report report_for(const struct trap_frame *frame, kern_return_t code)
{
    if (frame->vector == VECTOR_PAGE_FAULT) {
        uint64_t address = current_thread()->context.fault_address;
        return (struct exception_report){ EXC_BAD_ACCESS, { code, (int64_t)address } };
    }
    struct vector_exception known = { EXC_BAD_ACCESS, EXC_I386_GPFLT, true };
    if (frame->vector < ARRAY_SIZE(vector_exceptions) &&
        vector_exceptions[frame->vector].exception != 0) {
        known = vector_exceptions[frame->vector];
    }
    int64_t error = known.has_error ? (int64_t)frame->error : 0;
    return (struct exception_report){ known.exception, { known.code, error } };
}

void upcall_user_exception(struct trap_frame *frame, kern_return_t code)
{
    struct exception_report report = report_for(frame, code);
    exception_raise(&report);
}

void upcall_unknown_trap(struct trap_frame *frame)
{
    struct exception_report report = { EXC_SYSCALL, { (int64_t)frame->rax, 0 } };
    exception_raise(&report);
}
