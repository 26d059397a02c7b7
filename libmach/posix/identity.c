/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who the program runs for: the user in the task's token, where 0 is privileged. There are no groups
 * beside.
 */
#include <sys/types.h>
#include <unistd.h>

#include <mach/mach_init.h>
#include <mach/task.h>

#include "files.h"

#define TOKEN_USER 0

uid_t getuid(void)
{
    security_token_t token = {};
    mach_msg_type_number_t count = TASK_SECURITY_TOKEN_COUNT;
    (void)task_info(mach_task_self_, TASK_SECURITY_TOKEN, (task_info_t)&token, &count);
    return (uid_t)token.val[TOKEN_USER];
}

uid_t geteuid(void)
{
    return getuid();
}

gid_t getgid(void)
{
    return (gid_t)getuid();
}

gid_t getegid(void)
{
    return getgid();
}

int getdtablesize(void)
{
    return files_limit();
}

/* No program runs with another user's rights. */
int issetugid(void)
{
    return 0;
}
