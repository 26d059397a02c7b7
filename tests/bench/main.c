/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bench: prints what operations cost, a line `name value unit` each.  scripts/bench runs it.
 */
#include <mach/comm_page.h>
#include <mach/host_info.h>
#include <mach/mach_host.h>
#include <mach/vm_statistics.h>

#include "bench.h"

#define BATCHES 8

/* What the loop itself costs. */
static void nothing(void *argument)
{
    (void)argument;
}

/* Ticks of the cheapest batch. */
static uint64_t cheapest(bench_operation_t *operation, void *argument, unsigned rounds)
{
    uint64_t best = UINT64_MAX;
    for (unsigned batch = 0; batch < BATCHES; batch++) {
        uint64_t start = bench_ticks();
        for (unsigned i = 0; i < rounds; i++) {
            operation(argument);
        }
        uint64_t ticks = bench_ticks() - start;
        best = ticks < best ? ticks : best;
    }
    return best;
}

void bench_measure(const char *name, bench_operation_t *operation, void *argument, unsigned rounds)
{
    uint64_t loop = cheapest(nothing, NULL, rounds);
    uint64_t whole = cheapest(operation, argument, rounds);
    bench_print(name, (whole > loop ? whole - loop : 0) / rounds, "ticks");
}

/* What the machine has done and holds when the shell can start programs: this one, just now. */
static void bench_boot(uint64_t ticks)
{
    vm_statistics64_data_t statistics;
    mach_msg_type_number_t count = HOST_VM_INFO64_COUNT;
    host_basic_info_data_t basic;
    mach_msg_type_number_t basic_count = HOST_BASIC_INFO_COUNT;
    mach_port_t host = mach_host_self();
    const struct comm_page *page = (const struct comm_page *)COMM_PAGE_ADDRESS;
    bench_check(host_statistics64(host, HOST_VM_INFO64, (host_info64_t)&statistics, &count),
                "host_statistics64");
    bench_check(host_info(host, HOST_BASIC_INFO, (host_info_t)&basic, &basic_count), "host_info");
    uint64_t free_bytes = (uint64_t)statistics.free_count * vm_page_size;
    bench_print("boot_to_prompt_insns", ticks, "ticks");
    bench_print("kernel_to_prompt_insns", ticks - page->tsc_base, "ticks");
    bench_print("memory_at_prompt_kib", (basic.max_mem - free_bytes) / 1024, "KiB");
}

int main(void)
{
    bench_boot(bench_ticks());
    bench_traps();
    bench_messages();
    bench_memory();
    bench_tasks();
    bench_timer();
    bench_switches();
    bench_crowd();
    return 0;
}
