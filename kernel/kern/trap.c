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

/* Vectors of the processor (Intel SDM vol. 3 section 6.3). */
enum vector {
    VECTOR_DIVIDE = 0,
    VECTOR_DEBUG = 1,
    VECTOR_BREAKPOINT = 3,
    VECTOR_OVERFLOW = 4,
    VECTOR_BOUND = 5,
    VECTOR_INVALID_OPCODE = 6,
    VECTOR_SEGMENT_NOT_PRESENT = 11,
    VECTOR_STACK = 12,
    VECTOR_GENERAL_PROTECTION = 13,
    VECTOR_PAGE = 14,
    VECTOR_X87 = 16,
    VECTOR_ALIGNMENT = 17,
    VECTOR_SIMD = 19,
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

/* The report for FRAME's vector; CODE and the fault's address for page faults. */
static struct exception_report report_for(const struct trap_frame *frame, kern_return_t code)
{
    switch (frame->vector) {
    case VECTOR_DIVIDE: return (struct exception_report){ EXC_ARITHMETIC, { EXC_I386_DIV, 0 } };
    case VECTOR_DEBUG: return (struct exception_report){ EXC_BREAKPOINT, { EXC_I386_SGL, 0 } };
    case VECTOR_BREAKPOINT: return (struct exception_report){ EXC_BREAKPOINT, { EXC_I386_BPT, 0 } };
    case VECTOR_OVERFLOW: return (struct exception_report){ EXC_ARITHMETIC, { EXC_I386_INTO, 0 } };
    case VECTOR_BOUND: return (struct exception_report){ EXC_ARITHMETIC, { EXC_I386_BOUND, 0 } };
    case VECTOR_INVALID_OPCODE:
        return (struct exception_report){ EXC_BAD_INSTRUCTION, { EXC_I386_INVOP, 0 } };
    case VECTOR_PAGE:
        return (struct exception_report){
            EXC_BAD_ACCESS, { code, (int64_t)current_thread()->context.fault_address }
        };
    case VECTOR_X87: return (struct exception_report){ EXC_ARITHMETIC, { EXC_I386_EXTERR, 0 } };
    case VECTOR_SIMD: return (struct exception_report){ EXC_ARITHMETIC, { EXC_I386_SSEEXTERR, 0 } };
    case VECTOR_ALIGNMENT:
        return (struct exception_report){ EXC_BAD_ACCESS,
                                          { EXC_I386_ALIGNFLT, (int64_t)frame->error } };
    case VECTOR_SEGMENT_NOT_PRESENT:
        return (struct exception_report){ EXC_BAD_INSTRUCTION,
                                          { EXC_I386_SEGNPFLT, (int64_t)frame->error } };
    case VECTOR_STACK:
        return (struct exception_report){ EXC_BAD_ACCESS,
                                          { EXC_I386_STKFLT, (int64_t)frame->error } };
    default:
        return (struct exception_report){ EXC_BAD_ACCESS,
                                          { EXC_I386_GPFLT, (int64_t)frame->error } };
    }
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
