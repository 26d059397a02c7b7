/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * posix_spawn(): what the child gets is what the actions and attributes say. Children are programs of
 * /bin, whose output comes back through a pipe.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <mach/mach.h>
#include <mach_r/proc.h>
#include <mach_r/services.h>

#include "systest.h"

static int ends[2];
static posix_spawn_file_actions_t actions;
static posix_spawnattr_t attributes;

/* A child would write into the pipe, which nobody else can write to then. */
static void prepare(void)
{
    EXPECT_EQ(pipe(ends), 0);
    EXPECT_EQ(posix_spawn_file_actions_init(&actions), 0);
    EXPECT_EQ(posix_spawn_file_actions_adddup2(&actions, ends[1], 1), 0);
    EXPECT_EQ(posix_spawnattr_init(&attributes), 0);
}

static void finish(void)
{
    EXPECT_EQ(close(ends[0]), 0);
    EXPECT_EQ(posix_spawn_file_actions_destroy(&actions), 0);
    EXPECT_EQ(posix_spawnattr_destroy(&attributes), 0);
}

static int exit_code_of(pid_t child)
{
    int status = 0;
    EXPECT_EQ(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* All that comes out of the pipe once the caller cannot write to it. */
static void collect(char *text, size_t size)
{
    size_t done = 0;
    ssize_t count;
    EXPECT_EQ(close(ends[1]), 0);
    while (done < size - 1 && (count = read(ends[0], text + done, size - 1 - done)) > 0) {
        done += (size_t)count;
    }
    text[done] = '\0';
}

/* The server's memory. */
void systest_prepare(void)
{
    prepare();
    EXPECT_EQ(write(ends[1], "a", 1), 1);
    EXPECT_EQ(close(ends[1]), 0);
    finish();
}

CASE(a_child_writes_to_a_pipe)
{
    char *argv[] = { "echo", "to", "you", NULL };
    char text[32];
    pid_t child = 0;
    prepare();
    EXPECT_EQ(posix_spawn(&child, "/bin/echo", &actions, &attributes, argv, NULL), 0);
    collect(text, sizeof(text));
    EXPECT_EQ(strcmp(text, "to you\n"), 0);
    EXPECT_EQ(exit_code_of(child), 0);
    finish();
}

CASE(a_child_reads_a_file_that_is_opened_for_it)
{
    char *argv[] = { "cat", NULL };
    char text[512];
    pid_t child = 0;
    prepare();
    EXPECT_EQ(posix_spawn_file_actions_addopen(&actions, 0, "/etc/init.conf", O_RDONLY, 0), 0);
    EXPECT_EQ(posix_spawnp(&child, "cat", &actions, NULL, argv, NULL), 0);
    collect(text, sizeof(text));
    EXPECT(strstr(text, "init starts") != NULL);
    (void)close(ends[0]);
    ends[0] = dup(0);
    (void)exit_code_of(child);
    finish();
}

CASE(errors_are_told)
{
    char *argv[] = { "nothing", NULL };
    pid_t child = 77;
    prepare();
    EXPECT_EQ(posix_spawn(&child, "/bin/nothing", &actions, NULL, argv, NULL), ENOENT);
    EXPECT_EQ(posix_spawn(&child, "/etc/init.conf", NULL, NULL, argv, NULL), ENOEXEC);
    EXPECT_EQ(child, 77);
    EXPECT_EQ(posix_spawn_file_actions_addopen(&actions, 0, "/nothing", O_RDONLY, 0), 0);
    EXPECT_EQ(posix_spawn(NULL, "/bin/echo", &actions, NULL, argv, NULL), ENOENT);
    EXPECT_EQ(posix_spawn_file_actions_addclose(&actions, -1), EBADF);
    EXPECT_EQ(posix_spawnattr_setflags(&attributes, 0x1000), EINVAL);
    EXPECT_EQ(close(ends[1]), 0);
    finish();
}

static mach_port_t task_of(pid_t pid)
{
    mach_port_t task = MACH_PORT_NULL;
    EXPECT_OK(task_for_pid(mach_task_self(), pid, &task));
    return task;
}

CASE(a_child_can_begin_suspended_with_ports_of_its_own)
{
    char *argv[] = { "echo", "later", NULL };
    char text[32];
    pid_t child = 0;
    mach_port_t port, found = MACH_PORT_NULL;
    task_basic_info_64_data_t info = {};
    mach_msg_type_number_t count = TASK_BASIC_INFO_64_COUNT;
    prepare();
    EXPECT_OK(mach_port_allocate(mach_task_self(), MACH_PORT_RIGHT_RECEIVE, &port));
    EXPECT_OK(mach_port_insert_right(mach_task_self(), port, port, MACH_MSG_TYPE_MAKE_SEND));
    EXPECT_EQ(posix_spawnattr_setflags(&attributes, POSIX_SPAWN_START_SUSPENDED), 0);
    EXPECT_EQ(posix_spawnattr_setspecialport_np(&attributes, port, TASK_BOOTSTRAP_PORT), 0);
    EXPECT_EQ(posix_spawn(&child, "/bin/echo", &actions, &attributes, argv, NULL), 0);
    mach_port_t task = task_of(child);
    EXPECT_OK(task_info(task, TASK_BASIC_INFO_64, (task_info_t)&info, &count));
    EXPECT_EQ(info.suspend_count, 1);
    EXPECT_OK(task_get_special_port(task, TASK_BOOTSTRAP_PORT, &found));
    EXPECT_EQ(found, port);
    EXPECT_OK(task_resume(task));
    collect(text, sizeof(text));
    EXPECT_EQ(strcmp(text, "later\n"), 0);
    EXPECT_EQ(exit_code_of(child), 0);
    EXPECT_OK(mach_port_deallocate(mach_task_self(), task));
    EXPECT_OK(mach_port_mod_refs(mach_task_self(), port, MACH_PORT_RIGHT_SEND, -2));
    EXPECT_OK(mach_port_mod_refs(mach_task_self(), port, MACH_PORT_RIGHT_RECEIVE, -1));
    finish();
}

CASE(attributes_are_kept)
{
    short flags = 0;
    EXPECT_EQ(posix_spawnattr_init(&attributes), 0);
    EXPECT_EQ(posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK), 0);
    EXPECT_EQ(posix_spawnattr_getflags(&attributes, &flags), 0);
    EXPECT_EQ(flags, POSIX_SPAWN_SETSIGMASK);
    for (int i = 0; i < 8; i++) {
        EXPECT_EQ(posix_spawnattr_setspecialport_np(&attributes, MACH_PORT_NULL, 4), 0);
    }
    EXPECT_EQ(posix_spawnattr_setspecialport_np(&attributes, MACH_PORT_NULL, 4), ENOMEM);
    EXPECT_EQ(posix_spawnattr_destroy(&attributes), 0);
}
