/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel's list of tasks is the one source that cannot be forged, so a port is a task's only if
 * it is in there.
 *
 * Which pid? A task inherits its maker's token, so several may carry the same. The one that was
 * started with it says so in its startup block; only when no such task is left may another keep it.
 */
#include "adopt.h"

#include <mach/host_priv.h>
#include <mach/mach.h>
#include <mach/mach_host.h>
#include <mach/mach_vm.h>
#include <mach/processor_set.h>
#include <mach_r/startup.h>

#include "identity.h"
#include "lifecycle.h"
#include "proc.h"
#include "startup_copy.h"

struct task_list {
    task_array_t tasks;
    mach_msg_type_number_t count;
};

/* The right that controls the set of all processors, and so lists all tasks. */
static mach_port_t processor_set(void)
{
    static mach_port_t control;
    mach_port_t name;
    mach_port_t host = mach_host_self();
    if (control == MACH_PORT_NULL && processor_set_default(host, &name) == KERN_SUCCESS) {
        (void)host_processor_set_priv(startup_port(STARTUP_PORT_HOST_PRIV), name, &control);
        right_release(&name);
    }
    right_release(&host);
    return control;
}

static bool list_create(struct task_list *list)
{
    *list = (struct task_list){};
    return processor_set_tasks(processor_set(), &list->tasks, &list->count) == KERN_SUCCESS;
}

static void list_destroy(struct task_list *list)
{
    for (mach_msg_type_number_t i = 0; i < list->count; i++) {
        right_release(&list->tasks[i]);
    }
    (void)mach_vm_deallocate(mach_task_self(), (mach_vm_address_t)list->tasks,
                             list->count * sizeof(list->tasks[0]));
}

/* TASK's right to its standard error, for reports about it. Returns: null, it has none. */
static mach_port_t take_error_output(mach_port_t task, const struct startup_copy *copy)
{
    mach_port_t output = MACH_PORT_NULL;
    mach_msg_type_name_t type;
    if (copy->error_output == MACH_PORT_NULL ||
        mach_port_extract_right(task, copy->error_output, MACH_MSG_TYPE_COPY_SEND, &output,
                                &type) != KERN_SUCCESS) {
        return MACH_PORT_NULL;
    }
    return output;
}

/* Make a process with PID (0: a new one) for TASK, whose startup block is COPY. */
static struct process *make_process(mach_port_t task, int32_t pid, const struct identity *identity,
                                    const struct startup_copy *copy)
{
    struct process *process =
        process_create(pid, copy->path, copy->arguments, copy->arguments_size);
    if (process == nullptr) {
        return nullptr;
    }
    process->is_privileged = identity->is_privileged;
    if (mach_port_mod_refs(mach_task_self(), task, MACH_PORT_RIGHT_SEND, 1) != KERN_SUCCESS) {
        process_forget(process);
        return nullptr;
    }
    if (process_bind(process, task) != KERN_SUCCESS) {
        right_release(&task);
        process_forget(process);
        return nullptr;
    }
    process->error_output = take_error_output(task, copy);
    return process;
}

/* Is the pid of COPY the one that its task was started with? Init's task has no pid at first. */
static bool is_own_pid(const struct identity *identity, const struct startup_copy *copy)
{
    if (copy->pid <= 0 || copy->pid > PID_MAX) {
        return false;
    }
    return copy->pid == identity->pid || (identity->pid == 0 && copy->pid == PID_INIT);
}

/* Adopt TASK if it was started with the pid of its token. */
static void adopt_started(mach_port_t task)
{
    struct identity identity;
    struct startup_copy copy;
    if (process_by_task(task) != nullptr || !identity_get(task, &identity)) {
        return;
    }
    startup_copy_read(task, &copy);
    if (is_own_pid(&identity, &copy) && process_by_pid(copy.pid) == nullptr) {
        (void)make_process(task, copy.pid, &identity, &copy);
    }
    startup_copy_free(&copy);
}

/* Adopt TASK with the pid of its token if that is free, or a new one. */
static struct process *adopt_any(mach_port_t task)
{
    struct identity identity;
    struct startup_copy copy;
    struct process *process = process_by_task(task);
    if (process != nullptr || !identity_get(task, &identity)) {
        return process;
    }
    bool is_free =
        identity.pid > 0 && identity.pid <= PID_MAX && process_by_pid(identity.pid) == nullptr;
    startup_copy_read(task, &copy);
    process = make_process(task, is_free ? identity.pid : 0, &identity, &copy);
    startup_copy_free(&copy);
    return process;
}

/* Give PROCESS its parent back, if both were started by the server before this one. */
static void find_parent(struct process *process)
{
    struct startup_copy copy;
    if (process->is_zombie || process->parent != nullptr || process->pid == PID_INIT) {
        return;
    }
    startup_copy_read(process->task, &copy);
    if (copy.pid == process->pid) {
        struct process *parent = process_by_pid(copy.ppid);
        process->parent =
            parent != process && parent != nullptr && !parent->is_zombie ? parent : nullptr;
    }
    startup_copy_free(&copy);
}

static void adopt_families(void)
{
    static bool is_done;
    for (struct process *process = process_first(); !is_done && process != nullptr;
         process = process->next) {
        find_parent(process);
    }
    is_done = true;
}

void adopt_all(void)
{
    struct task_list list;
    if (!list_create(&list)) {
        proc_log("cannot list the tasks");
        return;
    }
    for (mach_msg_type_number_t i = 0; i < list.count; i++) {
        adopt_started(list.tasks[i]);
    }
    for (mach_msg_type_number_t i = 0; i < list.count; i++) {
        (void)adopt_any(list.tasks[i]);
    }
    list_destroy(&list);
    adopt_families();
}

struct process *adopt_task(mach_port_t task)
{
    struct task_list list;
    struct process *process = process_by_task(task);
    if (process != nullptr || !MACH_PORT_VALID(task) || !list_create(&list)) {
        return process;
    }
    for (mach_msg_type_number_t i = 0; i < list.count && process == nullptr; i++) {
        process = list.tasks[i] == task ? adopt_any(task) : nullptr;
    }
    list_destroy(&list);
    return process;
}

bool adopt_is_task(mach_port_t task)
{
    struct task_list list;
    bool is_task = false;
    if (!MACH_PORT_VALID(task) || !list_create(&list)) {
        return false;
    }
    for (mach_msg_type_number_t i = 0; i < list.count; i++) {
        is_task = is_task || list.tasks[i] == task;
    }
    list_destroy(&list);
    return is_task;
}

void adopt_names(struct process *process)
{
    struct startup_copy copy;
    if (process->is_zombie || process->path[0] != '\0') {
        return;
    }
    startup_copy_read(process->task, &copy);
    (void)process_set_names(process, copy.path, copy.arguments, copy.arguments_size);
    startup_copy_free(&copy);
}
