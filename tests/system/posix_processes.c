/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * <libproc.h>: processes as Darwin tells them.
 */
#include <errno.h>
#include <libproc.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/proc.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

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
