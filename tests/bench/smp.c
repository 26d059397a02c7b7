/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bench_smp: what several processors change; prints ratios of what is measured in the same run,
 * because the time of an emulated machine says little by itself.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <mach/mach_host.h>
#include <mach/mach_time.h>
#include <mach/mach_traps.h>
#include <mach/mach_vm.h>
#include <mach/processor.h>
#include <mach_r/proc_types.h>
#include <mach_r/spawn.h>
#include <mach_r/startup.h>

#include "bench.h"

#define MILLISECOND UINT64_C(1000000)

#define PAIRS        2
#define PAIR_ROUNDS  60
#define PAIR_SETTLE  (5 * MILLISECOND)
#define PAIR_MEASURE (20 * MILLISECOND)

#define WAKEUP_BATCHES 30
#define WAKEUP_ROUNDS  500

static void print_ratio(const char *name, uint64_t a, uint64_t b)
{
    uint64_t hundredths = b != 0 ? a * 100 / b : 0;
    printf("%s %" PRIu64 ".%02" PRIu64 " ratio\n", name, hundredths / 100, hundredths % 100);
    fflush(stdout);
}

/* Send an empty message to PORT. */
static void send_empty(mach_port_t port)
{
    mach_msg_header_t header = { .msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, 0),
                                 .msgh_remote_port = port };
    bench_check(mach_msg(&header, MACH_SEND_MSG, sizeof(header), 0, MACH_PORT_NULL,
                         MACH_MSG_TIMEOUT_NONE, MACH_PORT_NULL),
                "send");
}

static void receive_empty(mach_port_t port)
{
    struct {
        mach_msg_header_t header;
        mach_msg_trailer_t trailer;
    } message;
    bench_check(mach_msg(&message.header, MACH_RCV_MSG, 0, sizeof(message), port,
                         MACH_MSG_TIMEOUT_NONE, MACH_PORT_NULL),
                "receive");
}

/* A client and its server, each a task of its own. */
struct pair {
    mach_port_t client;
    mach_port_t client_task;
    mach_port_t server;
    mach_port_t server_task;
};

/* What clients and the measuring task share. */
struct pair_state {
    _Atomic uint64_t calls;
    _Atomic bool is_on;
    _Atomic bool is_resting; /* the client has seen that it is off */
};

static struct pair_state *states;

/* The name of the server's port in the client; the number of the next client. */
#define SERVER_NAME ((mach_port_name_t)0x00800000u)
static unsigned next_pair;

/* A client's life: called on, it calls its server until it is called off. */
static void call_server(mach_port_t port)
{
    struct pair_state *state = &states[next_pair];
    struct bench_client client = { .server = SERVER_NAME, .reply = mach_reply_port() };
    for (;;) {
        state->is_resting = true;
        receive_empty(port);
        state->is_resting = false;
        while (state->is_on) {
            bench_raw_rpc(&client);
            state->calls++;
        }
    }
}

static void pair_start(struct pair *pair, unsigned number)
{
    next_pair = number;
    pair->server = bench_start_partner(bench_serve_raw, &pair->server_task);
    pair->client = bench_start_partner(call_server, &pair->client_task);
    bench_check(mach_port_insert_right(pair->client_task, SERVER_NAME, pair->server,
                                       MACH_MSG_TYPE_COPY_SEND),
                "server port");
}

static void sleep_for(uint64_t time)
{
    (void)mach_wait_until(mach_absolute_time() + time);
}

static uint64_t calls_of_all(void)
{
    uint64_t sum = 0;
    for (unsigned i = 0; i < PAIRS; i++) {
        sum += states[i].calls;
    }
    return sum;
}

/* Calls a second of the first COUNT pairs together. */
static uint64_t throughput(const struct pair *pairs, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        states[i].is_on = true;
        send_empty(pairs[i].client);
    }
    sleep_for(PAIR_SETTLE);
    uint64_t calls = calls_of_all();
    uint64_t start = mach_absolute_time();
    sleep_for(PAIR_MEASURE);
    calls = calls_of_all() - calls;
    uint64_t time = mach_absolute_time() - start;
    for (unsigned i = 0; i < count; i++) {
        states[i].is_on = false;
        while (!states[i].is_resting) {
            sleep_for(MILLISECOND);
        }
    }
    return calls * 1000 * MILLISECOND / time;
}

/* The best of several rounds: who else uses the development machine can only take away. */
static void measure_pairs(void)
{
    struct pair pairs[PAIRS];
    mach_vm_address_t shared = 0;
    uint64_t best[PAIRS] = {};
    bench_check(mach_vm_allocate(mach_task_self(), &shared, vm_page_size, VM_FLAGS_ANYWHERE),
                "shared page");
    bench_check(mach_vm_inherit(mach_task_self(), shared, vm_page_size, VM_INHERIT_SHARE),
                "shared page");
    states = (struct pair_state *)shared;
    for (unsigned i = 0; i < PAIRS; i++) {
        pair_start(&pairs[i], i);
    }
    for (unsigned round = 0; round < PAIR_ROUNDS; round++) {
        for (unsigned count = 1; count <= PAIRS; count++) {
            uint64_t calls = throughput(pairs, count);
            best[count - 1] = calls > best[count - 1] ? calls : best[count - 1];
        }
    }
    print_ratio("rpc_pairs_scaling_2", best[PAIRS - 1], best[0]);
    for (unsigned i = 0; i < PAIRS; i++) {
        bench_end_partner(pairs[i].client, pairs[i].client_task);
        bench_end_partner(pairs[i].server, pairs[i].server_task);
    }
}

static mach_port_t own_port;

/* The other side of a wake-up: it wakes the first in turn. */
static void wake_back(mach_port_t port)
{
    for (;;) {
        receive_empty(port);
        send_empty(own_port);
    }
}

/* Ticks from waking PARTNER to being woken, at best: two wake-ups. */
static uint64_t wakeup_ticks(mach_port_t partner)
{
    uint64_t best = UINT64_MAX;
    for (unsigned batch = 0; batch < WAKEUP_BATCHES; batch++) {
        uint64_t start = bench_ticks();
        for (unsigned i = 0; i < WAKEUP_ROUNDS; i++) {
            send_empty(partner);
            receive_empty(own_port);
        }
        uint64_t ticks = bench_ticks() - start;
        best = ticks < best ? ticks : best;
    }
    return best;
}

/* With one processor all wake-ups are local; with two, each of the threads has one to itself. */
static void measure_wakeups(void)
{
    processor_array_t processors;
    mach_msg_type_number_t count;
    bench_check(host_processors(startup_port(STARTUP_PORT_HOST_PRIV), &processors, &count),
                "host_processors");
    own_port = bench_new_port();
    mach_port_t partner = bench_start_thread(wake_back);
    for (mach_msg_type_number_t i = 1; i < count; i++) {
        bench_check(processor_exit(processors[i]), "processor_exit");
    }
    uint64_t local = wakeup_ticks(partner);
    for (mach_msg_type_number_t i = 1; i < count; i++) {
        bench_check(processor_start(processors[i]), "processor_start");
    }
    print_ratio("remote_wakeup_ratio", wakeup_ticks(partner), local);
}

/* Run the program once more, with the right to stop processors.  Returns: its exit status. */
static int run_privileged(char **argv)
{
    struct mach_r_spawn request = MACH_R_SPAWN(argv);
    int status;
    request.flags = PROC_SPAWN_PRIVILEGED;
    pid_t pid = mach_r_spawnp(argv[0], &request);
    if (pid < 0 || waitpid(pid, &status, 0) < 0) {
        printf("bench_smp: no privileged run: %s\n", strerror(errno));
        return 1;
    }
    return PROC_STATUS_SHELL(status);
}

int main(int argc, char **argv)
{
    (void)argc;
    if (startup_port(STARTUP_PORT_HOST_PRIV) == MACH_PORT_NULL) {
        return run_privileged(argv);
    }
    measure_pairs();
    measure_wakeups();
    return 0;
}
