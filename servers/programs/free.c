/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * free: how much memory there is and how much of it is in use, in KiB.
 */
#include <stdio.h>

#include <mach/mach.h>

#include "usage.h"

int main(int argc, char **argv)
{
    usage_without_arguments(argc, argv, "free");
    host_basic_info_data_t basic;
    vm_statistics64_data_t vm;
    mach_port_t host = mach_host_self();
    mach_msg_type_number_t count = HOST_BASIC_INFO_COUNT;
    kern_return_t result = host_info(host, HOST_BASIC_INFO, (host_info_t)&basic, &count);
    if (result == KERN_SUCCESS) {
        count = HOST_VM_INFO64_COUNT;
        result = host_statistics64(host, HOST_VM_INFO64, (host_info64_t)&vm, &count);
    }
    (void)mach_port_deallocate(mach_task_self(), host);
    if (result != KERN_SUCCESS) {
        fprintf(stderr, "free: the kernel does not tell: %s\n", mach_error_string(result));
        return 1;
    }
    unsigned long long total = basic.max_mem / 1024;
    unsigned long long unused = (unsigned long long)vm.free_count * vm_page_size / 1024;
    (void)printf("            total       used       free  KiB\n");
    (void)printf("memory %10llu %10llu %10llu\n", total, total - unused, unused);
    return 0;
}
