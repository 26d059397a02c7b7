/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The two clocks, and the routines of idl/clock.defs.
 */
#include <kern/clock.h>

#include <clock_server.h>

#include <lib/panic.h>
#include <arch/clock_device.h>
#include <ipc/ipc_port.h>
#include <kern/info.h>
#include <kern/kernel_port.h>

/* Reading and alarms alike are as exact as absolute time. */
#define RESOLUTION_NS 1

struct clock clocks[CLOCK_COUNT];

void clocks_init(void)
{
    clocks[CALENDAR_CLOCK].offset = clock_boot_calendar_seconds() * NSEC_PER_SEC;
    for (clock_id_t id = 0; id < CLOCK_COUNT; id++) {
        clocks[id].port = kernel_port_create(IPC_KOBJECT_CLOCK, &clocks[id]);
        if (clocks[id].port == nullptr) {
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
    *cur_time = clock_timespec(clock_now() + clock_serv->offset);
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
