/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The messages of exc.defs and mach_exc.defs, written by hand: what they carry is known only when
 * they are sent, and the sender must not allocate a thread state on its stack.
 */
#include <kern/exception.h>

#include <mach/message.h>
#include <mach/mig_errors.h>
#include <mach/ndr.h>
#include <mach/thread_status.h>

#include <lib/string.h>
#include <arch/context.h>
#include <ipc/ipc_kmsg.h>
#include <kern/kernel_port.h>
#include <kern/task.h>
#include <kern/thread_control.h>

/* First ids of exc.defs and mach_exc.defs; routines in the order of the behaviors, which count from
 * 1, but that there is one more before the last. */
#define EXC_BASE                 2401
#define MACH_EXC_BASE            2405
#define MACH_EXC_STATE_PROTECTED 2410
#define REPLY_OFFSET             100

/* A reply with registers: then come the words of the state. */
#pragma pack(push, 4)
struct state_reply {
    mig_reply_error_t error;
    thread_state_flavor_t flavor;
    mach_msg_type_number_t state_count;
    natural_t state[];
};
#pragma pack(pop)

static bool action_has_long_codes(const struct exception_action *action)
{
    return ((unsigned int)action->behavior & MACH_EXCEPTION_CODES) != 0;
}

/* Append SIZE bytes to the message of KMSG, which has room. */
static void append(struct ipc_kmsg *kmsg, const void *bytes, uint32_t size)
{
    memcpy((char *)&kmsg->header + kmsg->header.msgh_size, bytes, size);
    kmsg->header.msgh_size += size;
}

static void append_right(struct ipc_kmsg *kmsg, struct ipc_port *right)
{
    ipc_port_descriptor_t descriptor = {
        .name = right,
        .disposition = MACH_MSG_TYPE_PORT_SEND,
        .type = MACH_MSG_PORT_DESCRIPTOR,
    };
    append(kmsg, &descriptor, sizeof(descriptor));
}

/* Begin the part of the message that is COUNT rights. */
static void append_body(struct ipc_kmsg *kmsg, mach_msg_size_t count)
{
    mach_msg_body_t body = { .msgh_descriptor_count = count };
    kmsg->header.msgh_bits |= MACH_MSGH_BITS_COMPLEX;
    append(kmsg, &body, sizeof(body));
}

/* Append what tells KIND of thread and task before NDR: rights, a token, or nothing. */
static kern_return_t append_identity(struct ipc_kmsg *kmsg, exception_behavior_t kind)
{
    struct ipc_port *token;
    kern_return_t result = KERN_SUCCESS;
    if (exception_behavior_is_protected(kind)) {
        interrupts_enable(); /* the thread is on its way to user code, and holds nothing */
        result = task_make_send_of_kind(current_task(), IPC_KOBJECT_TASK_TOKEN, &token);
        interrupts_disable();
        if (result == KERN_SUCCESS) {
            append_body(kmsg, 1);
            append_right(kmsg, token);
        }
    } else if (kind != EXCEPTION_STATE) {
        append_body(kmsg, 2);
        append_right(kmsg, thread_make_send(current_thread()));
        append_right(kmsg, task_make_send(current_task()));
    }
    return result;
}

static mach_msg_id_t message_id(const struct exception_action *action)
{
    exception_behavior_t kind = exception_behavior_kind(action->behavior);
    if (kind == EXCEPTION_STATE_IDENTITY_PROTECTED) {
        return MACH_EXC_STATE_PROTECTED;
    }
    return (action_has_long_codes(action) ? MACH_EXC_BASE : EXC_BASE) + kind - EXCEPTION_DEFAULT;
}

static void append_codes(struct ipc_kmsg *kmsg, const struct exception_report *report,
                         bool has_long_codes)
{
    mach_msg_type_number_t count = EXCEPTION_CODE_MAX;
    append(kmsg, &report->exception, sizeof(report->exception));
    append(kmsg, &count, sizeof(count));
    for (uint32_t i = 0; i < count; i++) {
        exception_data_type_t code = (exception_data_type_t)report->codes[i];
        if (has_long_codes) {
            append(kmsg, &report->codes[i], sizeof(report->codes[i]));
        } else {
            append(kmsg, &code, sizeof(code));
        }
    }
}

/* Registers go straight into the message. */
static kern_return_t append_state(struct ipc_kmsg *kmsg, thread_state_flavor_t flavor)
{
    mach_msg_type_number_t count = THREAD_STATE_MAX;
    append(kmsg, &flavor, sizeof(flavor));
    mach_msg_type_number_t *sent_count = (void *)((char *)&kmsg->header + kmsg->header.msgh_size);
    kern_return_t result =
        context_get_state(&current_thread()->context, flavor, sent_count + 1, &count);
    if (result == KERN_SUCCESS) {
        *sent_count = count;
        kmsg->header.msgh_size += (mach_msg_size_t)((1 + count) * sizeof(natural_t));
    }
    return result;
}

static uint32_t message_capacity(exception_behavior_t behavior)
{
    uint32_t size = sizeof(mach_msg_base_t) + 2 * sizeof(ipc_port_descriptor_t) +
                    sizeof(NDR_record_t) + sizeof(uint64_t) + sizeof(exception_type_t) +
                    sizeof(mach_msg_type_number_t) +
                    EXCEPTION_CODE_MAX * sizeof(mach_exception_data_type_t);
    if (exception_behavior_has_state(behavior)) {
        size += sizeof(thread_state_flavor_t) + sizeof(mach_msg_type_number_t) +
                THREAD_STATE_MAX * sizeof(natural_t);
    }
    return size;
}

struct ipc_kmsg *exception_message_create(const struct exception_report *report,
                                          const struct exception_action *action)
{
    exception_behavior_t behavior = exception_behavior_kind(action->behavior);
    struct ipc_kmsg *kmsg = ipc_kmsg_alloc(message_capacity(behavior));
    if (kmsg == nullptr) {
        return nullptr;
    }
    kmsg->header = (mach_msg_header_t){
        .msgh_size = sizeof(mach_msg_header_t),
        .msgh_id = message_id(action),
    };
    if (append_identity(kmsg, behavior) != KERN_SUCCESS) {
        ipc_kmsg_destroy(kmsg);
        return nullptr;
    }
    append(kmsg, &NDR_record, sizeof(NDR_record));
    if (exception_behavior_is_protected(behavior)) {
        append(kmsg, &current_thread()->id, sizeof(current_thread()->id));
    }
    append_codes(kmsg, report, action_has_long_codes(action));
    if (exception_behavior_has_state(behavior) &&
        append_state(kmsg, action->flavor) != KERN_SUCCESS) {
        ipc_kmsg_destroy(kmsg);
        return nullptr;
    }
    return kmsg;
}

/* Take over the registers in REPLY, if it has exactly the size of a reply with as many. */
static kern_return_t reply_set_state(const struct ipc_kmsg *reply)
{
    const struct state_reply *state = (const struct state_reply *)&reply->header;
    mach_msg_size_t size = reply->header.msgh_size;
    if (size < sizeof(*state) || state->state_count > THREAD_STATE_MAX ||
        size != sizeof(*state) + state->state_count * sizeof(natural_t)) {
        return MIG_TYPE_ERROR;
    }
    return context_set_state(&current_thread()->context, state->flavor, state->state,
                             state->state_count);
}

kern_return_t exception_reply_read(const struct ipc_kmsg *reply, mach_msg_id_t request_id,
                                   const struct exception_action *action)
{
    const mig_reply_error_t *error = (const mig_reply_error_t *)&reply->header;
    if (reply->header.msgh_id != request_id + REPLY_OFFSET) {
        return MIG_SERVER_DIED; /* a send-once notification: nobody will answer any more */
    }
    if (MACH_MSGH_BITS_IS_COMPLEX(reply->header.msgh_bits) ||
        reply->header.msgh_size < sizeof(*error)) {
        return MIG_TYPE_ERROR;
    }
    if (error->RetCode != KERN_SUCCESS) {
        return KERN_FAILURE; /* not his own code: some mean that the thread was told to give up */
    }
    if (exception_behavior_has_state(action->behavior)) {
        return reply_set_state(reply);
    }
    return reply->header.msgh_size == sizeof(*error) ? KERN_SUCCESS : MIG_TYPE_ERROR;
}
