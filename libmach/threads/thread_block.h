/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the library keeps for each thread. The fs register points to it: by the ABI its first word
 * is its own address and the thread's copies of __thread variables lie right below it.
 *
 *     guard page | stack ... | thread-local variables | thread_block     (one allocation)
 *
 * Life: created -> running -> exited -> reaped. A thread cannot free the stack it runs on, so the
 * memory of an exited thread is freed by another thread, when the kernel's thread is gone.
 */
#pragma once

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <mach/mach_msg_inline.h>
#include <mach/mach_types.h>

struct _reent;

struct thread_block {
    struct thread_block *self; /* (c) required by the ABI at offset 0 */
    struct _reent *reent;      /* (c) newlib's state of this thread */
    mach_port_t reply_port;    /* (o) for mig_get_reply_port(), which may be inline; null: none */
    mach_port_t thread_port;   /* (c) a reference of the library's */
    mach_port_t park_port;     /* (o) receive and send right; null until first needed */
    mach_voucher_t voucher;    /* (o) what it works for, a reference, or null: mach/voucher.c */

    void *(*start)(void *);
    void *argument;
    void *result;

    uint32_t exited;   /* (a) 1 once `result` is valid; waited on by join */
    uint32_t detached; /* (a) nobody will join */

    vm_address_t memory; /* (c) the whole allocation; 0 for the main thread */
    vm_size_t memory_size;
    vm_address_t stack_end; /* (c) not of the main thread; its highest address */
    vm_size_t stack_size;   /* (c) as the program asked for it */
    struct thread_block *next_zombie;
    struct thread_block *next; /* of the registry */

    uint32_t has_begun;    /* (a) fs points here: before, no handler can run on it */
    uint32_t cancel_asked; /* (a) by pthread_cancel() */
    uint32_t *cancel_word; /* (a) of the condition it waits for; null: none */

    int policy;     /* SCHED_*, as set by pthread_setschedparam() */
    int importance; /* likewise; as THREAD_PRECEDENCE_POLICY has it */
    char name[64];  /* (o) what pthread_setname_np() gave it */
};

static_assert(offsetof(struct thread_block, reply_port) == MIG_REPLY_PORT_PLACE);

/* The calling thread's block. */
static inline struct thread_block *thread_block_self(void)
{
    struct thread_block *block;
    __asm__("movq %%fs:0, %0" : "=r"(block));
    return block;
}

/* Room that thread-local variables and the block take, with alignment. */
size_t thread_block_size(void);

/*
 * Lay out thread-local variables and a block in the MEMORY_SIZE bytes at MEMORY (at least
 * thread_block_size()), at the upper end.
 */
struct thread_block *thread_block_init(void *memory, size_t memory_size);

/* Make the block the main thread's and current; first thing a program does. */
void thread_block_init_main(void);

/* The block of the thread that the program began with. */
struct thread_block *thread_block_main(void);

/* Every other thread from its creation until it is freed. */
void registry_insert(struct thread_block *block);
void registry_remove(struct thread_block *block);

/* What POSIX says of a thread's priority if nobody says more. */
void thread_sched_init(pthread_attr_t *attributes);

/* Set the policy and priority of BLOCK's thread, both valid. Returns: 0; ESRCH, it has ended. */
int thread_sched_set(struct thread_block *block, int policy, int priority);

/* Destroy the ports that BLOCK, the calling thread's, has for waiting. */
void thread_ports_release(struct thread_block *block);

/* Call what pthread_cleanup_push() has noted for the calling thread. */
void thread_cleanup_run(void) __attribute__((weak));

/* Run destructors of pthread_setspecific values; a thread's last own act. */
void thread_keys_destroy(void) __attribute__((weak));
