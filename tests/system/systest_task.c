/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Helper tasks and bare threads.
 */
#include "systest_task.h"

#include <pthread.h>
#include <string.h>

#include <mach/mach_vm.h>
#include <mach/thread_info.h>
#include <mach/thread_status.h>

#include "systest.h"

#define TASK_TERMINATE_ID   3401 /* task.defs */
#define THREAD_TERMINATE_ID 3600 /* thread_act.defs */

#define FLAGS_INITIAL 0x202

/* What HELPER inherits: all that can be written now is shared from here on. */
static void share_memory(void)
{
    mach_vm_address_t address = 0;
    for (;;) {
        mach_vm_size_t size;
        mach_port_t object;
        vm_region_basic_info_data_64_t info;
        mach_msg_type_number_t count = VM_REGION_BASIC_INFO_COUNT_64;
        if (mach_vm_region(mach_task_self(), &address, &size, VM_REGION_BASIC_INFO_64,
                           (vm_region_info_t)&info, &count, &object) != KERN_SUCCESS) {
            return;
        }
        if ((info.protection & VM_PROT_WRITE) != 0 && info.inheritance != VM_INHERIT_SHARE) {
            (void)mach_vm_inherit(mach_task_self(), address, size, VM_INHERIT_SHARE);
        }
        address += size;
    }
}

bool helper_create(struct helper *helper)
{
    share_memory();
    return EXPECT_OK(task_create(mach_task_self(), NULL, 0, TRUE, &helper->task)) &&
           EXPECT_OK(mach_port_insert_right(helper->task, mach_task_self(), helper->task,
                                            MACH_MSG_TYPE_COPY_SEND));
}

void helper_give(const struct helper *helper, uint32_t i, mach_port_t name,
                 mach_msg_type_name_t disposition)
{
    EXPECT_OK(mach_port_insert_right(helper->task, HELPER_PORT(i), name, disposition));
}

void helper_destroy(struct helper *helper)
{
    (void)task_terminate(helper->task);
    (void)wait_dead(helper->task);
    EXPECT_OK(mach_port_deallocate(mach_task_self(), helper->task));
}

/* End what the send right NAME stands for, which is the caller's own. */
[[noreturn]] static void end_self(mach_port_t name, mach_msg_id_t id)
{
    mach_msg_header_t message = {
        .msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_MOVE_SEND, 0),
        .msgh_remote_port = name,
        .msgh_id = id,
    };
    (void)mach_msg(&message, MACH_SEND_MSG, sizeof(message), 0, MACH_PORT_NULL, 0, MACH_PORT_NULL);
    for (;;) {
        systest_pause();
    }
}

void bare_thread_exit(void)
{
    end_self(thread_self_trap(), THREAD_TERMINATE_ID);
}

void bare_task_exit(void)
{
    end_self(task_self_trap(), TASK_TERMINATE_ID);
}

[[noreturn]] static void worker_main(void (*function)(void *argument), void *argument)
{
    function(argument);
    bare_thread_exit();
}

bool worker_create(struct worker *worker, mach_port_t task, void (*function)(void *argument),
                   void *argument)
{
    *worker = (struct worker){ .task = task };
    if (!EXPECT_OK(mach_vm_allocate(task, &worker->stack, WORKER_STACK_SIZE, VM_FLAGS_ANYWHERE))) {
        return false;
    }
    x86_thread_state64_t state = {
        .__rip = (uint64_t)worker_main,
        .__rdi = (uint64_t)function,
        .__rsi = (uint64_t)argument,
        /* Aligned as after a call. */
        .__rsp = worker->stack + WORKER_STACK_SIZE - sizeof(uint64_t),
        .__rflags = FLAGS_INITIAL,
    };
    return EXPECT_OK(thread_create(task, &worker->thread)) &&
           EXPECT_OK(thread_set_state(worker->thread, x86_THREAD_STATE64, (thread_state_t)&state,
                                      x86_THREAD_STATE64_COUNT));
}

/* Not thread_create_running(): a thread that ends at once would leave its creator no right. */
bool worker_start(struct worker *worker, mach_port_t task, void (*function)(void *argument),
                  void *argument)
{
    return worker_create(worker, task, function, argument) &&
           EXPECT_OK(thread_resume(worker->thread));
}

static bool is_dead(void *argument)
{
    mach_port_type_t type;
    return mach_port_type(mach_task_self(), *(mach_port_t *)argument, &type) == KERN_SUCCESS &&
           (type & MACH_PORT_TYPE_DEAD_NAME) != 0;
}

bool wait_dead(mach_port_t name)
{
    return EXPECT(systest_wait(is_dead, &name));
}

static void thread_end(thread_act_t thread)
{
    /* The call takes the right along. */
    EXPECT_OK(mach_port_mod_refs(mach_task_self(), thread, MACH_PORT_RIGHT_SEND, 1));
    (void)thread_terminate(thread);
}

/* The port dies before the thread has left its stack; the ledger's count tells when it has. A thread
 * that waits in vain has failed its case; it is ended, so that the others can run. */
void worker_join(struct worker *worker)
{
    if (!wait_dead(worker->thread)) {
        thread_end(worker->thread);
        (void)wait_dead(worker->thread);
    }
    EXPECT_OK(mach_port_deallocate(mach_task_self(), worker->thread));
    (void)mach_vm_deallocate(worker->task, worker->stack, WORKER_STACK_SIZE);
}

void worker_kill(struct worker *worker)
{
    thread_end(worker->thread);
    worker_join(worker);
}

static bool is_blocked(void *argument)
{
    const struct worker *worker = argument;
    thread_basic_info_data_t info;
    mach_msg_type_number_t count = THREAD_BASIC_INFO_COUNT;
    return thread_info(worker->thread, THREAD_BASIC_INFO, (thread_info_t)&info, &count) ==
               KERN_SUCCESS &&
           info.run_state == TH_STATE_WAITING;
}

bool worker_wait_blocked(const struct worker *worker)
{
    return EXPECT(systest_wait(is_blocked, (void *)worker));
}

static void do_nothing(void *argument)
{
    (void)argument;
}

void task_warm_up(void)
{
    struct helper helper;
    struct worker worker;
    if (helper_create(&helper)) {
        if (worker_start(&worker, helper.task, do_nothing, NULL)) {
            worker_join(&worker);
        }
        helper_destroy(&helper);
    }
}

static void *return_at_once(void *argument)
{
    return argument;
}

/* Wait for nothing: whether a join has to is chance, and the first wait leaves a port. */
static void wait_once(void)
{
    pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    pthread_cond_t never = PTHREAD_COND_INITIALIZER;
    struct timespec span = { .tv_nsec = 1 };
    (void)pthread_mutex_lock(&mutex);
    (void)pthread_cond_timedwait_relative_np(&never, &mutex, &span);
    (void)pthread_mutex_unlock(&mutex);
}

void thread_warm_up(void)
{
    pthread_t thread;
    wait_once();
    EXPECT_EQ(pthread_create(&thread, NULL, return_at_once, NULL), 0);
    EXPECT_EQ(pthread_join(thread, NULL), 0);
}
