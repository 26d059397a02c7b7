/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Traps and messages.
 */
#include <string.h>

#include <mach/mach_port.h>
#include <mach/mach_traps.h>
#include <mach/mach_vm.h>

#include <bench_rpc.h>

#include "bench.h"

#define RPC_ROUNDS 1000
#define OOL_SIZE   (UINT64_C(1) << 20)
#define OOL_ROUNDS 50

/* The shortest trap that is offered: giving up the null name does nothing. */
static void null_trap(void *argument)
{
    (void)argument;
    (void)_kernelrpc_mach_port_deallocate_trap(mach_task_self_, MACH_PORT_NULL);
}

static void kernel_rpc(void *argument)
{
    mach_port_type_t type;
    (void)mach_port_type(mach_task_self_, *(mach_port_t *)argument, &type);
}

static void allocate_port(void *argument)
{
    mach_port_t port;
    (void)argument;
    bench_check(mach_port_allocate(mach_task_self_, MACH_PORT_RIGHT_RECEIVE, &port), "allocate");
    bench_check(mach_port_mod_refs(mach_task_self_, port, MACH_PORT_RIGHT_RECEIVE, -1), "destroy");
}

void bench_traps(void)
{
    mach_port_t self = mach_task_self_;
    bench_measure("null_trap", null_trap, NULL, RPC_ROUNDS);
    bench_measure("kernel_rpc", kernel_rpc, &self, RPC_ROUNDS);
    bench_measure("port_alloc_destroy", allocate_port, NULL, RPC_ROUNDS);
}

static void line_rpc(void *argument)
{
    static bench_line_t line;
    static bench_line_t echo;
    bench_check(bench_echo_line(*(mach_port_t *)argument, line, &echo), "bench_echo_line");
}

static void page_rpc(void *argument)
{
    static bench_page_t page;
    bench_check(bench_take_page(*(mach_port_t *)argument, page), "bench_take_page");
}

/* A memory region and who takes it. */
struct region {
    mach_port_t server;
    char *data;
};

/* Write every page, so that each has a page of its own and a writable mapping. */
static void write_pages(char *data)
{
    for (uint64_t at = 0; at < OOL_SIZE; at += vm_page_size) {
        data[at]++;
    }
}

/* Only the call is timed: the pages are written in between. */
static void measure_ool(struct region *region)
{
    uint64_t best = UINT64_MAX;
    for (int i = 0; i < OOL_ROUNDS; i++) {
        write_pages(region->data);
        uint64_t start = bench_ticks();
        kern_return_t result = bench_take(region->server, region->data, OOL_SIZE);
        uint64_t ticks = bench_ticks() - start;
        bench_check(result, "bench_take");
        best = ticks < best ? ticks : best;
    }
    bench_print("ool_1m_untouched", best, "ticks");
}

void bench_messages(void)
{
    mach_port_t task;
    mach_port_t server = bench_start_partner(bench_serve_stubs, &task);
    mach_vm_address_t memory = 0;
    bench_measure("rpc_cross_task_32", bench_stub_rpc, &server, RPC_ROUNDS);
    bench_measure("rpc_cross_task_80", line_rpc, &server, RPC_ROUNDS);
    bench_measure("rpc_4k_inline_stubs", page_rpc, &server, RPC_ROUNDS);
    bench_check(mach_vm_allocate(mach_task_self(), &memory, OOL_SIZE, VM_FLAGS_ANYWHERE), "memory");
    struct region region = { server, (char *)memory };
    measure_ool(&region);
    bench_check(mach_vm_deallocate(mach_task_self(), memory, OOL_SIZE), "memory");
    bench_end_partner(server, task);

    struct bench_client client = { .reply = mach_reply_port() };
    client.server = bench_start_partner(bench_serve_raw, &task);
    bench_measure("rpc_cross_task_raw_32", bench_raw_rpc, &client, RPC_ROUNDS);
    bench_measure("rpc_4k_inline", bench_raw_page_rpc, &client, RPC_ROUNDS);
    bench_end_partner(client.server, task);
    bench_check(mach_port_mod_refs(mach_task_self(), client.reply, MACH_PORT_RIGHT_RECEIVE, -1),
                "reply port");

    server = bench_start_thread(bench_serve_stubs);
    bench_measure("rpc_same_task_32", bench_stub_rpc, &server, RPC_ROUNDS);
    bench_check(mach_port_destroy(mach_task_self(), server), "server port");
}
