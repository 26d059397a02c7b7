/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Headers that Darwin has beside those that programs use most: they are there, and what they declare works.
 */
#include <mach/dyld_kernel.h>
#include <mach/i386/boolean.h>
#include <mach/i386/kern_return.h>
#include <mach/i386/processor_info.h>
#include <mach/i386/rpc.h>
#include <mach/i386/vm_types.h>
#include <mach/mach_syscalls.h>
#include <mach/machine/boolean.h>
#include <mach/machine/kern_return.h>
#include <mach/machine/processor_info.h>
#include <mach/mig_strncpy_zerofill_support.h>
#include <mach/port_obj.h>
#include <mach/rpc.h>
#include <mach/sync.h>
#include <mach/thread_state.h>
#include <mach/vm_task.h>
#include <mach_debug/mach_debug.h>
#include <servers/netname_defs.h>

#include "systest.h"
#include "systest_msg.h"

#define REGISTERS_MAX 15

static int some_object;

/* The table is made once, and so is its page for the first names. */
void systest_prepare(void)
{
    mach_port_t port = port_create();
    port_set_obj_value_type(port, NULL, 0);
    port_destroy(port);
}

CASE(a_server_finds_its_object_by_a_port)
{
    mach_port_t port = port_create(), other = port_create();
    port_set_obj_value_type(port, &some_object, 7);
    EXPECT_EQ(port_get_obj_value(port), &some_object);
    EXPECT_EQ(port_get_obj_type(port), 7);
    EXPECT_EQ(port_get_obj_value(other), NULL);
    port_set_obj_value_type(port, NULL, 0);
    port_destroy(port);
    port_destroy(other);
}

/* A thread that has not run, with registers that are pointers and some that are none. */
CASE(pointers_are_found_in_registers)
{
    x86_thread_state64_t state = {
        .__rip = 0x5000, .__rsp = 0x40000, .__rbx = 0x10000, .__r15 = 0x20000, .__rcx = 12
    };
    uintptr_t values[REGISTERS_MAX] = {}, sp = 0;
    size_t length = REGISTERS_MAX;
    thread_act_t thread = MACH_PORT_NULL;
    EXPECT_OK(thread_create(mach_task_self(), &thread));
    EXPECT_OK(thread_set_state(thread, x86_THREAD_STATE64, (thread_state_t)&state,
                               x86_THREAD_STATE64_COUNT));
    EXPECT_OK(thread_get_register_pointer_values(thread, &sp, &length, values));
    EXPECT_EQ(length, 2);
    EXPECT_EQ(values[0], 0x10000);
    EXPECT_EQ(values[1], 0x20000);
    EXPECT_EQ(sp, 0x40000 - 128);
    length = 1;
    EXPECT_EQ(thread_get_register_pointer_values(thread, NULL, &length, values),
              KERN_INSUFFICIENT_BUFFER_SIZE);
    EXPECT_EQ(length, 2);
    length = 0;
    EXPECT_EQ(thread_get_register_pointer_values(thread, NULL, &length, NULL),
              KERN_INSUFFICIENT_BUFFER_SIZE);
    EXPECT_EQ(thread_get_register_pointer_values(thread, NULL, &length, NULL),
              KERN_INVALID_ARGUMENT);
    EXPECT_EQ(thread_get_register_pointer_values(thread, NULL, NULL, NULL), KERN_INVALID_ARGUMENT);
    EXPECT_OK(thread_terminate(thread));
}
