/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Crashes in words.
 */
#include <mach/kern_return.h>

#include "check.h"
#include "crash_report.h"

#define FAULT_WRITE 0x2
#define FAULT_FETCH 0x10

#define RIP UINT64_C(0x401000)
#define RSP UINT64_C(0x7ffffeff0000)

static void check_kind(exception_type_t exception, int64_t code, uint64_t subcode, uint32_t error,
                       const char *expected)
{
    char text[256];
    struct crash crash = {
        .exception = exception,
        .codes = { code, (int64_t)subcode },
        .error = error,
        .registers = { .__rip = RIP, .__rsp = RSP },
    };
    (void)crash_kind(&crash, text, sizeof(text));
    CHECK_TEXT(text, expected);
}

static void test_page_faults(void)
{
    check_kind(EXC_BAD_ACCESS, KERN_INVALID_ADDRESS, 0, 0,
               "read of unmapped address 0x0 (null pointer)");
    check_kind(EXC_BAD_ACCESS, KERN_INVALID_ADDRESS, 0x10, FAULT_WRITE,
               "write to unmapped address 0x10 (null pointer)");
    check_kind(EXC_BAD_ACCESS, KERN_INVALID_ADDRESS, 0x12345000, 0,
               "read of unmapped address 0x12345000");
    check_kind(EXC_BAD_ACCESS, KERN_PROTECTION_FAILURE, 0x400000, FAULT_WRITE,
               "write to read-only address 0x400000");
    check_kind(EXC_BAD_ACCESS, KERN_INVALID_ADDRESS, RIP, FAULT_FETCH,
               "jump to unmapped address 0x401000");
    check_kind(EXC_BAD_ACCESS, KERN_PROTECTION_FAILURE, RIP, FAULT_FETCH,
               "jump to non-executable address 0x401000");
    check_kind(EXC_BAD_ACCESS, KERN_INVALID_ADDRESS, RSP - 8, FAULT_WRITE,
               "stack overflow (write to 0x7ffffefefff8)");
    check_kind(EXC_BAD_ACCESS, KERN_INVALID_ADDRESS, RSP + 8, 0,
               "stack overflow (read of 0x7ffffeff0008)");
    check_kind(EXC_BAD_ACCESS, KERN_INVALID_ADDRESS, RSP - 0x10000, 0,
               "read of unmapped address 0x7ffffefe0000");
}

/* A stack pointer of nearly zero is not what makes a pointer null. */
static void test_null_and_no_stack(void)
{
    char text[256];
    struct crash crash = {
        .exception = EXC_BAD_ACCESS,
        .codes = { KERN_INVALID_ADDRESS, 8 },
        .registers = { .__rip = RIP, .__rsp = 0 },
    };
    (void)crash_kind(&crash, text, sizeof(text));
    CHECK_TEXT(text, "read of unmapped address 0x8 (null pointer)");
}

static void test_others(void)
{
    check_kind(EXC_ARITHMETIC, EXC_I386_DIV, 0, 0, "division by zero, or quotient too large");
    check_kind(EXC_BAD_INSTRUCTION, EXC_I386_INVOP, 0, 0, "illegal instruction");
    check_kind(EXC_SYSCALL, 0x309, 0, 0, "unknown system call 0x309");
    check_kind(EXC_BAD_ACCESS, EXC_I386_ALIGNFLT, 0, 0, "misaligned access");
    check_kind(EXC_BAD_ACCESS, KERN_RESOURCE_SHORTAGE, 0x401000, 0, "out of memory");
    check_kind(1234, 0, 0, 0, "unknown exception");
}

static void test_signals(void)
{
    CHECK(crash_signal(EXC_BAD_ACCESS, KERN_INVALID_ADDRESS) == PROC_SIGNAL_SEGMENT);
    CHECK(crash_signal(EXC_BAD_ACCESS, EXC_I386_GPFLT) == PROC_SIGNAL_SEGMENT);
    CHECK(crash_signal(EXC_BAD_ACCESS, KERN_PROTECTION_FAILURE) == PROC_SIGNAL_BUS);
    CHECK(crash_signal(EXC_ARITHMETIC, 0) == PROC_SIGNAL_ARITHMETIC);
    CHECK(crash_signal(EXC_BAD_INSTRUCTION, 0) == PROC_SIGNAL_ILLEGAL);
    CHECK(crash_signal(EXC_BREAKPOINT, 0) == PROC_SIGNAL_TRAP);
    CHECK(crash_signal(EXC_SYSCALL, 0) == PROC_SIGNAL_SYSCALL);
    CHECK(crash_signal(1234, 0) == PROC_SIGNAL_KILL);
}

static void test_whole(void)
{
    char text[CRASH_REPORT_MAX];
    struct crash crash = {
        .path = "/bin/broken",
        .pid = 7,
        .thread = 2,
        .threads = 3,
        .exception = EXC_BAD_INSTRUCTION,
        .codes = { EXC_I386_INVOP, 0 },
        .registers = { .__rip = RIP, .__rsp = RSP },
        .frame_count = 4,
        .frames = { 0x402000, 0x403000, 0x403000, 0x403000 },
    };
    size_t length = crash_report(&crash, nullptr, text, sizeof(text));
    static const char beginning[] =
        "crash: /bin/broken, pid 7, thread 2 of 3: illegal instruction\n"
        "  at          0x0000000000401000\n"
        "  called from 0x0000000000402000\n"
        "              0x0000000000403000\n"
        "              and 2 times more\n"
        "  rax 0000000000000000  rbx ";
    CHECK(strncmp(text, beginning, sizeof(beginning) - 1) == 0);
    CHECK(length == strlen(text) && text[length - 1] == '\n');
    CHECK(strstr(text, "rsp 00007ffffeff0000") != nullptr);
    crash.frame_count = CRASH_FRAMES_MAX;
    CHECK(crash_report(&crash, nullptr, text, 100) == 99);
}

void test_crash_report(void)
{
    test_page_faults();
    test_null_and_no_stack();
    test_others();
    test_signals();
    test_whole();
}
