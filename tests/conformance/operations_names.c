/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Operations on names: listing them, giving another, choosing one.
 */
#include "conformance.h"

#include <mach/mach_port.h>

#define SELF mach_task_self()

/* Which name an operation takes. */
enum target {
    TARGET_UNUSED,
    TARGET_USED,
    TARGET_SAME,
    TARGET_NULL,
    TARGET_DEAD,
};

static kern_return_t run_type(struct subject *subject, int a, int b)
{
    mach_port_type_t type;
    (void)a;
    (void)b;
    return mach_port_type(SELF, subject->name, &type);
}

/* How often the name is in the list, and with the type that mach_port_type tells. */
static kern_return_t run_names(struct subject *subject, int a, int b)
{
    mach_port_name_array_t names;
    mach_port_type_array_t types;
    mach_msg_type_number_t name_count, type_count;
    mach_port_type_t type = 0;
    (void)a;
    (void)b;
    (void)mach_port_type(SELF, subject->name, &type);
    kern_return_t result = mach_port_names(SELF, &names, &name_count, &types, &type_count);
    if (result != KERN_SUCCESS) {
        return result;
    }
    subject->has_value = true;
    for (mach_msg_type_number_t i = 0; i < name_count && i < type_count; i++) {
        subject->value +=
            names[i] == subject->name && ((types[i] ^ type) & MACH_PORT_TYPE_ALL_RIGHTS) == 0;
    }
    (void)vm_deallocate(SELF, (vm_address_t)names, name_count * sizeof(names[0]));
    (void)vm_deallocate(SELF, (vm_address_t)types, type_count * sizeof(types[0]));
    return result;
}

static mach_port_name_t target_name(const struct subject *subject, int target)
{
    switch (target) {
    case TARGET_UNUSED: return subject->unused;
    case TARGET_USED: return subject->member;
    case TARGET_SAME: return subject->name;
    case TARGET_DEAD: return MACH_PORT_DEAD;
    default: return MACH_PORT_NULL;
    }
}

static kern_return_t run_rename(struct subject *subject, int target, int unused)
{
    mach_port_name_t name = target_name(subject, target);
    (void)unused;
    subject->has_other = target == TARGET_UNUSED;
    subject->other = name;
    return mach_port_rename(SELF, subject->name, name);
}

static kern_return_t run_allocate_name(struct subject *subject, int right, int unused)
{
    (void)unused;
    return mach_port_allocate_name(SELF, (mach_port_right_t)right, subject->name);
}

const struct operation name_operations[] = {
    { "type", run_type, 0, 0 },
    { "names", run_names, 0, 0 },
    { "rename to an unused name", run_rename, TARGET_UNUSED, 0 },
    { "rename to a name in use", run_rename, TARGET_USED, 0 },
    { "rename to itself", run_rename, TARGET_SAME, 0 },
    { "rename to MACH_PORT_NULL", run_rename, TARGET_NULL, 0 },
    { "rename to MACH_PORT_DEAD", run_rename, TARGET_DEAD, 0 },
    { "allocate_name RECEIVE", run_allocate_name, MACH_PORT_RIGHT_RECEIVE, 0 },
    { "allocate_name PORT_SET", run_allocate_name, MACH_PORT_RIGHT_PORT_SET, 0 },
    { "allocate_name DEAD_NAME", run_allocate_name, MACH_PORT_RIGHT_DEAD_NAME, 0 },
    { "allocate_name SEND", run_allocate_name, MACH_PORT_RIGHT_SEND, 0 },
    { NULL, NULL, 0, 0 },
};
