/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One table for each kind of special port: by number, the name of the constant and what it is for.
 */
#include <mach/port_descriptions.h>

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include <mach/host_special_ports.h>
#include <mach/task_special_ports.h>
#include <mach/thread_special_ports.h>

#include "../posix/errors.h"

struct entry {
    const char *id;
    const char *words;
};

#define COUNT(table)          ((int)(sizeof(table) / sizeof((table)[0])))
#define ENTRY(constant, text) [constant] = { #constant, text }

static const struct entry host_ports[] = {
    ENTRY(HOST_PORT, "the host, as everybody knows it"),
    ENTRY(HOST_PRIV_PORT, "control of the host"),
    ENTRY(HOST_IO_MAIN_PORT, "devices"),
    ENTRY(HOST_DYNAMIC_PAGER_PORT, "dynamic pager"),
    ENTRY(HOST_AUDIT_CONTROL_PORT, "audit control"),
    ENTRY(HOST_USER_NOTIFICATION_PORT, "notices to the user"),
    ENTRY(HOST_AUTOMOUNTD_PORT, "automounter"),
    ENTRY(HOST_LOCKD_PORT, "file locks"),
    ENTRY(HOST_KTRACE_BACKGROUND_PORT, "tracing in the background"),
    ENTRY(HOST_SEATBELT_PORT, "sandboxes"),
    ENTRY(HOST_KEXTD_PORT, "kernel extensions"),
    ENTRY(HOST_LAUNCHCTL_PORT, "launch control"),
    ENTRY(HOST_UNFREED_PORT, "protected programs"),
    ENTRY(HOST_AMFID_PORT, "integrity of files"),
    ENTRY(HOST_GSSD_PORT, "security services"),
    ENTRY(HOST_TELEMETRY_PORT, "telemetry"),
    ENTRY(HOST_ATM_NOTIFICATION_PORT, "activity tracing"),
    ENTRY(HOST_COALITION_PORT, "coalitions"),
    ENTRY(HOST_SYSDIAGNOSE_PORT, "diagnosis of the system"),
    ENTRY(HOST_XPC_EXCEPTION_PORT, "exceptions of services"),
    ENTRY(HOST_CONTAINERD_PORT, "containers"),
    ENTRY(HOST_NODE_PORT, "nodes"),
    ENTRY(HOST_RESOURCE_NOTIFY_PORT, "use of resources"),
    ENTRY(HOST_CLOSURED_PORT, "launch closures"),
    ENTRY(HOST_SYSPOLICYD_PORT, "policy of the system"),
    ENTRY(HOST_FILECOORDINATIOND_PORT, "coordination of files"),
    ENTRY(HOST_FAIRPLAYD_PORT, "rights to media"),
    ENTRY(HOST_IOCOMPRESSIONSTATS_PORT, "compression of files, counted"),
    ENTRY(HOST_MEMORY_ERROR_PORT, "errors of memory, counted"),
    ENTRY(HOST_MANAGEDAPPDISTD_PORT, "distribution of programs"),
    ENTRY(HOST_DOUBLEAGENTD_PORT, "trust of programs"),
};

static_assert(COUNT(host_ports) == HOST_MAX_SPECIAL_PORT + 1, "each has words");

static const struct entry task_ports[] = {
    ENTRY(TASK_KERNEL_PORT, "the task, controlled"),
    ENTRY(TASK_HOST_PORT, "the host"),
    ENTRY(TASK_NAME_PORT, "the task's name"),
    ENTRY(TASK_BOOTSTRAP_PORT, "names of services"),
    ENTRY(TASK_INSPECT_PORT, "the task, inspected"),
    ENTRY(TASK_READ_PORT, "the task, read"),
    ENTRY(TASK_ACCESS_PORT, "access to the task"),
    ENTRY(TASK_DEBUG_CONTROL_PORT, "control of debuggers"),
    ENTRY(TASK_RESOURCE_NOTIFY_PORT, "use of resources"),
};

static const struct entry thread_ports[] = {
    ENTRY(THREAD_KERNEL_PORT, "the thread, controlled"),
    ENTRY(THREAD_INSPECT_PORT, "the thread, inspected"),
    ENTRY(THREAD_READ_PORT, "the thread, read"),
};

static const char *words(const struct entry *table, int count, int port)
{
    return port < 0 || port >= count ? NULL : table[port].words;
}

static int number(const struct entry *table, int count, const char *id)
{
    if (id == NULL) {
        return fail_errno(EINVAL);
    }
    for (int port = 0; port < count; port++) {
        if (table[port].id != NULL && strcmp(table[port].id, id) == 0) {
            return port;
        }
    }
    return fail_errno(ENOENT);
}

const char *mach_host_special_port_description(int port)
{
    return words(host_ports, COUNT(host_ports), port);
}

const char *mach_task_special_port_description(int port)
{
    return words(task_ports, COUNT(task_ports), port);
}

const char *mach_thread_special_port_description(int port)
{
    return words(thread_ports, COUNT(thread_ports), port);
}

int mach_host_special_port_for_id(const char *id)
{
    return number(host_ports, COUNT(host_ports), id);
}

int mach_task_special_port_for_id(const char *id)
{
    return number(task_ports, COUNT(task_ports), id);
}

int mach_thread_special_port_for_id(const char *id)
{
    return number(thread_ports, COUNT(thread_ports), id);
}
