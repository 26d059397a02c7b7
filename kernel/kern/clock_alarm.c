/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The message of a clock's alarm.
 */
#include <kern/clock.h>

#include <mach/ndr.h>

#include <arch/clock_device.h>
#include <arch/cpu.h>
#include <ipc/ipc_kmsg.h>
#include <ipc/ipc_mqueue.h>
#include <kern/alarm.h>

/* The message of idl/clock_reply.defs. */
#define CLOCK_ALARM_REPLY_ID 3125107

struct alarm_message {
    mach_msg_header_t header;
    NDR_record_t ndr;
    kern_return_t code;
    alarm_type_t type;
    mach_timespec_t time;
};
static_assert(sizeof(struct alarm_message) == 48);

/* The message to PORT, whose send-once right it owns.  Returns: null without memory. */
static struct ipc_kmsg *message_create(struct ipc_port *port, alarm_type_t type,
                                       kern_return_t result)
{
    struct ipc_kmsg *kmsg = ipc_kmsg_alloc(sizeof(struct alarm_message));
    if (kmsg == nullptr) {
        return nullptr;
    }
    kmsg->destination = port;
    kmsg->destination_type = MACH_MSG_TYPE_PORT_SEND_ONCE;
    *(struct alarm_message *)&kmsg->header = (struct alarm_message){
        .header = { .msgh_size = sizeof(struct alarm_message), .msgh_id = CLOCK_ALARM_REPLY_ID },
        .ndr = NDR_RECORD_VALUE,
        .code = result,
        .type = type,
    };
    return kmsg;
}

static void message_complete(struct ipc_kmsg *kmsg)
{
    ((struct alarm_message *)&kmsg->header)->time = clock_timespec(clock_now());
}

/* Let MESSAGE be sent to PORT at DEADLINE; on success it is consumed. */
static kern_return_t message_delay(struct ipc_kmsg *message, struct ipc_port *port,
                                   uint64_t deadline)
{
    struct alarm *alarm = alarm_create(message, message_complete);
    if (alarm == nullptr) {
        return KERN_RESOURCE_SHORTAGE;
    }
    ipc_port_lock(port);
    bool is_alive = port->object.is_active;
    if (is_alive) {
        alarm_set(alarm, port, nullptr, deadline, 0);
    }
    ipc_port_unlock(port);
    if (!is_alive) {
        alarm_destroy(alarm);
    }
    return KERN_SUCCESS;
}

static kern_return_t message_schedule(struct ipc_port *port, alarm_type_t type,
                                      kern_return_t result, uint64_t deadline)
{
    struct ipc_kmsg *message = message_create(port, type, result);
    if (message == nullptr) {
        return KERN_RESOURCE_SHORTAGE;
    }
    if (deadline <= clock_now()) {
        message_complete(message);
        ipc_mqueue_post(message);
        return KERN_SUCCESS;
    }
    if (message_delay(message, port, deadline) != KERN_SUCCESS) {
        message->destination = nullptr;
        ipc_kmsg_free(message);
        return KERN_RESOURCE_SHORTAGE;
    }
    return KERN_SUCCESS;
}

kern_return_t clock_alarm_set(struct ipc_port *port, alarm_type_t type, kern_return_t result,
                              uint64_t deadline)
{
    interrupt_state_t state = interrupts_save();
    kern_return_t outcome = message_schedule(port, type, result, deadline);
    interrupts_restore(state);
    return outcome;
}
