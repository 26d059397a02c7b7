/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What task_info says of memory: the task's own, and what the kernel has for it.
 */
#include <kern/task_summary.h>

#include <task_server.h>

#include <stdatomic.h>

#include <mem/quota.h>
#include <vm/vm_map.h>
#include <vm/vm_purgeable.h>
#include <ipc/ipc_port.h>
#include <ipc/ipc_space.h>
#include <kern/info.h>
#include <kern/task.h>

/* Bytes of KIND that QUOTA's task has given back so far, if one of them has SIZE. */
static uint64_t bytes_returned(const struct quota *quota, enum quota_kind kind, uint64_t size)
{
    return atomic_load(&quota->kinds[kind].returned) * size;
}

/* And those that it uses. */
static uint64_t bytes_used(const struct quota *quota, enum quota_kind kind, uint64_t size)
{
    return atomic_load(&quota->kinds[kind].used) * size;
}

/* What the kernel has allocated for the task alone are its threads with their stacks, its ports, names,
 * sets and regions of memory; shared with who receives them, its messages in queues. */
kern_return_t task_kernel_memory_answer(task_t task, const struct task_summary *summary,
                                        integer_t *out, mach_msg_type_number_t *count)
{
    const struct quota *quota = task->space->quota;
    const uint64_t thread_size = KERNEL_STACK_SIZE + sizeof(struct thread);
    uint64_t freed = summary->ended_threads * thread_size +
                     bytes_returned(quota, QUOTA_PORTS, sizeof(struct ipc_port)) +
                     bytes_returned(quota, QUOTA_KERNEL_BYTES, 1);
    uint64_t used = summary->threads * thread_size +
                    bytes_used(quota, QUOTA_PORTS, sizeof(struct ipc_port)) +
                    bytes_used(quota, QUOTA_KERNEL_BYTES, 1);
    uint64_t messages_freed = bytes_returned(quota, QUOTA_QUEUED_BYTES, 1);
    struct task_kernelmemory_info info = {
        .total_palloc = used + freed,
        .total_pfree = freed,
        .total_salloc = bytes_used(quota, QUOTA_QUEUED_BYTES, 1) + messages_freed,
        .total_sfree = messages_freed,
    };
    return info_answer(out, count, &info, sizeof(info), KERN_INVALID_ARGUMENT);
}

/* The longest revision of TASK_VM_INFO that COUNT words have room for; the shortest if for none. */
static mach_msg_type_number_t vm_info_words(mach_msg_type_number_t count)
{
    static const mach_msg_type_number_t revisions[] = {
        TASK_VM_INFO_REV7_COUNT, TASK_VM_INFO_REV6_COUNT, TASK_VM_INFO_REV5_COUNT,
        TASK_VM_INFO_REV4_COUNT, TASK_VM_INFO_REV3_COUNT, TASK_VM_INFO_REV2_COUNT,
        TASK_VM_INFO_REV1_COUNT, TASK_VM_INFO_REV0_COUNT,
    };
    uint32_t i = 0;
    while (i < ARRAY_SIZE(revisions) - 1 && revisions[i] > count) {
        i++;
    }
    return revisions[i];
}

/* The members for what the task owns. */
static void fill_owned(struct task_vm_info *info, const struct vm_owned_bytes *bytes)
{
    info->ledger_purgeable_nonvolatile = (int64_t)bytes->nonvolatile;
    info->ledger_purgeable_volatile = (int64_t)bytes->is_volatile;
    info->ledger_tag_network_nonvolatile = (int64_t)bytes->no_footprint[VM_LEDGER_TAG_NETWORK];
    info->ledger_tag_media_footprint = (int64_t)bytes->footprint[VM_LEDGER_TAG_MEDIA];
    info->ledger_tag_media_nofootprint = (int64_t)bytes->no_footprint[VM_LEDGER_TAG_MEDIA];
    info->ledger_tag_graphics_footprint = (int64_t)bytes->footprint[VM_LEDGER_TAG_GRAPHICS];
    info->ledger_tag_graphics_nofootprint = (int64_t)bytes->no_footprint[VM_LEDGER_TAG_GRAPHICS];
    info->ledger_tag_neural_footprint = (int64_t)bytes->footprint[VM_LEDGER_TAG_NEURAL];
    info->ledger_tag_neural_nofootprint = (int64_t)bytes->no_footprint[VM_LEDGER_TAG_NEURAL];
}

/* All memory is the program's own: nothing is paged out, compressed, or of a file. */
kern_return_t task_vm_answer(task_t task, const struct task_summary *summary, bool with_volatile,
                             integer_t *out, mach_msg_type_number_t *count)
{
    struct task_vm_info info = {
        .virtual_size = summary->virtual_size,
        .region_count = summary->regions,
        .page_size = PAGE_SIZE,
        .resident_size = summary->resident_size,
        .resident_size_peak = summary->resident_peak,
        .internal = summary->resident_size,
        .internal_peak = summary->resident_peak,
        .phys_footprint = summary->resident_size,
        .min_address = task->map->min_address,
        .max_address = task->map->max_address,
        .ledger_phys_footprint_peak = (int64_t)summary->resident_peak,
    };
    struct vm_owned_bytes bytes = vm_purgeable_bytes(vm_map_owner(task->map));
    fill_owned(&info, &bytes);
    if (with_volatile) {
        vm_map_volatile_bytes(task->map, &info.purgeable_volatile_virtual,
                              &info.purgeable_volatile_resident);
        info.purgeable_volatile_pmap = info.purgeable_volatile_resident;
    }
    return info_answer(out, count, &info, vm_info_words(*count) * sizeof(integer_t),
                       KERN_INVALID_ARGUMENT);
}

kern_return_t task_purgable_info(task_t task, task_purgable_info_t *stats)
{
    if (task == nullptr) {
        return KERN_INVALID_ARGUMENT;
    }
    *stats = (task_purgable_info_t){};
    vm_purgeable_describe(vm_map_owner(task->map), stats);
    return KERN_SUCCESS;
}
