/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Lines of "Name: value".
 */
#include "procfs_text.h"

#include <inttypes.h>

#include "text.h"

#define MEGABYTE    (UINT64_C(1) << 20)
#define KILOBYTE    UINT64_C(1024)
#define SECOND      UINT64_C(1000000000)
#define MILLISECOND UINT64_C(1000000)
#define CENTISECOND UINT64_C(10000000)

/* Rounded up, as in the line the kernel prints: firmware keeps a little of every machine. */
static uint64_t megabytes(uint64_t bytes)
{
    return (bytes + MEGABYTE - 1) / MEGABYTE;
}

size_t procfs_meminfo(char *data, size_t size, uint64_t total, uint64_t free)
{
    struct text text = { data, size, 0 };
    uint64_t all = megabytes(total);
    uint64_t unused = (free < total ? free : total) / MEGABYTE;
    text_add(&text, "Total: %" PRIu64 " MB\n", all);
    text_add(&text, "Used: %" PRIu64 " MB\n", all - unused);
    text_add(&text, "Free: %" PRIu64 " MB\n", unused);
    return text.length;
}

size_t procfs_uptime(char *data, size_t size, uint64_t nanoseconds)
{
    struct text text = { data, size, 0 };
    text_add(&text, "%" PRIu64 ".%02" PRIu64 "\n", nanoseconds / SECOND,
             nanoseconds % SECOND / CENTISECOND);
    return text.length;
}

static void add_ticks(struct text *text, const char *name, uint32_t ticks)
{
    uint64_t time = ticks * PROCFS_TICK_NS;
    text_add(text, " %s %" PRIu64 ".%02" PRIu64 " s", name, time / SECOND,
             time % SECOND / CENTISECOND);
}

size_t procfs_processors(char *data, size_t size, const struct procfs_processor *processors,
                         uint32_t count)
{
    struct text text = { data, size, 0 };
    for (uint32_t i = 0; i < count; i++) {
        text_add(&text, "Processor %" PRIu32 ": %s,", i,
                 processors[i].is_running ? "running" : "stopped");
        add_ticks(&text, "user", processors[i].user);
        add_ticks(&text, "system", processors[i].system);
        add_ticks(&text, "idle", processors[i].idle);
        text_add(&text, "\n");
    }
    return text.length;
}

static const char *state_name(uint32_t state)
{
    switch (state) {
    case PROC_STATE_RUNNING: return "running";
    case PROC_STATE_STOPPED: return "stopped";
    case PROC_STATE_ZOMBIE: return "zombie";
    default: return "unknown";
    }
}

/* The arguments on one line; what could not be shown on a terminal becomes a question mark. */
static void add_arguments(struct text *text, const char *arguments, size_t size)
{
    text_add(text, "Arguments:");
    bool is_start = true;
    for (size_t i = 0; i < size; i++) {
        char c = arguments[i];
        if (is_start) {
            text_add(text, " ");
        }
        is_start = c == '\0';
        if (c != '\0') {
            text_add(text, "%c", c >= ' ' && c <= '~' ? c : '?');
        }
    }
    text_add(text, "\n");
}

/* A line about a time in nanoseconds. */
static void add_time(struct text *text, const char *what, uint64_t time)
{
    text_add(text, "%s: %" PRIu64 ".%03" PRIu64 " s\n", what, time / SECOND,
             time % SECOND / MILLISECOND);
}

size_t procfs_status(char *data, size_t size, const struct proc_info *info, const char *path,
                     const char *arguments, size_t arguments_size)
{
    struct text text = { data, size, 0 };
    text_add(&text, "Name: %s\nPath: %s\n", info->name, path);
    text_add(&text, "Pid: %" PRId32 "\nParent: %" PRId32 "\n", info->pid, info->ppid);
    text_add(&text, "State: %s\n", state_name(info->state));
    text_add(&text, "Threads: %" PRIu32 "\n", info->threads);
    text_add(&text, "Virtual: %" PRIu64 " KB\n", info->virtual_size / KILOBYTE);
    text_add(&text, "Resident: %" PRIu64 " KB\n", info->resident_size / KILOBYTE);
    add_time(&text, "Time", info->cpu_time);
    add_time(&text, "User", info->cpu_time - info->system_time);
    add_time(&text, "System", info->system_time);
    text_add(&text, "Switches: %" PRIu64 " voluntary, %" PRIu64 " involuntary\n",
             info->voluntary_switches, info->involuntary_switches);
    text_add(&text, "Migrations: %" PRIu64 "\nProcessor: %" PRIu32 "\n", info->migrations,
             info->processor);
    add_arguments(&text, arguments, arguments_size);
    return text.length;
}
