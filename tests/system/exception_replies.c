/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Answers to exceptions that are none. Whatever a handler sends, wrong in one place only, the next
 * handler is asked as if the first had refused, the thread's registers stay as they were, and what
 * came with the answer is gone.
 */
#include <stddef.h>
#include <string.h>

#include "exception_handler.h"
#include "faults.h"
#include "systest.h"
#include "systest_msg.h"
#include "systest_task.h"

#define BY_MESSAGE LONG_CODES(EXCEPTION_DEFAULT)
#define BY_STATE   LONG_CODES(EXCEPTION_STATE)

/* How an answer differs from a good one; what is 0 does not. */
struct damage {
    const char *name;
    int id;   /* added to what it should be, as are size and count */
    int size; /* bytes of the message */
    int count;
    mach_msg_bits_t bits;
    kern_return_t result;
    thread_state_flavor_t flavor;
    uint64_t rip; /* else the thread recovers */
};

static union {
    mig_reply_error_t error;
    __Reply__mach_exception_raise_state_t state;
    uint8_t room[4096];
} reply;

/* The exception received, of RAISE_STATE_ID. */
static const __Request__mach_exception_raise_state_t *registers_sent(void)
{
    return &caught.request.Request_catch_mach_exception_raise_state;
}

/* Append the registers of the request to the reply, changed by DAMAGE. Returns: its size. */
static mach_msg_size_t append_registers(const struct damage *damage)
{
    x86_thread_state64_t registers;
    EXPECT_EQ(registers_sent()->flavor, x86_THREAD_STATE64);
    EXPECT_EQ(registers_sent()->old_stateCnt, x86_THREAD_STATE64_COUNT);
    memcpy(&registers, registers_sent()->old_state, sizeof(registers));
    make_recover(&registers);
    if (damage->rip != 0) {
        registers.__rip = damage->rip;
    }
    memcpy(reply.state.new_state, &registers, sizeof(registers));
    reply.state.flavor = damage->flavor != 0 ? damage->flavor : x86_THREAD_STATE64;
    reply.state.new_stateCnt = x86_THREAD_STATE64_COUNT + (mach_msg_type_number_t)damage->count;
    return offsetof(__Reply__mach_exception_raise_state_t, new_state) + sizeof(registers);
}

/* Answer the exception received, with all but DAMAGE right. */
static void answer_with(const struct damage *damage)
{
    memset(&reply, 0, sizeof(reply));
    mach_msg_size_t size = sizeof(reply.error);
    if (caught.header.msgh_id == RAISE_STATE_ID) {
        size = append_registers(damage);
    }
    reply.error.Head = (mach_msg_header_t){
        .msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_MOVE_SEND_ONCE, 0) | damage->bits,
        .msgh_remote_port = caught.header.msgh_remote_port,
        .msgh_id = caught.header.msgh_id + REPLY_OFFSET + damage->id,
    };
    reply.error.NDR = NDR_record;
    reply.error.RetCode = damage->result;
    size += (mach_msg_size_t)damage->size;
    if (EXPECT_OK(mach_msg(&reply.error.Head, MACH_SEND_MSG, size, 0, 0, 0, 0))) {
        caught.header.msgh_remote_port = MACH_PORT_NULL;
    }
    mach_msg_destroy(&caught.header);
}

/* A helper whose one thread has run into an exception: of two handlers, the first is asked. */
struct faulter {
    struct helper helper;
    struct worker worker;
    mach_port_t first;  /* the thread's */
    mach_port_t second; /* the task's */
};

static bool faulter_create(struct faulter *faulter, exception_behavior_t behavior)
{
    recovered = 0;
    if (!helper_create(&faulter->helper)) {
        return false;
    }
    faulter->first = port_create_with_send();
    faulter->second = port_create_with_send();
    EXPECT(worker_create(&faulter->worker, faulter->helper.task, fault_illegal, NULL));
    EXPECT_OK(thread_set_exception_ports(faulter->worker.thread, EXC_MASK_ALL, faulter->first,
                                         behavior, x86_THREAD_STATE64));
    EXPECT_OK(task_set_exception_ports(faulter->helper.task, EXC_MASK_ALL, faulter->second,
                                       BY_STATE, x86_THREAD_STATE64));
    EXPECT_OK(thread_resume(faulter->worker.thread));
    return true;
}

/* The thread has been sent to recover(), or has ended. */
static void faulter_destroy(struct faulter *faulter)
{
    worker_join(&faulter->worker);
    helper_destroy(&faulter->helper);
    port_destroy_with_send(faulter->first);
    port_destroy_with_send(faulter->second);
}

static const struct damage no_damage;

/* The thread's handler, by BEHAVIOR, answers with DAMAGE: the task's has to be asked, which lets the
 * thread recover. */
static bool second_is_asked(struct faulter *faulter, const struct damage *damage,
                            exception_behavior_t behavior)
{
    bool has_state = behavior == BY_STATE;
    natural_t registers[x86_THREAD_STATE64_COUNT];
    if (!receive_exception(faulter->first, has_state ? RAISE_STATE_ID : RAISE_ID)) {
        return false;
    }
    memcpy(registers, registers_sent()->old_state, sizeof(registers));
    answer_with(damage);
    if (!receive_exception(faulter->second, RAISE_STATE_ID)) {
        return false;
    }
    bool is_same = memcmp(registers, registers_sent()->old_state, sizeof(registers)) == 0;
    answer_with(&no_damage);
    return EXPECT(is_same || !has_state);
}

static void check_damage(const struct damage *damage, exception_behavior_t behavior)
{
    struct faulter faulter;
    if (faulter_create(&faulter, behavior)) {
        bool is_good = second_is_asked(&faulter, damage, behavior);
        faulter_destroy(&faulter);
        if (!EXPECT_EQ(recovered, 1) || !is_good) {
            systest_print("# this was %s\n", damage->name);
        }
    }
}

CASE(a_damaged_answer_is_a_refusal)
{
    static const struct damage damages[] = {
        { "the request's id", .id = -REPLY_OFFSET },
        { "the id of the next routine", .id = 1 },
        { "the id of another interface", .id = -4 },
        { "the id of a notification", .id = MACH_NOTIFY_DEAD_NAME - RAISE_ID - REPLY_OFFSET },
        { "a header only",
          .size = (int)sizeof(mach_msg_header_t) - (int)sizeof(mig_reply_error_t) },
        { "no result", .size = -(int)sizeof(kern_return_t) },
        { "a word too much", .size = sizeof(natural_t) },
        { "a kilobyte too much", .size = 1024 },
        { "a refusal", .result = KERN_FAILURE },
        { "the result of what was broken off", .result = KERN_ABORTED },
        { "a result of mig's", .result = MIG_NO_REPLY },
        { "a result that is none", .result = INT32_MIN },
        { "a complex message", .bits = MACH_MSGH_BITS_COMPLEX },
    };
    for (uint32_t i = 0; i < sizeof(damages) / sizeof(damages[0]); i++) {
        check_damage(&damages[i], BY_MESSAGE);
    }
}

CASE(damaged_registers_are_a_refusal)
{
    enum {
        WORD = sizeof(natural_t),
        WORDS = x86_THREAD_STATE64_COUNT,
        DESCRIPTION =
            offsetof(__Reply__mach_exception_raise_state_t, new_state) - sizeof(mig_reply_error_t),
    };
    static const struct damage damages[] = {
        { "the id of another routine", .id = 1 },
        { "no registers and no count", .size = -WORDS * WORD - DESCRIPTION },
        { "no registers", .size = -WORDS * WORD },
        { "a word too little", .size = -WORD },
        { "a word too much", .size = WORD },
        { "a count too small", .count = -1 },
        { "a smaller count, and size", .count = -1, .size = -WORD },
        { "no words", .count = -WORDS, .size = -WORDS * WORD },
        { "a count too great", .count = 1 },
        { "more words than any state has", .count = THREAD_STATE_MAX },
        { "as many words as there are numbers", .count = -WORDS - 1 },
        { "a refusal", .result = KERN_FAILURE },
        { "the result of what was broken off", .result = KERN_ABORTED },
        { "a flavor that is none", .flavor = 12345 },
        { "a flavor of another size", .flavor = x86_FLOAT_STATE64 },
        { "a kernel address", .rip = UINT64_C(0xffffffff80000000) },
        { "an address that is none", .rip = UINT64_C(0x0000800000000000) },
        { "a complex message", .bits = MACH_MSGH_BITS_COMPLEX },
    };
    for (uint32_t i = 0; i < sizeof(damages) / sizeof(damages[0]); i++) {
        check_damage(&damages[i], BY_STATE);
    }
}

/* Send a reply to the exception received that carries RIGHT and a page. */
static void answer_with_gifts(mach_port_t right)
{
    vm_address_t page = 0;
    EXPECT_OK(vm_allocate(mach_task_self(), &page, vm_page_size, VM_FLAGS_ANYWHERE));
    struct {
        mach_msg_header_t header;
        mach_msg_body_t body;
        mach_msg_port_descriptor_t right;
        mach_msg_ool_descriptor_t memory;
    } gifts = {
        .header = {
            .msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_MOVE_SEND_ONCE, 0) | MACH_MSGH_BITS_COMPLEX,
            .msgh_remote_port = caught.header.msgh_remote_port,
            .msgh_id = caught.header.msgh_id + REPLY_OFFSET,
        },
        .body = { .msgh_descriptor_count = 2 },
        .right = { .name = right,
                   .disposition = MACH_MSG_TYPE_MAKE_SEND,
                   .type = MACH_MSG_PORT_DESCRIPTOR },
        .memory = { .address = (void *)page,
                    .size = (mach_msg_size_t)vm_page_size,
                    .deallocate = TRUE,
                    .copy = MACH_MSG_VIRTUAL_COPY,
                    .type = MACH_MSG_OOL_DESCRIPTOR },
    };
    EXPECT_OK(mach_msg(&gifts.header, MACH_SEND_MSG, sizeof(gifts), 0, 0, 0, 0));
    caught.header.msgh_remote_port = MACH_PORT_NULL;
    mach_msg_destroy(&caught.header);
}

CASE(what_comes_with_a_damaged_answer_is_gone)
{
    struct faulter faulter;
    mach_port_t gift = port_create();
    if (faulter_create(&faulter, BY_MESSAGE)) {
        mach_port_status_t status;
        mach_msg_type_number_t count = MACH_PORT_RECEIVE_STATUS_COUNT;
        EXPECT(receive_exception(faulter.first, RAISE_ID));
        answer_with_gifts(gift);
        EXPECT(receive_exception(faulter.second, RAISE_STATE_ID));
        EXPECT_OK(mach_port_get_attributes(mach_task_self(), gift, MACH_PORT_RECEIVE_STATUS,
                                           (mach_port_info_t)&status, &count));
        EXPECT_EQ(status.mps_srights, FALSE);
        answer_with(&no_damage);
        faulter_destroy(&faulter);
    }
    port_destroy(gift);
}

/* Both handlers answer with damage: the process server, asked last, ends the task. */
static void end_by_damage(void)
{
    static const struct damage damage = { "the next id", .id = 1 };
    struct faulter faulter;
    if (faulter_create(&faulter, BY_STATE)) {
        EXPECT(receive_exception(faulter.first, RAISE_STATE_ID));
        answer_with(&damage);
        EXPECT(receive_exception(faulter.second, RAISE_STATE_ID));
        answer_with(&damage);
        (void)wait_dead(faulter.helper.task);
        faulter_destroy(&faulter);
    }
}

/* Each of the process server's threads that reports a crash makes a reply port for its first. */
void systest_prepare(void)
{
    end_by_damage();
    end_by_damage();
}

CASE(damaged_answers_of_all_end_the_task)
{
    end_by_damage();
}
