/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * top [-n COUNT] [-d SECONDS]: what processors and processes do, again and again; the processes that
 * used most time since the last picture (the first time: since the boot) come first. On a terminal
 * each picture replaces the one before, and the key q ends the program; elsewhere, or if only one is
 * wanted, they are plain lines.
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <mach/mach.h>
#include <mach/mach_time.h>
#include <mach/mach_vm.h>
#include <mach_r/console.h>
#include <mach_r/io.h>
#include <mach_r/proc.h>
#include <mach_r/startup.h>

#include "columns.h"
#include "usage.h"

#define USAGE "top [-n COUNT] [-d SECONDS]"

#define SECOND      UINT64_C(1000000000)
#define KEY_POLL_NS UINT64_C(100000000)
#define CLEAR       "\033[H\033[J"
#define LINES_LEFT  4 /* of a terminal, for heads and the last line */
#define ROWS_PLAIN  20

struct options {
    long count; /* pictures; 0: no end */
    long delay; /* seconds */
};

/* One moment of all processes and processors. */
struct picture {
    uint64_t time;
    proc_info_array_t processes;
    mach_msg_type_number_t process_count;
    processor_info_array_t loads;
    mach_msg_type_number_t load_words;
};

/* The terminal that this is shown on. */
struct screen {
    mach_port_t terminal;   /* null: none */
    terminal_modes_t modes; /* to be set again at the end */
    unsigned rows;          /* of the terminal; elsewhere, for processes */
};

static bool parse_number(const char *text, long *value)
{
    char *end;
    *value = text != NULL ? strtol(text, &end, 10) : 0;
    return text != NULL && end != text && *end == '\0' && *value > 0 && *value < 100000;
}

static struct options parse(int argc, char **argv)
{
    struct options options = { .delay = 2 };
    usage_offer(argc, argv, USAGE);
    for (int i = 1; i < argc; i += 2) {
        long *value = strcmp(argv[i], "-n") == 0   ? &options.count
                      : strcmp(argv[i], "-d") == 0 ? &options.delay
                                                   : NULL;
        if (value == NULL || !parse_number(argv[i + 1], value)) {
            usage_fail(USAGE);
        }
    }
    return options;
}

static kern_return_t picture_take(struct picture *picture)
{
    natural_t processors;
    mach_port_t host = mach_host_self();
    *picture = (struct picture){ .time = mach_absolute_time() };
    kern_return_t result = host_processor_info(host, PROCESSOR_CPU_LOAD_INFO, &processors,
                                               &picture->loads, &picture->load_words);
    (void)mach_port_deallocate(mach_task_self(), host);
    if (result == KERN_SUCCESS) {
        result = proc_list(startup_port(STARTUP_PORT_PROC), &picture->processes,
                           &picture->process_count);
    }
    return result;
}

static void memory_free(void *memory, size_t size)
{
    if (size != 0) {
        (void)mach_vm_deallocate(mach_task_self(), (mach_vm_address_t)memory, size);
    }
}

static void picture_free(struct picture *picture)
{
    memory_free(picture->processes, picture->process_count * sizeof(picture->processes[0]));
    memory_free(picture->loads, picture->load_words * sizeof(picture->loads[0]));
    *picture = (struct picture){};
}

static unsigned percent(uint64_t part, uint64_t whole)
{
    return whole != 0 ? (unsigned)(part * 100 / whole) : 0;
}

/* A line for each processor: how it spent the time between the two pictures. */
static void print_processors(const struct picture *last, const struct picture *now)
{
    unsigned count = now->load_words / PROCESSOR_CPU_LOAD_INFO_COUNT;
    for (unsigned i = 0; i < count; i++) {
        const processor_cpu_load_info_data_t *to = (processor_cpu_load_info_t)now->loads + i;
        unsigned ticks[CPU_STATE_MAX], sum = 0;
        for (int state = 0; state < CPU_STATE_MAX; state++) {
            ticks[state] = to->cpu_ticks[state];
            if (last->load_words == now->load_words) {
                ticks[state] -= ((processor_cpu_load_info_t)last->loads + i)->cpu_ticks[state];
            }
            sum += ticks[state];
        }
        (void)printf("CPU %-2u user %3u %%  system %3u %%  idle %3u %%\n", i,
                     percent(ticks[CPU_STATE_USER], sum), percent(ticks[CPU_STATE_SYSTEM], sum),
                     percent(ticks[CPU_STATE_IDLE], sum));
    }
}

/* What PROCESS used up to the picture LAST; 0 if it was not there. */
static uint64_t time_before(const struct picture *last, const proc_info_t *process)
{
    for (mach_msg_type_number_t i = 0; i < last->process_count; i++) {
        const proc_info_t *other = &last->processes[i];
        if (other->pid == process->pid && other->start_time == process->start_time) {
            return other->cpu_time;
        }
    }
    return 0;
}

/* A process and what it used since the last picture. */
struct row {
    const proc_info_t *process;
    uint64_t used;
};

static int compare_rows(const void *a, const void *b)
{
    const struct row *one = a, *two = b;
    if (one->used != two->used) {
        return one->used < two->used ? 1 : -1;
    }
    return one->process->pid - two->process->pid;
}

static void print_row(const struct row *row, uint64_t span)
{
    const proc_info_t *process = row->process;
    (void)printf("%5d %4u %3u %3u %7llu", (int)process->pid, percent(row->used, span),
                 (unsigned)process->processor, (unsigned)process->threads,
                 (unsigned long long)(process->resident_size / 1024));
    columns_print_usage(process);
    (void)printf(" %.*s\n", PROC_NAME_MAX, process->name);
}

static void print_processes(const struct picture *last, const struct picture *now, unsigned limit)
{
    struct row *rows = calloc(now->process_count, sizeof(*rows));
    if (rows == NULL) {
        return;
    }
    for (mach_msg_type_number_t i = 0; i < now->process_count; i++) {
        rows[i].process = &now->processes[i];
        rows[i].used = rows[i].process->cpu_time - time_before(last, rows[i].process);
    }
    qsort(rows, now->process_count, sizeof(*rows), compare_rows);
    (void)puts("  PID    % CPU THR KIB MEM" COLUMNS_USAGE " NAME");
    for (mach_msg_type_number_t i = 0; i < now->process_count && i < limit; i++) {
        print_row(&rows[i], now->time - last->time);
    }
    free(rows);
}

/* Find out whether this shows pictures on a terminal (standard input and output), and let the keys
 * come singly. */
static struct screen screen_begin(const struct options *options)
{
    struct screen screen = { .rows = ROWS_PLAIN };
    mach_port_t terminal = startup_port(STARTUP_PORT_STDIN);
    terminal_size_t size;
    if (options->count == 1 || terminal != startup_port(STARTUP_PORT_STDOUT) ||
        terminal_get_modes(terminal, &screen.modes) != KERN_SUCCESS) {
        return screen;
    }
    terminal_modes_t modes = screen.modes;
    modes.modes &= ~(uint32_t)(TERMINAL_COOKED | TERMINAL_ECHO);
    if (terminal_set_modes(terminal, modes) == KERN_SUCCESS) {
        screen.terminal = terminal;
        if (terminal_get_size(terminal, &size) == KERN_SUCCESS && size.rows != 0) {
            screen.rows = size.rows;
        }
    }
    return screen;
}

static void screen_end(const struct screen *screen)
{
    if (screen->terminal != MACH_PORT_NULL) {
        (void)terminal_set_modes(screen->terminal, screen->modes);
    }
}

/* Was q typed? */
static bool is_quit(const struct screen *screen)
{
    io_data_t data;
    mach_msg_type_number_t count = 0;
    while (io_read(screen->terminal, 0, sizeof(data), IO_NO_WAIT, data, &count) == KERN_SUCCESS &&
           count != 0) {
        if (memchr(data, 'q', count) != NULL) {
            return true;
        }
    }
    return false;
}

/* Wait for the next picture. Returns: false if the program shall end. */
static bool wait_for(const struct screen *screen, uint64_t end)
{
    while (mach_absolute_time() < end) {
        uint64_t next = mach_absolute_time() + KEY_POLL_NS;
        if (screen->terminal != MACH_PORT_NULL && is_quit(screen)) {
            return false;
        }
        (void)mach_wait_until(screen->terminal != MACH_PORT_NULL && next < end ? next : end);
    }
    return screen->terminal == MACH_PORT_NULL || !is_quit(screen);
}

static void show(const struct screen *screen, const struct picture *last, const struct picture *now)
{
    unsigned heads = now->load_words / PROCESSOR_CPU_LOAD_INFO_COUNT + LINES_LEFT;
    unsigned rows = screen->rows;
    if (screen->terminal != MACH_PORT_NULL) {
        (void)fputs(CLEAR, stdout);
        rows = rows > heads ? rows - heads : 1;
    }
    print_processors(last, now);
    print_processes(last, now, rows);
    (void)fflush(stdout);
}

int main(int argc, char **argv)
{
    struct options options = parse(argc, argv);
    struct screen screen = screen_begin(&options);
    struct picture last = {}, now;
    kern_return_t result;
    long shown = 0;
    while ((result = picture_take(&now)) == KERN_SUCCESS) {
        show(&screen, &last, &now);
        picture_free(&last);
        last = now;
        if (++shown == options.count ||
            !wait_for(&screen, now.time + (uint64_t)options.delay * SECOND)) {
            break;
        }
    }
    screen_end(&screen);
    if (result != KERN_SUCCESS) {
        fprintf(stderr, "top: nobody tells: %s\n", mach_error_string(result));
        return 1;
    }
    return 0;
}
