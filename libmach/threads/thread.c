/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pthreads on kernel threads: creation, end, join, detach. See thread_block.h for the memory of a
 * thread; a detached thread that has ended waits on the zombie list until another is created.
 */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include <mach/mach_init.h>
#include <mach/mach_port.h>
#include <mach/mach_traps.h>
#include <mach/mach_vm.h>
#include <mach/mig.h>
#include <mach/task.h>
#include <mach/thread_act.h>

#include "../posix/fork.h"
#include "park.h"
#include "thread_block.h"

#define RFLAGS_INITIAL      0x202
#define THREAD_TERMINATE_ID 3600 /* first routine of thread_act.defs */

static uint32_t life_lock; /* protects `exited` against `detached`, and the list */
static struct thread_block *zombies;

pthread_t pthread_self(void)
{
    return thread_block_self();
}

int pthread_equal(pthread_t one, pthread_t other)
{
    return one == other;
}

int pthread_main_np(void)
{
    return thread_block_self()->memory == 0;
}

mach_port_t pthread_mach_thread_np(pthread_t thread)
{
    if (thread->thread_port == MACH_PORT_NULL && thread == thread_block_self()) {
        thread->thread_port = mach_thread_self();
    }
    return thread->thread_port;
}

/* Has the kernel let go of the thread, so that it can no longer use its stack? */
static bool is_gone(const struct thread_block *block)
{
    mach_port_type_t type;
    return mach_port_type(mach_task_self_, block->thread_port, &type) != KERN_SUCCESS ||
           (type & MACH_PORT_TYPE_DEAD_NAME) != 0;
}

static void reap(struct thread_block *block)
{
    while (!is_gone(block)) {
        (void)thread_switch(MACH_PORT_NULL, SWITCH_OPTION_DEPRESS, 1);
    }
    registry_remove(block);
    (void)mach_port_deallocate(mach_task_self_, block->thread_port);
    (void)mach_vm_deallocate(mach_task_self_, block->memory, block->memory_size);
}

static void reap_zombies(void)
{
    word_lock(&life_lock);
    struct thread_block *block = zombies;
    zombies = NULL;
    word_unlock(&life_lock);
    while (block != NULL) {
        struct thread_block *next = block->next_zombie;
        reap(block);
        block = next;
    }
}

static void zombies_insert(struct thread_block *block)
{
    block->next_zombie = zombies;
    zombies = block;
}

/*
 * Memory for a thread: guard pages, stack, newlib's state, thread-local variables, block. A stack of the program's own
 * is not in it.
 */
static struct thread_block *block_create(const pthread_attr_t *attributes)
{
    bool has_own = attributes->stack_end == NULL;
    size_t guard = has_own ? attributes->guard_size : 0;
    size_t extra = thread_block_size() + sizeof(struct _reent) + guard;
    mach_vm_size_t size = mach_vm_round_page((has_own ? attributes->stack_size : 0) + extra);
    mach_vm_address_t memory = 0;
    if (mach_vm_allocate(mach_task_self_, &memory, size, VM_FLAGS_ANYWHERE) != KERN_SUCCESS) {
        return NULL;
    }
    if (guard != 0) {
        (void)mach_vm_protect(mach_task_self_, memory, guard, FALSE, VM_PROT_NONE);
    }
    struct thread_block *block = thread_block_init((void *)memory, size);
    block->memory = memory;
    block->memory_size = size;
    uintptr_t reent = memory + size - thread_block_size() - sizeof(struct _reent);
    block->reent = (struct _reent *)(reent & ~(uintptr_t)15);
    block->stack_end = (vm_address_t)(has_own ? block->reent : attributes->stack_end);
    block->stack_size = attributes->stack_size;
    _REENT_INIT_PTR(block->reent);
    return block;
}

/*
 * End the calling thread. The request goes without a reply port: nobody would be there to receive
 * the answer, and the port would outlive the thread.
 */
[[noreturn]] static void thread_end(struct thread_block *block)
{
    mach_msg_header_t request = {
        .msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, 0),
        .msgh_size = sizeof(request),
        .msgh_remote_port = block->thread_port,
        .msgh_id = THREAD_TERMINATE_ID,
    };
    for (;;) {
        (void)mach_msg(&request, MACH_SEND_MSG, sizeof(request), 0, MACH_PORT_NULL, 0,
                       MACH_PORT_NULL);
    }
}

void thread_ports_release(struct thread_block *block)
{
    if (block->park_port != MACH_PORT_NULL) {
        mach_port_t port = block->park_port;
        block->park_port = MACH_PORT_NULL;
        (void)mach_port_mod_refs(mach_task_self_, port, MACH_PORT_RIGHT_RECEIVE, -1);
        (void)mach_port_deallocate(mach_task_self_, port);
    }
    mig_dealloc_reply_port(MACH_PORT_NULL);
}

void pthread_exit(void *result)
{
    struct thread_block *block = thread_block_self();
    if (block->memory == 0) {
        exit(EXIT_SUCCESS); /* the main thread's end is the program's */
    }
    if (thread_cleanup_run != NULL) {
        thread_cleanup_run();
    }
    if (thread_keys_destroy != NULL) {
        thread_keys_destroy();
    }
    _reclaim_reent(block->reent);
    word_lock(&life_lock);
    block->result = result;
    __atomic_store_n(&block->exited, 1, __ATOMIC_RELEASE);
    if (block->detached) {
        zombies_insert(block);
    }
    word_unlock(&life_lock);
    park_wake(&block->exited, 1);
    thread_ports_release(block);
    thread_end(block);
}

/* The first function of every thread but main's. Context: no thread-local storage yet. */
[[noreturn]] static void thread_begin(struct thread_block *block)
{
    (void)thread_set_tls_base_trap((vm_address_t)block);
    __atomic_store_n(&block->has_begun, 1, __ATOMIC_RELEASE);
    pthread_exit(block->start(block->argument));
}

/*
 * Make the kernel's thread, suspended: the creator may be slower than the thread, which is to start
 * when its block knows its port.
 */
static kern_return_t thread_prepare(struct thread_block *block)
{
    x86_thread_state64_t state = {
        .__rip = (uint64_t)thread_begin,
        .__rdi = (uint64_t)block,
        .__rsp = block->stack_end - sizeof(uint64_t),
        .__rflags = RFLAGS_INITIAL,
    };
    thread_act_t thread;
    kern_return_t result = thread_create(mach_task_self_, &thread);
    if (result != KERN_SUCCESS) {
        return result;
    }
    block->thread_port = thread;
    result = thread_set_state(thread, x86_THREAD_STATE64, (thread_state_t)&state,
                              x86_THREAD_STATE64_COUNT);
    if (result != KERN_SUCCESS) {
        (void)thread_terminate(thread);
        (void)mach_port_deallocate(mach_task_self_, thread);
    }
    return result;
}

int pthread_create_suspended_np(pthread_t *result, const pthread_attr_t *attributes,
                                void *(*start)(void *), void *argument)
{
    pthread_attr_t defaults;
    if (attributes == NULL) {
        (void)pthread_attr_init(&defaults);
        attributes = &defaults;
    }
    reap_zombies();
    (void)pthread_mach_thread_np(thread_block_self()); /* the others may ask for it from now on */
    struct thread_block *block = block_create(attributes);
    if (block == NULL) {
        return EAGAIN;
    }
    block->start = start;
    block->argument = argument;
    block->detached = attributes->detach_state == PTHREAD_CREATE_DETACHED;
    if (thread_prepare(block) != KERN_SUCCESS) {
        (void)mach_vm_deallocate(mach_task_self_, block->memory, block->memory_size);
        return EAGAIN;
    }
    if (attributes->inherit == PTHREAD_EXPLICIT_SCHED) {
        (void)thread_sched_set(block, attributes->policy, attributes->parameters.sched_priority);
    }
    registry_insert(block);
    *result = block;
    return 0;
}

int pthread_create(pthread_t *result, const pthread_attr_t *attributes, void *(*start)(void *),
                   void *argument)
{
    int error = pthread_create_suspended_np(result, attributes, start, argument);
    if (error == 0) {
        (void)thread_resume((*result)->thread_port);
    }
    return error;
}

int pthread_join(pthread_t thread, void **result)
{
    if (thread == thread_block_self()) {
        return EDEADLK;
    }
    if (thread->detached || thread->memory == 0) {
        return EINVAL;
    }
    pthread_testcancel();
    while (__atomic_load_n(&thread->exited, __ATOMIC_ACQUIRE) == 0) {
        (void)park_wait(&thread->exited, 0, PARK_FOREVER);
    }
    if (result != NULL) {
        *result = thread->result;
    }
    reap(thread);
    return 0;
}

int pthread_detach(pthread_t thread)
{
    word_lock(&life_lock);
    int error = thread->detached ? EINVAL : 0;
    thread->detached = 1;
    if (error == 0 && thread->exited) {
        zombies_insert(thread);
    }
    word_unlock(&life_lock);
    return error;
}

void pthread_yield(void)
{
    (void)swtch();
}

int sched_yield(void)
{
    (void)swtch();
    return 0;
}

/* The names of all threads' ports are the parent's; other threads are not here, nor is their end
 * to be waited for. */
void thread_after_fork(void)
{
    life_lock = 0;
    zombies = NULL;
    registry_after_fork();
    thread_block_self()->thread_port = mach_thread_self();
    thread_block_self()->voucher = MACH_VOUCHER_NULL;
}
