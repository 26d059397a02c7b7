/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The two clocks, and the routines of idl/clock.defs and idl/clock_priv.defs.
 */
#include <kern/clock.h>

#include <clock_priv_server.h>
#include <clock_server.h>

#include <mach/host_notify.h>

#include <stdatomic.h>

#include <lib/panic.h>
#include <arch/clock_device.h>
#include <sched/mutex.h>
#include <ipc/ipc_port.h>
#include <kern/comm_page.h>
#include <kern/host_notify.h>
#include <kern/info.h>
#include <kern/kernel_port.h>

/* Reading and alarms alike are as exact as absolute time. */
#define RESOLUTION_NS 1

struct clock clocks[CLOCK_COUNT];

/* Setting the time of day is one step here and in the comm page. */
static struct mutex set_lock;

void clocks_init(void)
{
    mutex_init(&set_lock, LOCK_CLASS_CALENDAR);
    clocks[CALENDAR_CLOCK].offset = clock_boot_calendar_seconds() * NSEC_PER_SEC;
    for (clock_id_t id = 0; id < CLOCK_COUNT; id++) {
        clocks[id].port = kernel_port_create(IPC_KOBJECT_CLOCK, &clocks[id]);
        clocks[id].control_port = kernel_port_create(IPC_KOBJECT_CLOCK_CONTROL, &clocks[id]);
        if (clocks[id].port == nullptr || clocks[id].control_port == nullptr) {
            panic("no memory for the clocks' ports");
        }
    }
}

static bool clock_has_alarms(const struct clock *clock)
{
    return clock == &clocks[SYSTEM_CLOCK];
}

kern_return_t clock_get_time(clock_serv_t clock_serv, mach_timespec_t *cur_time)
{
    if (clock_serv == nullptr) {
        return KERN_INVALID_ARGUMENT;
    }
    *cur_time = clock_timespec(clock_now() + atomic_load(&clock_serv->offset));
    return KERN_SUCCESS;
}

kern_return_t clock_get_attributes(clock_serv_t clock_serv, clock_flavor_t flavor,
                                   clock_attr_t clock_attr, mach_msg_type_number_t *clock_attrCnt)
{
    static const clock_res_t resolution = RESOLUTION_NS;
    if (clock_serv == nullptr) {
        return KERN_INVALID_ARGUMENT;
    }
    switch (flavor) {
    case CLOCK_GET_TIME_RES: break;
    case CLOCK_ALARM_CURRES:
    case CLOCK_ALARM_MINRES:
    case CLOCK_ALARM_MAXRES:
        if (clock_has_alarms(clock_serv)) {
            break;
        }
        return KERN_INVALID_VALUE;
    default: return KERN_INVALID_VALUE;
    }
    return info_answer(clock_attr, clock_attrCnt, &resolution, sizeof(resolution), KERN_FAILURE);
}

kern_return_t clock_alarm(clock_serv_t clock_serv, alarm_type_t alarm_type,
                          mach_timespec_t alarm_time, ipc_port_t alarm_port)
{
    if (clock_serv == nullptr) {
        return KERN_INVALID_ARGUMENT;
    }
    if (!clock_has_alarms(clock_serv)) {
        return KERN_FAILURE;
    }
    if (!ipc_port_is_valid(alarm_port)) {
        return KERN_INVALID_CAPABILITY;
    }
    if (BAD_ALRMTYPE(alarm_type) || BAD_MACH_TIMESPEC(&alarm_time)) {
        return clock_alarm_set(alarm_port, alarm_type, KERN_INVALID_VALUE, 0);
    }
    uint64_t deadline = alarm_time.tv_sec * NSEC_PER_SEC + (uint64_t)alarm_time.tv_nsec;
    if (alarm_type == TIME_RELATIVE) {
        deadline += clock_now();
    }
    return clock_alarm_set(alarm_port, alarm_type, KERN_SUCCESS, deadline);
}

kern_return_t clock_set_time(clock_ctrl_t clock_ctrl, mach_timespec_t new_time)
{
    if (clock_ctrl == nullptr) {
        return KERN_INVALID_ARGUMENT;
    }
    if (clock_ctrl != &clocks[CALENDAR_CLOCK]) {
        return KERN_FAILURE;
    }
    if (BAD_MACH_TIMESPEC(&new_time)) {
        return KERN_INVALID_VALUE;
    }
    uint64_t time = new_time.tv_sec * NSEC_PER_SEC + (uint64_t)new_time.tv_nsec;
    uint64_t offset = time - clock_now();
    mutex_lock(&set_lock);
    kern_return_t result = comm_page_set_calendar(offset);
    if (result == KERN_SUCCESS) {
        atomic_store(&clock_ctrl->offset, offset);
    }
    mutex_unlock(&set_lock);
    if (result == KERN_SUCCESS) {
        host_notify(HOST_NOTIFY_CALENDAR_CHANGE);
        host_notify(HOST_NOTIFY_CALENDAR_SET);
    }
    return result;
}

kern_return_t clock_set_attributes(clock_ctrl_t clock_ctrl, [[maybe_unused]] clock_flavor_t flavor,
                                   [[maybe_unused]] clock_attr_t clock_attr,
                                   [[maybe_unused]] mach_msg_type_number_t clock_attrCnt)
{
    return clock_ctrl == nullptr ? KERN_INVALID_ARGUMENT : KERN_FAILURE;
}
