/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The other side of a benchmark: a copied task or a second thread.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include <mach/mach_traps.h>
#include <mach/mach_vm.h>
#include <mach/mig.h>

#include <bench_rpc.h>
#include <bench_rpc_server.h>

#include "bench.h"

#define STACK_SIZE   65536
#define REQUEST_SIZE 8192

/* What the server without stubs can receive behind a header, and the most that it sends back. */
#define RAW_SIZE       8192
#define REPLY_SIZE_MAX 1024

/* The copied task's first function: the library's view of the task is corrected, then the work begins. */
struct partner_start {
    void (*entry)(mach_port_t port);
    mach_port_t port;
    vm_address_t tls_base;
};

static void partner_begin(struct partner_start *start)
{
    (void)thread_set_tls_base_trap(start->tls_base);
    mach_task_self_ = task_self_trap();
    mig_dealloc_reply_port(MACH_PORT_NULL); /* the name is from the other task */
    start->entry(start->port);
    (void)task_terminate(mach_task_self_);
}

mach_port_t bench_new_port(void)
{
    mach_port_t port;
    bench_check(mach_port_allocate(mach_task_self(), MACH_PORT_RIGHT_RECEIVE, &port), "new port");
    bench_check(mach_port_insert_right(mach_task_self(), port, port, MACH_MSG_TYPE_MAKE_SEND),
                "send right");
    return port;
}

mach_port_t bench_start_partner(void (*entry)(mach_port_t port), mach_port_t *task)
{
    static struct partner_start start;
    mach_vm_address_t stack = 0;
    mach_port_t port = bench_new_port();
    start.entry = entry;
    start.port = port;
    __asm__("movq %%fs:0, %0" : "=r"(start.tls_base));
    bench_check(mach_vm_allocate(mach_task_self(), &stack, STACK_SIZE, VM_FLAGS_ANYWHERE), "stack");
    bench_check(task_create(mach_task_self(), NULL, 0, TRUE, task), "task_create");
    bench_check(mach_port_insert_right(*task, port, port, MACH_MSG_TYPE_MOVE_RECEIVE), "move port");
    x86_thread_state64_t state = {
        .__rip = (uint64_t)partner_begin,
        .__rsp = stack + STACK_SIZE - 8,
        .__rdi = (uint64_t)&start,
    };
    thread_act_t thread;
    bench_check(thread_create_running(*task, x86_THREAD_STATE64, (thread_state_t)&state,
                                      x86_THREAD_STATE64_COUNT, &thread),
                "thread_create_running");
    bench_check(mach_port_deallocate(mach_task_self(), thread), "thread port");
    bench_check(mach_vm_deallocate(mach_task_self(), stack, STACK_SIZE), "stack");
    return port;
}

void bench_end_partner(mach_port_t port, mach_port_t task)
{
    bench_check(task_terminate(task), "task_terminate");
    bench_check(mach_port_deallocate(mach_task_self(), task), "task port");
    bench_check(mach_port_deallocate(mach_task_self(), port), "server port");
}

struct thread_start {
    void (*entry)(mach_port_t port);
    mach_port_t port;
};

static void *thread_begin(void *argument)
{
    struct thread_start start = *(struct thread_start *)argument;
    free(argument);
    start.entry(start.port);
    return NULL;
}

mach_port_t bench_start_thread(void (*entry)(mach_port_t port))
{
    pthread_t thread;
    struct thread_start *start = malloc(sizeof(*start));
    if (start == NULL) {
        bench_check(KERN_RESOURCE_SHORTAGE, "thread");
    }
    start->entry = entry;
    start->port = bench_new_port();
    mach_port_t port = start->port;
    if (pthread_create(&thread, NULL, thread_begin, start) != 0) {
        bench_check(KERN_RESOURCE_SHORTAGE, "thread");
    }
    (void)pthread_detach(thread);
    return port;
}

kern_return_t serve_bench_echo(mach_port_t server, bench_words_t words, bench_words_t *echo)
{
    (void)server;
    *echo = words;
    return KERN_SUCCESS;
}

kern_return_t serve_bench_echo_line(mach_port_t server, bench_line_t line, bench_line_t *echo)
{
    (void)server;
    *echo = line;
    return KERN_SUCCESS;
}

kern_return_t serve_bench_take_page(mach_port_t server, bench_page_t page)
{
    (void)server;
    (void)page;
    return KERN_SUCCESS;
}

kern_return_t serve_bench_take(mach_port_t server, bench_data_t data, mach_msg_type_number_t size)
{
    (void)server;
    return mach_vm_deallocate(mach_task_self(), (mach_vm_address_t)data, size);
}

void bench_serve_stubs(mach_port_t port)
{
    (void)mach_msg_server(bench_rpc_server, REQUEST_SIZE, port, MACH_MSG_OPTION_NONE);
}

/* Send each message back to where it wants its answer, by hand; of a large one the header only. */
void bench_serve_raw(mach_port_t port)
{
    struct {
        mach_msg_header_t header;
        char data[RAW_SIZE];
    } message;
    mach_msg_return_t result = mach_msg(&message.header, MACH_RCV_MSG, 0, sizeof(message), port,
                                        MACH_MSG_TIMEOUT_NONE, MACH_PORT_NULL);
    while (result == MACH_MSG_SUCCESS) {
        message.header.msgh_bits =
            MACH_MSGH_BITS(MACH_MSGH_BITS_REMOTE(message.header.msgh_bits), 0);
        message.header.msgh_local_port = MACH_PORT_NULL;
        mach_msg_size_t size = message.header.msgh_size;
        if (size > sizeof(message.header) + REPLY_SIZE_MAX) {
            size = sizeof(message.header); /* of a page nothing goes back */
        }
        result = mach_msg(&message.header, MACH_SEND_MSG | MACH_RCV_MSG, size, sizeof(message),
                          port, MACH_MSG_TIMEOUT_NONE, MACH_PORT_NULL);
    }
}

void bench_stub_rpc(void *argument)
{
    static bench_words_t words;
    static bench_words_t echo;
    bench_check(bench_echo(*(mach_port_t *)argument, words, &echo), "bench_echo");
}

/* Send the SIZE bytes behind and with HEADER to CLIENT's server, and get the answer in the same LIMIT
 * bytes. */
static inline void raw_call(const struct bench_client *client, mach_msg_header_t *header,
                            mach_msg_size_t size, mach_msg_size_t limit)
{
    header->msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, MACH_MSG_TYPE_MAKE_SEND_ONCE);
    header->msgh_remote_port = client->server;
    header->msgh_local_port = client->reply;
    header->msgh_voucher_port = MACH_PORT_NULL;
    header->msgh_id = 1;
    mach_msg_return_t result = mach_msg(header, MACH_SEND_MSG | MACH_RCV_MSG, size, limit,
                                        client->reply, MACH_MSG_TIMEOUT_NONE, MACH_PORT_NULL);
    if (result != MACH_MSG_SUCCESS) {
        bench_check(result, "raw message");
    }
}

void bench_raw_rpc(void *argument)
{
    const struct bench_client *client = argument;
    struct {
        mach_msg_header_t header;
        uint32_t words[8];
        mach_msg_trailer_t trailer;
    } message;
    for (int i = 0; i < 8; i++) {
        message.words[i] = (uint32_t)i;
    }
    raw_call(client, &message.header, sizeof(message.header) + sizeof(message.words),
             sizeof(message));
}

void bench_raw_page_rpc(void *argument)
{
    static struct {
        mach_msg_header_t header;
        uint32_t words[1024];
        mach_msg_trailer_t trailer;
    } message;
    raw_call(argument, &message.header, sizeof(message.header) + sizeof(message.words),
             sizeof(message));
}
