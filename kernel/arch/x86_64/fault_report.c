/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The report of a fault that the kernel made itself: everything that may tell why, then the end.
 */
#include <trap.h>

#include <lib/log.h>
#include <arch/cpu.h>
#include <arch/pmap.h>
#include <early_screen.h>
#include <idt.h>
#include <stack_trace.h>

static const char *vector_name(uint64_t vector)
{
    static const char *const names[] = {
        "divide error",
        "debug",
        "non-maskable interrupt",
        "breakpoint",
        "overflow",
        "bound range",
        "invalid opcode",
        "no FPU",
        "double fault",
        "coprocessor overrun",
        "invalid TSS",
        "segment not present",
        "stack segment",
        "general protection",
        "page fault",
        "reserved",
        "x87 error",
        "alignment check",
        "machine check",
        "SIMD error",
        "virtualization",
        "control protection",
    };
    return vector < ARRAY_SIZE(names) ? names[vector] : "unexpected interrupt";
}

/*
 * True if the double fault happened because the kernel stack was used up: its guard page is not
 * mapped.
 */
static bool is_stack_overflow(const struct trap_frame *frame)
{
    phys_addr_t physical;
    uint64_t address = read_cr2();
    return frame->vector == VECTOR_DOUBLE_FAULT &&
           address - (frame->rsp - PAGE_SIZE) < 2 * PAGE_SIZE &&
           !pmap_extract(kernel_pmap, address, &physical);
}

static void report_registers(const struct trap_frame *frame)
{
    log_error("rax %016lx rbx %016lx rcx %016lx rdx %016lx", frame->rax, frame->rbx, frame->rcx,
              frame->rdx);
    log_error("rsi %016lx rdi %016lx rbp %016lx rsp %016lx", frame->rsi, frame->rdi, frame->rbp,
              frame->rsp);
    log_error("r8  %016lx r9  %016lx r10 %016lx r11 %016lx", frame->r8, frame->r9, frame->r10,
              frame->r11);
    log_error("r12 %016lx r13 %016lx r14 %016lx r15 %016lx", frame->r12, frame->r13, frame->r14,
              frame->r15);
    log_error("rip %016lx cs %04lx ss %04lx rflags %08lx cr3 %016lx", frame->rip, frame->cs,
              frame->ss, frame->rflags, read_cr3());
}

void fault_report(const struct trap_frame *frame)
{
    machine_stop_others();
    early_screen_take_back();
    log_error("kernel fault: vector %lu (%s), error code 0x%lx, cr2 %016lx, processor %u",
              frame->vector, vector_name(frame->vector), frame->error, read_cr2(), cpu_index());
    if (is_stack_overflow(frame)) {
        log_error("kernel stack overflow");
    }
    report_registers(frame);
    stack_trace(frame->rip, frame->rbp);
    machine_stop();
}
