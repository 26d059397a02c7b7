/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Limits: a table of what is limited at all. Only how many files may be open is the library's own, and
 * can be changed.
 */
#include <sys/resource.h>

#include <errno.h>

#include <mach_r/startup.h>

#include "errors.h"
#include "files.h"

static rlim_t hard_files = FILES_MAX;

static struct rlimit limit_of(int resource)
{
    switch (resource) {
    case RLIMIT_NOFILE: return (struct rlimit){ (rlim_t)files_limit(), hard_files };
    case RLIMIT_CORE: return (struct rlimit){ 0, 0 };
    case RLIMIT_STACK: {
        rlim_t size = startup_block()->stack_size;
        return (struct rlimit){ size, size };
    }
    default: return (struct rlimit){ RLIM_INFINITY, RLIM_INFINITY };
    }
}

int getrlimit(int resource, struct rlimit *limit)
{
    if (resource < 0 || resource >= RLIM_NLIMITS) {
        return fail_errno(EINVAL);
    }
    *limit = limit_of(resource);
    return 0;
}

int setrlimit(int resource, const struct rlimit *limit)
{
    struct rlimit now;
    if (getrlimit(resource, &now) != 0) {
        return -1;
    }
    if (limit->rlim_cur > limit->rlim_max) {
        return fail_errno(EINVAL);
    }
    if (limit->rlim_max > now.rlim_max) {
        return fail_errno(EPERM);
    }
    if (resource == RLIMIT_NOFILE) {
        hard_files = limit->rlim_max;
        files_set_limit((int)limit->rlim_cur);
        return 0;
    }
    bool same = limit->rlim_cur == now.rlim_cur && limit->rlim_max == now.rlim_max;
    return same ? 0 : fail_errno(EINVAL);
}
