/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The exceptions of misused ports, and the task's choice of them.
 */
#include <kern/guard_exception.h>

#include <task_server.h>

#include <stdatomic.h>

#include <mach/exc_guard.h>
#include <mach/task_info.h>

#include <sched/thread.h>
#include <ipc/ipc_violation.h>
#include <kern/exception.h>
#include <kern/task.h>

/* Is TASK to be told of misuse that is not of guards?  Who wants that once is told no more. */
static bool is_wanted(struct task *task)
{
    uint32_t behavior = atomic_load(&task->exc_guard);
    do {
        if (!(behavior & TASK_EXC_GUARD_MP_DELIVER)) {
            return false;
        }
    } while ((behavior & TASK_EXC_GUARD_MP_ONCE) &&
             !atomic_compare_exchange_weak(&task->exc_guard, &behavior,
                                           behavior & ~(uint32_t)TASK_EXC_GUARD_MP_DELIVER));
    return true;
}

void guard_exception_raise(struct thread *self)
{
    struct task *task = self->task;
    uint64_t code = self->violation.code;
    const struct exception_report report = {
        .exception = EXC_GUARD,
        .codes = { (int64_t)code, (int64_t)self->violation.subcode },
    };
    self->violation.code = 0;
    bool is_of_guard = EXC_GUARD_DECODE_GUARD_FLAVOR(code) <= IPC_VIOLATION_OF_GUARD_MAX;
    if (!is_of_guard && !is_wanted(task)) {
        return;
    }
    bool is_fatal = atomic_load(&task->exc_guard) & TASK_EXC_GUARD_MP_FATAL;
    kern_return_t result = exception_notify(&report, is_fatal);
    if (is_fatal && result != KERN_ABORTED) {
        exception_end_task(&report);
    }
}

kern_return_t task_get_exc_guard_behavior(task_t task, task_exc_guard_behavior_t *behavior)
{
    if (task == nullptr) {
        return KERN_INVALID_TASK;
    }
    *behavior = atomic_load(&task->exc_guard);
    return KERN_SUCCESS;
}

kern_return_t task_set_exc_guard_behavior(task_t task, task_exc_guard_behavior_t behavior)
{
    if (task == nullptr) {
        return KERN_INVALID_TASK;
    }
    if (behavior & ~(task_exc_guard_behavior_t)TASK_EXC_GUARD_ALL) {
        return KERN_INVALID_VALUE;
    }
    atomic_store(&task->exc_guard, behavior);
    return KERN_SUCCESS;
}
