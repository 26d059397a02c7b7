/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel's layers as a host program: boots the fake machine as kern/ boots the real one and runs
 * the unit tests in a thread.
 *
 *     kernel_unit_tests [--filter WORD] [--list]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <lib/log.h>
#include <mem/vm_page.h>
#include <sched/sched.h>
#include <sched/thread.h>
#include <vm/vm_map.h>
#include <ipc/ipc_port.h>
#include <test/ktest.h>

#include "fake.h"

static void print_log(const char *text, size_t length)
{
    fwrite(text, 1, length, stdout);
}

static void run_tests(void *argument)
{
    interrupts_enable();
    uint32_t failures = ktest_run(argument);
    fflush(stdout);
    exit(failures != 0);
}

int main(int argc, char **argv)
{
    const char *filter = nullptr;
    log_sink = print_log;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--list") == 0) {
            ktest_list();
            return 0;
        }
        if (strcmp(argv[i], "--filter") != 0 || i + 1 == argc) {
            fprintf(stderr, "usage: %s [--filter WORD] [--list]\n", argv[0]);
            return 2;
        }
        filter = argv[++i];
    }
    fake_memory_init();
    fake_panic_init();
    vm_page_init();
    sched_init_cpu();
    vm_init();
    ipc_init();
    (void)thread_create_kernel(run_tests, (void *)filter, THREAD_PRIORITY_DEFAULT);
    sched_idle();
}
