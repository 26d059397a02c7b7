/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A thread: something that runs.  This layer gives it a processor and lets it wait; what it belongs
 * to (task, space, map) it carries as opaque pointers that kern/ sets.
 *
 *  NEW --thread_start--> RUNNABLE <--> RUNNING --thread_block--> BLOCKED --thread_wake--> RUNNABLE
 *                                         |                         `--hand-off--> RUNNING
 *                                         `--thread_exit--> DEAD
 *
 * Waiting.  A thread arms its *claim word* and links itself into a wait queue under the lock of the
 * object it waits for, drops that lock and calls thread_block().  Waker, time-out and abort each
 * try to claim the armed word: the first two, who know that it is of the wait they mean, take its open
 * bit away, an abort exchanges a word that names the generation of the wait for a claimed one;
 * exactly one wins, stores the outcome, and wakes the thread.  Nobody needs the lock of the queue
 * to end a wait: a thread that was not woken through the queue takes itself off it, and it can do
 * so because it holds a reference on the object it waited for, or by waitq_leave().
 *
 * Switching.  A thread that leaves the processor holds its own lock until the next one, on its own
 * stack, has finished the switch: whoever finds a thread BLOCKED under its lock finds it complete.
 *
 * Invariant: wait_word is armed only between waitq_enqueue()/thread_wait_arm() and the claim; a
 * claimed thread is woken by exactly its claimer, who then marks the wait as ended; wait_link is
 * only changed under the queue's lock.
 *
 * Lock order: wait queue -> thread -> run queue -> timers.  Two threads' locks are held together
 * only by a switch, which takes the incoming one second: by trying (hand-off), or from the run queue
 * of its own processor, where whoever holds it waits for no third.
 */
#pragma once

#include <stdint.h>

#include <lib/compiler.h>
#include <lib/list.h>
#include <lib/refcount.h>
#include <arch/context.h>
#include <arch/percpu.h>
#include <arch/spinlock.h>
#include <sched/timer.h>

struct exception_ports;
struct ipc_port;
struct ipc_space;
struct ipc_voucher;
struct mutex;
struct task;
struct vm_map;

enum thread_state {
    THREAD_NEW,
    THREAD_RUNNABLE, /* on a run queue */
    THREAD_RUNNING,
    THREAD_BLOCKED,
    THREAD_DEAD,
};

/* How a wait ended. */
enum wait_outcome {
    WAIT_WOKEN,   /* through the queue; thread->wait_value says more */
    WAIT_REFUSED, /* the same, but not with what it waits for */
    WAIT_TIMED_OUT,
    WAIT_INTERRUPTED, /* thread_abort_wait() */
};

/* Requests to a thread, looked at before it returns to user code (thread->ast). */
#define THREAD_AST_TERMINATE    0x1u
#define THREAD_AST_SUSPEND      0x2u
#define THREAD_AST_ABORT        0x4u
#define THREAD_AST_ABORT_SAFELY 0x8u
#define THREAD_AST_VIOLATION    0x10u

/* Priorities: 0 idle ... 127 highest; Darwin's bands: users up to 63, servers of the system up to 79,
 * the kernel up to 95, real time above. */
#define THREAD_PRIORITY_MAX       127
#define THREAD_PRIORITY_REAL_TIME 97
#define THREAD_PRIORITY_KERNEL    95
#define THREAD_PRIORITY_USER_MAX  63
#define THREAD_PRIORITY_DEFAULT   31
#define THREAD_PRIORITY_USER_MIN  1
#define THREAD_PRIORITY_IDLE      0

/* How a thread's priority comes about (sched/policy.h). */
enum sched_mode {
    SCHED_TIMESHARE, /* falls while it uses the processor, and recovers */
    SCHED_FIXED,     /* stays */
    SCHED_REAL_TIME, /* above all others for a part of each period, the earliest deadline first */
};

/* What a real-time thread needs, in nanoseconds: COMPUTATION in each PERIOD, done within CONSTRAINT
 * of its beginning. */
struct sched_constraint {
    uint64_t period;
    uint64_t computation;
    uint64_t constraint;
};

/* All of it (l): the thread's lock. */
struct sched_policy {
    enum sched_mode mode;
    bool is_depressed;     /* lowest priority, whatever the rest says */
    bool awaits_period;    /* period_timer is armed, or its function about to run */
    bool is_over;          /* its thread ends: nothing is promised to it any more */
    bool is_hurried;       /* the next time it becomes runnable, before its equals */
    uint8_t limit;         /* the most that users may set as base priority */
    uint8_t donated;       /* importance of the client it works for; 0: none */
    uint8_t boost;         /* the most important waiter for a mutex that it holds; 0: none */
    uint32_t boosts;       /* mutexes that gave it one */
    uint32_t affinity_tag; /* threads with the same one like the same processor; 0: none */
    uint64_t usage;        /* nanoseconds it ran, halved every SCHED_DECAY_NS */
    uint64_t decayed_at;   /* up to when that was done */
    uint64_t queued_at;    /* since when it waits for a processor */
    struct sched_constraint constraint; /* real time */
    uint64_t activated_at;              /* real time: when this period's work began */
    uint64_t used;                      /* real time: of its computation, in this period */
    uint64_t cycles_used;               /* real time: up to here they are in `used` */
};

/* What a thread's time is charged to: the side where it was seen last (sched/usage.h). */
enum thread_side {
    THREAD_SIDE_USER,
    THREAD_SIDE_SYSTEM,
    THREAD_SIDE_IDLE, /* idle threads, always */
    THREAD_SIDES,
};

#ifdef MACH_R_DEBUG
/* Allocations of a thread that are made to fail. */
struct allocation_failures {
    bool is_on;
    int64_t succeed;      /* so many go well before the one that fails */
    int odd;              /* what the call said that was no word of memory, or 0 */
    _Atomic int64_t left; /* of them; negative: it has failed */
};
#endif

struct thread {
    struct thread_context context; /* first: assembly knows its offsets */

    /* Lock keys: (l) thread->lock, (q) lock of the wait queue, (r) lock of the run queue,
     * (s) the thread itself, (c) constant after creation, (a) atomic. */
    struct spinlock lock;
    enum thread_state state;        /* (l) */
    _Atomic uint64_t wait_word;     /* (a) generation and enum wait_state (sched/waitq.h) */
    enum wait_outcome wait_outcome; /* the claimer, then (s); WAIT_WOKEN between waits */
    uintptr_t wait_value;           /* the claimer, then (s): what the waker hands over */
    struct list wait_link;          /* (q) */
    struct spinlock *wait_lock; /* (q) set, then (l): of the queue it may be on; waitq_leave() */
    struct mutex *blocked_on;   /* (l) the mutex that it waits for, or null */
    struct timer wait_timer;    /* (s) time-out of the wait */
    struct timer period_timer;  /* (l) armed if policy.awaits_period */

    struct list run_link;       /* (r) */
    uint8_t priority;           /* (l) the one that counts now */
    uint8_t base_priority;      /* (l) */
    uint8_t importance;         /* (l) base priority, or what was lent if that is more */
    uint32_t cpu;               /* (l) where it runs, waits to run, or ran last */
    cpu_mask_t cpu_mask;        /* (l) processors that it may run on */
    cpu_mask_t handoff_mask;    /* (l) those that it may get by hand-off: see policy.h */
    struct sched_policy policy; /* (l) */
    uint64_t slice_end;         /* (s) nanoseconds since boot */
    uint64_t slice_left;        /* (s) what its next slice will have */

    _Atomic uint32_t ast;       /* (a) THREAD_AST_* */
    uint32_t suspend_count;     /* (l) */
    struct refcount references; /* (a) */
    void *stack;                /* (c) from kernel_stack_allocate() */

    uint8_t side;                      /* (s) enum thread_side */
    uint64_t run_cycles[THREAD_SIDES]; /* (s) as charged so far: see thread_usage() */
    uint64_t voluntary_switches;       /* (s) it waited, or gave the processor away */
    uint64_t involuntary_switches;     /* (s) the processor was taken away */
    uint64_t migrations;               /* (l) */

    void (*entry)(void *argument); /* (c) */
    void *entry_argument;          /* (c) */

    struct vm_map *map;                 /* (c) opaque here; see also context_set_pmap() */
    struct ipc_space *space;            /* (c) but at its end: ipc_space_enter() */
    struct task *task;                  /* (c) */
    struct ipc_port *self;              /* kern: the thread's own port */
    struct ipc_port *lesser[2];         /* kern: those that allow less, or null */
    struct ipc_port *special_reply;     /* kern */
    struct ipc_voucher *voucher;        /* kern: what it works for, a reference, or null */
    struct exception_ports *exceptions; /* kern: null until some are set */
    struct list task_link;              /* kern: the task's list of threads */
    struct list *ipc_dying;             /* ipc: messages this thread is destroying, or null */
    struct list server_link;            /* ipc: see ipc_donation.h, as the next two */
    const struct ipc_object *serves;    /* ipc: what its last request came by; never followed */
    uint32_t calls;                     /* ipc: (s) name of the port it called, or null */
    struct ipc_entry
        *sent_by; /* ipc: (s) hints: entries of its space by which it sent and received */
    struct ipc_entry *received_by; /* last; see mach_msg_direct.c */
    bool talks_within;             /* ipc: (s) hint: its next message is for its own task */
    struct {
        uint64_t code; /* 0: none */
        uint64_t subcode;
    } violation;                 /* ipc: (s) see ipc_violation.h */
    uint64_t id;                 /* kern: (c) unique since boot */
    _Atomic bool vm_privilege;   /* kern: (a) may take scarce pages: thread_wire() */
    uint32_t user_suspend_count; /* kern: (l) what thread_suspend() made of suspend_count */
    bool is_active;              /* kern: (l) false once it is told to end */
    bool is_started;             /* kern: (l) thread_start() was called */
#ifdef MACH_R_DEBUG
    struct held_locks held_mutexes;      /* (s) for the lock checker */
    struct allocation_failures failures; /* kern: (s) for kern/call_failures.h */
#endif
};

PERCPU_DECLARE(struct thread *, current_thread_pointer);

/* The running thread. */
static inline struct thread *current_thread(void)
{
    return percpu_read_constant(current_thread_pointer);
}

/* Debug builds: panic if THREAD, the running one, holds a mutex and is about to do WHAT. */
static inline void thread_check_mutexes([[maybe_unused]] const struct thread *thread,
                                        [[maybe_unused]] const char *what)
{
#ifdef MACH_R_DEBUG
    lock_check_none(&thread->held_mutexes, nullptr, what);
#endif
}

/*
 * Create a thread in state NEW that will call ENTRY(ARGUMENT) in the kernel, with interrupts off,
 * and end if that returns; with the caller's one reference.  The scheduler holds another from
 * thread_start() to the thread's end.  Opaque members are null for the caller to set.
 * Context: any.  Returns: null if there is no memory.
 */
[[nodiscard]] struct thread *thread_create(void (*entry)(void *argument), void *argument,
                                           uint8_t priority);

/* Make a NEW thread runnable.  Context: any. */
void thread_start(struct thread *thread);

/* Create and start a kernel thread, which nobody joins: the result is valid while it runs.  Panics
 * without memory (boot only). */
struct thread *thread_create_kernel(void (*entry)(void *argument), void *argument,
                                    uint8_t priority);

/* End the running thread; the scheduler's reference is dropped once its stack is out of use.
 * Context: any, no locks. */
[[noreturn]] void thread_exit(void);

/* Count a reference; drop one: the last frees stack and structure of a thread that is NEW or DEAD.
 * Context: any. */
void thread_reference(struct thread *thread);
void thread_release(struct thread *thread);

/* Set AST bits of THREAD and make it notice soon, wherever it runs.  Context: interrupts off. */
void thread_set_ast(struct thread *thread, uint32_t bits);

/* Give THREAD the fixed priority PRIORITY; takes effect at once.  Context: any, no spin locks. */
void thread_set_priority(struct thread *thread, uint8_t priority);

/* Let THREAD run on processor CPU alone; it goes there the next time it is made runnable.  Context:
 * any. */
void thread_bind(struct thread *thread, uint32_t cpu);

/* Give up the processor to a thread of the same or higher priority, if there is one.  Context: any,
 * no spin locks.  Returns: true if one ran. */
bool thread_yield(void);

/*
 * Let TARGET run next in the caller's place, whatever the priorities of the two, if it waits for a
 * processor, may run on this one, and no thread above all users waits here: the caller's
 * thread_yield() or wait before thread_choose_end() goes to it.  What could not be given away is
 * put back there.  Context: interrupts off from here to thread_choose_end(), no spin locks.
 */
void thread_choose(struct thread *target);
void thread_choose_end(void);

/* Sleep until DEADLINE (nanoseconds since boot).  Context: may sleep.
 * Returns: WAIT_TIMED_OUT, or WAIT_INTERRUPTED. */
enum wait_outcome thread_sleep_until(uint64_t deadline);
