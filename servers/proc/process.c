/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One list in the order of pids. There are tens of processes, so that walking it is cheaper than
 * keeping an index.
 */
#include "process.h"

#include <stdlib.h>
#include <string.h>

static struct process *processes;

/* Where the search for a new pid begins. */
static int32_t next_pid = PID_INIT + 1;

struct process *process_first(void)
{
    return processes;
}

/* The link at which PID stands or would stand. */
static struct process **find_link(int32_t pid)
{
    struct process **link = &processes;
    while (*link != nullptr && (*link)->pid < pid) {
        link = &(*link)->next;
    }
    return link;
}

struct process *process_by_pid(int32_t pid)
{
    struct process *process = *find_link(pid);
    return process != nullptr && process->pid == pid ? process : nullptr;
}

struct process *process_by_port(mach_port_t port)
{
    struct process *process = processes;
    while (process != nullptr && (process->is_zombie || process->port != port)) {
        process = process->next;
    }
    return process;
}

struct process *process_by_task(mach_port_t task)
{
    struct process *process = processes;
    while (process != nullptr && (process->is_zombie || process->task != task)) {
        process = process->next;
    }
    return process;
}

/* A pid that is not in use: the one after the last given, so that old ones rest a while. */
static int32_t choose_pid(void)
{
    for (int32_t tries = 0; tries < PID_MAX; tries++) {
        int32_t pid = next_pid;
        next_pid = pid >= PID_MAX ? PID_INIT + 1 : pid + 1;
        if (process_by_pid(pid) == nullptr) {
            return pid;
        }
    }
    return 0;
}

bool process_set_names(struct process *process, const char *path, const char *arguments,
                       size_t arguments_size)
{
    char *copy = nullptr;
    if (arguments_size != 0) {
        copy = malloc(arguments_size);
        if (copy == nullptr) {
            return false;
        }
        memcpy(copy, arguments, arguments_size);
    }
    free(process->arguments);
    process->arguments = copy;
    process->arguments_size = arguments_size;
    size_t length = strnlen(path, sizeof(process->path) - 1);
    memcpy(process->path, path, length);
    process->path[length] = '\0';
    return true;
}

struct process *process_create(int32_t pid, const char *path, const char *arguments,
                               size_t arguments_size)
{
    struct process *process = calloc(1, sizeof(*process));
    if (process == nullptr) {
        return nullptr;
    }
    process->pid = pid != 0 ? pid : choose_pid();
    if (process->pid == 0 || !process_set_names(process, path, arguments, arguments_size)) {
        free(process);
        return nullptr;
    }
    if (pid >= next_pid) {
        next_pid = pid >= PID_MAX ? PID_INIT + 1 : pid + 1;
    }
    struct process **link = find_link(process->pid);
    process->next = *link;
    *link = process;
    return process;
}

void process_forget(struct process *process)
{
    *find_link(process->pid) = process->next;
    free(process->arguments);
    free(process);
}

struct process *process_next_child(struct process *parent, struct process *process)
{
    while (process != nullptr && process->parent != parent) {
        process = process->next;
    }
    return process;
}

const char *process_name(const struct process *process)
{
    const char *slash = strrchr(process->path, '/');
    const char *name = slash != nullptr ? slash + 1 : process->path;
    return name[0] != '\0' ? name : "?";
}
