/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A call in a large system: client and server have very many ports, and very many threads of another
 * task wait for messages.  It should cost what it costs in an empty one.
 */
#include <mach/mach_vm.h>

#include <bench_rpc.h>

#include "bench.h"

#define CROWD_PORTS   100000
#define CROWD_THREADS 1000
#define CROWD_ROUNDS  1000
#define STACK_SIZE    UINT64_C(4096)

static void allocate_ports(mach_port_t *ports)
{
    for (int i = 0; i < CROWD_PORTS; i++) {
        mach_port_t port;
        bench_check(mach_port_allocate(mach_task_self(), MACH_PORT_RIGHT_RECEIVE, &port),
                    "a port of many");
        if (ports != NULL) {
            ports[i] = port;
        }
    }
}

/* A server with many ports. */
static void serve_among_ports(mach_port_t port)
{
    allocate_ports(NULL);
    bench_serve_stubs(port);
}

/* Tell MASTER that this thread is about to wait, and wait for ever for an answer, all in one trap.  The
 * thread has no thread-local storage: no stubs here. */
static void wait_for_nothing(mach_port_t master)
{
    struct {
        mach_msg_header_t header;
        mach_msg_trailer_t trailer;
    } message = {
        .header = {
            .msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_MAKE_SEND, 0),
            .msgh_remote_port = master,
        },
    };
    (void)mach_msg(&message.header, MACH_SEND_MSG | MACH_RCV_MSG, sizeof(message.header),
                   sizeof(message), mach_reply_port(), MACH_MSG_TIMEOUT_NONE, MACH_PORT_NULL);
    (void)thread_terminate(mach_thread_self());
}

static void start_waiter(mach_port_t master)
{
    mach_vm_address_t stack = 0;
    thread_act_t thread;
    bench_check(mach_vm_allocate(mach_task_self(), &stack, STACK_SIZE, VM_FLAGS_ANYWHERE), "stack");
    x86_thread_state64_t state = {
        .__rip = (uint64_t)wait_for_nothing,
        .__rsp = stack + STACK_SIZE - 8,
        .__rdi = master,
    };
    bench_check(thread_create_running(mach_task_self(), x86_THREAD_STATE64, (thread_state_t)&state,
                                      x86_THREAD_STATE64_COUNT, &thread),
                "a thread of many");
}

/* A server that answers only when its many threads wait. */
static void serve_among_threads(mach_port_t port)
{
    struct {
        mach_msg_header_t header;
        mach_msg_trailer_t trailer;
    } message;
    mach_port_t master = mach_reply_port();
    for (int i = 0; i < CROWD_THREADS; i++) {
        start_waiter(master);
        bench_check(mach_msg(&message.header, MACH_RCV_MSG, 0, sizeof(message), master,
                             MACH_MSG_TIMEOUT_NONE, MACH_PORT_NULL),
                    "a waiting thread");
    }
    bench_serve_stubs(port);
}

void bench_crowd(void)
{
    static mach_port_t ports[CROWD_PORTS];
    mach_port_t waiters_task;
    mach_port_t waiters = bench_start_partner(serve_among_threads, &waiters_task);
    mach_port_t task;
    mach_port_t server = bench_start_partner(serve_among_ports, &task);
    allocate_ports(ports);
    bench_stub_rpc(&waiters);
    bench_stub_rpc(&server);
    bench_measure("rpc_cross_task_32_crowded", bench_stub_rpc, &server, CROWD_ROUNDS);
    for (int i = 0; i < CROWD_PORTS; i++) {
        bench_check(mach_port_mod_refs(mach_task_self(), ports[i], MACH_PORT_RIGHT_RECEIVE, -1),
                    "a port of many");
    }
    bench_end_partner(server, task);
    bench_end_partner(waiters, waiters_task);
}
