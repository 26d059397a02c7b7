/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The runner.  Output is TAP (testanything.org): a plan, and for each test a line `ok N - name` or
 * `not ok N - name`, with comments before it.
 */
#include <test/ktest.h>

#include <lib/assert.h>
#include <lib/log.h>
#include <lib/string.h>
#include <arch/boot_info.h>
#include <arch/clock_device.h>
#include <arch/cpu.h>
#include <mem/zone.h>
#include <sched/thread.h>
#include <test/ktest_ledger.h>
#include <test/ktest_locks.h>

/* The bounds of the section, from the linker. */
extern const struct ktest __start_ktest[];
extern const struct ktest __stop_ktest[];

/* Expectations of the running test that did not hold. */
static _Atomic uint32_t failed_expectations;

bool ktest_expect(bool holds, const char *file, int line, const char *text)
{
    if (UNLIKELY(!holds)) {
        failed_expectations++;
        log_info("# %s:%d: expected %s", file, line, text);
    }
    return holds;
}

bool ktest_expect_equal(uint64_t a, uint64_t b, const char *file, int line, const char *text)
{
    if (UNLIKELY(a != b)) {
        failed_expectations++;
        log_info("# %s:%d: expected %s: %lld (0x%llx) is not %lld (0x%llx)", file, line, text,
                 (long long)a, (unsigned long long)a, (long long)b, (unsigned long long)b);
    }
    return a == b;
}

bool ktest_expect_string(const char *a, const char *b, const char *file, int line, const char *text)
{
    bool is_equal = strcmp(a, b) == 0;
    if (UNLIKELY(!is_equal)) {
        failed_expectations++;
        log_info("# %s:%d: expected %s: \"%s\" is not \"%s\"", file, line, text, a, b);
    }
    return is_equal;
}

/* True if NAME contains WORD. */
static bool name_contains(const char *name, const char *word)
{
    size_t length = strlen(word);
    for (; *name != '\0'; name++) {
        if (strncmp(name, word, length) == 0) {
            return true;
        }
    }
    return length == 0;
}

static bool test_is_selected(const struct ktest *test, const char *filter)
{
    return filter == nullptr || name_contains(test->name, filter);
}

/* Returns: true if the test passed. */
static bool test_run(const struct ktest *test, uint32_t number)
{
    failed_expectations = 0;
    ktest_ledger_begin();
    test->function();
    zone_fail_after(-1);
    EXPECT(interrupts_enabled());
    ktest_settle();
    ktest_ledger_end();
    bool has_passed = failed_expectations == 0;
    log_info("%s %u - %s", has_passed ? "ok" : "not ok", number, test->name);
    return has_passed;
}

uint32_t ktest_run(const char *filter)
{
    uint32_t count = 0;
    for (const struct ktest *test = __start_ktest; test < __stop_ktest; test++) {
        count += test_is_selected(test, filter);
    }
    log_info("TAP version 13");
    log_info("1..%u", count);
    uint32_t number = 0;
    uint32_t failures = 0;
    for (const struct ktest *test = __start_ktest; test < __stop_ktest; test++) {
        if (test_is_selected(test, filter)) {
            failures += !test_run(test, ++number);
        }
    }
    ktest_locks_print();
    log_info("# %u passed, %u failed", count - failures, failures);
    return failures;
}

void ktest_run_all(void)
{
    thread_bind(current_thread(), cpu_index());
    interrupts_enable();
    if (boot_option_is_set("lock_order")) {
        ktest_locks_break_order();
    }
    machine_debug_exit(ktest_run(nullptr) != 0);
}

void ktest_list(void)
{
    for (const struct ktest *test = __start_ktest; test < __stop_ktest; test++) {
        log_info("%s", test->name);
    }
}
