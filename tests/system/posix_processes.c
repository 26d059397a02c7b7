/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * <libproc.h>: processes as Darwin tells them; alarms; what POSIX has for files and no file server does.
 */
#include <errno.h>
#include <fcntl.h>
#include <libproc.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/proc.h>
#include <sys/ptrace.h>
#include <sys/statvfs.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include <bsm/libbsm.h>
#include <mach/mach.h>
#include <mach/mach_time.h>

#include "systest.h"

static pid_t start_child(void)
{
    char *argv[] = { "sleep", "1000", NULL };
    pid_t child = 0;
    EXPECT_EQ(posix_spawn(&child, "/bin/sleep", NULL, NULL, argv, NULL), 0);
    return child;
}

static void end_child(pid_t child)
{
    EXPECT_EQ(kill(child, SIGKILL), 0);
    EXPECT_EQ(waitpid(child, NULL, 0), child);
}

static bool is_among(int pid, const int *pids, int count)
{
    for (int i = 0; i < count; i++) {
        if (pids[i] == pid) {
            return true;
        }
    }
    return false;
}

CASE(processes_are_listed)
{
    int pids[64];
    pid_t child = start_child();
    int bytes = proc_listpids(PROC_ALL_PIDS, 0, pids, sizeof(pids));
    int count = bytes / (int)sizeof(int);
    EXPECT(is_among(1, pids, count) && is_among(getpid(), pids, count));
    EXPECT(is_among(child, pids, count));
    EXPECT_EQ(proc_listallpids(pids, sizeof(pids)), count);
    EXPECT(proc_listallpids(NULL, 0) > count);
    EXPECT_EQ(proc_listallpids(pids, 2 * sizeof(int)), 2);
    EXPECT_EQ(proc_listchildpids(getpid(), pids, sizeof(pids)), 1);
    EXPECT_EQ(pids[0], child);
    EXPECT(proc_listpids(PROC_TTY_ONLY, 0, pids, sizeof(pids)) == 0 && errno == EINVAL);
    end_child(child);
}

/* The audit token of the process PID. */
static audit_token_t token_of(pid_t pid)
{
    audit_token_t token = {};
    mach_msg_type_number_t count = TASK_AUDIT_TOKEN_COUNT;
    mach_port_t task = MACH_PORT_NULL;
    EXPECT_OK(task_for_pid(mach_task_self(), pid, &task));
    EXPECT_OK(task_info(task, TASK_AUDIT_TOKEN, (task_info_t)&token, &count));
    EXPECT_OK(mach_port_deallocate(mach_task_self(), task));
    return token;
}

CASE(audit_tokens_tell_processes_apart)
{
    const audit_token_t counted = { { 10, 11, 12, 13, 14, 15, 16, 17 } };
    uid_t auid, euid, ruid;
    gid_t egid, rgid;
    pid_t pid;
    au_asid_t asid;
    au_tid_t tid = { 1, 1 };
    audit_token_to_au32(counted, &auid, &euid, &egid, &ruid, &rgid, &pid, &asid, &tid);
    audit_token_to_au32(counted, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
    EXPECT(auid == 10 && euid == 11 && egid == 12 && ruid == 13 && rgid == 14);
    EXPECT(pid == 15 && asid == 16 && tid.port == 0 && tid.machine == 0);
    EXPECT(audit_token_to_auid(counted) == 10 && audit_token_to_euid(counted) == 11);
    EXPECT(audit_token_to_egid(counted) == 12 && audit_token_to_ruid(counted) == 13);
    EXPECT(audit_token_to_rgid(counted) == 14 && audit_token_to_pid(counted) == 15);
    EXPECT(audit_token_to_asid(counted) == 16 && audit_token_to_pidversion(counted) == 17);

    pid_t child = start_child(), other = start_child();
    audit_token_t childs = token_of(child), others = token_of(other), own = token_of(getpid());
    EXPECT_EQ(audit_token_to_pid(childs), child);
    EXPECT_EQ(audit_token_to_pid(own), getpid());
    EXPECT_EQ(audit_token_to_euid(own), geteuid());
    EXPECT_EQ(audit_token_to_ruid(own), getuid());
    EXPECT_EQ(audit_token_to_egid(own), getegid());
    EXPECT(audit_token_to_pidversion(childs) > audit_token_to_pidversion(own));
    EXPECT(audit_token_to_pidversion(others) > audit_token_to_pidversion(childs));
    end_child(child);
    end_child(other);
}

CASE(a_process_is_described)
{
    struct proc_taskallinfo all;
    struct proc_bsdshortinfo brief;
    struct timespec now;
    pid_t child = start_child();
    memset(&all, 0xee, sizeof(all));
    (void)clock_gettime(CLOCK_REALTIME, &now);
    EXPECT_EQ(proc_pidinfo(child, PROC_PIDTASKALLINFO, 0, &all, sizeof(all)), (int)sizeof(all));
    EXPECT_EQ(all.pbsd.pbi_pid, (uint32_t)child);
    EXPECT_EQ(all.pbsd.pbi_ppid, (uint32_t)getpid());
    EXPECT_EQ(all.pbsd.pbi_status, SRUN);
    EXPECT_EQ(strcmp(all.pbsd.pbi_comm, "sleep"), 0);
    EXPECT(all.pbsd.pbi_start_tvsec + 60 > (uint64_t)now.tv_sec);
    EXPECT(all.pbsd.pbi_start_tvsec <= (uint64_t)now.tv_sec + 1);
    EXPECT(all.pbsd.pbi_start_tvusec < 1000000);
    EXPECT_EQ(all.ptinfo.pti_threadnum, 1);
    EXPECT(all.ptinfo.pti_virtual_size >= all.ptinfo.pti_resident_size);
    EXPECT(all.ptinfo.pti_resident_size > 0);
    EXPECT_EQ(proc_pidinfo(child, PROC_PIDT_SHORTBSDINFO, 0, &brief, sizeof(brief)),
              (int)sizeof(brief));
    EXPECT_EQ(brief.pbsi_ppid, (uint32_t)getpid());
    EXPECT_EQ(proc_pidinfo(child, PROC_PIDTBSDINFO, 0, &all, sizeof(all)),
              (int)PROC_PIDTBSDINFO_SIZE);
    EXPECT(proc_pidinfo(child, PROC_PIDTASKINFO, 0, &all, 10) == 0 && errno == ENOMEM);
    EXPECT(proc_pidinfo(child, 77, 0, &all, sizeof(all)) == 0 && errno == EINVAL);
    EXPECT(proc_pidinfo(99999, PROC_PIDTASKINFO, 0, &all, sizeof(all)) == 0 && errno == ESRCH);
    end_child(child);
}

CASE(a_process_has_a_name_and_a_path)
{
    char text[PROC_PIDPATHINFO_MAXSIZE];
    pid_t child = start_child();
    EXPECT_EQ(proc_name(child, text, sizeof(text)), 5);
    EXPECT_EQ(strcmp(text, "sleep"), 0);
    EXPECT_EQ(proc_name(child, text, 3), 2);
    EXPECT_EQ(strcmp(text, "sl"), 0);
    EXPECT_EQ(proc_pidpath(child, text, sizeof(text)), (int)strlen("/bin/sleep"));
    EXPECT_EQ(strcmp(text, "/bin/sleep"), 0);
    EXPECT_EQ(proc_pidinfo(child, PROC_PIDPATHINFO, 0, text, sizeof(text)), 10);
    EXPECT(proc_pidpath(child, text, 10) == 0 && errno == ENOMEM);
    EXPECT(proc_pidpath(99999, text, sizeof(text)) == 0 && errno == ESRCH);
    EXPECT(proc_name(0, text, sizeof(text)) == 0 && errno == ESRCH);
    end_child(child);
}

static semaphore_t rang;

static void ring(int signal)
{
    EXPECT_EQ(signal, SIGALRM);
    EXPECT_OK(semaphore_signal(rang));
}

CASE(an_alarm_rings_once)
{
    mach_timespec_t soon = { .tv_nsec = 1000000 };
    EXPECT_OK(semaphore_create(mach_task_self(), &rang, SYNC_POLICY_FIFO, 0));
    EXPECT(signal(SIGALRM, ring) == SIG_DFL);
    uint64_t start = mach_absolute_time();
    EXPECT_EQ(alarm(1), 0);
    EXPECT_OK(semaphore_wait(rang));
    EXPECT(mach_absolute_time() - start >= NSEC_PER_SEC);
    EXPECT_EQ(alarm(0), 0);
    EXPECT_EQ(semaphore_timedwait(rang, soon), KERN_OPERATION_TIMED_OUT);
    EXPECT(signal(SIGALRM, SIG_DFL) == ring);
    EXPECT_OK(semaphore_destroy(mach_task_self(), rang));
}

CASE(an_alarm_is_replaced_or_taken_back)
{
    EXPECT_EQ(alarm(1000), 0);
    unsigned int left = alarm(2000);
    EXPECT(left > 900 && left <= 1000);
    left = alarm(0);
    EXPECT(left > 1900 && left <= 2000);
    EXPECT_EQ(alarm(0), 0);
}

CASE(files_cannot_be_changed)
{
    int file = open("/bin/echo", O_RDONLY);
    int ends[2];
    EXPECT(truncate("/bin/echo", 1) == -1 && errno == EROFS);
    EXPECT(truncate("/bin/nothing", 1) == -1 && errno == ENOENT);
    EXPECT(truncate("/bin/echo", -1) == -1 && errno == EINVAL);
    EXPECT(ftruncate(file, 1) == -1 && errno == EROFS);
    EXPECT(ftruncate(-1, 1) == -1 && errno == EBADF);
    EXPECT(utimes("/bin/echo", NULL) == -1 && errno == EROFS);
    EXPECT(futimes(file, NULL) == -1 && errno == EROFS);
    EXPECT_EQ(pipe(ends), 0);
    EXPECT(ftruncate(ends[0], 0) == -1 && errno == EINVAL);
    EXPECT_EQ(close(ends[0]), 0);
    EXPECT_EQ(close(ends[1]), 0);
    EXPECT_EQ(close(file), 0);
}

static void *raise_alarm(void *nothing)
{
    EXPECT_EQ(raise(SIGALRM), 0);
    return nothing;
}

static void raise_alarm_in_a_thread(void)
{
    pthread_t thread;
    EXPECT_EQ(pthread_create(&thread, NULL, raise_alarm, NULL), 0);
    EXPECT_EQ(pthread_join(thread, NULL), 0);
    EXPECT_OK(semaphore_wait(rang));
}

CASE(file_systems_are_not_told)
{
    struct statfs system;
    struct statfs *systems;
    struct statvfs view;
    int file = open("/bin/echo", O_RDONLY);
    EXPECT(statfs("/", &system) == -1 && errno == ENOTSUP);
    EXPECT(statfs("/nothing", &system) == -1 && errno == ENOENT);
    EXPECT(fstatfs(file, &system) == -1 && errno == ENOTSUP);
    EXPECT(fstatvfs(file, &view) == -1 && errno == ENOTSUP);
    EXPECT_EQ(close(file), 0);
    EXPECT(statvfs("/nothing", &view) == -1 && errno == ENOENT);
    EXPECT(fstatvfs(-1, &view) == -1 && errno == EBADF);
    EXPECT(getfsstat(&system, sizeof(system), MNT_NOWAIT) == -1 && errno == ENOTSUP);
    EXPECT(getmntinfo(&systems, MNT_NOWAIT) == 0 && errno == ENOTSUP);
    EXPECT(ptrace(PT_DENY_ATTACH, 0, NULL, 0) == -1 && errno == ENOTSUP);
}

/* What has been written to the pipe that END is of. */
static const char *written(int end)
{
    static char text[256];
    ssize_t length = read(end, text, sizeof(text) - 1);
    text[length > 0 ? length : 0] = '\0';
    return text;
}

/* Whether the pipe that END is of has TEXT, by a program with this process's number if it HAS_PID. */
static bool has_written(int end, const char *name, bool has_pid, const char *text)
{
    char expected[256];
    if (has_pid) {
        (void)snprintf(expected, sizeof(expected), "%s[%d]: %s\n", name, (int)getpid(), text);
    } else {
        (void)snprintf(expected, sizeof(expected), "%s: %s\n", name, text);
    }
    return strcmp(written(end), expected) == 0;
}

CASE(messages_go_to_standard_error)
{
    int ends[2];
    int saved = dup(STDERR_FILENO);
    EXPECT_EQ(pipe(ends), 0);
    EXPECT_EQ(dup2(ends[1], STDERR_FILENO), STDERR_FILENO);
    errno = ENOENT;
    syslog(LOG_ERR, "100%% of %d: %m", 7);
    EXPECT_EQ(errno, ENOENT);
    EXPECT(has_written(ends[0], getprogname(), false, "100% of 7: No such file or directory"));
    openlog("me", LOG_PID, LOG_DAEMON);
    syslog(LOG_INFO | LOG_USER, "whole line\n");
    EXPECT(has_written(ends[0], "me", true, "whole line"));
    EXPECT_EQ(setlogmask(LOG_UPTO(LOG_ERR)), LOG_UPTO(LOG_DEBUG));
    syslog(LOG_WARNING, "not told");
    syslog(LOG_ERR, "told");
    EXPECT(has_written(ends[0], "me", true, "told"));
    EXPECT_EQ(setlogmask(LOG_UPTO(LOG_DEBUG)), LOG_UPTO(LOG_ERR));
    closelog();
    syslog(LOG_DEBUG, "%s", "again");
    EXPECT(has_written(ends[0], getprogname(), false, "again"));
    EXPECT_EQ(dup2(saved, STDERR_FILENO), STDERR_FILENO);
    EXPECT(close(saved) == 0 && close(ends[0]) == 0 && close(ends[1]) == 0);
}

CASE(handlers_are_for_all_threads)
{
    EXPECT_OK(semaphore_create(mach_task_self(), &rang, SYNC_POLICY_FIFO, 0));
    EXPECT(signal(SIGALRM, ring) == SIG_DFL);
    raise_alarm_in_a_thread();
    raise_alarm_in_a_thread();
    EXPECT(signal(SIGALRM, SIG_IGN) == ring);
    EXPECT_EQ(raise(SIGALRM), 0);
    EXPECT(signal(SIGALRM, SIG_DFL) == SIG_IGN);
    EXPECT(signal(SIGKILL, ring) == SIG_ERR && errno == EINVAL);
    EXPECT(raise(NSIG) == -1 && errno == EINVAL);
    EXPECT_OK(semaphore_destroy(mach_task_self(), rang));
}

/* The thread that waits for alarms stays, and so does the port by which it waits. */
void systest_prepare(void)
{
    int ends[2];
    EXPECT_OK(semaphore_create(mach_task_self(), &rang, SYNC_POLICY_FIFO, 0));
    (void)signal(SIGALRM, ring);
    (void)alarm(1);
    EXPECT_OK(semaphore_wait(rang));
    raise_alarm_in_a_thread();
    (void)signal(SIGALRM, SIG_DFL);
    EXPECT_OK(semaphore_destroy(mach_task_self(), rang));
    (void)access("/bin/echo", F_OK);
    EXPECT_EQ(pipe(ends), 0);
    EXPECT_EQ(close(ends[0]), 0);
    EXPECT_EQ(close(ends[1]), 0);
}
