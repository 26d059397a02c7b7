/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A task's quotas for users.  Names are counted by the task's space, all else by its quota.
 */
#include <kern/task_quota.h>

#include <mach/quota_info.h>

#include <mem/quota.h>
#include <ipc/ipc_space.h>
#include <kern/info.h>
#include <kern/task.h>

/* QUOTA's KIND. */
static struct mach_r_quota one(const struct quota *quota, enum quota_kind kind)
{
    return (struct mach_r_quota){ .limit = quota->kinds[kind].limit,
                                  .used = quota->kinds[kind].used };
}

static struct mach_r_quota names_of(struct ipc_space *space)
{
    interrupt_state_t interrupts = spin_lock_save(&space->lock);
    struct mach_r_quota names = { .limit = space->entry_limit, .used = space->entry_count };
    spin_unlock_restore(&space->lock, interrupts);
    return names;
}

static struct mach_r_quota_info info_of(struct ipc_space *space)
{
    return (struct mach_r_quota_info){
        .names = names_of(space),
        .ports = one(space->quota, QUOTA_PORTS),
        .queued_bytes = one(space->quota, QUOTA_QUEUED_BYTES),
        .kernel_bytes = one(space->quota, QUOTA_KERNEL_BYTES),
        .threads = one(space->quota, QUOTA_THREADS),
    };
}

kern_return_t task_quota_answer(struct task *task, integer_t *out, mach_msg_type_number_t *count)
{
    struct mach_r_quota_info info = info_of(task->space);
    return info_answer(out, count, &info, sizeof(info), KERN_INVALID_ARGUMENT);
}

/* Is no limit of NEW above that of OLD? */
static bool is_lower(const struct mach_r_quota_info *new, const struct mach_r_quota_info *old)
{
    return new->names.limit <= old->names.limit &&new->ports.limit <=
           old->ports.limit &&new->queued_bytes.limit <=
           old->queued_bytes.limit &&new->kernel_bytes.limit <=
           old->kernel_bytes.limit &&new->threads.limit <= old->threads.limit;
}

/* Set the limits of SPACE to those of INFO, which are not above them. */
static void set_limits(struct ipc_space *space, const struct mach_r_quota_info *info)
{
    space->quota->kinds[QUOTA_PORTS].limit = info->ports.limit;
    space->quota->kinds[QUOTA_QUEUED_BYTES].limit = info->queued_bytes.limit;
    space->quota->kinds[QUOTA_KERNEL_BYTES].limit = info->kernel_bytes.limit;
    space->quota->kinds[QUOTA_THREADS].limit = info->threads.limit;
    interrupt_state_t interrupts = spin_lock_save(&space->lock);
    space->entry_limit = (uint32_t)info->names.limit;
    spin_unlock_restore(&space->lock, interrupts);
}

kern_return_t task_quota_lower(struct task *task, const integer_t *in, mach_msg_type_number_t count)
{
    struct mach_r_quota_info info;
    kern_return_t result = KERN_NO_ACCESS;
    if (count < MACH_R_QUOTA_INFO_COUNT) {
        return KERN_INVALID_ARGUMENT;
    }
    memcpy(&info, in, sizeof(info));
    mutex_lock(&task->lock);
    struct mach_r_quota_info old = info_of(task->space);
    if (is_lower(&info, &old)) {
        set_limits(task->space, &info);
        result = KERN_SUCCESS;
    }
    mutex_unlock(&task->lock);
    return result;
}
