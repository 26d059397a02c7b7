/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * <libproc.h>: the process server's answers in Darwin's structures.
 */
#include <libproc.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/proc.h>
#include <time.h>

#include <mach/mach_init.h>
#include <mach/mach_port.h>
#include <mach/mach_time.h>
#include <mach/mach_vm.h>
#include <mach/policy.h>
#include <mach/task.h>

#include "../mach/mach_time.h"
#include "../rpc/stubs.h"
#include "errors.h"
#include "process.h"

/* Pids that a list may need more than it had when it was asked for. */
#define LIST_MARGIN 20

/* 0 with errno: how these calls fail. */
static int fail_zero(int error)
{
    errno = error;
    return 0;
}

/* Put the pids of processes whose parent is PARENT (-1: all) into PIDS, which has ROOM. Returns: how many
 * there are; -1 with errno set. */
static int list(int parent, int *pids, size_t room)
{
    proc_info_array_t infos = NULL;
    mach_msg_type_number_t count = 0;
    kern_return_t result;
    int found = 0;
    PROCESS_CALL(result, proc_list(process, &infos, &count));
    if (result != KERN_SUCCESS) {
        return fail(result);
    }
    for (mach_msg_type_number_t i = 0; i < count; i++) {
        if (parent == -1 || infos[i].ppid == parent) {
            if ((size_t)found < room) {
                pids[found] = infos[i].pid;
            }
            found++;
        }
    }
    (void)mach_vm_deallocate(mach_task_self_, (mach_vm_address_t)infos, count * sizeof(*infos));
    return found;
}

int proc_listpids(uint32_t type, uint32_t typeinfo, void *buffer, int buffersize)
{
    if ((type != PROC_ALL_PIDS && type != PROC_PPID_ONLY) || buffersize < 0) {
        return fail_zero(EINVAL);
    }
    size_t room = buffer != NULL ? (size_t)buffersize / sizeof(int) : 0;
    int count = list(type == PROC_ALL_PIDS ? -1 : (int)typeinfo, buffer, room);
    if (count < 0) {
        return 0;
    }
    if (buffer == NULL) {
        return (count + LIST_MARGIN) * (int)sizeof(int);
    }
    return ((size_t)count < room ? count : (int)room) * (int)sizeof(int);
}

int proc_listallpids(void *buffer, int buffersize)
{
    return proc_listpids(PROC_ALL_PIDS, 0, buffer, buffersize) / (int)sizeof(int);
}

int proc_listchildpids(pid_t ppid, void *buffer, int buffersize)
{
    return proc_listpids(PROC_PPID_ONLY, (uint32_t)ppid, buffer, buffersize) / (int)sizeof(int);
}

/* Returns: false with errno ESRCH. */
static bool describe(int pid, proc_info_t *info)
{
    kern_return_t result = SERVER_ERROR_NO_PROCESS;
    if (pid > 0) {
        PROCESS_CALL(result, proc_get_info(process, pid, info));
    }
    if (result != KERN_SUCCESS) {
        errno = errno_of(result);
    }
    return result == KERN_SUCCESS;
}

static uint32_t status_of(const proc_info_t *info)
{
    switch (info->state) {
    case PROC_STATE_ZOMBIE: return SZOMB;
    case PROC_STATE_STOPPED: return SSTOP;
    default: return SRUN;
    }
}

/* Microseconds since 1970 of NS since boot. */
static uint64_t time_of_day(uint64_t ns)
{
    struct timespec now;
    mach_timebase_info_data_t base;
    (void)clock_gettime(CLOCK_REALTIME, &now);
    (void)mach_timebase_info(&base);
    uint64_t since_boot = mach_absolute_time() * base.numer / base.denom;
    uint64_t today = (uint64_t)now.tv_sec * NSEC_PER_SEC + (uint64_t)now.tv_nsec;
    return (today - since_boot + ns) / NSEC_PER_USEC;
}

static struct proc_bsdinfo bsd_info(const proc_info_t *info)
{
    uint64_t start = time_of_day(info->start_time);
    struct proc_bsdinfo answer = {
        .pbi_flags = PROC_FLAG_LP64,
        .pbi_status = status_of(info),
        .pbi_pid = (uint32_t)info->pid,
        .pbi_ppid = (uint32_t)info->ppid,
        .pbi_pgid = (uint32_t)info->pid,
        .pbi_start_tvsec = start / USEC_PER_SEC,
        .pbi_start_tvusec = start % USEC_PER_SEC,
    };
    (void)strlcpy(answer.pbi_comm, info->name, sizeof(answer.pbi_comm));
    (void)strlcpy(answer.pbi_name, info->name, sizeof(answer.pbi_name));
    return answer;
}

static struct proc_bsdshortinfo short_info(const proc_info_t *info)
{
    struct proc_bsdshortinfo answer = {
        .pbsi_pid = (uint32_t)info->pid,
        .pbsi_ppid = (uint32_t)info->ppid,
        .pbsi_pgid = (uint32_t)info->pid,
        .pbsi_status = status_of(info),
        .pbsi_flags = PROC_FLAG_LP64,
    };
    (void)strlcpy(answer.pbsi_comm, info->name, sizeof(answer.pbsi_comm));
    return answer;
}

/* What only the task itself tells. */
static void add_events(int pid, struct proc_taskinfo *answer)
{
    mach_port_t task = MACH_PORT_NULL;
    task_events_info_data_t events = {};
    mach_msg_type_number_t count = TASK_EVENTS_INFO_COUNT;
    kern_return_t result;
    PROCESS_CALL(result, proc_get_task(process, pid, &task));
    if (result != KERN_SUCCESS) {
        return;
    }
    (void)task_info(task, TASK_EVENTS_INFO, (task_info_t)&events, &count);
    (void)mach_port_deallocate(mach_task_self_, task);
    answer->pti_faults = events.faults;
    answer->pti_pageins = events.pageins;
    answer->pti_cow_faults = events.cow_faults;
    answer->pti_messages_sent = events.messages_sent;
    answer->pti_messages_received = events.messages_received;
    answer->pti_syscalls_mach = events.syscalls_mach;
    answer->pti_syscalls_unix = events.syscalls_unix;
}

static struct proc_taskinfo task_info_of(const proc_info_t *info)
{
    struct proc_taskinfo answer = {
        .pti_virtual_size = info->virtual_size,
        .pti_resident_size = info->resident_size,
        .pti_total_user = mach_time_from_ns(info->cpu_time - info->system_time),
        .pti_total_system = mach_time_from_ns(info->system_time),
        .pti_policy = POLICY_TIMESHARE,
        .pti_csw = (int32_t)(info->voluntary_switches + info->involuntary_switches),
        .pti_threadnum = (int32_t)info->threads,
    };
    add_events(info->pid, &answer);
    return answer;
}

/* Put the SIZE bytes at ANSWER into BUFFER. Returns: SIZE; 0 with errno ENOMEM. */
static int give(const void *answer, size_t size, void *buffer, int buffersize)
{
    if (buffersize < 0 || (size_t)buffersize < size) {
        return fail_zero(ENOMEM);
    }
    memcpy(buffer, answer, size);
    return (int)size;
}

int proc_pidinfo(int pid, int flavor, uint64_t arg, void *buffer, int buffersize)
{
    proc_info_t info;
    struct proc_taskallinfo all;
    struct proc_bsdshortinfo brief;
    (void)arg;
    if (flavor == PROC_PIDPATHINFO) {
        return proc_pidpath(pid, buffer, (uint32_t)buffersize);
    }
    if (!describe(pid, &info)) {
        return 0;
    }
    switch (flavor) {
    case PROC_PIDT_SHORTBSDINFO:
        brief = short_info(&info);
        return give(&brief, sizeof(brief), buffer, buffersize);
    case PROC_PIDTBSDINFO:
        all.pbsd = bsd_info(&info);
        return give(&all.pbsd, sizeof(all.pbsd), buffer, buffersize);
    case PROC_PIDTASKINFO:
        all.ptinfo = task_info_of(&info);
        return give(&all.ptinfo, sizeof(all.ptinfo), buffer, buffersize);
    case PROC_PIDTASKALLINFO:
        all = (struct proc_taskallinfo){ bsd_info(&info), task_info_of(&info) };
        return give(&all, sizeof(all), buffer, buffersize);
    default: return fail_zero(EINVAL);
    }
}

int proc_name(int pid, void *buffer, uint32_t buffersize)
{
    proc_info_t info;
    if (!describe(pid, &info)) {
        return 0;
    }
    if (buffersize == 0) {
        return fail_zero(ENOMEM);
    }
    size_t length = strlcpy(buffer, info.name, buffersize);
    return (int)(length < buffersize ? length : buffersize - 1);
}

int proc_pidpath(int pid, void *buffer, uint32_t buffersize)
{
    proc_path_t path;
    kern_return_t result = SERVER_ERROR_NO_PROCESS;
    if (pid > 0) {
        PROCESS_CALL(result, proc_get_path(process, pid, path));
    }
    if (result != KERN_SUCCESS) {
        return fail_zero(errno_of(result));
    }
    size_t length = strlen(path);
    if (length >= buffersize) {
        return fail_zero(ENOMEM);
    }
    strcpy(buffer, path);
    return (int)length;
}

int proc_libversion(int *mmajor, int *mminor)
{
    if (mmajor != NULL) {
        *mmajor = 1;
    }
    if (mminor != NULL) {
        *mminor = 1;
    }
    return 0;
}
