/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Operations on user references: counting them, adding, giving up.
 */
#include "conformance.h"

#include <mach/mach_port.h>

#define SELF mach_task_self()
/* No kind of right. */
#define RIGHT_UNKNOWN 99

static kern_return_t run_get_refs(struct subject *subject, int right, int unused)
{
    mach_port_urefs_t count;
    (void)unused;
    kern_return_t result =
        mach_port_get_refs(SELF, subject->name, (mach_port_right_t)right, &count);
    if (result == KERN_SUCCESS) {
        subject->has_value = true;
        subject->value = count;
    }
    return result;
}

static kern_return_t run_mod_refs(struct subject *subject, int right, int delta)
{
    return mach_port_mod_refs(SELF, subject->name, (mach_port_right_t)right, delta);
}

static kern_return_t run_deallocate(struct subject *subject, int a, int b)
{
    (void)a;
    (void)b;
    return mach_port_deallocate(SELF, subject->name);
}

static kern_return_t run_destroy(struct subject *subject, int a, int b)
{
    (void)a;
    (void)b;
    return mach_port_destroy(SELF, subject->name);
}

const struct operation reference_operations[] = {
    { "get_refs RECEIVE", run_get_refs, MACH_PORT_RIGHT_RECEIVE, 0 },
    { "get_refs SEND", run_get_refs, MACH_PORT_RIGHT_SEND, 0 },
    { "get_refs SEND_ONCE", run_get_refs, MACH_PORT_RIGHT_SEND_ONCE, 0 },
    { "get_refs PORT_SET", run_get_refs, MACH_PORT_RIGHT_PORT_SET, 0 },
    { "get_refs DEAD_NAME", run_get_refs, MACH_PORT_RIGHT_DEAD_NAME, 0 },
    { "get_refs 99", run_get_refs, RIGHT_UNKNOWN, 0 },
    { "deallocate", run_deallocate, 0, 0 },
    { "destroy", run_destroy, 0, 0 },
    { "mod_refs RECEIVE -1", run_mod_refs, MACH_PORT_RIGHT_RECEIVE, -1 },
    { "mod_refs RECEIVE 0", run_mod_refs, MACH_PORT_RIGHT_RECEIVE, 0 },
    { "mod_refs RECEIVE +1", run_mod_refs, MACH_PORT_RIGHT_RECEIVE, 1 },
    { "mod_refs SEND -1", run_mod_refs, MACH_PORT_RIGHT_SEND, -1 },
    { "mod_refs SEND -3", run_mod_refs, MACH_PORT_RIGHT_SEND, -3 },
    { "mod_refs SEND -9", run_mod_refs, MACH_PORT_RIGHT_SEND, -9 },
    { "mod_refs SEND 0", run_mod_refs, MACH_PORT_RIGHT_SEND, 0 },
    { "mod_refs SEND +1", run_mod_refs, MACH_PORT_RIGHT_SEND, 1 },
    { "mod_refs SEND +65535", run_mod_refs, MACH_PORT_RIGHT_SEND, 65535 },
    { "mod_refs SEND_ONCE -1", run_mod_refs, MACH_PORT_RIGHT_SEND_ONCE, -1 },
    { "mod_refs SEND_ONCE 0", run_mod_refs, MACH_PORT_RIGHT_SEND_ONCE, 0 },
    { "mod_refs SEND_ONCE +1", run_mod_refs, MACH_PORT_RIGHT_SEND_ONCE, 1 },
    { "mod_refs PORT_SET -1", run_mod_refs, MACH_PORT_RIGHT_PORT_SET, -1 },
    { "mod_refs PORT_SET 0", run_mod_refs, MACH_PORT_RIGHT_PORT_SET, 0 },
    { "mod_refs PORT_SET +1", run_mod_refs, MACH_PORT_RIGHT_PORT_SET, 1 },
    { "mod_refs DEAD_NAME -1", run_mod_refs, MACH_PORT_RIGHT_DEAD_NAME, -1 },
    { "mod_refs DEAD_NAME -9", run_mod_refs, MACH_PORT_RIGHT_DEAD_NAME, -9 },
    { "mod_refs DEAD_NAME 0", run_mod_refs, MACH_PORT_RIGHT_DEAD_NAME, 0 },
    { "mod_refs DEAD_NAME +1", run_mod_refs, MACH_PORT_RIGHT_DEAD_NAME, 1 },
    { "mod_refs DEAD_NAME +65535", run_mod_refs, MACH_PORT_RIGHT_DEAD_NAME, 65535 },
    { "mod_refs 99 -1", run_mod_refs, RIGHT_UNKNOWN, -1 },
    { NULL, NULL, 0, 0 },
};
