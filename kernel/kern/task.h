/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A task: a space of port names, an address map, and the threads that run in them.
 *
 *      task_create --> ACTIVE --task_terminate_object()--> INACTIVE --last reference--> freed
 *
 * Invariants
 *  - is_active goes from true to false once, under the task's lock.  From then on no thread is
 *    added and no port is set; whoever found it true under the lock may finish what he does under
 *    that lock.
 *  - References: one of the kernel port's (until termination), one of each thread's (until its
 *    end), and those of whoever converted a port.  The pointers space, map and self are constant
 *    and stay valid as long as the structure; termination empties what they point to.
 *  - Who terminates waits for nobody.  He tells every thread to end, then takes rights and memory
 *    away under their feet: a thread still in the kernel finds a dead space and an empty map, gets
 *    errors, and ends on its way to user code.  So tasks may terminate themselves and each other
 *    at the same time.
 *
 * Locks: task list -> task's mutex -> everything of ipc/ and vm/ (docs/locking.md).
 */
#pragma once

#include <stdint.h>

#include <mach/kern_return.h>
#include <mach/message.h>
#include <mach/task_policy.h>
#include <mach/task_special_ports.h>

#include <lib/compiler.h>
#include <lib/list.h>
#include <lib/refcount.h>
#include <sched/mutex.h>
#include <sched/thread.h>
#include <sched/usage.h>
#include <ipc/ipc_port.h>
#include <kern/exception_ports.h>

struct ipc_port;
struct ipc_space;
struct ipc_voucher;
struct vm_map;

/* Ports that a task keeps for its children without knowing why (mach_ports_register). */
#define TASK_REGISTERED_MAX 3

/* Ports of a task that allow less than control, by enum object_access from ACCESS_READ on, its
 * identity token, and the port of its suspension tokens. */
#define TASK_LESSER_PORTS 5

/* The most tasks of the system; what one may use tells its space's quota. */
#define TASKS_MAX 1024

/* How often others made threads in a task and set the registers of its threads, and how often its own
 * threads did so to others; all atomic. */
struct task_external {
    _Atomic uint64_t threads_by_others;
    _Atomic uint64_t threads_for_others;
    _Atomic uint64_t states_by_others;
    _Atomic uint64_t states_for_others;
};

/* What task_policy_set was told.  It is kept and told again; threads are scheduled by their own. */
struct task_policies {
    task_role_t role;
    struct task_qos_policy base;
    struct task_qos_policy override;
};

/* Lock keys: (l) lock, (a) atomic, (c) constant after creation, (t) the task list's lock. */
struct task {
    struct mutex lock;
    struct refcount references; /* (a) */
    bool is_active;             /* (l) */
    struct ipc_space *space;    /* (c) a reference */
    struct vm_map *map;         /* (c) a reference */
    struct ipc_port *self;      /* (c) the task's kernel port, a reference */
    struct ipc_port
        *lesser[TASK_LESSER_PORTS]; /* (l) those that allow less; null: nobody asked yet */
    struct list threads;            /* (l) thread.task_link, each with a reference */
    uint32_t thread_count;          /* (l) */
    uint32_t suspend_count;         /* (l) */
    uint32_t tokens_taken;          /* (l) see task_suspension.c */
    struct usage ended_usage;       /* (l) of threads that have ended */
    uint64_t ended_threads;         /* (l) how many */
    struct task_external external;  /* what tasks did to each other */
    struct task_policies policies;  /* (l) */
    struct thread_context *model;   /* (l) whose state new threads get; null: none was set */
    _Atomic uint32_t exc_guard;     /* (a) TASK_EXC_GUARD_*: see guard_exception.h */
    struct ipc_port *special[TASK_MAX_SPECIAL_PORT + 1]; /* (l) rights; null: the default */
    struct ipc_port *registered[TASK_REGISTERED_MAX];    /* (l) send rights */
    struct list semaphores;                              /* (l) semaphore.task_link */
    struct ipc_voucher *voucher;                         /* (l) a reference, or null */
    struct exception_ports exceptions;                   /* its own lock */
    struct list link;                                    /* (t) */
};

/* The task of the running thread; null for kernel threads. */
static inline struct task *current_task(void)
{
    return current_thread()->task;
}

/* Count a reference on TASK. */
static inline void task_reference(struct task *task)
{
    refcount_acquire(&task->references);
}

/* Drop a reference; the last one frees the task, which was terminated.  Null is ignored.  May
 * sleep. */
void task_release(struct task *task);

/*
 * Create a task without threads, with a reference for the caller.  It inherits PARENT's identity,
 * special, registered and exception ports, and, if INHERIT_MEMORY, memory by the inheritance of
 * each region.  PARENT null: nothing.
 * Context: may sleep.
 * Returns: KERN_SUCCESS and *CHILD; KERN_INVALID_TASK, PARENT was terminated;
 * KERN_RESOURCE_SHORTAGE.
 */
[[nodiscard]] kern_return_t task_create_object(struct task *parent, bool inherit_memory,
                                               struct task **child);

/*
 * End TASK: its threads end soon, its rights and memory are gone on return.  May be the caller's
 * own task; then the running thread ends on its way to user code.  Context: may sleep.
 * Returns: KERN_SUCCESS; KERN_TERMINATED, somebody was first.
 */
kern_return_t task_terminate_object(struct task *task);

/* A send right to TASK's kernel port; IPC_PORT_DEAD after termination. */
struct ipc_port *task_make_send(struct task *task);

/*
 * A send right to TASK's port of KIND (IPC_KOBJECT_TASK ... IPC_KOBJECT_TASK_TOKEN), which is made when
 * somebody asks for it, and ends with the task.  Context: may sleep.
 * Returns: KERN_SUCCESS and *RIGHT; KERN_INVALID_TASK, TASK has ended; KERN_RESOURCE_SHORTAGE.
 */
[[nodiscard]] kern_return_t task_make_send_of_kind(struct task *task, enum ipc_kobject_kind kind,
                                                   struct ipc_port **right);

/* TASK's port of KIND, one of those that allow less (up to IPC_KOBJECT_TASK_RESUME), which are made now if
 * need be; null without memory.  TASK is active.  Locks: TASK's. */
[[nodiscard]] struct ipc_port *task_lesser_port(struct task *task, enum ipc_kobject_kind kind);

/* A send right to the host as TASK knows it: its special port, which is the privileged one for tasks
 * that the security server has made so.  Returns: null, TASK has ended. */
struct ipc_port *task_host_port(struct task *task);

/* Call VISITOR for every active task, oldest first, until it returns false.  The list is locked
 * meanwhile. */
void task_list_visit(bool (*visitor)(struct task *task, void *argument), void *argument);

/* Number of active tasks. */
uint32_t task_list_count(void);

/* Set up the zone of tasks.  Once, at boot. */
void task_init(void);
