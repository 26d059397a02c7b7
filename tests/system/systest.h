/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The frame of the system tests: programs that use real traps and real servers and print TAP.
 *
 *     CASE(move_send_takes_one_reference)
 *     {
 *         ...
 *         EXPECT_EQ(refs, 1);
 *     }
 *
 * A program is this library and its cases. It runs as any program, printing to its standard output,
 * or as the boot module `init`, printing to the kernel's log and switching the machine off at the
 * end. After each case the kernel's ledger must be what it was before: a leak is a failure.
 *
 * A failed expectation is noted and the case goes on; expectations are true if they hold, so that a
 * case that cannot go on may return. They may be used in any thread, also of helper tasks
 * (systest_task.h).
 */
#pragma once

#include <stdint.h>

#include <mach/mach.h>

struct systest_case {
    const char *name;
    void (*function)(void);
};

/* Define the case NAME; the body follows. The linker collects the records in one array. */
#define CASE(case_name)                                                                         \
    static void systest_##case_name(void);                                                      \
    [[gnu::retain, gnu::used,                                                                   \
      gnu::section("systest")]] static const struct systest_case systest_record_##case_name = { \
        #case_name, systest_##case_name                                                         \
    };                                                                                          \
    static void systest_##case_name(void)

/* True if CONDITION holds, else it is noted and the running case has failed. */
#define EXPECT(condition) systest_expect((condition), __FILE_NAME__, __LINE__, #condition)

/* The same for two integers, pointers or results, whose values are printed. */
#define EXPECT_EQ(a, b) \
    systest_expect_equal((uint64_t)(a), (uint64_t)(b), __FILE_NAME__, __LINE__, #a " == " #b)

/* The same for a kernel or message result that has to be success. */
#define EXPECT_OK(call) EXPECT_EQ((uint32_t)(call), KERN_SUCCESS)

bool systest_expect(bool holds, const char *file, int line, const char *text);
bool systest_expect_equal(uint64_t a, uint64_t b, const char *file, int line, const char *text);

/* Print, as printf() does. Only from threads that pthread_create() made, and the first. */
[[gnu::format(printf, 1, 2)]] void systest_print(const char *format, ...);

/* True if the program runs with the system's servers, false if it is the boot module. */
bool systest_has_servers(void);

/* The program's argument INDEX (from 1), or null if it has not that many. */
const char *systest_argument(int index);

/* The privileged host port. */
mach_port_t systest_host_priv(void);

/* A right to the clock ID. */
mach_port_t systest_clock(int id);

/* Kernel objects in use of the KIND that the ledger calls so; 0 if there is no such kind. */
uint64_t systest_count(const char *kind);

/* Wait, with a bound of 100 seconds that nothing slow but correct reaches, until PREDICATE(ARGUMENT)
 * is true. Returns: false if it never was. */
bool systest_wait(bool (*predicate)(void *argument), void *argument);

/* Give the processor to others for a moment. No library state is touched. */
void systest_pause(void);

/* Called once before the first case; the library's own does nothing. A program may have one that
 * makes what it makes only once. */
void systest_prepare(void);

/* Called once after the last case, to end the tasks that systest_prepare() has made: one that is left would
 * be taken for a process by the next program that lists them. */
void systest_finish(void);
