/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What host_info and host_statistics tell about the machine and the kernel.
 */
#pragma once

#include <stdint.h>

#include <mach/abi.h>
#include <mach/machine.h>
#include <mach/machine/vm_types.h>
#include <mach/message.h>
#include <mach/time_value.h>
#include <mach/vm_statistics.h>

typedef integer_t *host_info_t;
typedef integer_t *host_info64_t;
typedef integer_t host_flavor_t;
#define HOST_INFO_MAX 1024
typedef integer_t host_info_data_t[HOST_INFO_MAX];

#define KERNEL_VERSION_MAX 512
typedef char kernel_version_t[KERNEL_VERSION_MAX];
#define KERNEL_BOOT_INFO_MAX 4096
typedef char kernel_boot_info_t[KERNEL_BOOT_INFO_MAX];

/*
 * Flavors of host_info.
 */
#define HOST_BASIC_INFO 1
#pragma pack(push, 4)
struct host_basic_info {
    integer_t max_cpus;
    integer_t avail_cpus;
    natural_t memory_size; /* bytes, at most 2 GiB */
    cpu_type_t cpu_type;
    cpu_subtype_t cpu_subtype;
    cpu_threadtype_t cpu_threadtype;
    integer_t physical_cpu;
    integer_t physical_cpu_max;
    integer_t logical_cpu;
    integer_t logical_cpu_max;
    uint64_t max_mem; /* bytes */
};
#pragma pack(pop)
typedef struct host_basic_info host_basic_info_data_t;
typedef struct host_basic_info *host_basic_info_t;
#define HOST_BASIC_INFO_COUNT MACH_WORD_COUNT(host_basic_info_data_t)
MACH_ABI_SIZE(host_basic_info_data_t, 48);

#define HOST_SCHED_INFO 3
struct host_sched_info {
    integer_t min_timeout; /* milliseconds */
    integer_t min_quantum; /* milliseconds */
};
typedef struct host_sched_info host_sched_info_data_t;
typedef struct host_sched_info *host_sched_info_t;
#define HOST_SCHED_INFO_COUNT MACH_WORD_COUNT(host_sched_info_data_t)

#define HOST_RESOURCE_SIZES 4
struct kernel_resource_sizes {
    natural_t task;
    natural_t thread;
    natural_t port;
    natural_t memory_region;
    natural_t memory_object;
};
typedef struct kernel_resource_sizes kernel_resource_sizes_data_t;
typedef struct kernel_resource_sizes *kernel_resource_sizes_t;
#define HOST_RESOURCE_SIZES_COUNT MACH_WORD_COUNT(kernel_resource_sizes_data_t)

#define HOST_PRIORITY_INFO 5
struct host_priority_info {
    integer_t kernel_priority;
    integer_t system_priority;
    integer_t server_priority;
    integer_t user_priority;
    integer_t depress_priority;
    integer_t idle_priority;
    integer_t minimum_priority;
    integer_t maximum_priority;
};
typedef struct host_priority_info host_priority_info_data_t;
typedef struct host_priority_info *host_priority_info_t;
#define HOST_PRIORITY_INFO_COUNT MACH_WORD_COUNT(host_priority_info_data_t)

/* No data: success means that the kernel has these traps. */
#define HOST_SEMAPHORE_TRAPS 7
#define HOST_MACH_MSG_TRAP   8

/*
 * Flavors of host_statistics and host_statistics64.
 */
#define HOST_LOAD_INFO 1
struct host_load_info {
    integer_t avenrun[3];     /* of LOAD_SCALE, over 5, 30 and 60 seconds */
    integer_t mach_factor[3]; /* of LOAD_SCALE */
};
typedef struct host_load_info host_load_info_data_t;
typedef struct host_load_info *host_load_info_t;
#define HOST_LOAD_INFO_COUNT MACH_WORD_COUNT(host_load_info_data_t)

/* vm_statistics and vm_statistics64 of <mach/vm_statistics.h>. */
#define HOST_VM_INFO                2
#define HOST_VM_INFO64              4
#define HOST_VM_INFO_COUNT          MACH_WORD_COUNT(vm_statistics_data_t)
#define HOST_VM_INFO_LATEST_COUNT   HOST_VM_INFO_COUNT
#define HOST_VM_INFO_REV2_COUNT     HOST_VM_INFO_LATEST_COUNT
#define HOST_VM_INFO_REV1_COUNT     ((mach_msg_type_number_t)(HOST_VM_INFO_REV2_COUNT - 1))
#define HOST_VM_INFO_REV0_COUNT     ((mach_msg_type_number_t)(HOST_VM_INFO_REV1_COUNT - 2))
#define HOST_VM_INFO64_COUNT        MACH_WORD_COUNT(vm_statistics64_data_t)
#define HOST_VM_INFO64_LATEST_COUNT HOST_VM_INFO64_COUNT
#define HOST_VM_INFO64_REV1_COUNT   HOST_VM_INFO64_LATEST_COUNT
#define HOST_VM_INFO64_REV0_COUNT   ((mach_msg_type_number_t)(HOST_VM_INFO64_REV1_COUNT - 14))

/* Ticks of all processors by CPU_STATE_*. */
#define HOST_CPU_LOAD_INFO 3
struct host_cpu_load_info {
    natural_t cpu_ticks[CPU_STATE_MAX];
};
typedef struct host_cpu_load_info host_cpu_load_info_data_t;
typedef struct host_cpu_load_info *host_cpu_load_info_t;
#define HOST_CPU_LOAD_INFO_COUNT MACH_WORD_COUNT(host_cpu_load_info_data_t)

/* Whether a debugger may work on the kernel; the processor that programs are to be built for; counts of purgeable memory and of what others did to tasks. */
#define HOST_EXTMOD_INFO64       5
#define HOST_EXPIRED_TASK_INFO   6
#define HOST_VM_PURGABLE         9
#define HOST_DEBUG_INFO_INTERNAL 10
#define HOST_CAN_HAS_DEBUGGER    11
#define HOST_PREFERRED_USER_ARCH 12

struct host_can_has_debugger_info {
    boolean_t can_has_debugger;
};
typedef struct host_can_has_debugger_info host_can_has_debugger_info_data_t;
typedef struct host_can_has_debugger_info *host_can_has_debugger_info_t;
#define HOST_CAN_HAS_DEBUGGER_COUNT MACH_WORD_COUNT(host_can_has_debugger_info_data_t)

struct host_preferred_user_arch {
    cpu_type_t cpu_type;
    cpu_subtype_t cpu_subtype;
};
typedef struct host_preferred_user_arch host_preferred_user_arch_data_t;
typedef struct host_preferred_user_arch *host_preferred_user_arch_t;
#define HOST_PREFERRED_USER_ARCH_COUNT MACH_WORD_COUNT(host_preferred_user_arch_data_t)

typedef struct vm_purgeable_info host_purgable_info_data_t;
typedef struct vm_purgeable_info *host_purgable_info_t;
#define HOST_VM_PURGABLE_COUNT          MACH_WORD_COUNT(host_purgable_info_data_t)
#define HOST_EXTMOD_INFO64_COUNT        MACH_WORD_COUNT(vm_extmod_statistics_data_t)
#define HOST_EXTMOD_INFO64_LATEST_COUNT HOST_EXTMOD_INFO64_COUNT
