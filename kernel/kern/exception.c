/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The thread that ran into the exception does all of this itself, in the kernel, on its way back to
 * user code.  The reply port is made for one exception and dies with it, so that a late answer
 * reaches nobody.  A handler that dies, or drops the reply right, causes a send-once notification
 * there: it counts as "not handled".
 */
#include <kern/exception.h>

#include <mach/message.h>

#include <lib/log.h>
#include <ipc/ipc_kmsg.h>
#include <ipc/ipc_mqueue.h>
#include <kern/kernel_port.h>
#include <kern/task.h>
#include <kern/thread_control.h>

struct exception_ports host_exception_ports = {
    .lock = SPINLOCK_INITIALIZER(LOCK_CLASS_EXCEPTION_PORTS),
};

/* Send KMSG, however full the handler's queue is, and wait for its answer.  Returns: the reply, or
 * null. */
static struct ipc_kmsg *call_handler(struct ipc_kmsg *kmsg, struct ipc_port *reply_port)
{
    struct ipc_kmsg *reply = nullptr;
    ipc_mqueue_post(kmsg);
    if (ipc_mqueue_receive_kernel(reply_port, WAIT_FOREVER, &reply) != MACH_MSG_SUCCESS) {
        return nullptr;
    }
    return reply;
}

/* Let ACTION handle the exception; its right is consumed. */
static kern_return_t deliver(const struct exception_report *report,
                             const struct exception_action *action)
{
    struct ipc_port *reply_port = ipc_port_create_kernel(IPC_KOBJECT_NONE, nullptr);
    struct ipc_kmsg *kmsg =
        reply_port != nullptr ? exception_message_create(report, action) : nullptr;
    if (kmsg == nullptr) {
        send_right_release(action->port);
        kernel_port_destroy(reply_port);
        return KERN_RESOURCE_SHORTAGE;
    }
    mach_msg_id_t request_id = kmsg->header.msgh_id;
    kmsg->destination = action->port;
    kmsg->destination_type = MACH_MSG_TYPE_PORT_SEND;
    kmsg->reply = ipc_port_make_send_once(reply_port);
    kmsg->reply_type = MACH_MSG_TYPE_PORT_SEND_ONCE;

    struct ipc_kmsg *reply = call_handler(kmsg, reply_port);
    kern_return_t result = KERN_ABORTED;
    if (reply != nullptr) {
        result = exception_reply_read(reply, request_id, action);
        ipc_kmsg_destroy(reply);
    }
    kernel_port_destroy(reply_port);
    return result;
}

static kern_return_t deliver_through(const struct exception_report *report,
                                     struct exception_ports *ports)
{
    struct exception_action action;
    if (!exception_ports_lookup(ports, report->exception, &action)) {
        return KERN_FAILURE;
    }
    return deliver(report, &action);
}

static kern_return_t deliver_to_thread(const struct exception_report *report)
{
    struct exception_ports *ports = thread_exception_ports(current_thread());
    if (ports == nullptr) {
        return KERN_FAILURE;
    }
    kern_return_t result = deliver_through(report, ports);
    thread_exception_ports_release(ports);
    return result;
}

/* A thread that was told to end, or to give up what it does, asks no further handlers. */
static bool is_settled(kern_return_t result)
{
    return result == KERN_SUCCESS || result == KERN_ABORTED || thread_is_ending();
}

kern_return_t exception_notify(const struct exception_report *report, bool with_host)
{
    kern_return_t result = deliver_to_thread(report);
    if (!is_settled(result)) {
        result = deliver_through(report, &current_task()->exceptions);
    }
    if (!is_settled(result) && with_host) {
        result = deliver_through(report, &host_exception_ports);
    }
    return is_settled(result) ? result : KERN_FAILURE;
}

void exception_raise(const struct exception_report *report)
{
    if (!is_settled(exception_notify(report, true))) {
        exception_end_task(report);
    }
}

void exception_end_task(const struct exception_report *report)
{
    log_warning("exception %d (%#lx, %#lx) that nobody handles: task terminated", report->exception,
                (uint64_t)report->codes[0], (uint64_t)report->codes[1]);
    interrupts_enable();
    task_terminate_object(current_task());
    interrupts_disable();
}
