/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Operations on port sets: the subject as a member, and as the set.
 */
#include "conformance.h"

#include <mach/mach_port.h>

#define SELF mach_task_self()

static kern_return_t run_insert_member(struct subject *subject, int a, int b)
{
    (void)a;
    (void)b;
    return mach_port_insert_member(SELF, subject->name, subject->set);
}

static kern_return_t run_extract_member(struct subject *subject, int a, int b)
{
    (void)a;
    (void)b;
    return mach_port_extract_member(SELF, subject->name, subject->set);
}

static kern_return_t run_move_member(struct subject *subject, int a, int b)
{
    (void)a;
    (void)b;
    return mach_port_move_member(SELF, subject->name, subject->set);
}

static kern_return_t run_move_out(struct subject *subject, int a, int b)
{
    (void)a;
    (void)b;
    return mach_port_move_member(SELF, subject->name, MACH_PORT_NULL);
}

static kern_return_t run_insert_into(struct subject *subject, int a, int b)
{
    (void)a;
    (void)b;
    return mach_port_insert_member(SELF, subject->member, subject->name);
}

static kern_return_t run_move_into(struct subject *subject, int a, int b)
{
    (void)a;
    (void)b;
    return mach_port_move_member(SELF, subject->member, subject->name);
}

static kern_return_t run_extract_from(struct subject *subject, int a, int b)
{
    (void)a;
    (void)b;
    mach_port_name_t member = subject->port != MACH_PORT_NULL ? subject->port : subject->member;
    return mach_port_extract_member(SELF, member, subject->name);
}

static kern_return_t run_set_status(struct subject *subject, int a, int b)
{
    mach_port_name_array_t members;
    mach_msg_type_number_t count;
    (void)a;
    (void)b;
    kern_return_t result = mach_port_get_set_status(SELF, subject->name, &members, &count);
    if (result == KERN_SUCCESS) {
        subject->has_value = true;
        subject->value = count;
        (void)vm_deallocate(SELF, (vm_address_t)members, count * sizeof(members[0]));
    }
    return result;
}

const struct operation set_operations[] = {
    { "insert_member, into a set", run_insert_member, 0, 0 },
    { "extract_member, from that set", run_extract_member, 0, 0 },
    { "move_member, into a set", run_move_member, 0, 0 },
    { "move_member, out of all sets", run_move_out, 0, 0 },
    { "insert_member, a port into it", run_insert_into, 0, 0 },
    { "move_member, a port into it", run_move_into, 0, 0 },
    { "extract_member, a port from it", run_extract_from, 0, 0 },
    { "get_set_status", run_set_status, 0, 0 },
    { NULL, NULL, 0, 0 },
};
