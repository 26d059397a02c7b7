/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fork(), out of what Mach has: task_create() makes a task with a copy of this one's memory, on
 * write; rights that the library holds are put into it under the same names; the process server is
 * told about it; and a thread that begins there returns from the same call. As on Darwin the child
 * has no other rights of the parent's: what the program kept in variables names nothing there.
 *
 * The child's thread starts below the copied stack frames of this call and jumps back into them.
 */
#include <errno.h>
#include <malloc.h>
#include <reent.h>
#include <setjmp.h>
#include <stdint.h>
#include <unistd.h>

#include <bsm/libbsm.h>
#include <mach/mach_port.h>
#include <mach/mach_traps.h>
#include <mach/task.h>
#include <mach/thread_status.h>
#include <mach_r/startup.h>

#include "../mach/mach_init.h"
#include "../rpc/stubs.h"
#include "../threads/thread_block.h"
#include "errors.h"
#include "fork.h"
#include "path.h"
#include "process.h"

#define RFLAGS_INITIAL 0x202

/* Bytes between this call's frames and those of the thread that begins in the child. */
#define STACK_DISTANCE 4096

static void give(mach_port_t port, void *argument)
{
    if (MACH_PORT_VALID(port)) {
        (void)mach_port_insert_right(*(task_t *)argument, port, port, MACH_MSG_TYPE_COPY_SEND);
    }
}

/* The rights that the program was started with, but for the process port, which is not the child's. */
static void give_startup_ports(task_t child)
{
    const struct startup_info *block = startup_block();
    const struct startup_port *ports =
        (const struct startup_port *)((const char *)block + block->ports_offset);
    for (uint32_t i = 0; i < block->port_count; i++) {
        if (ports[i].kind != STARTUP_PORT_PROC) {
            give(ports[i].name, &child);
        }
    }
}

/* Make CHILD a process, which has its process port under the name of the parent's. */
static kern_return_t enter_process(task_t child, int *pid)
{
    kern_return_t result;
    mach_port_t port = MACH_PORT_NULL;
    PROCESS_CALL(result, proc_fork(process, child, pid, &port));
    if (result == KERN_SUCCESS) {
        result = mach_port_insert_right(child, process_port(), port, MACH_MSG_TYPE_COPY_SEND);
        (void)mach_port_deallocate(mach_task_self_, port);
    }
    return result;
}

/* The first function of the child. Context: no thread-local storage yet. */
[[noreturn]] static void child_begin(struct thread_block *block, jmp_buf *frame)
{
    (void)thread_set_tls_base_trap((vm_address_t)block);
    _longjmp(*frame, 1);
}

static kern_return_t start_child(task_t child, jmp_buf *frame)
{
    uintptr_t stack = (uintptr_t)__builtin_frame_address(0) - STACK_DISTANCE;
    x86_thread_state64_t state = {
        .__rip = (uint64_t)child_begin,
        .__rdi = (uint64_t)thread_block_self(),
        .__rsi = (uint64_t)frame,
        .__rsp = (stack & ~UINT64_C(15)) - sizeof(uint64_t),
        .__rflags = RFLAGS_INITIAL,
    };
    thread_act_t thread = MACH_PORT_NULL;
    kern_return_t result = thread_create_running(child, x86_THREAD_STATE64, (thread_state_t)&state,
                                                 x86_THREAD_STATE64_COUNT, &thread);
    if (result == KERN_SUCCESS) {
        (void)mach_port_deallocate(mach_task_self_, thread);
    }
    return result;
}

/* Make the child, which comes back at FRAME. Returns: its pid; -1 with errno set. */
static pid_t parent_side(jmp_buf *frame)
{
    task_t child = MACH_PORT_NULL;
    int pid = 0;
    kern_return_t result = task_create(mach_task_self_, NULL, 0, TRUE, &child);
    if (result != KERN_SUCCESS) {
        return fail_errno(EAGAIN);
    }
    give_startup_ports(child);
    give(path_root_port(), &child);
    give(path_cwd_port(), &child);
    files_fork_ports(give, &child);
    result = enter_process(child, &pid);
    if (result == KERN_SUCCESS && start_child(child, frame) != KERN_SUCCESS) {
        result = SERVER_ERROR_NO_MEMORY;
    }
    if (result != KERN_SUCCESS) {
        (void)task_terminate(child);
    }
    (void)mach_port_deallocate(mach_task_self_, child);
    return result == KERN_SUCCESS ? pid : fail(result);
}

/* The pid that the process server has written into the task's token. */
static int own_pid(void)
{
    audit_token_t token = {};
    mach_msg_type_number_t count = TASK_AUDIT_TOKEN_COUNT;
    (void)task_info(mach_task_self_, TASK_AUDIT_TOKEN, (task_info_t)&token, &count);
    return audit_token_to_pid(token);
}

static void child_side(void)
{
    mig_after_fork();
    park_after_fork();
    mach_init();
    thread_after_fork();
    process_after_fork();
    signals_after_fork();
    path_after_fork();
    files_after_fork();
    startup_after_fork(own_pid());
}

pid_t fork(void)
{
    jmp_buf frame;
    volatile bool is_child = false;
    struct _reent *reent = thread_block_self()->reent;
    atfork_prepare();
    __malloc_lock(reent);
    /* Before memory is copied: what it looks up for the first time is found in both. */
    (void)path_root_port();
    (void)process_port();
    files_fork_lock();
    pid_t pid = 0;
    if (_setjmp(frame) == 0) {
        pid = parent_side(&frame);
    } else {
        child_side();
        is_child = true;
    }
    files_fork_unlock();
    __malloc_unlock(thread_block_self()->reent);
    if (is_child) {
        atfork_child();
    } else {
        atfork_parent();
    }
    return pid;
}

/* The child of vfork() may do less than that of fork(), which serves for both. */
pid_t vfork(void) __attribute__((alias("fork")));
