/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The table of processes, and who gets to know of a child's end.
 */
#include "check.h"
#include "process.h"

static struct process *make(int32_t pid, struct process *parent)
{
    struct process *process = process_create(pid, "/bin/program", "program\0-x", 11);
    if (process != nullptr) {
        process->parent = parent;
        process->port = 0x1000u + (mach_port_t)process->pid;
        process->task = 0x2000u + (mach_port_t)process->pid;
    }
    return process;
}

static void clear(void)
{
    while (process_first() != nullptr) {
        process_forget(process_first());
    }
}

static void end(struct process *process, int status)
{
    process->is_zombie = true;
    process->status = status;
}

static void test_identities(void)
{
    struct process *init = make(PID_INIT, nullptr);
    struct process *late = make(40, nullptr);
    struct process *early = make(20, nullptr);
    CHECK(process_first() == init && init->next == early && early->next == late);
    struct process *fresh = make(0, nullptr);
    CHECK(fresh->pid == 41);
    process_forget(fresh);
    fresh = make(0, nullptr);
    CHECK(fresh->pid == 42); /* old pids rest */
    CHECK(process_by_pid(20) == early && process_by_pid(21) == nullptr);
    CHECK(process_by_port(0x1000 + 40) == late && process_by_task(0x2000 + 40) == late);
    end(late, 0);
    CHECK(process_by_port(0x1000 + 40) == nullptr && process_by_task(0x2000 + 40) == nullptr);
    CHECK(process_by_pid(40) == late);
    clear();
}

static void test_pids_start_again(void)
{
    struct process *last = make(PID_MAX, nullptr);
    struct process *init = make(PID_INIT, nullptr);
    struct process *second = make(2, nullptr);
    struct process *next = make(0, nullptr);
    CHECK(last != nullptr && init != nullptr && second != nullptr);
    CHECK(next->pid == 3);
    clear();
}

static void test_names(void)
{
    struct process *process = make(0, nullptr);
    CHECK_TEXT(process_name(process), "program");
    CHECK(process->arguments_size == 11 && memcmp(process->arguments, "program\0-x", 11) == 0);
    CHECK(process_set_names(process, "", nullptr, 0));
    CHECK_TEXT(process_name(process), "?");
    CHECK(process->arguments == nullptr && process->arguments_size == 0);
    char path[2 * PROC_PATH_MAX];
    memset(path, 'a', sizeof(path));
    path[sizeof(path) - 1] = '\0';
    CHECK(process_set_names(process, path, nullptr, 0));
    CHECK(strlen(process->path) == PROC_PATH_MAX - 1);
    clear();
}

static void test_look(void)
{
    struct process *child = nullptr;
    struct process *parent = make(0, nullptr);
    CHECK(wait_look(parent, PROC_ANY, &child) == WAIT_NO_CHILD);
    struct process *first = make(0, parent);
    struct process *second = make(0, parent);
    CHECK(wait_look(parent, PROC_ANY, &child) == WAIT_RUNNING);
    end(second, 7);
    CHECK(wait_look(parent, first->pid, &child) == WAIT_RUNNING);
    CHECK(wait_look(parent, PROC_ANY, &child) == WAIT_ENDED && child == second);
    CHECK(wait_look(parent, second->pid, &child) == WAIT_ENDED && child == second);
    CHECK(wait_look(parent, parent->pid, &child) == WAIT_NO_CHILD);
    CHECK(wait_look(first, PROC_ANY, &child) == WAIT_NO_CHILD);
    clear();
}

/* Each child is given to one waiter, the oldest that means it. */
static void test_waiters(void)
{
    struct process *parent = make(0, nullptr);
    struct process *first = make(0, parent);
    struct process *second = make(0, parent);
    CHECK(wait_add(parent, second->pid, 100));
    CHECK(wait_add(parent, PROC_ANY, 101));
    CHECK(wait_add(parent, first->pid, 102));
    end(first, 0);
    CHECK(wait_take(parent, first) == 101);
    process_forget(first);
    CHECK(wait_take_childless(parent) == 102);
    CHECK(wait_take_childless(parent) == MACH_PORT_NULL);
    end(second, 0);
    CHECK(wait_take_childless(parent) == MACH_PORT_NULL);
    CHECK(wait_take(parent, second) == 100);
    CHECK(wait_take(parent, second) == MACH_PORT_NULL);
    clear();
}

static void test_waiters_are_bounded(void)
{
    struct process *parent = make(0, nullptr);
    struct process *child = make(0, parent);
    for (mach_port_t i = 0; i < WAITERS_MAX; i++) {
        CHECK(wait_add(parent, PROC_ANY, i + 1));
    }
    CHECK(!wait_add(parent, PROC_ANY, 1000));
    process_forget(child);
    for (mach_port_t i = 0; i < WAITERS_MAX; i++) {
        CHECK(wait_take_childless(parent) == i + 1);
    }
    clear();
}

void test_process(void)
{
    test_identities();
    test_pids_start_again();
    test_names();
    test_look();
    test_waiters();
    test_waiters_are_bounded();
}
