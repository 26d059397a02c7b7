/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Exceptions arrive on a port of their own, with threads of their own: they need the table only for
 * moments, and everything slow (finding the executable, writing to a terminal) is bounded in time
 * and done without the lock. A crash of this server itself is reported without the table, whose lock
 * the thread that crashed may hold.
 */
#include "crash.h"

#include <stdlib.h>
#include <string.h>

#include <mach/host_priv.h>
#include <mach/mach_exc_server.h>
#include <mach/mach_vm.h>
#include <mach/thread_act.h>
#include <mach_r/fs_types.h>
#include <mach_r/services.h>
#include <mach_r/startup.h>
#include <mach_r/timed_fs.h>
#include <mach_r/timed_io.h>
#include <servers/bootstrap.h>

#include "adopt.h"
#include "crash_report.h"
#include "executable.h"
#include "identity.h"
#include "lifecycle.h"
#include "proc.h"
#include "signalling.h"

/* Room for the largest request, and its trailer. */
#define MESSAGE_MAX 4096

static mach_port_t exception_port;

/* The rights a report needs, each the report's own. */
struct crash_rights {
    mach_port_t executable;   /* null: to be looked up by the path */
    mach_port_t error_output; /* null: the log */
};

bool crash_handler_register(void)
{
    kern_return_t result =
        mach_port_allocate(mach_task_self(), MACH_PORT_RIGHT_RECEIVE, &exception_port);
    if (result == KERN_SUCCESS) {
        result = mach_port_insert_right(mach_task_self(), exception_port, exception_port,
                                        MACH_MSG_TYPE_MAKE_SEND);
    }
    if (result == KERN_SUCCESS) {
        result = host_set_exception_ports(
            startup_port(STARTUP_PORT_HOST_PRIV), EXC_MASK_ALL, exception_port,
            (exception_behavior_t)(EXCEPTION_DEFAULT | MACH_EXCEPTION_CODES), THREAD_STATE_NONE);
    }
    if (result != KERN_SUCCESS) {
        proc_log("cannot handle exceptions: %s", mach_error_string(result));
    }
    return result == KERN_SUCCESS;
}

void *crash_serve(void *argument)
{
    (void)argument;
    proc_thread_prepare();
    mach_msg_return_t result = mach_msg_server(mach_exc_server, MESSAGE_MAX, exception_port, 0);
    proc_log("cannot receive exceptions: %s", mach_error_string(result));
    return nullptr;
}

/* Which of its task's threads THREAD is. */
static void count_threads(mach_port_t task, mach_port_t thread, struct crash *crash)
{
    thread_act_array_t threads;
    mach_msg_type_number_t count;
    if (task_threads(task, &threads, &count) != KERN_SUCCESS) {
        return;
    }
    crash->threads = count;
    for (mach_msg_type_number_t i = 0; i < count; i++) {
        if (threads[i] == thread) {
            crash->thread = i + 1;
        }
        right_release(&threads[i]);
    }
    (void)mach_vm_deallocate(mach_task_self(), (mach_vm_address_t)threads,
                             count * sizeof(threads[0]));
}

static bool read_memory(mach_port_t task, uint64_t address, void *data, size_t size)
{
    mach_vm_size_t done = 0;
    return mach_vm_read_overwrite(task, address, size, (mach_vm_address_t)data, &done) ==
               KERN_SUCCESS &&
           done == size;
}

/* Follow the frame pointers, which lead to ever higher addresses. */
static void walk_stack(mach_port_t task, struct crash *crash)
{
    struct {
        uint64_t next;
        uint64_t return_address;
    } frame;
    uint64_t rbp = crash->registers.__rbp;
    if (crash_is_jump(crash) &&
        read_memory(task, crash->registers.__rsp, &crash->frames[0], sizeof(crash->frames[0]))) {
        crash->frame_count = 1;
    }
    while (crash->frame_count < CRASH_FRAMES_MAX && rbp % sizeof(uint64_t) == 0 &&
           read_memory(task, rbp, &frame, sizeof(frame)) && frame.return_address != 0) {
        crash->frames[crash->frame_count++] = frame.return_address;
        if (frame.next <= rbp) {
            break;
        }
        rbp = frame.next;
    }
}

/* Find out what can be found out about the thread itself. */
static void examine(mach_port_t task, mach_port_t thread, struct crash *crash)
{
    x86_exception_state64_t fault = {};
    mach_msg_type_number_t count = x86_THREAD_STATE64_COUNT;
    (void)thread_get_state(thread, x86_THREAD_STATE64, (thread_state_t)&crash->registers, &count);
    count = x86_EXCEPTION_STATE64_COUNT;
    (void)thread_get_state(thread, x86_EXCEPTION_STATE64, (thread_state_t)&fault, &count);
    crash->error = fault.__err;
    count_threads(task, thread, crash);
    walk_stack(task, crash);
}

/* One more reference on RIGHT. Returns: RIGHT; null, it has died. */
static mach_port_t right_reference(mach_port_t right)
{
    if (!MACH_PORT_VALID(right) ||
        mach_port_mod_refs(mach_task_self(), right, MACH_PORT_RIGHT_SEND, 1) != KERN_SUCCESS) {
        return MACH_PORT_NULL;
    }
    return right;
}

/* Note what the table knows about TASK. */
static void identify(mach_port_t task, struct crash *crash, struct crash_rights *rights)
{
    proc_lock();
    struct process *process = adopt_task(task);
    if (process != nullptr) {
        adopt_names(process);
        crash->pid = process->pid;
        memcpy(crash->path, process->path, sizeof(crash->path));
        rights->executable = right_reference(process->executable);
        rights->error_output = right_reference(process->error_output);
    }
    proc_unlock();
}

/* The executable of a program that this server did not start, found by its path. Init's is in no
 * file system, and init would have to answer. */
static mach_port_t look_up_executable(const struct crash *crash)
{
    mach_port_t root;
    mach_port_t file = MACH_PORT_NULL;
    fs_path_t path = "";
    fs_path_t rest;
    int found = 0;
    if (crash->pid <= PID_INIT || crash->path[0] == '\0' ||
        bootstrap_look_up(bootstrap_port, SERVICE_ROOT, &root) != KERN_SUCCESS) {
        return MACH_PORT_NULL;
    }
    (void)strlcpy(path, crash->path, sizeof(path));
    if (timed_dir_lookup(root, path, 0, &found, &file, rest) != KERN_SUCCESS) {
        file = MACH_PORT_NULL;
    } else if (found != FS_LOOKUP_DONE) {
        right_release(&file);
    }
    right_release(&root);
    return file;
}

/* Write the SIZE bytes of TEXT to OUTPUT. Returns: false, it does not take them. */
static bool write_output(mach_port_t output, const char *text, size_t size)
{
    while (size > 0) {
        unsigned written = 0;
        mach_msg_type_number_t part =
            (mach_msg_type_number_t)(size < IO_INLINE_MAX ? size : IO_INLINE_MAX);
        kern_return_t result = timed_io_write(output, 0, IO_APPEND, text, part, &written);
        if (result != KERN_SUCCESS || written == 0 || written > part) {
            return false;
        }
        text += written;
        size -= written;
    }
    return true;
}

static void write_report(const struct crash *crash, const struct elf_symbols *symbols,
                         mach_port_t output)
{
    char *text = malloc(CRASH_REPORT_MAX);
    if (text == nullptr) {
        proc_log("pid %d has crashed; no memory for a report", (int)crash->pid);
        return;
    }
    size_t length = crash_report(crash, symbols, text, CRASH_REPORT_MAX);
    if (output == MACH_PORT_NULL || !write_output(output, text, length)) {
        proc_log_text(text, length);
    }
    free(text);
}

static void report(const struct crash *crash, struct crash_rights *rights)
{
    struct task_executable executable;
    struct elf_symbols symbols;
    bool is_open = false;
    if (rights->executable == MACH_PORT_NULL) {
        rights->executable = look_up_executable(crash);
    }
    if (rights->executable != MACH_PORT_NULL) {
        is_open = executable_open(rights->executable, &executable) == KERN_SUCCESS;
    }
    bool has_symbols = is_open && elf_symbols_open(executable.file, executable.size, &symbols);
    write_report(crash, has_symbols ? &symbols : nullptr, rights->error_output);
    if (is_open) {
        executable_close(&executable);
    }
    right_release(&rights->executable);
    right_release(&rights->error_output);
}

/* End the process of TASK, or TASK if it has none (any more). */
static void end(mach_port_t task, int status)
{
    proc_lock();
    struct process *process = process_by_task(task);
    if (process != nullptr) {
        process_end(process, status);
    } else {
        (void)task_terminate(task);
    }
    proc_unlock();
}

/* This server itself has crashed: one of its other threads runs here. */
static void end_self(mach_port_t thread, struct crash *crash)
{
    static char text[CRASH_REPORT_MAX];
    (void)strlcpy(crash->path, "the process server", sizeof(crash->path));
    struct identity identity;
    crash->pid = identity_get(mach_task_self(), &identity) ? identity.pid : 0;
    examine(mach_task_self(), thread, crash);
    size_t length = crash_report(crash, nullptr, text, sizeof(text));
    proc_log_text(text, length);
    (void)task_terminate(mach_task_self());
}

kern_return_t catch_mach_exception_raise(mach_port_t port, mach_port_t thread, mach_port_t task,
                                         exception_type_t exception, mach_exception_data_t codes,
                                         mach_msg_type_number_t code_count)
{
    (void)port;
    struct crash crash = { .thread = 1, .threads = 1, .exception = exception };
    struct crash_rights rights = {};
    for (mach_msg_type_number_t i = 0; i < code_count && i < 2; i++) {
        crash.codes[i] = codes[i];
    }
    if (task == mach_task_self()) {
        end_self(thread, &crash);
    }
    if (signal_catch_fault(task, thread, exception, crash.codes)) {
        right_release(&thread);
        right_release(&task);
        return KERN_SUCCESS;
    }
    (void)task_suspend(task);
    examine(task, thread, &crash);
    identify(task, &crash, &rights);
    report(&crash, &rights);
    end(task, PROC_STATUS_SIGNAL(crash_signal(exception, crash.codes[0])));
    right_release(&thread);
    right_release(&task);
    return KERN_SUCCESS;
}

/* Exceptions are asked for with thread and task only. */
kern_return_t catch_mach_exception_raise_state([[maybe_unused]] mach_port_t port,
                                               [[maybe_unused]] exception_type_t exception,
                                               [[maybe_unused]] const mach_exception_data_t codes,
                                               [[maybe_unused]] mach_msg_type_number_t code_count,
                                               [[maybe_unused]] int *flavor,
                                               [[maybe_unused]] const thread_state_t old_state,
                                               [[maybe_unused]] mach_msg_type_number_t old_count,
                                               [[maybe_unused]] thread_state_t new_state,
                                               [[maybe_unused]] mach_msg_type_number_t *new_count)
{
    return KERN_NOT_SUPPORTED;
}

kern_return_t catch_mach_exception_raise_state_identity(
    [[maybe_unused]] mach_port_t port, [[maybe_unused]] mach_port_t thread,
    [[maybe_unused]] mach_port_t task, [[maybe_unused]] exception_type_t exception,
    [[maybe_unused]] mach_exception_data_t codes,
    [[maybe_unused]] mach_msg_type_number_t code_count, [[maybe_unused]] int *flavor,
    [[maybe_unused]] thread_state_t old_state, [[maybe_unused]] mach_msg_type_number_t old_count,
    [[maybe_unused]] thread_state_t new_state, [[maybe_unused]] mach_msg_type_number_t *new_count)
{
    return KERN_NOT_SUPPORTED;
}
