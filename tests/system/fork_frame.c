/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Runs cases, and prints TAP.
 */
#include "fork_frame.h"

#include <stdio.h>
#include <sys/wait.h>

/* Failed expectations of the running case. */
static int failures;

bool fork_expect(bool holds, const char *file, int line, const char *text)
{
    if (!holds) {
        printf("# %s:%d: expected %s\n", file, line, text);
        failures++;
    }
    return holds;
}

int status_of(pid_t child)
{
    int status = 0;
    EXPECT_EQ(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

int signal_of(pid_t child)
{
    int status = 0;
    EXPECT_EQ(waitpid(child, &status, 0), child);
    return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

int fork_run(const struct fork_case *cases, int count)
{
    int failed = 0;
    printf("TAP version 13\n1..%d\n", count);
    for (int i = 0; i < count; i++) {
        failures = 0;
        cases[i].function();
        failed += failures != 0;
        printf("%sok %d - %s\n", failures == 0 ? "" : "not ", i + 1, cases[i].name);
        fflush(stdout);
    }
    return failed != 0;
}
