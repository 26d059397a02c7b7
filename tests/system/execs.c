/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * execve() and its like: a program takes the place of another, in the same process.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <mach/mach.h>

#include "fork_frame.h"

/* What a child that becomes another program by BECOME writes to a pipe; *STATUS is how it ended. */
static const char *output_of(void (*become)(void), int *status)
{
    static char text[64];
    int ends[2];
    size_t done = 0;
    ssize_t count;
    EXPECT_EQ(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0) {
        (void)dup2(ends[1], 1);
        (void)close(ends[0]);
        (void)close(ends[1]);
        become();
        _exit(errno);
    }
    (void)close(ends[1]);
    while ((count = read(ends[0], text + done, sizeof(text) - 1 - done)) > 0) {
        done += (size_t)count;
    }
    text[done] = '\0';
    (void)close(ends[0]);
    *status = status_of(child);
    return text;
}

static void become_echo(void)
{
    char *argv[] = { "echo", "one", "two", NULL };
    (void)execv("/bin/echo", argv);
}

static void become_echo_by_list(void)
{
    (void)execlp("echo", "echo", "by", "list", (char *)NULL);
}

static void become_nothing(void)
{
    (void)execl("/bin/nothing", "nothing", (char *)NULL);
}

/* The second is the first: the same pid, the same parent. */
static void become_the_parent_of_its_children(void)
{
    (void)execl("/tests/execs", "execs", "identity", (char *)NULL);
}

static void a_program_takes_the_place_of_another(void)
{
    int status;
    EXPECT_EQ(strcmp(output_of(become_echo, &status), "one two\n"), 0);
    EXPECT_EQ(status, 0);
    EXPECT_EQ(strcmp(output_of(become_echo_by_list, &status), "by list\n"), 0);
    EXPECT_EQ(strcmp(output_of(become_nothing, &status), ""), 0);
    EXPECT_EQ(status, ENOENT);
}

static void its_identity_stays(void)
{
    int status;
    int parent = 0;
    int pid = 0;
    const char *text = output_of(become_the_parent_of_its_children, &status);
    EXPECT_EQ(sscanf(text, "%d %d", &pid, &parent), 2);
    EXPECT_EQ(parent, getpid());
    EXPECT_EQ(status, pid & 0x7f);
}

/* The former task dies at once, with all that waits for it. */
static void the_former_task_dies(void)
{
    int ends[2];
    char byte;
    mach_port_t task = MACH_PORT_NULL;
    mach_port_type_t type = 0;
    EXPECT_EQ(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0) {
        (void)read(ends[0], &byte, 1);
        (void)execl("/bin/cat", "cat", (char *)NULL);
        _exit(1);
    }
    EXPECT_OK(task_for_pid(mach_task_self(), child, &task));
    EXPECT_EQ(write(ends[1], "x", 1), 1);
    do {
        (void)thread_switch(MACH_PORT_NULL, SWITCH_OPTION_DEPRESS, 1);
        EXPECT_OK(mach_port_type(mach_task_self(), task, &type));
    } while ((type & MACH_PORT_TYPE_DEAD_NAME) == 0);
    (void)mach_port_deallocate(mach_task_self(), task);
    EXPECT_OK(task_for_pid(mach_task_self(), child, &task));
    (void)mach_port_deallocate(mach_task_self(), task);
    EXPECT_EQ(kill(child, SIGKILL), 0);
    EXPECT_EQ(signal_of(child), SIGKILL);
    (void)close(ends[0]);
    (void)close(ends[1]);
}

static const struct fork_case cases[] = {
    FORK_CASE(a_program_takes_the_place_of_another),
    FORK_CASE(its_identity_stays),
    FORK_CASE(the_former_task_dies),
};

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "identity") == 0) {
        printf("%d %d", getpid(), getppid());
        return getpid() & 0x7f;
    }
    return fork_run(cases, (int)(sizeof(cases) / sizeof(cases[0])));
}
