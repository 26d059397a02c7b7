/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Telling about processes: routines of proc.defs, where they and their errors are described.
 */
#include "info.h"

#include <string.h>

#include <mach/mach_vm.h>
#include <mach/usage_info.h>
#include <mach_r/proc_server.h>

#include "adopt.h"
#include "identity.h"
#include "proc.h"

static void describe_usage(mach_port_t task, struct proc_info *info)
{
    mach_r_usage_info_data_t usage;
    mach_msg_type_number_t count = MACH_R_USAGE_INFO_COUNT;
    if (task_info(task, MACH_R_USAGE_INFO, (task_info_t)&usage, &count) == KERN_SUCCESS) {
        info->threads = usage.threads;
        info->cpu_time = usage.user_time + usage.system_time;
        info->system_time = usage.system_time;
        info->voluntary_switches = usage.voluntary_switches;
        info->involuntary_switches = usage.involuntary_switches;
        info->migrations = usage.migrations;
        info->processor = usage.processor;
    }
}

static void describe_task(mach_port_t task, struct proc_info *info)
{
    task_basic_info_64_data_t basic;
    mach_msg_type_number_t count = TASK_BASIC_INFO_64_COUNT;
    describe_usage(task, info);
    if (task_info(task, TASK_BASIC_INFO_64, (task_info_t)&basic, &count) == KERN_SUCCESS) {
        info->virtual_size = basic.virtual_size;
        info->resident_size = basic.resident_size;
        info->state = basic.suspend_count > 0 ? PROC_STATE_STOPPED : PROC_STATE_RUNNING;
    }
}

/* The pid to show as PROCESS's parent: whoever has none belongs to init. */
static int32_t parent_pid(const struct process *process)
{
    if (process->parent != nullptr) {
        return process->parent->pid;
    }
    return process->pid == PID_INIT ? 0 : PID_INIT;
}

void process_describe(struct process *process, struct proc_info *info)
{
    adopt_names(process);
    *info = (struct proc_info){
        .pid = process->pid,
        .ppid = parent_pid(process),
        .state = process->is_zombie ? PROC_STATE_ZOMBIE : PROC_STATE_RUNNING,
        .cpu_time = process->cpu_time,
        .start_time = process->start_time,
    };
    (void)strlcpy(info->name, process_name(process), sizeof(info->name));
    if (!process->is_zombie) {
        describe_task(process->task, info);
    }
}

/* The process PID, or with 0 that of PORT. */
static struct process *find(mach_port_t port, int pid)
{
    return pid == 0 ? process_by_port(port) : process_by_pid(pid);
}

kern_return_t serve_proc_get_info(mach_port_t port, int pid, proc_info_t *info)
{
    struct process *process = find(port, pid);
    if (process == nullptr) {
        return SERVER_ERROR_NO_PROCESS;
    }
    process_describe(process, info);
    return KERN_SUCCESS;
}

kern_return_t serve_proc_list(mach_port_t port, proc_info_array_t *infos,
                              mach_msg_type_number_t *count)
{
    (void)port;
    mach_msg_type_number_t number = 0;
    mach_vm_address_t memory = 0;
    adopt_all();
    for (struct process *process = process_first(); process != nullptr; process = process->next) {
        number++;
    }
    if (number != 0 && mach_vm_allocate(mach_task_self(), &memory, number * sizeof(proc_info_t),
                                        VM_FLAGS_ANYWHERE) != KERN_SUCCESS) {
        return SERVER_ERROR_NO_MEMORY;
    }
    proc_info_t *info = (proc_info_t *)memory;
    *infos = info;
    *count = number;
    for (struct process *process = process_first(); process != nullptr; process = process->next) {
        process_describe(process, info++);
    }
    return KERN_SUCCESS;
}

kern_return_t serve_proc_get_arguments(mach_port_t port, int pid, proc_strings_t *arguments,
                                       mach_msg_type_number_t *count)
{
    mach_vm_address_t memory = 0;
    struct process *process = find(port, pid);
    if (process == nullptr) {
        return SERVER_ERROR_NO_PROCESS;
    }
    adopt_names(process);
    *arguments = nullptr;
    *count = 0;
    if (process->arguments_size == 0) {
        return KERN_SUCCESS;
    }
    if (mach_vm_allocate(mach_task_self(), &memory, process->arguments_size, VM_FLAGS_ANYWHERE) !=
        KERN_SUCCESS) {
        return SERVER_ERROR_NO_MEMORY;
    }
    memcpy((char *)memory, process->arguments, process->arguments_size);
    *arguments = (proc_strings_t)memory;
    *count = (mach_msg_type_number_t)process->arguments_size;
    return KERN_SUCCESS;
}

kern_return_t serve_proc_get_task(mach_port_t port, int pid, mach_port_t *task,
                                  mach_msg_type_name_t *type)
{
    struct process *caller = process_by_port(port);
    struct process *process = find(port, pid);
    if (process == nullptr || process->is_zombie) {
        return SERVER_ERROR_NO_PROCESS;
    }
    bool is_permitted = caller != nullptr &&
                        (process == caller || process->parent == caller || caller->is_privileged);
    if (!is_permitted) {
        return SERVER_ERROR_NOT_PERMITTED;
    }
    *task = process->task;
    *type = MACH_MSG_TYPE_COPY_SEND;
    return KERN_SUCCESS;
}

kern_return_t serve_proc_get_path(mach_port_t port, int pid, proc_path_t path)
{
    struct process *process = find(port, pid);
    if (process == nullptr) {
        return SERVER_ERROR_NO_PROCESS;
    }
    adopt_names(process);
    if (process->path[0] == '\0') {
        return SERVER_ERROR_NOT_FOUND;
    }
    strcpy(path, process->path);
    return KERN_SUCCESS;
}
