/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Each routine of the kernel, called on each kind of port that is not its own: it has to say so, and
 * change nothing. Which routines there are, and what their requests look like, comes from the tables by
 * which messages are described, so a new routine is tried without anybody adding it here.
 */
#include <mach/clock_types.h>
#include <mach/host_priv.h>
#include <mach/processor.h>

#include <mach_msg_describe.h>
#include <string.h>

#include "systest.h"
#include "systest_msg.h"
#include "systest_task.h"

#define OWN_MAX        4
#define REPLY_MS       20000
#define ID_OFFSET      100
#define SUBSYSTEM      100 /* ids of one interface */
#define ROUTINES_LEAST 150
#define OPTIONS_SIZE   sizeof(mach_port_options_t)

/* Those of processor_set.defs that are MIG_BAD_ID, as on Darwin. */
#define ROUTINES_UNKNOWN 6

/* A kind of kernel port, and the first ids of the interfaces that work on it. */
struct kind {
    const char *name;
    mach_port_t (*make)(void);
    void (*end)(mach_port_t port);
    mach_msg_id_t own[OWN_MAX];
    mach_port_t port;
    const mach_msg_id_t *allowed; /* routines of other interfaces that work on it too, then 0 */
};

static void release(mach_port_t port)
{
    EXPECT_OK(mach_port_deallocate(mach_task_self(), port));
}

static void keep(mach_port_t port)
{
    (void)port;
}

static mach_port_t make_task(void)
{
    struct helper helper;
    return helper_create(&helper) ? helper.task : MACH_PORT_NULL;
}

static void end_task(mach_port_t task)
{
    struct helper helper = { .task = task };
    helper_destroy(&helper);
}

static mach_port_t make_thread(void)
{
    thread_act_t thread;
    EXPECT_OK(thread_create(mach_task_self(), &thread));
    return thread;
}

static void end_thread(mach_port_t thread)
{
    EXPECT_OK(thread_terminate(thread)); /* takes the right along */
}

static mach_port_t special_host_port(int which)
{
    mach_port_t port = MACH_PORT_NULL;
    EXPECT_OK(host_get_special_port(systest_host_priv(), HOST_LOCAL_NODE, which, &port));
    return port;
}

static mach_port_t make_security(void)
{
    return special_host_port(HOST_SECURITY_PORT);
}

static mach_port_t make_device_master(void)
{
    return special_host_port(HOST_IO_MAIN_PORT);
}

static mach_port_t make_processor(void)
{
    processor_array_t processors;
    mach_msg_type_number_t count;
    EXPECT_OK(host_processors(systest_host_priv(), &processors, &count));
    mach_port_t first = processors[0];
    for (mach_msg_type_number_t i = 1; i < count; i++) {
        release(processors[i]);
    }
    EXPECT_OK(
        vm_deallocate(mach_task_self(), (vm_address_t)processors, count * sizeof(processors[0])));
    return first;
}

static mach_port_t make_set_name(void)
{
    mach_port_t host = mach_host_self(), set = MACH_PORT_NULL;
    EXPECT_OK(processor_set_default(host, &set));
    release(host);
    return set;
}

static mach_port_t make_set_control(void)
{
    mach_port_t name = make_set_name(), control = MACH_PORT_NULL;
    EXPECT_OK(host_processor_set_priv(systest_host_priv(), name, &control));
    release(name);
    return control;
}

static mach_port_t make_clock(void)
{
    return systest_clock(CALENDAR_CLOCK);
}

static mach_port_t make_clock_control(void)
{
    mach_port_t control = MACH_PORT_NULL;
    EXPECT_OK(host_get_clock_control(systest_host_priv(), CALENDAR_CLOCK, &control));
    return control;
}

static mach_port_t make_semaphore(void)
{
    semaphore_t semaphore = SEMAPHORE_NULL;
    EXPECT_OK(semaphore_create(mach_task_self(), &semaphore, SYNC_POLICY_FIFO, 1));
    return semaphore;
}

static void end_semaphore(mach_port_t semaphore)
{
    EXPECT_OK(semaphore_destroy(mach_task_self(), semaphore));
}

static mach_port_t make_memory_entry(void)
{
    static char page[4096];
    mach_port_t entry = MACH_PORT_NULL;
    memory_object_size_t size = sizeof(page);
    EXPECT_OK(mach_make_memory_entry_64(mach_task_self(), &size, (memory_object_offset_t)page,
                                        VM_PROT_READ, &entry, MACH_PORT_NULL));
    return entry;
}

/* What works on the ports of a task and of a thread that allow less than control: by name what may be
 * known of any task, to inspect it also its figures, to read it also what it has. */
#define NAME_ALLOWS    3405, 3455
#define INSPECT_ALLOWS NAME_ALLOWS, 3402, 3409, 3452, 3235
#define SPACE_ALLOWS   3211, 3217, 3223, 3225, 3228, 3230, 3239, 3241
#define MEMORY_ALLOWS \
    4804, 4805, 4808, 4814, 4815, 4816, 3800, 3805, 3806, 3809, 3817, 3821, 3822, 3824
static const mach_msg_id_t name_allows[] = { NAME_ALLOWS, 0 };
static const mach_msg_id_t inspect_allows[] = { INSPECT_ALLOWS, 0 };
static const mach_msg_id_t read_allows[] = { INSPECT_ALLOWS, SPACE_ALLOWS, MEMORY_ALLOWS,
                                             3407,           3408,         0 };
#define THREAD_INSPECT_ALLOWS 3610, 3612, 3618
static const mach_msg_id_t thread_inspect_allows[] = { THREAD_INSPECT_ALLOWS, 0 };
static const mach_msg_id_t thread_read_allows[] = {
    THREAD_INSPECT_ALLOWS, 3601, 3603, 3605, 3606, 0
};
static const mach_msg_id_t token_allows[] = { 3458, 0 };

static mach_port_t make_task_name(void);
static mach_port_t make_task_inspect(void);
static mach_port_t make_task_read(void);
static mach_port_t make_task_token(void);
static mach_port_t make_thread_inspect(void);
static mach_port_t make_thread_read(void);

static struct kind kinds[] = {
    { "task", make_task, end_task, { 3200, 3400, 3800, 4800 }, 0, NULL },
    { "thread", make_thread, end_thread, { 3600 }, 0, NULL },
    { "host", mach_host_self, release, { 200 }, 0, NULL },
    { "privileged host", systest_host_priv, keep, { 200, 400, 901000 }, 0, NULL },
    { "host security", make_security, release, { 600 }, 0, NULL },
    { "processor", make_processor, release, { 3000 }, 0, NULL },
    { "processor set", make_set_name, release, { 4000 }, 0, NULL },
    { "control of a processor set", make_set_control, release, { 4000 }, 0, NULL },
    { "clock", make_clock, release, { 1000 }, 0, NULL },
    { "control of a clock", make_clock_control, release, { 1200 }, 0, NULL },
    { "semaphore", make_semaphore, end_semaphore, { 617200 }, 0, NULL },
    { "memory entry", make_memory_entry, release, { 0 }, 0, NULL },
    { "device master", make_device_master, release, { 902000 }, 0, NULL },
    { "task's name", make_task_name, release, { 0 }, 0, name_allows },
    { "task to inspect", make_task_inspect, release, { 0 }, 0, inspect_allows },
    { "task to read", make_task_read, release, { 0 }, 0, read_allows },
    { "task's token", make_task_token, release, { 0 }, 0, token_allows },
    { "thread to inspect", make_thread_inspect, release, { 0 }, 0, thread_inspect_allows },
    { "thread to read", make_thread_read, release, { 0 }, 0, thread_read_allows },
};

#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

/* The special port WHICH of the task, or the thread, of the first two kinds. */
static mach_port_t special_task_port(int which)
{
    mach_port_t port = MACH_PORT_NULL;
    EXPECT_OK(task_get_special_port(kinds[0].port, which, &port));
    return port;
}

static mach_port_t special_thread_port(int which)
{
    mach_port_t port = MACH_PORT_NULL;
    EXPECT_OK(thread_get_special_port(kinds[1].port, which, &port));
    return port;
}

static mach_port_t make_task_name(void)
{
    return special_task_port(TASK_NAME_PORT);
}

static mach_port_t make_task_inspect(void)
{
    return special_task_port(TASK_INSPECT_PORT);
}

static mach_port_t make_task_read(void)
{
    return special_task_port(TASK_READ_PORT);
}

static mach_port_t make_task_token(void)
{
    mach_port_t token = MACH_PORT_NULL;
    EXPECT_OK(task_create_identity_token(kinds[0].port, &token));
    return token;
}

static mach_port_t make_thread_inspect(void)
{
    return special_thread_port(THREAD_INSPECT_PORT);
}

static mach_port_t make_thread_read(void)
{
    return special_thread_port(THREAD_READ_PORT);
}

static void kinds_make(void)
{
    for (uint32_t i = 0; i < KINDS; i++) {
        kinds[i].port = kinds[i].make();
        EXPECT(MACH_PORT_VALID(kinds[i].port));
    }
}

static void kinds_end(void)
{
    for (uint32_t i = KINDS; i-- > 0;) {
        kinds[i].end(kinds[i].port);
    }
}

static bool is_own(const struct kind *kind, mach_msg_id_t id)
{
    for (uint32_t i = 0; i < OWN_MAX && kind->own[i] != 0; i++) {
        if (id >= kind->own[i] && id < kind->own[i] + SUBSYSTEM) {
            return true;
        }
    }
    for (const mach_msg_id_t *allowed = kind->allowed; allowed != NULL && *allowed != 0;
         allowed++) {
        if (*allowed == id) {
            return true;
        }
    }
    return false;
}

/* True if FORMAT is a request that the kernel serves. */
static bool is_kernels(const struct mach_msg_format *format)
{
    bool is_known = false;
    for (uint32_t i = 0; i < KINDS; i++) {
        is_known = is_known || is_own(&kinds[i], format->id);
    }
    return is_known && format->port != NULL;
}

/* A request while it is written, and its reply. */
static struct {
    union {
        mach_msg_header_t header;
        mig_reply_error_t reply;
        uint8_t bytes[8192];
    };
    uint32_t size;
    uint32_t descriptors;
    mach_port_t reply_port;
    mach_port_t filler;   /* a right of it stands for each right that a request carries */
    uint32_t memory_size; /* of each memory that it carries */
} call;

static void append(const void *bytes, uint32_t size)
{
    memcpy(call.bytes + call.size, bytes, size);
    call.size += (size + 3) & ~3u;
}

static void append_descriptor(const struct mach_msg_field *field, mach_msg_type_name_t disposition)
{
    const mach_msg_port_descriptor_t right = { .name = call.filler,
                                               .disposition = disposition,
                                               .type = MACH_MSG_PORT_DESCRIPTOR };
    static uint8_t bytes[OPTIONS_SIZE];
    const mach_msg_ool_descriptor_t memory = { .address = bytes,
                                               .size = call.memory_size,
                                               .copy = MACH_MSG_VIRTUAL_COPY,
                                               .type = MACH_MSG_OOL_DESCRIPTOR };
    const mach_msg_ool_ports_descriptor_t rights = { .copy = MACH_MSG_VIRTUAL_COPY,
                                                     .disposition = disposition,
                                                     .type = MACH_MSG_OOL_PORTS_DESCRIPTOR };
    for (uint32_t i = 0; i < field->size; i++, call.descriptors++) {
        switch (field->kind) {
        case MACH_MSG_FIELD_PORT: append(&right, sizeof(right)); break;
        case MACH_MSG_FIELD_MEMORY: append(&memory, sizeof(memory)); break;
        default: append(&rights, sizeof(rights)); break;
        }
    }
}

/* Append what stands for FIELD: rights by DISPOSITION, zeros, and no element of what is counted. */
static void append_field(const struct mach_msg_field *field, mach_msg_type_name_t disposition)
{
    static const uint8_t zeros[4096];
    switch (field->kind) {
    case MACH_MSG_FIELD_PORT:
    case MACH_MSG_FIELD_MEMORY:
    case MACH_MSG_FIELD_PORTS: append_descriptor(field, disposition); break;
    case MACH_MSG_FIELD_COUNT: append(zeros, 4); break;
    case MACH_MSG_FIELD_PACKED_NUMBERS:
    case MACH_MSG_FIELD_PACKED_TEXT: break;
    default:
        append(strcmp(field->name, "NDR") == 0 ? (const void *)&NDR_record : zeros, field->size);
        break;
    }
}

/* Write FORMAT's request to PORT. */
static void request_write(const struct mach_msg_format *format, mach_port_t port,
                          mach_msg_type_name_t disposition)
{
    memset(call.bytes, 0, sizeof(call.bytes));
    call.size = sizeof(mach_msg_header_t);
    call.descriptors = 0;
    for (uint32_t i = 0; i < format->count; i++) {
        append_field(&format->fields[i], disposition);
    }
    call.header = (mach_msg_header_t){
        .msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, MACH_MSG_TYPE_MAKE_SEND_ONCE),
        .msgh_size = call.size,
        .msgh_remote_port = port,
        .msgh_local_port = call.reply_port,
        .msgh_id = format->id,
    };
    if (call.descriptors != 0) {
        call.header.msgh_bits |= MACH_MSGH_BITS_COMPLEX;
        memcpy(&call.header + 1, &call.descriptors, sizeof(call.descriptors));
    }
}

/* Call FORMAT's routine on PORT. Returns: what it said. */
static kern_return_t make_call(const struct mach_msg_format *format, mach_port_t port,
                               mach_msg_type_name_t disposition)
{
    request_write(format, port, disposition);
    mach_msg_return_t result =
        mach_msg(&call.header, MACH_SEND_MSG | MACH_RCV_MSG | MACH_RCV_TIMEOUT, call.size,
                 sizeof(call.bytes), call.reply_port, REPLY_MS, MACH_PORT_NULL);
    if (result != MACH_MSG_SUCCESS) {
        return result;
    }
    EXPECT_EQ(call.header.msgh_id, format->id + ID_OFFSET);
    kern_return_t said =
        MACH_MSGH_BITS_IS_COMPLEX(call.header.msgh_bits) ? KERN_SUCCESS : call.reply.RetCode;
    mach_msg_destroy(&call.header);
    return said;
}

/* True if the stub, and not the routine, refused a request that is not made as it has to be. */
static bool is_stubs(kern_return_t result)
{
    return result <= MIG_TYPE_ERROR && result >= MIG_TRAILER_ERROR;
}

/* Call FORMAT's routine on the port of KIND with whatever rights and memory it may want. Returns: true if
 * it was reached. */
static bool try_kind(const struct mach_msg_format *format, const struct kind *kind)
{
    static const struct {
        mach_msg_type_name_t disposition;
        uint32_t memory_size;
    } ways[] = {
        { MACH_MSG_TYPE_COPY_SEND, 0 },
        { MACH_MSG_TYPE_MAKE_SEND_ONCE, 0 },
        { MACH_MSG_TYPE_MAKE_SEND, 0 },
        { MACH_MSG_TYPE_COPY_SEND, OPTIONS_SIZE },
    };
    bool is_reached = false;
    for (uint32_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
        call.memory_size = ways[i].memory_size;
        kern_return_t result = make_call(format, kind->port, ways[i].disposition);
        is_reached = is_reached || !is_stubs(result);
        if (!EXPECT(result != KERN_SUCCESS && result != MACH_RCV_TIMED_OUT)) {
            systest_print("# this was %s on a %s: 0x%x\n", format->name, kind->name, result);
        }
    }
    return is_reached;
}

static void call_begin(void)
{
    call.reply_port = port_create();
    call.filler = port_create_with_send();
}

static void call_end(void)
{
    port_destroy(call.reply_port);
    port_destroy_with_send(call.filler);
}

/* True if the kernel knows FORMAT's id: that is looked at before the port. */
static bool is_known(const struct mach_msg_format *format)
{
    const struct kind *kind = &kinds[0];
    while (is_own(kind, format->id)) {
        kind++;
    }
    call.memory_size = 0;
    return make_call(format, kind->port, MACH_MSG_TYPE_COPY_SEND) != MIG_BAD_ID;
}

CASE(each_routine_refuses_ports_that_are_not_its_own)
{
    uint32_t routines = 0, reached = 0, unknown = 0;
    call_begin();
    kinds_make();
    for (size_t i = 0; i < mach_msg_format_count; i++) {
        const struct mach_msg_format *format = &mach_msg_formats[i];
        bool is_reached = false;
        if (!is_kernels(format)) {
            continue;
        }
        routines++;
        if (!is_known(format)) {
            unknown++;
            continue;
        }
        for (uint32_t k = 0; k < KINDS; k++) {
            if (!is_own(&kinds[k], format->id) && try_kind(format, &kinds[k])) {
                is_reached = true;
            }
        }
        reached += is_reached;
        if (!is_reached) {
            systest_print("# %s was not reached\n", format->name);
        }
    }
    EXPECT(routines >= ROUTINES_LEAST);
    EXPECT_EQ(unknown, ROUTINES_UNKNOWN);
    EXPECT_EQ(reached, routines - unknown);
    kinds_end();
    call_end();
}

/* A plain port takes a request as any message, what is no port that can be sent to takes none. */
CASE(requests_to_what_is_no_kernel_port_stay_messages)
{
    mach_port_t plain = port_create_with_send(), dead = port_create_with_send(), set;
    union any_message message;
    port_destroy(dead);
    EXPECT_OK(mach_port_allocate(mach_task_self(), MACH_PORT_RIGHT_PORT_SET, &set));
    call_begin();
    for (size_t i = 0; i < mach_msg_format_count; i++) {
        const struct mach_msg_format *format = &mach_msg_formats[i];
        if (!is_kernels(format)) {
            continue;
        }
        EXPECT_EQ(make_call(format, dead, MACH_MSG_TYPE_COPY_SEND), MACH_SEND_INVALID_DEST);
        EXPECT_EQ(make_call(format, set, MACH_MSG_TYPE_COPY_SEND), MACH_SEND_INVALID_DEST);
        EXPECT_EQ(make_call(format, MACH_PORT_NULL, MACH_MSG_TYPE_COPY_SEND),
                  MACH_SEND_INVALID_DEST);
        request_write(format, plain, MACH_MSG_TYPE_COPY_SEND);
        EXPECT_OK(
            mach_msg(&call.header, MACH_SEND_MSG, call.size, 0, MACH_PORT_NULL, 0, MACH_PORT_NULL));
        EXPECT_OK(
            mach_msg(&call.header, MACH_RCV_MSG, 0, sizeof(call.bytes), plain, 0, MACH_PORT_NULL));
        EXPECT_EQ(call.header.msgh_id, format->id);
        mach_msg_destroy(&call.header);
        EXPECT_OK(receive_now(call.reply_port, &message)); /* its send-once right went unused */
    }
    call_end();
    EXPECT_OK(mach_port_mod_refs(mach_task_self(), set, MACH_PORT_RIGHT_PORT_SET, -1));
    EXPECT_OK(mach_port_deallocate(mach_task_self(), dead));
    port_destroy_with_send(plain);
}
