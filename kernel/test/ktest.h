/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Unit tests of the kernel's layers.  The same files run in the host program (tests/host), under
 * sanitizers, and in the machine (kernel-test.elf, boot option `test`).
 *
 *     KTEST(list_remove_leaves_rest)
 *     {
 *         ...
 *         EXPECT_EQ(list_empty(&list), false);
 *     }
 *
 * A test runs in a kernel thread with interrupts enabled.  A failed expectation is printed and
 * counted, and the test goes on; expectations are true if they hold, so that a test which cannot go
 * on may return.  After each test the ledger must be what it was before: a leak is a failure.
 */
#pragma once

#include <stdint.h>

#include <lib/compiler.h>

struct ktest {
    const char *name;
    void (*function)(void);
};

/* Define the test NAME; the body follows.  The linker collects the records in one array. */
#define KTEST(test_name)                                              \
    static void ktest_##test_name(void);                              \
    [[gnu::retain]] static const struct ktest SECTION("ktest")        \
        ktest_record_##test_name = { #test_name, ktest_##test_name }; \
    static void ktest_##test_name(void)

/* True if CONDITION holds, else it is printed and the running test has failed. */
#define EXPECT(condition) ktest_expect((condition), __FILE__, __LINE__, #condition)

/* The same for two integers or pointers, whose values are printed. */
#define EXPECT_EQ(a, b) \
    ktest_expect_equal(KTEST_VALUE(a), KTEST_VALUE(b), __FILE__, __LINE__, #a " == " #b)

/* X as a number: nullptr has no cast of its own. */
#define KTEST_VALUE(x) ((uint64_t)_Generic((x), typeof(nullptr): 0, default: (x)))

/* The same for two strings. */
#define EXPECT_STRING(a, b) ktest_expect_string((a), (b), __FILE__, __LINE__, #a " is " #b)

bool ktest_expect(bool holds, const char *file, int line, const char *text);
bool ktest_expect_equal(uint64_t a, uint64_t b, const char *file, int line, const char *text);
bool ktest_expect_string(const char *a, const char *b, const char *file, int line,
                         const char *text);

/* Run the tests whose names contain FILTER (null: all) and print TAP lines to the log.  Context: a
 * kernel thread, interrupts on.  Returns: how many failed. */
uint32_t ktest_run(const char *filter);

/* Run all tests and end the emulator with status 0, or 1 if any failed.  Context: a kernel thread;
 * enables interrupts. */
void ktest_run_all(void);

/* Print the names of all tests. */
void ktest_list(void);

/* A kernel thread of a test.  It starts with interrupts off, and stays on the processor of the
 * tests, so that the order in which threads run is known. */
struct ktest_thread;

/* Start FUNCTION(ARGUMENT) in a thread at the tests' own priority, or at PRIORITY. */
struct ktest_thread *ktest_spawn(void (*function)(void *argument), void *argument);
struct ktest_thread *ktest_spawn_at(uint8_t priority, void (*function)(void *argument),
                                    void *argument);

/* The thread itself, valid until ktest_join(). */
struct thread *ktest_thread_of(struct ktest_thread *spawned);

/* Wait until it has ended and is freed. */
void ktest_join(struct ktest_thread *spawned);

/* Let the others run until each of them waits or has ended. */
void ktest_settle(void);

/* Use the processor for a microsecond or two: what loops that let time pass do. Not with cpu_pause() alone,
 * at which an emulator is so slow that a second of it takes minutes. */
void ktest_compute(void);

/*
 * Run a step with its 1st, 2nd, ... allocation failing until it succeeds without a failure:
 *
 *     for (struct ktest_failures f = ktest_failures_begin(); ktest_failures_next(&f);) {
 *         ... the step: it fails and leaves nothing behind, or succeeds, and is undone ...
 *     }
 *
 * In builds without injected failures the step runs once.
 */
struct ktest_failures {
    int64_t next; /* how many allocations succeed in this round */
};

struct ktest_failures ktest_failures_begin(void);

/* Begin the next round.  Returns: false if the last one had no failure: all have been tried. */
bool ktest_failures_next(struct ktest_failures *failures);

/* True if an allocation failed in this round up to now. */
bool ktest_failure_happened(void);
