/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A program that fails, as its argument says: null, divide, illegal, jump, stack or memory. Without
 * an argument it is a test: it starts itself with each of them and looks at how that ended.
 */
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <mach/mach.h>
#include <mach/mach_vm.h>
#include <mach_r/proc_types.h>
#include <mach_r/spawn.h>
#include <mach_r/startup.h>

#include "faults.h"

/* More than any machine has that runs this. */
#define MEMORY_SIZE (UINT64_C(64) << 30)

/* Fill memory until there is none left. */
static void fault_memory([[maybe_unused]] void *argument)
{
    mach_vm_address_t address;
    if (mach_vm_allocate(mach_task_self(), &address, MEMORY_SIZE, VM_FLAGS_ANYWHERE) ==
        KERN_SUCCESS) {
        for (uint64_t offset = 0; offset < MEMORY_SIZE; offset += vm_page_size) {
            *(volatile char *)(address + offset) = 1;
        }
    }
}

static const struct {
    const char *name;
    void (*function)(void *argument);
    int signal; /* that the exit status tells */
} crashes[] = {
    { "null", fault_null, PROC_SIGNAL_SEGMENT },
    { "divide", fault_divide, PROC_SIGNAL_ARITHMETIC },
    { "illegal", fault_illegal, PROC_SIGNAL_ILLEGAL },
    { "jump", fault_jump, PROC_SIGNAL_SEGMENT },
    { "stack", fault_stack, PROC_SIGNAL_SEGMENT },
    { "memory", fault_memory, PROC_SIGNAL_BUS },
};

#define CRASH_COUNT ((int)(sizeof(crashes) / sizeof(crashes[0])))

static int crash(const char *name)
{
    for (int i = 0; i < CRASH_COUNT; i++) {
        if (strcmp(crashes[i].name, name) == 0) {
            crashes[i].function(NULL);
            printf("crash: %s: still here\n", name);
            return 1;
        }
    }
    printf("crash: %s: no such way to crash\n", name);
    return 2;
}

/* Start this program with argument NAME. Returns: how it ended (PROC_STATUS_*); -1, not at all. */
static int run_crash(const char *name)
{
    char *arguments[] = { "crash", (char *)name, NULL };
    struct mach_r_spawn request = MACH_R_SPAWN(arguments);
    int status = -1;
    pid_t pid =
        mach_r_spawn((const char *)startup_block() + startup_block()->path_offset, &request);
    if (pid < 0) {
        return -1;
    }
    return waitpid(pid, &status, 0) == pid ? status : -1;
}

int main(int argc, char **argv)
{
    if (argc > 1) {
        return crash(argv[1]);
    }
    int failed = 0;
    printf("TAP version 13\n1..%d\n", CRASH_COUNT);
    for (int i = 0; i < CRASH_COUNT; i++) {
        int status = run_crash(crashes[i].name);
        bool is_right = status != -1 && !PROC_STATUS_IS_EXIT(status) &&
                        PROC_STATUS_SIGNAL_OF(status) == crashes[i].signal;
        failed += !is_right;
        if (!is_right) {
            printf("# status %#x instead of signal %d\n", (unsigned)status, crashes[i].signal);
        }
        printf("%sok %d - %s\n", is_right ? "" : "not ", i + 1, crashes[i].name);
        fflush(stdout);
    }
    return failed != 0;
}
