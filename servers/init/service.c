/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Services: starting them from the boot archive, and again when they die.  A service that dies more
 * than a few times within a short while is left alone, so that a broken program does not keep the
 * machine busy.
 */
#include <string.h>

#include <mach/mach_time.h>
#include <mach/notify.h>
#include <mach_r/startup.h>

#include "init.h"
#include "task_builder.h"
#include "ustar.h"

/* So many deaths within so many seconds are too many. */
#define DEATHS_MAX    5
#define DEATHS_WINDOW 10

struct service {
    const struct init_conf_service *conf;
    mach_port_t task;      /* send right; null: not running */
    unsigned deaths;       /* in the window */
    uint64_t window_start; /* nanoseconds since boot */
};

static struct service services[INIT_CONF_SERVICES];
static size_t service_count;
static const struct init_archive *boot_archive;
static mach_port_t root_bootstrap;

/* The rights of a service's configuration and the startup ports behind them. */
static const struct {
    uint32_t right;
    uint32_t kind;
} granted[] = {
    { INIT_RIGHT_HOST_PRIV, STARTUP_PORT_HOST_PRIV },
    { INIT_RIGHT_HOST_SECURITY, STARTUP_PORT_HOST_SECURITY },
    { INIT_RIGHT_DEVICE, STARTUP_PORT_DEVICE_MASTER },
    { INIT_RIGHT_INITRD, STARTUP_PORT_INITRD },
};

/* Hand the new task its rights. */
static kern_return_t give_rights(struct task_builder *builder, const struct init_conf_service *conf)
{
    kern_return_t result =
        task_set_special_port(builder->task, TASK_BOOTSTRAP_PORT, root_bootstrap);
    for (size_t i = 0; i < sizeof(granted) / sizeof(granted[0]) && result == KERN_SUCCESS; i++) {
        if (conf->rights & granted[i].right) {
            result = task_builder_give(builder, granted[i].kind, startup_port(granted[i].kind),
                                       MACH_MSG_TYPE_COPY_SEND);
        }
    }
    if (result == KERN_SUCCESS) {
        result = task_builder_give(builder, STARTUP_PORT_STDOUT, init_log_object(),
                                   MACH_MSG_TYPE_COPY_SEND);
    }
    if (result == KERN_SUCCESS) {
        result = task_builder_give(builder, STARTUP_PORT_STDERR, init_log_object(),
                                   MACH_MSG_TYPE_COPY_SEND);
    }
    return result;
}

/* Be told when the task dies. */
static kern_return_t watch_task(mach_port_t task)
{
    mach_port_t previous;
    return mach_port_request_notification(mach_task_self(), task, MACH_NOTIFY_DEAD_NAME, 0,
                                          init_notify_port(), MACH_MSG_TYPE_MAKE_SEND_ONCE,
                                          &previous);
}

/* Make a task of the program that MEMBER of the archive is. */
static kern_return_t build_service(struct service *service, const struct ustar_member *member,
                                   const char **error)
{
    struct task_builder builder;
    struct task_executable executable = {
        .file = boot_archive->data + member->data,
        .size = member->size,
        .entry = boot_archive->entry,
        .entry_offset = member->data,
    };
    kern_return_t result = task_builder_load(&builder, &executable, error);
    if (result == KERN_SUCCESS) {
        builder.host_priv = startup_port(STARTUP_PORT_HOST_PRIV);
        builder.block.path = service->conf->path;
        builder.block.arguments = service->conf->path;
        builder.block.arguments_size = strlen(service->conf->path) + 1;
        builder.block.ppid = 1;
        builder.block.initrd_size =
            (service->conf->rights & INIT_RIGHT_INITRD) != 0 ? boot_archive->size : 0;
        result = give_rights(&builder, service->conf);
        *error = "cannot be given its rights";
    }
    if (result == KERN_SUCCESS) {
        result = watch_task(builder.task);
        *error = "cannot be watched";
    }
    if (result == KERN_SUCCESS) {
        result = task_builder_start(&builder, false);
        *error = "its first thread cannot be started";
    }
    if (result != KERN_SUCCESS) {
        task_builder_finish(&builder, true);
        return result;
    }
    service->task = builder.task;
    return KERN_SUCCESS;
}

static void start(struct service *service)
{
    struct ustar_member member;
    const char *error = "";
    enum ustar_result found =
        ustar_find(boot_archive->data, boot_archive->size, service->conf->path, &member);
    if (found != USTAR_MEMBER) {
        init_log("%s: cannot start %s: %s", service->conf->name, service->conf->path,
                 ustar_error(found));
        return;
    }
    kern_return_t result = build_service(service, &member, &error);
    if (result != KERN_SUCCESS) {
        init_log("%s: cannot start %s: %s (%s)", service->conf->name, service->conf->path, error,
                 mach_error_string(result));
    }
}

void services_start(const struct init_conf *conf, const struct init_archive *archive,
                    mach_port_t bootstrap)
{
    boot_archive = archive;
    root_bootstrap = bootstrap;
    service_count = conf->service_count;
    for (size_t i = 0; i < service_count; i++) {
        services[i].conf = &conf->services[i];
        start(&services[i]);
    }
}

mach_port_t service_task(const char *name)
{
    for (size_t i = 0; i < service_count; i++) {
        if (strcmp(services[i].conf->name, name) == 0) {
            return services[i].task;
        }
    }
    return MACH_PORT_NULL;
}

/* Nanoseconds since boot. */
static uint64_t now(void)
{
    mach_timebase_info_data_t base;
    (void)mach_timebase_info(&base);
    return mach_absolute_time() * base.numer / base.denom;
}

/* Count a death.  Returns: true if there were too many of late. */
static bool dies_too_often(struct service *service)
{
    uint64_t time = now();
    if (time - service->window_start > DEATHS_WINDOW * UINT64_C(1000000000)) {
        service->window_start = time;
        service->deaths = 0;
    }
    return ++service->deaths > DEATHS_MAX;
}

bool service_task_died(mach_port_t name)
{
    struct service *service = services;
    while (service < services + service_count && service->task != name) {
        service++;
    }
    if (service == services + service_count) {
        return false;
    }
    (void)mach_port_deallocate(mach_task_self(), service->task);
    service->task = MACH_PORT_NULL;
    if (!service->conf->restart) {
        init_log("%s: %s has ended", service->conf->name, service->conf->path);
    } else if (dies_too_often(service)) {
        init_log("%s: %s keeps dying; it is not started again", service->conf->name,
                 service->conf->path);
    } else {
        init_log("%s: %s has died; starting it again", service->conf->name, service->conf->path);
        start(service);
    }
    return true;
}
