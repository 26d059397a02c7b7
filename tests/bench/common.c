/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the benchmark programs share: lines of output, and what goes wrong.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include <mach/mach_error.h>
#include <mach/mach_port.h>
#include <mach/mach_vm.h>
#include <mach/task.h>
#include <mach/thread_act.h>
#include <mach/thread_policy.h>

#include "bench.h"

void bench_print(const char *name, uint64_t value, const char *unit)
{
    printf("%s %" PRIu64 " %s\n", name, value, unit);
    fflush(stdout);
}

void bench_check(kern_return_t result, const char *what)
{
    if (result != KERN_SUCCESS) {
        printf("benchmark: %s: %s\n", what, mach_error_string(result));
        exit(1);
    }
}

void bench_fix_priorities(task_t task)
{
    thread_act_array_t threads;
    mach_msg_type_number_t count;
    thread_extended_policy_data_t fixed = { .timeshare = FALSE };
    bench_check(task_threads(task, &threads, &count), "task_threads");
    for (mach_msg_type_number_t i = 0; i < count; i++) {
        /* One that is just ending may refuse. */
        (void)thread_policy_set(threads[i], THREAD_EXTENDED_POLICY, (thread_policy_t)&fixed,
                                THREAD_EXTENDED_POLICY_COUNT);
        bench_check(mach_port_deallocate(mach_task_self(), threads[i]), "thread port");
    }
    bench_check(mach_vm_deallocate(mach_task_self(), (mach_vm_address_t)threads,
                                   count * sizeof(threads[0])),
                "threads");
}
