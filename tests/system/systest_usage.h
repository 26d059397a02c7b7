/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What threads and tasks have used, for tests.
 */
#pragma once

#include <mach/usage_info.h>

#include "systest.h"

#define MILLISECOND UINT64_C(1000000)

/* The figures of THREAD. */
static inline mach_r_usage_info_data_t thread_usage(mach_port_t thread)
{
    mach_r_usage_info_data_t info = {};
    mach_msg_type_number_t count = MACH_R_USAGE_INFO_COUNT;
    EXPECT_OK(thread_info(thread, MACH_R_USAGE_INFO, (thread_info_t)&info, &count));
    return info;
}

/* The figures of TASK, with those of its threads that have ended. */
static inline mach_r_usage_info_data_t task_usage(mach_port_t task)
{
    mach_r_usage_info_data_t info = {};
    mach_msg_type_number_t count = MACH_R_USAGE_INFO_COUNT;
    EXPECT_OK(task_info(task, MACH_R_USAGE_INFO, (task_info_t)&info, &count));
    return info;
}

/* All the time in USAGE, in nanoseconds. */
static inline uint64_t time_of(mach_r_usage_info_data_t usage)
{
    return usage.user_time + usage.system_time;
}

/* Let the kernel work for a long time in each call, until *ARGUMENT, an atomic bool, is true. */
static inline void work_in_kernel(void *argument)
{
    while (!*(_Atomic bool *)argument) {
        mach_vm_address_t address = 0;
        if (_kernelrpc_mach_vm_allocate_trap(mach_task_self(), &address, 1 << 20,
                                             VM_FLAGS_ANYWHERE) == KERN_SUCCESS) {
            for (uint64_t page = 0; page < 1 << 20; page += 4096) {
                *(volatile uint8_t *)(address + page) = 1;
            }
            (void)_kernelrpc_mach_vm_deallocate_trap(mach_task_self(), address, 1 << 20);
        }
    }
}
