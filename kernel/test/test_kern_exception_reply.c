/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What handlers of exceptions answer: each answer that is not one is noticed, whatever its length
 * says.
 */
#include <test/ktest.h>

#include <mach/mig_errors.h>
#include <mach/thread_status.h>

#include <arch/cpu.h>
#include <ipc/ipc_kmsg.h>
#include <kern/exception.h>
#include <kern/kernel_port.h>

#define REQUEST_ID 2402

/* The beginning of a reply with registers (exc.defs). */
#pragma pack(push, 4)
struct state_reply {
    mig_reply_error_t error;
    thread_state_flavor_t flavor;
    mach_msg_type_number_t count;
};
#pragma pack(pop)

struct reply {
    mach_msg_id_t id;
    mach_msg_bits_t bits;
    mach_msg_size_t size;
    kern_return_t code;
    thread_state_flavor_t flavor;
    mach_msg_type_number_t count;
};

/* How REPLY is understood by a thread whose handler has BEHAVIOR. */
static kern_return_t understood(const struct reply *reply, exception_behavior_t behavior)
{
    struct exception_action action = { .behavior = behavior, .flavor = x86_THREAD_STATE64 };
    interrupts_disable();
    struct ipc_kmsg *kmsg = ipc_kmsg_alloc(IPC_KMSG_INLINE);
    struct state_reply *message = (struct state_reply *)&kmsg->header;
    *message = (struct state_reply){
        .error = { .Head = { .msgh_bits = reply->bits,
                             .msgh_size = reply->size,
                             .msgh_id = reply->id },
                   .RetCode = reply->code },
        .flavor = reply->flavor,
        .count = reply->count,
    };
    kern_return_t result = exception_reply_read(kmsg, REQUEST_ID, &action);
    ipc_kmsg_free(kmsg);
    interrupts_enable();
    return result;
}

KTEST(kern_exception_reply_is_checked)
{
    const mach_msg_size_t plain = sizeof(mig_reply_error_t);
    const mach_msg_size_t with_state = sizeof(struct state_reply);
    const mach_msg_id_t id = REQUEST_ID + 100;
    const struct {
        exception_behavior_t behavior;
        struct reply reply;
        kern_return_t result;
    } cases[] = {
        { EXCEPTION_DEFAULT, { .id = id, .size = plain }, KERN_SUCCESS },
        { EXCEPTION_DEFAULT, { .id = id, .size = plain, .code = KERN_FAILURE }, KERN_FAILURE },
        { EXCEPTION_DEFAULT, { .id = id, .size = plain, .code = KERN_ABORTED }, KERN_FAILURE },
        { EXCEPTION_DEFAULT, { .id = id + 1, .size = plain }, MIG_SERVER_DIED },
        { EXCEPTION_DEFAULT, { .id = id, .size = plain - 4 }, MIG_TYPE_ERROR },
        { EXCEPTION_DEFAULT, { .id = id, .size = plain + 4 }, MIG_TYPE_ERROR },
        { EXCEPTION_DEFAULT,
          { .id = id, .size = plain, .bits = MACH_MSGH_BITS_COMPLEX },
          MIG_TYPE_ERROR },
        { EXCEPTION_STATE, { .id = id, .size = plain, .code = KERN_FAILURE }, KERN_FAILURE },
        { EXCEPTION_STATE, { .id = id, .size = plain }, MIG_TYPE_ERROR },
        { EXCEPTION_STATE,
          { .id = id,
            .size = with_state,
            .flavor = x86_THREAD_STATE64,
            .count = x86_THREAD_STATE64_COUNT },
          MIG_TYPE_ERROR },
        { EXCEPTION_STATE,
          { .id = id,
            .size = 8 * THREAD_STATE_MAX,
            .flavor = x86_THREAD_STATE64,
            .count = THREAD_STATE_MAX + 1 },
          MIG_TYPE_ERROR },
        { EXCEPTION_STATE,
          { .id = id, .size = with_state + 4, .flavor = x86_THREAD_STATE64 },
          MIG_TYPE_ERROR },
        { EXCEPTION_STATE_IDENTITY,
          { .id = id, .size = with_state, .flavor = x86_THREAD_STATE64 },
          KERN_INVALID_ARGUMENT },
    };
    for (uint32_t i = 0; i < ARRAY_SIZE(cases); i++) {
        EXPECT_EQ(understood(&cases[i].reply, cases[i].behavior), cases[i].result);
    }
}
