/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Ports to objects and back, for generated stubs.  A conversion answers null for a port of another
 * kind or a dead one.
 *
 * The calling thread's own task, space and thread need no reference: they live as long as the
 * thread runs.  So the conversions of those take none, and task_deallocate(), space_deallocate()
 * and thread_deallocate() drop none: these pairs are for stubs only, for within one call on one
 * thread.  That keeps calls on oneself, which are most, short.
 *
 * A task has a port for each kind of access (kern/object_access.h), a thread for most; a conversion says
 * which it needs, and those that allow more do too.
 *
 * A port's object is looked at under the port's lock, where kernel_port_destroy() takes it out:
 * whoever finds it there finds it alive, with the port's reference, and takes one of his own.
 *
 * Context: any, no spin locks held.
 */
#pragma once

#include <ipc/ipc_voucher.h>
#include <kern/mig_types.h>
#include <kern/object_access.h>
#include <kern/task.h>

/* The task behind a port that is not the caller's own task port, with a reference, and its space, if the
 * port allows at least ACCESS; and the release of the latter. */
struct task *convert_foreign_port_to_task(struct ipc_port *port, enum object_access access);
struct ipc_space *convert_foreign_port_to_space(struct ipc_port *port, enum object_access access);
void space_release_foreign(struct ipc_space *space);

/* True if PORT is the port of the caller's own task, whether that still lives or not. */
static inline bool port_is_own_task(const struct ipc_port *port)
{
    const struct task *self = current_task();
    return LIKELY(self != nullptr && port == self->self);
}

/* The task behind a port that controls it, and behind those that allow less. */
static inline struct task *convert_port_to_task(struct ipc_port *port)
{
    return port_is_own_task(port) ? current_task()
                                  : convert_foreign_port_to_task(port, ACCESS_CONTROL);
}

static inline struct task *convert_port_to_task_read(struct ipc_port *port)
{
    return port_is_own_task(port) ? current_task()
                                  : convert_foreign_port_to_task(port, ACCESS_READ);
}

static inline struct task *convert_port_to_task_inspect(struct ipc_port *port)
{
    return port_is_own_task(port) ? current_task()
                                  : convert_foreign_port_to_task(port, ACCESS_INSPECT);
}

static inline struct task *convert_port_to_task_name(struct ipc_port *port)
{
    return port_is_own_task(port) ? current_task()
                                  : convert_foreign_port_to_task(port, ACCESS_NAME);
}

/* The same as for task_inspect_t, with what PORT allows in *ACCESS. */
struct task *convert_port_to_task_access(struct ipc_port *port, enum object_access *access);

/* The task whose identity a token is. */
struct task *convert_port_to_task_token(struct ipc_port *port);

static inline void task_deallocate(struct task *task)
{
    if (task != current_task()) {
        task_release(task);
    }
}

/* The space of the task behind a port that controls it, or allows to read it. */
static inline struct ipc_space *convert_port_to_space(struct ipc_port *port)
{
    return port_is_own_task(port) ? current_thread()->space
                                  : convert_foreign_port_to_space(port, ACCESS_CONTROL);
}

static inline struct ipc_space *convert_port_to_space_read(struct ipc_port *port)
{
    return port_is_own_task(port) ? current_thread()->space
                                  : convert_foreign_port_to_space(port, ACCESS_READ);
}

static inline struct ipc_space *convert_port_to_space_inspect(struct ipc_port *port)
{
    return port_is_own_task(port) ? current_thread()->space
                                  : convert_foreign_port_to_space(port, ACCESS_INSPECT);
}

static inline void space_deallocate(struct ipc_space *space)
{
    if (UNLIKELY(space != current_thread()->space)) {
        space_release_foreign(space);
    }
}

/* The map of the task behind a port that controls it, or allows to read it, with a reference for
 * vm_map_deallocate(). */
struct vm_map *convert_port_to_map(struct ipc_port *port);
struct vm_map *convert_port_to_map_read(struct ipc_port *port);

/* The thread behind a port that controls it, and behind those that allow less. */
struct thread *convert_port_to_thread(struct ipc_port *port);
struct thread *convert_port_to_thread_read(struct ipc_port *port);
struct thread *convert_port_to_thread_inspect(struct ipc_port *port);

/* The last, with what PORT allows in *ACCESS. */
struct thread *convert_port_to_thread_access(struct ipc_port *port, enum object_access *access);
void thread_deallocate(struct thread *thread);

/* For traps: the port that the caller has a send right to under NAME, with a reference.
 * Returns: KERN_SUCCESS; KERN_INVALID_NAME; KERN_INVALID_RIGHT, no send right, or a dead one. */
[[nodiscard]] kern_return_t convert_name_to_port(mach_port_name_t name, struct ipc_port **port);

/* The thread that the caller calls NAME, for thread_deallocate(); null if that is no thread. */
struct thread *convert_name_to_thread(mach_port_name_t name);

/* The clock that the caller calls NAME; null if that is no clock. */
struct clock *convert_name_to_clock(mach_port_name_t name);

/* Send rights to the ports of TASK and THREAD, whose reference is consumed (not those of the
 * borrowing pairs above). */
struct ipc_port *convert_task_to_port(struct task *task);
struct ipc_port *convert_thread_to_port(struct thread *thread);

/* The host behind its ports: the plain and the privileged one do for host_t, each of the others for
 * itself only. */
struct host *convert_port_to_host(struct ipc_port *port);
struct host *convert_port_to_host_priv(struct ipc_port *port);
struct host *convert_port_to_host_security(struct ipc_port *port);
struct ipc_port *convert_host_to_port(struct host *host);

/* The processor behind its port. */
struct processor *convert_port_to_processor(struct ipc_port *port);

/* The processor set behind its control port; behind its control or name port. */
struct processor_set *convert_port_to_pset(struct ipc_port *port);
struct processor_set *convert_port_to_pset_name(struct ipc_port *port);
struct ipc_port *convert_pset_to_port(struct processor_set *set);
struct ipc_port *convert_pset_name_to_port(struct processor_set *set);

/* The clock behind its port; behind its control port. */
struct clock *convert_port_to_clock(struct ipc_port *port);
struct ipc_port *convert_clock_to_port(struct clock *clock);
struct clock *convert_port_to_clock_control(struct ipc_port *port);
struct ipc_port *convert_clock_control_to_port(struct clock *clock);

/* The right to hardware. */
struct device_master *convert_port_to_device_master(struct ipc_port *port);

/* The semaphore behind its port, with a reference for semaphore_deallocate(); a send right to
 * SEMAPHORE's port, whose reference is consumed. */
struct semaphore *convert_port_to_semaphore(struct ipc_port *port);
void semaphore_deallocate(struct semaphore *semaphore);
struct ipc_port *convert_semaphore_to_port(struct semaphore *semaphore);

/* The voucher behind its port, with a reference for ipc_voucher_release(); a send right to VOUCHER's port, whose
 * reference is consumed. */
struct ipc_voucher *convert_port_to_voucher(struct ipc_port *port);
struct ipc_port *convert_voucher_to_port(struct ipc_voucher *voucher);
