/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * task_get_state and task_set_state. What is set is kept as the context of a thread that there is not: it is
 * checked as a thread's is, and costs tasks nothing that do not set any.
 */
#include <task_server.h>

#include <arch/context.h>
#include <mem/zone.h>
#include <kern/task.h>
#include <kern/task_state.h>

void task_free_model(struct task *task)
{
    if (task->model != nullptr) {
        kfree(task->model, sizeof(*task->model));
    }
}

kern_return_t task_get_state(task_t task, thread_state_flavor_t flavor, thread_state_t old_state,
                             mach_msg_type_number_t *old_stateCnt)
{
    if (task == nullptr || !context_flavor_is_given(flavor)) {
        return KERN_INVALID_ARGUMENT;
    }
    struct thread_context nothing = {};
    mutex_lock(&task->lock);
    kern_return_t result = KERN_FAILURE;
    if (task->is_active) {
        struct thread_context *model = task->model != nullptr ? task->model : &nothing;
        result = context_get_state(model, flavor, old_state, old_stateCnt);
    }
    mutex_unlock(&task->lock);
    return result;
}

/* Set the state of a copy of MODEL (null: of none).  Returns: the copy in *CHANGED. */
static kern_return_t changed_model(const struct thread_context *model, thread_state_flavor_t flavor,
                                   const natural_t *state, mach_msg_type_number_t count,
                                   struct thread_context *changed)
{
    *changed = model != nullptr ? *model : (struct thread_context){};
    return context_set_state(changed, flavor, state, count);
}

/* Make CHANGED the model of TASK, which is locked. */
static kern_return_t keep_model(struct task *task, const struct thread_context *changed)
{
    if (task->model == nullptr) {
        task->model = kalloc(sizeof(*task->model));
    }
    if (task->model == nullptr) {
        return KERN_RESOURCE_SHORTAGE;
    }
    *task->model = *changed;
    return KERN_SUCCESS;
}

kern_return_t task_set_state(task_t task, thread_state_flavor_t flavor, thread_state_t new_state,
                             mach_msg_type_number_t new_stateCnt)
{
    if (task == nullptr || !context_flavor_is_given(flavor)) {
        return KERN_INVALID_ARGUMENT;
    }
    struct thread_context changed;
    kern_return_t result = KERN_FAILURE;
    mutex_lock(&task->lock);
    if (task->is_active) {
        result = changed_model(task->model, flavor, new_state, new_stateCnt, &changed);
        if (result == KERN_SUCCESS) {
            result = keep_model(task, &changed);
        }
    }
    mutex_unlock(&task->lock);
    return result;
}
