/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The runner: TAP, and the ledger around each case.
 *
 * A program that was started without the privileged host port starts itself again with it, and
 * takes over the second run's exit status.
 */
#include "systest.h"

#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <mach/host_reboot.h>
#include <mach/mach_time.h>
#include <mach_r/mach_r_host.h>
#include <mach_r/proc_types.h>
#include <mach_r/spawn.h>
#include <mach_r/startup.h>

#include "systest_ledger.h"
#include "systest_task.h"

#define WAIT_BOUND_NS UINT64_C(100000000000)
#define NOTES_MAX     12

/* The bounds of the section, from the linker. */
extern const struct systest_case __start_systest[];
extern const struct systest_case __stop_systest[];

/* An expectation of the running case that did not hold. */
struct note {
    const char *file;
    const char *text;
    uint64_t a, b;
    int line;
    bool has_values;
};

static struct note notes[NOTES_MAX];
static _Atomic uint32_t failures;
static char **arguments;
static int argument_count;

bool systest_has_servers(void)
{
    return startup_port(STARTUP_PORT_PROC) != MACH_PORT_NULL;
}

const char *systest_argument(int index)
{
    return index < argument_count ? arguments[index] : NULL;
}

mach_port_t systest_host_priv(void)
{
    return startup_port(STARTUP_PORT_HOST_PRIV);
}

mach_port_t systest_clock(int id)
{
    mach_port_t clock = MACH_PORT_NULL, host = mach_host_self();
    EXPECT_OK(host_get_clock_service(host, id, &clock));
    EXPECT_OK(mach_port_deallocate(mach_task_self(), host));
    return clock;
}

void systest_print(const char *format, ...)
{
    char text[512];
    va_list values;
    va_start(values, format);
    int length = vsnprintf(text, sizeof(text), format, values);
    va_end(values);
    if (length >= (int)sizeof(text)) {
        length = (int)sizeof(text) - 1;
    }
    if (systest_has_servers()) {
        (void)!write(STDOUT_FILENO, text, (size_t)length);
    } else {
        (void)host_log_write(systest_host_priv(), text, (mach_msg_type_number_t)length);
    }
}

/* A task may end in the middle of this: a note is whole when it has a file. */
static void note_failure(const struct note *note)
{
    uint32_t number = failures++;
    if (number < NOTES_MAX) {
        notes[number] = *note;
    }
}

bool systest_expect(bool holds, const char *file, int line, const char *text)
{
    if (!holds) {
        note_failure(&(struct note){ .file = file, .line = line, .text = text });
    }
    return holds;
}

bool systest_expect_equal(uint64_t a, uint64_t b, const char *file, int line, const char *text)
{
    if (a != b) {
        note_failure(&(struct note){ file, text, a, b, line, true });
    }
    return a == b;
}

static void print_notes(void)
{
    for (uint32_t i = 0; i < failures && i < NOTES_MAX; i++) {
        const struct note *note = &notes[i];
        if (note->file == NULL) {
            systest_print("# a task ended while it noted a failure\n");
        } else if (note->has_values) {
            systest_print("# %s:%d: expected %s: 0x%llx is not 0x%llx\n", note->file, note->line,
                          note->text, (unsigned long long)note->a, (unsigned long long)note->b);
        } else {
            systest_print("# %s:%d: expected %s\n", note->file, note->line, note->text);
        }
    }
    if (failures > NOTES_MAX) {
        systest_print("# and %u more\n", failures - NOTES_MAX);
    }
}

void systest_pause(void)
{
    (void)thread_switch(MACH_PORT_NULL, SWITCH_OPTION_WAIT, 1);
}

bool systest_wait(bool (*predicate)(void *argument), void *argument)
{
    uint64_t end = mach_absolute_time() + WAIT_BOUND_NS;
    while (!predicate(argument)) {
        if (mach_absolute_time() > end) {
            return false;
        }
        systest_pause();
    }
    return true;
}

/* Returns: true if the case passed. */
static bool case_run(const struct systest_case *test, uint32_t number)
{
    failures = 0;
    memset(notes, 0, sizeof(notes));
    ledger_begin();
    test->function();
    uint32_t leaks = ledger_end();
    bool has_passed = failures == 0 && leaks == 0;
    print_notes();
    systest_print("%s %u - %s\n", has_passed ? "ok" : "not ok", number, test->name);
    return has_passed;
}

[[gnu::weak]] void systest_prepare(void)
{
}

[[gnu::weak]] void systest_finish(void)
{
}

static bool has_no_more_tasks(void *before)
{
    return systest_count("task") <= *(const uint64_t *)before;
}

/* Make what the library makes when the first thread waits for another for the first time, which it may do
 * in any case that has threads, or in none. */
static void wait_once(void)
{
    pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    pthread_cond_t never = PTHREAD_COND_INITIALIZER;
    const struct timespec no_time = { 0 };
    (void)pthread_mutex_lock(&mutex);
    (void)pthread_cond_timedwait_relative_np(&never, &mutex, &no_time);
    (void)pthread_mutex_unlock(&mutex);
}

static int run_all(void)
{
    uint32_t count = (uint32_t)(__stop_systest - __start_systest);
    uint32_t failed = 0;
    systest_print("TAP version 13\n");
    systest_print("1..%u\n", count);
    task_warm_up();
    uint64_t tasks = systest_count("task");
    (void)pthread_mach_thread_np(pthread_self()); /* a name that a first thread brings along */
    wait_once();
    systest_prepare();
    print_notes();
    for (uint32_t i = 0; i < count; i++) {
        failed += !case_run(&__start_systest[i], i + 1);
    }
    systest_finish();
    if (!systest_wait(has_no_more_tasks, &tasks)) {
        systest_print("not ok %u - no_task_is_left_to_other_programs\n", count + 1);
        failed++;
    }
    return failed != 0;
}

/* Run the program once more, with the privileged host port. Returns: its exit status. */
static int run_privileged(char **argv)
{
    struct mach_r_spawn request = MACH_R_SPAWN(argv);
    int status;
    request.flags = PROC_SPAWN_PRIVILEGED;
    const char *path = (const char *)startup_block() + startup_block()->path_offset;
    pid_t pid = mach_r_spawn(path, &request);
    if (pid < 0 || waitpid(pid, &status, 0) < 0) {
        systest_print("Bail out! %s: no privileged run: %s\n", path, strerror(errno));
        return 1;
    }
    return PROC_STATUS_SHELL(status);
}

/* Tests know the host as ordinary tasks do; what needs the privileged port asks for it. */
static void lower_host(void)
{
    mach_port_t host = MACH_PORT_NULL;
    if (host_get_host_port(systest_host_priv(), &host) == KERN_SUCCESS) {
        (void)task_set_special_port(mach_task_self(), TASK_HOST_PORT, host);
        (void)mach_port_deallocate(mach_task_self(), host);
    }
}

int main(int argc, char **argv)
{
    arguments = argv;
    argument_count = argc;
    if (systest_host_priv() == MACH_PORT_NULL) {
        return run_privileged(argv);
    }
    lower_host();
    int status = run_all();
    if (!systest_has_servers()) {
        systest_print("systest: end\n");
        (void)host_reboot(systest_host_priv(), HOST_REBOOT_HALT);
    }
    return status;
}
