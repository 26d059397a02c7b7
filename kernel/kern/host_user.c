/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Routines of idl/mach_host.defs: what the machine is and what the kernel has counted.
 */
#include <host_priv_server.h>
#include <mach_host_server.h>

#include <stdatomic.h>

#include <arch/boot_info.h>
#include <arch/cpu.h>
#include <mem/vm_page.h>
#include <sched/sched.h>
#include <sched/thread.h>
#include <sched/usage.h>
#include <vm/vm_fault.h>
#include <vm/vm_purgeable.h>
#include <kern/clock.h>
#include <kern/convert.h>
#include <kern/host.h>
#include <kern/info.h>
#include <kern/kernel_port.h>
#include <kern/task.h>
#include <kern/version.h>

#define NS_PER_MS UINT64_C(1000000)

static kern_return_t answer_basic(integer_t *out, mach_msg_type_number_t *count)
{
    uint64_t bytes = boot_info.installed_bytes;
    integer_t cpus = (integer_t)cpu_count();
    integer_t running = (integer_t)__builtin_popcountll(sched_online_cpus());
    struct host_basic_info info = {
        .max_cpus = cpus,
        .avail_cpus = running,
        .memory_size = (natural_t)(bytes < INT32_MAX ? bytes : INT32_MAX),
        .cpu_type = CPU_TYPE_X86_64,
        .cpu_subtype = CPU_SUBTYPE_X86_64_ALL,
        .cpu_threadtype = CPU_THREADTYPE_NONE,
        .physical_cpu = running,
        .physical_cpu_max = cpus,
        .logical_cpu = running,
        .logical_cpu_max = cpus,
        .max_mem = bytes,
    };
    return info_answer(out, count, &info, sizeof(info), KERN_FAILURE);
}

static kern_return_t answer_priorities(integer_t *out, mach_msg_type_number_t *count)
{
    struct host_priority_info info = {
        .kernel_priority = THREAD_PRIORITY_KERNEL,
        .system_priority = THREAD_PRIORITY_KERNEL,
        .server_priority = THREAD_PRIORITY_DEFAULT,
        .user_priority = THREAD_PRIORITY_DEFAULT,
        .depress_priority = THREAD_PRIORITY_IDLE + 1,
        .idle_priority = THREAD_PRIORITY_IDLE,
        .minimum_priority = THREAD_PRIORITY_IDLE + 1,
        .maximum_priority = THREAD_PRIORITY_MAX,
    };
    return info_answer(out, count, &info, sizeof(info), KERN_FAILURE);
}

static kern_return_t answer_scheduling(integer_t *out, mach_msg_type_number_t *count)
{
    struct host_sched_info info = {
        .min_timeout = 1,
        .min_quantum = (integer_t)(SCHED_QUANTUM_NS / NS_PER_MS),
    };
    return info_answer(out, count, &info, sizeof(info), KERN_FAILURE);
}

/* What everybody has that is volatile. */
static kern_return_t answer_purgeable(integer_t *out, mach_msg_type_number_t *count)
{
    struct vm_purgeable_info info = {};
    vm_purgeable_describe(0, &info);
    return info_answer(out, count, &info, sizeof(info), KERN_FAILURE);
}

kern_return_t host_info(host_t host, host_flavor_t flavor, host_info_t host_info_out,
                        mach_msg_type_number_t *host_info_outCnt)
{
    if (host == nullptr) {
        return KERN_INVALID_HOST;
    }
    switch (flavor) {
    case HOST_BASIC_INFO: return answer_basic(host_info_out, host_info_outCnt);
    case HOST_SCHED_INFO: return answer_scheduling(host_info_out, host_info_outCnt);
    case HOST_PRIORITY_INFO: return answer_priorities(host_info_out, host_info_outCnt);
    case HOST_VM_PURGABLE: return answer_purgeable(host_info_out, host_info_outCnt);
    case HOST_MACH_MSG_TRAP: *host_info_outCnt = 0; return KERN_SUCCESS;
    default: return KERN_INVALID_ARGUMENT;
    }
}

kern_return_t host_kernel_version(host_t host, kernel_version_t kernel_version)
{
    if (host == nullptr) {
        return KERN_INVALID_HOST;
    }
    strlcpy(kernel_version, KERNEL_VERSION, sizeof(kernel_version_t));
    return KERN_SUCCESS;
}

kern_return_t host_page_size(host_t host, vm_size_t *out_page_size)
{
    if (host == nullptr) {
        return KERN_INVALID_HOST;
    }
    *out_page_size = PAGE_SIZE;
    return KERN_SUCCESS;
}

kern_return_t host_get_clock_service(host_t host, clock_id_t clock_id, clock_serv_t *clock_serv)
{
    if (host == nullptr || clock_id < 0 || clock_id >= CLOCK_COUNT) {
        return KERN_INVALID_ARGUMENT;
    }
    *clock_serv = &clocks[clock_id];
    return KERN_SUCCESS;
}

kern_return_t processor_set_default(host_t host, processor_set_t *default_set)
{
    if (host == nullptr) {
        return KERN_INVALID_HOST;
    }
    *default_set = &default_processor_set;
    return KERN_SUCCESS;
}

/* As much of the SIZE bytes of INFO as fits, but at least MINIMUM words. */
static kern_return_t answer_beginning(integer_t *out, mach_msg_type_number_t *count,
                                      const void *info, size_t size, uint32_t minimum)
{
    if (*count < minimum) {
        return KERN_FAILURE;
    }
    size_t room = *count * sizeof(integer_t);
    return info_answer(out, count, info, room < size ? room : size, KERN_FAILURE);
}

/* Pages are free, in memory objects, or the kernel's own; there is no paging that would tell more. */
struct page_counts {
    struct vm_object_pages objects;
    natural_t free;
    natural_t active; /* in objects */
    natural_t wired;  /* the kernel's */
};

static struct page_counts count_pages(void)
{
    struct vm_object_pages objects = vm_object_pages();
    uint64_t active = objects.internal + objects.external;
    uint64_t free = vm_page_free_count();
    uint64_t total = vm_page_total();
    return (struct page_counts){
        .objects = objects,
        .free = (natural_t)free,
        .active = (natural_t)active,
        .wired = (natural_t)(total > free + active ? total - free - active : 0),
    };
}

/* Pages that could be taken back at once. */
static uint64_t volatile_pages(void)
{
    return vm_purgeable_bytes(0).is_volatile >> PAGE_SHIFT;
}

static kern_return_t answer_vm(integer_t *out, mach_msg_type_number_t *count)
{
    struct page_counts pages = count_pages();
    struct vm_statistics info = {
        .free_count = pages.free,
        .active_count = pages.active,
        .wire_count = pages.wired,
        .zero_fill_count = (natural_t)atomic_load(&vm_fault_counts.zero_fills),
        .pageins = (natural_t)atomic_load(&vm_fault_counts.page_ins),
        .faults = (natural_t)atomic_load(&vm_fault_counts.faults),
        .cow_faults = (natural_t)atomic_load(&vm_fault_counts.copies),
        .purgeable_count = (natural_t)volatile_pages(),
        .purges = (natural_t)vm_purgeable_purged_pages(),
    };
    return answer_beginning(out, count, &info, sizeof(info), HOST_VM_INFO_REV0_COUNT);
}

static kern_return_t answer_vm64(integer_t *out, mach_msg_type_number_t *count)
{
    struct page_counts pages = count_pages();
    struct vm_statistics64 info = {
        .free_count = pages.free,
        .active_count = pages.active,
        .wire_count = pages.wired,
        .zero_fill_count = atomic_load(&vm_fault_counts.zero_fills),
        .pageins = atomic_load(&vm_fault_counts.page_ins),
        .faults = atomic_load(&vm_fault_counts.faults),
        .cow_faults = atomic_load(&vm_fault_counts.copies),
        .purges = vm_purgeable_purged_pages(),
        .purgeable_count = (natural_t)volatile_pages(),
        .external_page_count = (natural_t)pages.objects.external,
        .internal_page_count = (natural_t)pages.objects.internal,
    };
    return answer_beginning(out, count, &info, sizeof(info), HOST_VM_INFO64_REV0_COUNT);
}

void info_cpu_ticks(natural_t ticks[CPU_STATE_MAX], cpu_mask_t cpus)
{
    struct cpu_usage sum = {};
    for (uint32_t cpu = 0; cpu < cpu_count(); cpu++) {
        if ((cpus & CPU_BIT(cpu)) != 0) {
            struct cpu_usage usage = cpu_usage(cpu);
            sum.user_time += usage.user_time;
            sum.system_time += usage.system_time;
            sum.idle_time += usage.idle_time;
        }
    }
    ticks[CPU_STATE_USER] = (natural_t)(sum.user_time / NS_PER_TICK);
    ticks[CPU_STATE_SYSTEM] = (natural_t)(sum.system_time / NS_PER_TICK);
    ticks[CPU_STATE_IDLE] = (natural_t)(sum.idle_time / NS_PER_TICK);
    ticks[CPU_STATE_NICE] = 0;
}

void info_load(integer_t average[LOAD_SPANS], integer_t factor[LOAD_SPANS])
{
    struct sched_load load = sched_load();
    for (uint32_t i = 0; i < LOAD_SPANS; i++) {
        average[i] = (integer_t)load.average[i];
        factor[i] = (integer_t)load.factor[i];
    }
}

static kern_return_t answer_load(integer_t *out, mach_msg_type_number_t *count)
{
    struct host_load_info info;
    info_load(info.avenrun, info.mach_factor);
    return info_answer(out, count, &info, sizeof(info), KERN_FAILURE);
}

static kern_return_t answer_cpu_load(integer_t *out, mach_msg_type_number_t *count)
{
    struct host_cpu_load_info info;
    info_cpu_ticks(info.cpu_ticks, CPU_SET_ALL);
    return info_answer(out, count, &info, sizeof(info), KERN_FAILURE);
}

kern_return_t host_statistics(host_t host_priv, host_flavor_t flavor, host_info_t host_info_out,
                              mach_msg_type_number_t *host_info_outCnt)
{
    if (host_priv == nullptr) {
        return KERN_INVALID_HOST;
    }
    switch (flavor) {
    case HOST_LOAD_INFO: return answer_load(host_info_out, host_info_outCnt);
    case HOST_VM_INFO: return answer_vm(host_info_out, host_info_outCnt);
    case HOST_CPU_LOAD_INFO: return answer_cpu_load(host_info_out, host_info_outCnt);
    default: return KERN_INVALID_ARGUMENT;
    }
}

kern_return_t host_priv_statistics(host_priv_t host_priv, host_flavor_t flavor,
                                   host_info_t host_info_out,
                                   mach_msg_type_number_t *host_info_outCnt)
{
    return host_statistics(host_priv, flavor, host_info_out, host_info_outCnt);
}

kern_return_t host_statistics64(host_t host_priv, host_flavor_t flavor,
                                host_info64_t host_info64_out,
                                mach_msg_type_number_t *host_info64_outCnt)
{
    if (host_priv != nullptr && flavor == HOST_VM_INFO64) {
        return answer_vm64(host_info64_out, host_info64_outCnt);
    }
    return host_statistics(host_priv, flavor, host_info64_out, host_info64_outCnt);
}

kern_return_t host_get_io_main(ipc_port_t host, ipc_port_t *io_main)
{
    if (convert_port_to_host(host) == nullptr) {
        return KERN_INVALID_ARGUMENT;
    }
    if (convert_port_to_host_priv(host) == nullptr) {
        return KERN_NO_ACCESS;
    }
    *io_main = kernel_port_make_send(the_host.device_port);
    return KERN_SUCCESS;
}

kern_return_t kmod_get_info(host_t host, vm_map_copy_t *modules, mach_msg_type_number_t *modulesCnt)
{
    *modules = nullptr;
    *modulesCnt = 0;
    return host == nullptr ? KERN_INVALID_HOST : KERN_NOT_SUPPORTED;
}
