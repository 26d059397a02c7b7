/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Timers that send a message: a receive right, in the caller's own task, which an mk_timer_expire_msg
 * with id 0 comes to when the time has come. Times are ticks of mach_absolute_time(). A timer ends
 * with its port, and goes where the receive right goes.
 */
#pragma once

#include <stdint.h>

#include <mach/abi.h>
#include <mach/mach_time.h>
#include <mach/mach_types.h>

/* Flags of mk_timer_arm_leeway(). */
#define MK_TIMER_NORMAL   0
#define MK_TIMER_CRITICAL 1

#pragma pack(push, 4)

struct mk_timer_expire_msg {
    mach_msg_header_t header;
    uint64_t unused[3];
};

#pragma pack(pop)

typedef struct mk_timer_expire_msg mk_timer_expire_msg_t;
MACH_ABI_SIZE(mk_timer_expire_msg_t, 48);

MACH_BEGIN_DECLS

/* A new timer: its receive right; MACH_PORT_NULL without memory. */
mach_port_name_t mk_timer_create(void);

/*
 * Destroy a timer and its port.
 * Returns, as the other calls: KERN_SUCCESS; KERN_INVALID_NAME; KERN_INVALID_RIGHT, NAME is no
 * receive right; KERN_INVALID_ARGUMENT, it is not a timer's.
 */
kern_return_t mk_timer_destroy(mach_port_name_t name);

/* Arm a timer for EXPIRE_TIME instead of what it was armed for; a time that has passed expires at
 * once. Also returns: KERN_RESOURCE_SHORTAGE. */
kern_return_t mk_timer_arm(mach_port_name_t name, uint64_t expire_time);

/* The same; it may expire up to MK_TIMER_LEEWAY ticks later, to share an interrupt. The flags are
 * hints, which nothing depends on. */
kern_return_t mk_timer_arm_leeway(mach_port_name_t name, uint64_t mk_timer_flags,
                                  uint64_t mk_timer_expire_time, uint64_t mk_timer_leeway);

/* Disarm a timer. *RESULT_TIME, unless the pointer is null, becomes what it was armed for, 0 if it was
 * not. Also returns: KERN_FAILURE, that cannot be written. */
kern_return_t mk_timer_cancel(mach_port_name_t name, uint64_t *result_time);

MACH_END_DECLS
