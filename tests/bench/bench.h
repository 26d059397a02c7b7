/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Measuring: an operation is done in batches, each timed by the time-stamp counter; the cheapest batch counts, because
 * an interrupt can only add to it.  Under QEMU's -icount one tick is one instruction.
 */
#pragma once

#include <stdint.h>

#include <mach/mach.h>

/* One operation of a benchmark. */
typedef void bench_operation_t(void *argument);

/* Print `NAME VALUE unit`: ticks for one OPERATION(ARGUMENT), measured over ROUNDS in each batch. */
void bench_measure(const char *name, bench_operation_t *operation, void *argument, unsigned rounds);

/* Print one line. */
void bench_print(const char *name, uint64_t value, const char *unit);

/* End the benchmark with a message if RESULT is an error: a figure of a failing operation means nothing. */
void bench_check(kern_return_t result, const char *what);

/*
 * Give all threads of TASK a fixed priority.  For threads that yield to each other: sharing time, their
 * priorities drift apart by what each has used, and yielding finds no equal.
 */
void bench_fix_priorities(task_t task);

/* The time-stamp counter. */
static inline uint64_t bench_ticks(void)
{
    return __builtin_ia32_rdtsc();
}

/* The groups of benchmarks. */
void bench_traps(void);
void bench_messages(void);
void bench_memory(void);
void bench_tasks(void);
void bench_switches(void);
void bench_timer(void);
void bench_crowd(void);

/* A new port of this task with one send right. */
mach_port_t bench_new_port(void);

/*
 * A task that is a copy of this one (as after fork, but with one thread that calls ENTRY(PORT)) and has the receive
 * right of the result, to which the caller gets a send right.  End it with bench_end_partner().
 */
mach_port_t bench_start_partner(void (*entry)(mach_port_t port), mach_port_t *task);
void bench_end_partner(mach_port_t port, mach_port_t task);

/* A thread of this task that calls ENTRY(PORT), on a new port as above. */
mach_port_t bench_start_thread(void (*entry)(mach_port_t port));

/* Servers for the two: generated stubs in a message loop, and a hand-written echo. */
void bench_serve_stubs(mach_port_t port);
void bench_serve_raw(mach_port_t port);

/* One call of 32 bytes through generated stubs: the argument points to the server's port. */
void bench_stub_rpc(void *argument);

/* A client without stubs, and one call of it: the operation's argument is a struct bench_client. */
struct bench_client {
    mach_port_t server;
    mach_port_t reply;
};
void bench_raw_rpc(void *argument);

/* The same with a request of 4 KiB, and nothing but a header back. */
void bench_raw_page_rpc(void *argument);
