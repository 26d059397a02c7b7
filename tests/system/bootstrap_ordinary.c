/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a task without privilege is refused, which the tests themselves are not: by the bootstrap server,
 * and by the host port. Without an argument this program starts itself so, and looks at how that
 * ended.
 */
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <mach/mach.h>
#include <mach_r/services.h>
#include <mach_r/spawn.h>
#include <servers/bootstrap.h>

/* A subset of the root's name space; null if that failed. */
static mach_port_t make_subset(void)
{
    mach_port_t requestor;
    mach_port_t subset = MACH_PORT_NULL;
    if (mach_port_allocate(mach_task_self(), MACH_PORT_RIGHT_RECEIVE, &requestor) == KERN_SUCCESS &&
        mach_port_insert_right(mach_task_self(), requestor, requestor, MACH_MSG_TYPE_MAKE_SEND) ==
            KERN_SUCCESS) {
        (void)bootstrap_subset(bootstrap_port, requestor, &subset);
    }
    return subset;
}

/* The number of the call that was answered wrongly, or 0. */
static int be_ordinary(void)
{
    mach_port_t port;
    mach_port_t subset = make_subset();
    if (subset == MACH_PORT_NULL) {
        return 1;
    }
    if (bootstrap_parent(bootstrap_port, &port) != BOOTSTRAP_NOT_PRIVILEGED) {
        return 2;
    }
    if (bootstrap_parent(subset, &port) != BOOTSTRAP_NOT_PRIVILEGED) {
        return 3;
    }
    if (bootstrap_check_in(bootstrap_port, SERVICE_PROC, &port) != BOOTSTRAP_NOT_PRIVILEGED) {
        return 4;
    }
    if (host_get_host_priv_port(mach_host_self(), &port) != KERN_INVALID_HOST) {
        return 6;
    }
    /* In a name space of its own it may call things as it likes. */
    return bootstrap_check_in(subset, SERVICE_PROC, &port) == BOOTSTRAP_SUCCESS ? 0 : 5;
}

int main(int argc, char **argv)
{
    (void)argv;
    if (argc > 1) {
        return be_ordinary();
    }
    char *arguments[] = { "/tests/bootstrap_ordinary", "now", NULL };
    struct mach_r_spawn request = MACH_R_SPAWN(arguments);
    int status = -1;
    pid_t pid = mach_r_spawn(arguments[0], &request);
    bool is_right =
        pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0;
    mach_port_t port = MACH_PORT_NULL;
    bool is_host = host_get_host_priv_port(mach_host_self(), &port) == KERN_SUCCESS;
    printf("TAP version 13\n1..2\n");
    if (!is_right) {
        printf("# status %#x\n", (unsigned)status);
    }
    printf("%sok 1 - ordinary tasks do not see what is above\n", is_right ? "" : "not ");
    printf("%sok 2 - a privileged task has the privileged host port\n", is_host ? "" : "not ");
    return !is_right || !is_host;
}
