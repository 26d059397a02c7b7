/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The first line says all that most readers want; the rest is for whoever looks for the cause.
 */
#include "crash_report.h"

#include <inttypes.h>

#include <mach/kern_return.h>

#include "text.h"

/* The processor's error code of a page fault (Intel SDM vol. 3 section 4.7). */
#define FAULT_WRITE 0x2u
#define FAULT_FETCH 0x10u

/* Addresses below belong to what null pointers point to. */
#define NULL_REGION 0x1000

/* An unmapped address this near the stack pointer means that the stack was too small. */
#define STACK_REGION 0x10000

int crash_signal(exception_type_t exception, int64_t code)
{
    switch (exception) {
    case EXC_BAD_ACCESS:
        return code == KERN_INVALID_ADDRESS || code == EXC_I386_GPFLT ? PROC_SIGNAL_SEGMENT
                                                                      : PROC_SIGNAL_BUS;
    case EXC_BAD_INSTRUCTION:
    case EXC_EMULATION: return PROC_SIGNAL_ILLEGAL;
    case EXC_ARITHMETIC: return PROC_SIGNAL_ARITHMETIC;
    case EXC_SOFTWARE: return PROC_SIGNAL_ABORT;
    case EXC_BREAKPOINT: return PROC_SIGNAL_TRAP;
    case EXC_SYSCALL:
    case EXC_MACH_SYSCALL: return PROC_SIGNAL_SYSCALL;
    default: return PROC_SIGNAL_KILL;
    }
}

static bool is_page_fault(const struct crash *crash)
{
    return crash->exception == EXC_BAD_ACCESS &&
           (crash->codes[0] == KERN_INVALID_ADDRESS || crash->codes[0] == KERN_PROTECTION_FAILURE);
}

bool crash_is_jump(const struct crash *crash)
{
    return is_page_fault(crash) && (uint64_t)crash->codes[1] == crash->registers.__rip;
}

static bool is_stack_overflow(const struct crash *crash)
{
    uint64_t address = (uint64_t)crash->codes[1];
    uint64_t rsp = crash->registers.__rsp;
    return !crash_is_jump(crash) && crash->codes[0] == KERN_INVALID_ADDRESS &&
           address >= NULL_REGION && address < rsp + STACK_REGION && rsp < address + STACK_REGION;
}

static const char *access_name(const struct crash *crash)
{
    if (crash_is_jump(crash)) {
        return "jump to";
    }
    if ((crash->error & FAULT_FETCH) != 0) {
        return "execution of";
    }
    return (crash->error & FAULT_WRITE) != 0 ? "write to" : "read of";
}

/* What is wrong with the address of a page fault. */
static const char *address_name(const struct crash *crash)
{
    if (crash->codes[0] == KERN_INVALID_ADDRESS) {
        return "unmapped address";
    }
    if (crash_is_jump(crash)) {
        return "non-executable address";
    }
    return (crash->error & FAULT_WRITE) != 0 ? "read-only address" : "unreadable address";
}

static void say_page_fault(const struct crash *crash, struct text *text)
{
    uint64_t address = (uint64_t)crash->codes[1];
    if (is_stack_overflow(crash)) {
        text_add(text, "stack overflow (%s 0x%" PRIx64 ")", access_name(crash), address);
        return;
    }
    text_add(text, "%s %s 0x%" PRIx64, access_name(crash), address_name(crash), address);
    if (address < NULL_REGION) {
        text_add(text, " (null pointer)");
    }
}

static const char *bad_access_name(int64_t code)
{
    switch (code) {
    case EXC_I386_GPFLT:
        return "general protection fault (privileged instruction, or an address out of range)";
    case EXC_I386_STKFLT: return "stack access out of range";
    case EXC_I386_ALIGNFLT: return "misaligned access";
    case KERN_RESOURCE_SHORTAGE: return "out of memory";
    case KERN_MEMORY_ERROR: return "memory whose contents cannot be had";
    default: return "invalid memory access";
    }
}

static const char *arithmetic_name(int64_t code)
{
    switch (code) {
    case EXC_I386_DIV: return "division by zero, or quotient too large";
    case EXC_I386_INTO: return "integer overflow";
    case EXC_I386_BOUND: return "array bound exceeded";
    case EXC_I386_EXTERR:
    case EXC_I386_SSEEXTERR: return "floating point error";
    default: return "arithmetic error";
    }
}

static const char *exception_name(const struct crash *crash)
{
    switch (crash->exception) {
    case EXC_BAD_ACCESS: return bad_access_name(crash->codes[0]);
    case EXC_BAD_INSTRUCTION: return "illegal instruction";
    case EXC_ARITHMETIC: return arithmetic_name(crash->codes[0]);
    case EXC_EMULATION: return "instruction that needs emulation";
    case EXC_SOFTWARE: return "exception raised by the program";
    case EXC_BREAKPOINT: return "breakpoint";
    case EXC_GUARD: return "misuse of a guarded port";
    default: return "unknown exception";
    }
}

static void say_kind(const struct crash *crash, struct text *text)
{
    if (is_page_fault(crash)) {
        say_page_fault(crash, text);
    } else if (crash->exception == EXC_SYSCALL || crash->exception == EXC_MACH_SYSCALL) {
        text_add(text, "unknown system call 0x%" PRIx64, (uint64_t)crash->codes[0]);
    } else {
        text_add(text, "%s", exception_name(crash));
    }
}

size_t crash_kind(const struct crash *crash, char *data, size_t size)
{
    struct text text = { data, size, 0 };
    say_kind(crash, &text);
    return text.length;
}

/* ADDRESS and the function that the byte at LOOKED_UP is in. */
static void say_place(const struct elf_symbols *symbols, uint64_t address, uint64_t looked_up,
                      struct text *text)
{
    uint64_t offset;
    const char *name = symbols != nullptr ? elf_symbols_find(symbols, looked_up, &offset) : nullptr;
    text_add(text, "0x%016" PRIx64, address);
    if (name != nullptr) {
        text_add(text, "  %s+0x%" PRIx64, name, offset + (address - looked_up));
    }
    text_add(text, "\n");
}

static void say_registers(const x86_thread_state64_t *state, struct text *text)
{
    const struct {
        const char *name;
        uint64_t value;
    } registers[] = {
        { "rax", state->__rax }, { "rbx", state->__rbx }, { "rcx", state->__rcx },
        { "rdx", state->__rdx }, { "rsi", state->__rsi }, { "rdi", state->__rdi },
        { "rbp", state->__rbp }, { "rsp", state->__rsp }, { "r8", state->__r8 },
        { "r9", state->__r9 },   { "r10", state->__r10 }, { "r11", state->__r11 },
        { "r12", state->__r12 }, { "r13", state->__r13 }, { "r14", state->__r14 },
        { "r15", state->__r15 },
    };
    const unsigned count = sizeof(registers) / sizeof(registers[0]);
    const unsigned columns = 3;
    for (unsigned i = 0; i < count; i++) {
        bool is_last = i % columns == columns - 1 || i == count - 1;
        text_add(text, "  %-3s %016" PRIx64 "%s", registers[i].name, registers[i].value,
                 is_last ? "\n" : "");
    }
}

/* The number of frames from FIRST on that are all the same: a function that calls itself. */
static unsigned count_same(const struct crash *crash, unsigned first)
{
    unsigned count = 1;
    while (first + count < crash->frame_count &&
           crash->frames[first + count] == crash->frames[first]) {
        count++;
    }
    return count;
}

/* A return address is behind the call; the byte before it belongs to the caller for certain. */
static void say_callers(const struct crash *crash, const struct elf_symbols *symbols,
                        struct text *text)
{
    unsigned count;
    for (unsigned i = 0; i < crash->frame_count; i += count) {
        text_add(text, i == 0 ? "  called from " : "              ");
        say_place(symbols, crash->frames[i], crash->frames[i] - 1, text);
        count = count_same(crash, i);
        if (count > 1) {
            text_add(text, "              and %s%u times more\n",
                     i + count == CRASH_FRAMES_MAX ? "at least " : "", count - 1);
        }
    }
}

size_t crash_report(const struct crash *crash, const struct elf_symbols *symbols, char *data,
                    size_t size)
{
    struct text text = { data, size, 0 };
    text_add(&text, "crash: %s, pid %d, thread %u of %u: ",
             crash->path[0] != '\0' ? crash->path : "unknown program", (int)crash->pid,
             crash->thread, crash->threads);
    say_kind(crash, &text);
    text_add(&text, "\n  at          ");
    say_place(symbols, crash->registers.__rip, crash->registers.__rip, &text);
    say_callers(crash, symbols, &text);
    say_registers(&crash->registers, &text);
    return text.length;
}
