/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Calls by which programs written for other Machs find themselves and each other: the function
 * behind mach_task_self(), tasks by process number, names of processors.
 */
#include <unistd.h>

#include "systest.h"

CASE(a_task_is_found_by_its_pid)
{
    mach_port_t task = MACH_PORT_NULL;
    int pid = 0;
    EXPECT_EQ(task_for_pid(mach_task_self(), getpid(), &task), KERN_SUCCESS);
    EXPECT_EQ(task, mach_task_self());
    EXPECT_EQ(pid_for_task(task, &pid), KERN_SUCCESS);
    EXPECT_EQ(pid, getpid());
    EXPECT_EQ(mach_port_deallocate(mach_task_self(), task), KERN_SUCCESS);
}

CASE(a_task_that_is_not_the_callers_is_refused)
{
    mach_port_t host = mach_host_self();
    mach_port_t task = MACH_PORT_NULL;
    int pid = 0;
    EXPECT_EQ(task_for_pid(host, getpid(), &task), KERN_INVALID_ARGUMENT);
    EXPECT_EQ(task_for_pid(mach_task_self(), 99999, &task), KERN_FAILURE);
    EXPECT_EQ(task, MACH_PORT_NULL);
    EXPECT_EQ(pid_for_task(host, &pid), KERN_FAILURE);
    EXPECT_EQ(pid, -1);
    EXPECT_EQ(mach_port_deallocate(mach_task_self(), host), KERN_SUCCESS);
}

CASE(the_function_has_the_macros_value)
{
    EXPECT_EQ((mach_task_self)(), mach_task_self_);
    EXPECT_EQ(mach_port_deallocate(mach_task_self_, mach_task_self_), KERN_SUCCESS);
    EXPECT_EQ(mach_task_is_self(mach_task_self_), TRUE);
}

CASE(a_processor_has_a_name)
{
    char *name;
    char *kind;
    slot_name(CPU_TYPE_X86_64, CPU_SUBTYPE_X86_64_ALL, &name, &kind);
    EXPECT_EQ(strcmp(name, "x86_64"), 0);
    slot_name(CPU_TYPE_ANY, 0, &name, &kind);
    EXPECT_EQ(strcmp(name, "Unknown CPU"), 0);
}
