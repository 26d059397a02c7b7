/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The files of /proc.
 */
#include "check.h"
#include "procfs_text.h"

#define MEGABYTE (UINT64_C(1) << 20)

static void test_meminfo(void)
{
    char text[PROCFS_TEXT_MAX];
    size_t length = procfs_meminfo(text, sizeof(text), 256 * MEGABYTE - 1, 244 * MEGABYTE + 5);
    CHECK_TEXT(text, "Total: 256 MB\nUsed: 12 MB\nFree: 244 MB\n");
    CHECK(length == strlen(text));
}

static void test_uptime(void)
{
    char text[PROCFS_TEXT_MAX];
    (void)procfs_uptime(text, sizeof(text), UINT64_C(61059999999));
    CHECK_TEXT(text, "61.05\n");
}

static void test_processors(void)
{
    static const struct procfs_processor processors[] = { { true, 123, 5, 600000 },
                                                          { false, 0, 0, 0 } };
    char text[PROCFS_TEXT_MAX];
    size_t length = procfs_processors(text, sizeof(text), processors, 2);
    CHECK_TEXT(text, "Processor 0: running, user 1.23 s system 0.05 s idle 6000.00 s\n"
                     "Processor 1: stopped, user 0.00 s system 0.00 s idle 0.00 s\n");
    CHECK(length == strlen(text));
}

static void test_status(void)
{
    const struct proc_info info = {
        .pid = 7,
        .ppid = 3,
        .state = PROC_STATE_STOPPED,
        .threads = 2,
        .virtual_size = 4096,
        .resident_size = 2048,
        .cpu_time = UINT64_C(1234567890),
        .system_time = UINT64_C(234567890),
        .voluntary_switches = 12,
        .involuntary_switches = 5,
        .migrations = 3,
        .processor = 2,
        .name = "echo",
    };
    char text[PROCFS_TEXT_MAX];
    (void)procfs_status(text, sizeof(text), &info, "/bin/echo", "echo\0a\033b\0", 10);
    CHECK_TEXT(
        text,
        "Name: echo\nPath: /bin/echo\nPid: 7\nParent: 3\nState: stopped\nThreads: 2\n"
        "Virtual: 4 KB\nResident: 2 KB\nTime: 1.234 s\nUser: 1.000 s\nSystem: 0.234 s\n"
        "Switches: 12 voluntary, 5 involuntary\nMigrations: 3\nProcessor: 2\nArguments: echo a?b \n");
}

/* What does not fit is cut off, inside the buffer. */
static void test_cut(void)
{
    char text[9];
    size_t length = procfs_meminfo(text, sizeof(text), 256 * MEGABYTE, 0);
    CHECK_TEXT(text, "Total: 2");
    CHECK(length == sizeof(text) - 1);
}

void test_text(void)
{
    test_meminfo();
    test_uptime();
    test_processors();
    test_status();
    test_cut();
}
