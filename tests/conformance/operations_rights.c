/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Operations that make rights from the subject without a message: inserting one into the same task
 * and extracting one from it.
 */
#include "conformance.h"

#include <mach/mach_port.h>

#define SELF mach_task_self()

static kern_return_t run_insert(struct subject *subject, int disposition, int unused)
{
    (void)unused;
    return mach_port_insert_right(SELF, subject->name, subject->name,
                                  (mach_msg_type_name_t)disposition);
}

static kern_return_t run_insert_elsewhere(struct subject *subject, int disposition, int unused)
{
    (void)unused;
    subject->has_other = true;
    subject->other = subject->unused;
    return mach_port_insert_right(SELF, subject->unused, subject->name,
                                  (mach_msg_type_name_t)disposition);
}

/* Another port's right, for the subject's name. */
static kern_return_t run_insert_foreign(struct subject *subject, int disposition, int unused)
{
    (void)unused;
    return mach_port_insert_right(SELF, subject->name, subject->member,
                                  (mach_msg_type_name_t)disposition);
}

static kern_return_t run_extract(struct subject *subject, int disposition, int unused)
{
    mach_msg_type_name_t type;
    (void)unused;
    kern_return_t result = mach_port_extract_right(
        SELF, subject->name, (mach_msg_type_name_t)disposition, &subject->other, &type);
    subject->has_other = result == KERN_SUCCESS;
    return result;
}

const struct operation right_operations[] = {
    { "insert_right MAKE_SEND", run_insert, MACH_MSG_TYPE_MAKE_SEND, 0 },
    { "insert_right COPY_SEND", run_insert, MACH_MSG_TYPE_COPY_SEND, 0 },
    { "insert_right MOVE_SEND", run_insert, MACH_MSG_TYPE_MOVE_SEND, 0 },
    { "insert_right MAKE_SEND_ONCE", run_insert, MACH_MSG_TYPE_MAKE_SEND_ONCE, 0 },
    { "insert_right MOVE_SEND_ONCE", run_insert, MACH_MSG_TYPE_MOVE_SEND_ONCE, 0 },
    { "insert_right MOVE_RECEIVE", run_insert, MACH_MSG_TYPE_MOVE_RECEIVE, 0 },
    { "insert_right MAKE_SEND, unused name", run_insert_elsewhere, MACH_MSG_TYPE_MAKE_SEND, 0 },
    { "insert_right COPY_SEND, unused name", run_insert_elsewhere, MACH_MSG_TYPE_COPY_SEND, 0 },
    { "insert_right MAKE_SEND_ONCE, unused name", run_insert_elsewhere,
      MACH_MSG_TYPE_MAKE_SEND_ONCE, 0 },
    { "insert_right MAKE_SEND of another port", run_insert_foreign, MACH_MSG_TYPE_MAKE_SEND, 0 },
    { "insert_right MAKE_SEND_ONCE of another port", run_insert_foreign,
      MACH_MSG_TYPE_MAKE_SEND_ONCE, 0 },
    { "extract_right MAKE_SEND", run_extract, MACH_MSG_TYPE_MAKE_SEND, 0 },
    { "extract_right COPY_SEND", run_extract, MACH_MSG_TYPE_COPY_SEND, 0 },
    { "extract_right MOVE_SEND", run_extract, MACH_MSG_TYPE_MOVE_SEND, 0 },
    { "extract_right MAKE_SEND_ONCE", run_extract, MACH_MSG_TYPE_MAKE_SEND_ONCE, 0 },
    { "extract_right MOVE_SEND_ONCE", run_extract, MACH_MSG_TYPE_MOVE_SEND_ONCE, 0 },
    { "extract_right MOVE_RECEIVE", run_extract, MACH_MSG_TYPE_MOVE_RECEIVE, 0 },
    { "extract_right 99", run_extract, 99, 0 },
    { NULL, NULL, 0, 0 },
};
