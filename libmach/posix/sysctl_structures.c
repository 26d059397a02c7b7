/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Structures and lists of sysctl(), the latter over <libproc.h>.
 */
#include "sysctl_structures.h"

#include <errno.h>
#include <libproc.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <mach/mach_init.h>
#include <mach/mach_time.h>

#include "../mach/mach_init.h"
#include "../mach/mach_time.h"
#include "errors.h"

/* Processes that may begin between the question for the room and the one for the list. */
#define LIST_MARGIN 5

static struct timeval to_timeval(uint64_t ns)
{
    return (struct timeval){ .tv_sec = (time_t)(ns / NSEC_PER_SEC),
                             .tv_usec = (suseconds_t)(ns % NSEC_PER_SEC / NSEC_PER_USEC) };
}

size_t sysctl_boot_time(void *structure)
{
    *(struct timeval *)structure = to_timeval(COMM_PAGE->calendar_offset);
    return sizeof(struct timeval);
}

size_t sysctl_clock_rate(void *structure)
{
    *(struct clockinfo *)structure = (struct clockinfo){
        .hz = CLOCKS_PER_SEC,
        .tick = (int)(USEC_PER_SEC / CLOCKS_PER_SEC),
        .stathz = CLOCKS_PER_SEC,
        .profhz = CLOCKS_PER_SEC,
    };
    return sizeof(struct clockinfo);
}

size_t sysctl_swap_usage(void *structure)
{
    *(struct xsw_usage *)structure = (struct xsw_usage){ .xsu_pagesize = (uint32_t)vm_page_size };
    return sizeof(struct xsw_usage);
}

/* Returns: false, PID has ended. */
static bool describe(int pid, struct kinfo_proc *process)
{
    struct proc_taskallinfo info;
    if (proc_pidinfo(pid, PROC_PIDTASKALLINFO, 0, &info, sizeof(info)) == 0) {
        return false;
    }
    uint64_t used = info.ptinfo.pti_total_user + info.ptinfo.pti_total_system;
    *process = (struct kinfo_proc){
        .kp_proc = {
            .p_starttime = { .tv_sec = (time_t)info.pbsd.pbi_start_tvsec,
                             .tv_usec = (suseconds_t)info.pbsd.pbi_start_tvusec },
            .p_flag = P_LP64,
            .p_stat = (char)info.pbsd.pbi_status,
            .p_pid = pid,
            .p_oppid = (pid_t)info.pbsd.pbi_ppid,
            .p_rtime = to_timeval(mach_time_to_ns(used)),
        },
        .kp_eproc = { .e_ppid = (pid_t)info.pbsd.pbi_ppid, .e_pgid = (pid_t)info.pbsd.pbi_pgid },
    };
    (void)strlcpy(process->kp_proc.p_comm, info.pbsd.pbi_name, sizeof(process->kp_proc.p_comm));
    return true;
}

/* Is PROCESS one of those that are asked for? */
static bool is_asked(const struct kinfo_proc *process, int which, int number)
{
    switch (which) {
    case KERN_PROC_ALL: return true;
    case KERN_PROC_PID: return process->kp_proc.p_pid == number;
    case KERN_PROC_PGRP: return process->kp_eproc.e_pgid == number;
    default: return number == 0; /* whose users and terminals have that number: all */
    }
}

static bool is_list(const int *name, unsigned int length)
{
    switch (name[0]) {
    case KERN_PROC_ALL: return length == 1 || length == 2;
    case KERN_PROC_PID:
    case KERN_PROC_PGRP:
    case KERN_PROC_TTY:
    case KERN_PROC_UID:
    case KERN_PROC_RUID: return length == 2;
    default: return false;
    }
}

/* Put those of COUNT pids that are asked for into LIST. Returns: false, there are more than ROOM. */
static bool fill(const int *name, const int *pids, size_t count, struct kinfo_proc *list,
                 size_t room, size_t *found)
{
    struct kinfo_proc process;
    *found = 0;
    for (size_t i = 0; i < count; i++) {
        if (describe(pids[i], &process) && is_asked(&process, name[0], name[1])) {
            if (*found == room) {
                return false;
            }
            list[(*found)++] = process;
        }
    }
    return true;
}

int sysctl_processes(const int *name, unsigned int length, void *old, size_t *old_size)
{
    size_t found = 0;
    int which[2] = { name[0], length > 1 ? name[1] : 0 };
    if (!is_list(name, length) || old_size == NULL) {
        return fail_errno(EINVAL);
    }
    int size = proc_listpids(PROC_ALL_PIDS, 0, NULL, 0);
    int *pids = malloc((size_t)size);
    if (size == 0 || pids == NULL) {
        free(pids);
        return -1;
    }
    size_t count = (size_t)proc_listpids(PROC_ALL_PIDS, 0, pids, size) / sizeof(*pids);
    bool fits = true;
    if (old == NULL) {
        *old_size = (count + LIST_MARGIN) * sizeof(struct kinfo_proc);
    } else {
        fits = fill(which, pids, count, old, *old_size / sizeof(struct kinfo_proc), &found);
        *old_size = found * sizeof(struct kinfo_proc);
    }
    free(pids);
    return fits ? 0 : fail_errno(ENOMEM);
}
