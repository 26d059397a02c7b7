/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ps: list all processes, as the process server knows them.
 */
#include <stdio.h>

#include <mach/mach.h>
#include <mach/mach_vm.h>
#include <mach_r/proc.h>
#include <mach_r/startup.h>

#include "columns.h"
#include "usage.h"

static const char *state_name(uint32_t state)
{
    switch (state) {
    case PROC_STATE_RUNNING: return "running";
    case PROC_STATE_STOPPED: return "stopped";
    case PROC_STATE_ZOMBIE: return "ended";
    default: return "unknown";
    }
}

static void print(const proc_info_t *info)
{
    (void)printf("%5d %5d %-7s %3u %7llu", (int)info->pid, (int)info->ppid, state_name(info->state),
                 (unsigned)info->threads, (unsigned long long)(info->resident_size / 1024));
    columns_print_usage(info);
    (void)printf(" %3u %.*s\n", (unsigned)info->processor, PROC_NAME_MAX, info->name);
}

int main(int argc, char **argv)
{
    usage_without_arguments(argc, argv, "ps");
    proc_info_array_t infos;
    mach_msg_type_number_t count;
    kern_return_t result = proc_list(startup_port(STARTUP_PORT_PROC), &infos, &count);
    if (result != KERN_SUCCESS) {
        fprintf(stderr, "ps: the process server does not answer: %s\n", mach_error_string(result));
        return 1;
    }
    (void)puts("  PID  PPID STATE   THR KIB MEM" COLUMNS_USAGE " CPU NAME");
    for (mach_msg_type_number_t i = 0; i < count; i++) {
        print(&infos[i]);
    }
    if (count != 0) {
        (void)mach_vm_deallocate(mach_task_self(), (mach_vm_address_t)infos,
                                 count * sizeof(infos[0]));
    }
    return 0;
}
