/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The stubs of cases/kernel_user.defs, whose callers are in the kernel, under a kernel that only
 * counts: whatever came back, no right and no memory may be left, and none given up twice.
 */
#include <string.h>

#if __has_feature(memory_sanitizer)
#include <sanitizer/msan_interface.h>
#endif

#include "counting_kernel.h"
#include "kernel_user.h"

/* What comes back. */
enum course {
    GOOD,
    NOT_SENT,
    ERROR_REPLY,
    ERROR_WITHOUT_CODE,
    ANOTHER_ID,
    SERVER_DIED,
    TOO_LONG,
    REMOTE_PORT,
    FOREIGN,     /* data of another representation */
    OTHER_RIGHT, /* than the interface says */
    OTHER_COUNT, /* than there is memory */
    COURSES
};

static const struct {
    const char *name;
    kern_return_t expected;
} courses[COURSES] = {
    [GOOD] = { "good", KERN_SUCCESS },
    [NOT_SENT] = { "not sent", MACH_SEND_INVALID_DEST },
    [ERROR_REPLY] = { "error reply", KERN_NO_SPACE },
    [ERROR_WITHOUT_CODE] = { "error without code", MIG_TYPE_ERROR },
    [ANOTHER_ID] = { "another id", MIG_REPLY_MISMATCH },
    [SERVER_DIED] = { "server died", MIG_SERVER_DIED },
    [TOO_LONG] = { "too long", MIG_TYPE_ERROR },
    [REMOTE_PORT] = { "remote port", MIG_TYPE_ERROR },
    [FOREIGN] = { "foreign", MIG_TYPE_ERROR },
    [OTHER_RIGHT] = { "other right", MIG_TYPE_ERROR },
    [OTHER_COUNT] = { "other count", MIG_TYPE_ERROR },
};

static enum course course;
static int allocations;

/* The kernel -------------------------------------------------------------------------------------- */

void mig_allocate(vm_address_t *address, vm_size_t size)
{
    *address = (vm_address_t)malloc(size);
    allocations++;
}

void mig_deallocate(vm_address_t address, vm_size_t size)
{
    (void)size;
    free((void *)address);
    allocations--;
}

int mig_strncpy(char *destination, const char *source, int size)
{
    return snprintf(destination, (size_t)size, "%s", source) + 1;
}

int mig_strncpy_zerofill(char *destination, const char *source, int size)
{
    memset(destination, 0, (size_t)size);
    return mig_strncpy(destination, source, size);
}

/* The request leaves: memory goes with it, rights are copied and stay. */
static void take_request(mach_msg_header_t *message, struct ipc_port *port)
{
    CHECK(port != NULL && message->msgh_remote_port == 0 && message->msgh_local_port == 0);
#if __has_feature(memory_sanitizer)
    __msan_check_mem_is_initialized(message, message->msgh_size);
#endif
    if (message->msgh_id != 5303) {
        return;
    }
    __Request__upcall_memory_t *request = (__Request__upcall_memory_t *)message;
    vm_map_copy_discard(request->a.address);
    vm_map_copy_discard(request->c.address);
    for (int i = 0; i < 3; i++) {
        vm_map_copy_discard(request->d[i].address);
    }
    mig_free_port_array(request->b.address, request->b.count);
}

mach_msg_return_t mach_msg_send_from_kernel(mach_msg_header_t *message, struct ipc_port *port,
                                            struct ipc_port *reply_port, mach_msg_option_t option,
                                            mach_msg_timeout_t timeout)
{
    (void)timeout;
    CHECK(reply_port == NULL && option == MACH_SEND_MSG);
    take_request(message, port);
    return course == NOT_SENT ? MACH_SEND_INVALID_DEST : MACH_MSG_SUCCESS;
}

static void answer_values(__Reply__upcall_t *reply)
{
    reply->Head.msgh_size = sizeof(*reply);
    reply->NDR = NDR_record;
    reply->NDR.int_rep ^= course == FOREIGN;
    reply->RetCode = KERN_SUCCESS;
    reply->d = 4;
    reply->e = 5;
    reply->f = (pair_t){ { 6, 7 } };
}

static ipc_port_descriptor_t right(bool once)
{
    return (ipc_port_descriptor_t){
        .name = new_right(once),
        .disposition = once ? MACH_MSG_TYPE_PORT_SEND_ONCE : MACH_MSG_TYPE_PORT_SEND,
        .type = MACH_MSG_PORT_DESCRIPTOR,
    };
}

static void answer_ports(__Reply__upcall_ports_t *reply)
{
    reply->Head.msgh_bits = MACH_MSGH_BITS_COMPLEX;
    reply->Head.msgh_size = sizeof(*reply);
    reply->msgh_body.msgh_descriptor_count = 5;
    reply->f = right(false);
    reply->g = right(true);
    reply->h[0] = right(false);
    reply->h[1] = right(course == OTHER_RIGHT);
    reply->i = right(false);
}

static ipc_ool_descriptor_t memory(uint32_t size)
{
    return (ipc_ool_descriptor_t){
        .address = new_copy(), .type = MACH_MSG_OOL_DESCRIPTOR, .size = size
    };
}

static void answer_memory(__Reply__upcall_memory_t *reply)
{
    reply->Head.msgh_bits = MACH_MSGH_BITS_COMPLEX;
    reply->Head.msgh_size = sizeof(*reply);
    reply->msgh_body.msgh_descriptor_count = 5;
    reply->e = memory(course == OTHER_COUNT ? 9 : 8);
    reply->f = (ipc_ool_ports_descriptor_t){
        .address = new_array(3),
        .disposition = MACH_MSG_TYPE_PORT_SEND,
        .type = MACH_MSG_OOL_PORTS_DESCRIPTOR,
        .count = 3,
    };
    reply->NDR = NDR_record;
    reply->NDR.int_rep ^= course == FOREIGN;
    reply->eCnt = 8;
    reply->fCnt = 3;
    for (uint32_t i = 0; i < 3; i++) {
        reply->g[i] = memory(i);
        reply->gSubs[i] = i;
    }
}

static void answer_error(mig_reply_error_t *reply, kern_return_t code)
{
    reply->Head.msgh_bits = 0;
    reply->Head.msgh_size = sizeof(*reply);
    reply->NDR = NDR_record;
    reply->RetCode = code;
}

static void answer(mach_msg_header_t *reply, mach_msg_id_t id)
{
    switch (id) {
    case 5300: answer_values((__Reply__upcall_t *)reply); break;
    case 5302: answer_ports((__Reply__upcall_ports_t *)reply); break;
    case 5303: answer_memory((__Reply__upcall_memory_t *)reply); break;
    default: answer_error((mig_reply_error_t *)reply, KERN_SUCCESS); break;
    }
}

mach_msg_return_t mach_msg_rpc_from_kernel(mach_msg_header_t *message, struct ipc_port *port,
                                           struct ipc_port *reply_port, mach_msg_option_t option,
                                           mach_msg_size_t receive_size,
                                           mach_msg_timeout_t timeout)
{
    (void)reply_port, (void)timeout;
    CHECK((option & (MACH_SEND_MSG | MACH_RCV_MSG)) == (MACH_SEND_MSG | MACH_RCV_MSG));
    take_request(message, port);
    if (course == NOT_SENT) {
        return MACH_SEND_INVALID_DEST;
    }
    const mach_msg_id_t id = message->msgh_id;
    memset(message, 0, receive_size);
    message->msgh_id = course == SERVER_DIED ? MACH_NOTIFY_SEND_ONCE : id + 100;
    if (course == SERVER_DIED) {
        message->msgh_size = sizeof(*message);
    } else if (course == ERROR_REPLY || course == ERROR_WITHOUT_CODE) {
        answer_error((mig_reply_error_t *)message, course == ERROR_REPLY ? KERN_NO_SPACE : 0);
    } else {
        answer(message, id);
    }
    message->msgh_id += course == ANOTHER_ID;
    message->msgh_size += course == TOO_LONG ? 4 : 0;
    message->msgh_remote_port = course == REMOTE_PORT ? 5 : 0;
    return MACH_MSG_SUCCESS;
}

/* Calls ------------------------------------------------------------------------------------------- */

/* What a call of one routine gave, on this course. */
static void check(const char *routine, kern_return_t result, kern_return_t expected)
{
    (void)snprintf(situation, sizeof(situation), "%s, %s: %d", routine, courses[course].name, result);
    CHECK(result == expected);
}

static void call_values(struct ipc_port *server)
{
    int d = 0;
    int64_t e = 0;
    pair_t f = {};
    kern_return_t result = upcall(server, 1, 2, (pair_t){ { 3, 3 } }, &d, &e, &f);
    check("upcall", result, courses[course].expected);
    CHECK(d == (result == KERN_SUCCESS ? 4 : 0) && e == (result == KERN_SUCCESS ? 5 : 0));
}

static void call_ports(struct ipc_port *server)
{
    struct ipc_port *a = new_right(false);
    struct ipc_port *pair[2] = { a, a };
    struct ipc_port *few[5] = { a, NULL };
    struct ipc_port *f = NULL;
    struct ipc_port *g = NULL;
    struct ipc_port *h[2] = {};
    struct ipc_port *i = a;
    mach_msg_type_name_t g_kind = 0;
    mach_msg_type_name_t i_kind = MACH_MSG_TYPE_COPY_SEND;
    CHECK(upcall_ports(server, a, a, MACH_MSG_TYPE_COPY_SEND, a, pair, few, 6, &f, &g, &g_kind, h,
                       &i, &i_kind) == MIG_ARRAY_TOO_LARGE);
    kern_return_t result = upcall_ports(server, a, a, MACH_MSG_TYPE_COPY_SEND, a, pair, few, 1, &f,
                                        &g, &g_kind, h, &i, &i_kind);
    check("upcall_ports", result, courses[course].expected);
    if (result == KERN_SUCCESS) {
        CHECK(g_kind == MACH_MSG_TYPE_PORT_SEND_ONCE && i_kind == MACH_MSG_TYPE_PORT_SEND);
        release(i, false);
    }
    release(f, false);
    release(g, true);
    release(h[0], false);
    release(h[1], false);
    release(a, false);
}

static void call_memory(struct ipc_port *server)
{
    struct ipc_port **sent = new_array(2);
    struct ipc_port *kept[2] = { sent[0], sent[1] };
    struct vm_map_copy *list[3] = { new_copy(), new_copy(), new_copy() };
    mach_msg_type_number_t sizes[3] = { 1, 2, 3 };
    struct vm_map_copy *e = NULL;
    struct ipc_port **f = NULL;
    struct vm_map_copy *g[3] = {};
    mach_msg_type_number_t e_count = 0;
    mach_msg_type_number_t f_count = 0;
    mach_msg_type_number_t g_counts[3] = {};
    kern_return_t result = upcall_memory(server, new_copy(), 4, sent, 2, new_copy(), list, sizes, &e,
                                         &e_count, &f, &f_count, g, g_counts);
    check("upcall_memory", result, courses[course].expected);
    CHECK(result != KERN_SUCCESS || (e_count == 8 && f_count == 3 && g_counts[2] == 2));
    vm_map_copy_discard(e);
    for (uint32_t i = 0; i < f_count; i++) {
        release(f[i], false);
    }
    mig_free_port_array(f, f_count);
    for (int i = 0; i < 3; i++) {
        vm_map_copy_discard(g[i]);
    }
    release(kept[0], false);
    release(kept[1], false);
}

/* Text and packed arrays; the call fails. */
static void call_text(struct ipc_port *server)
{
    text_t text = "one";
    word_t word = "two";
    int numbers[9] = { 1, 2, 3 };
    mach_msg_type_number_t room = 9;
    int number = 0;
    check("upcall_text",
          upcall_text(server, text, numbers, 3, word, text, numbers, &room, word, &number),
          courses[course].expected);
}

/* One-way, and messages that are too large for the stack. */
static void call_others(struct ipc_port *server)
{
    int numbers[9] = {};
    kern_return_t one_way = course == NOT_SENT ? MACH_SEND_INVALID_DEST : KERN_SUCCESS;
    check("upcall_hint", upcall_hint(server, 1), one_way);
    check("upcall_large_hint", upcall_large_hint(server, numbers, 9, numbers, 3, numbers, 1),
          one_way);
    check("upcall_large", upcall_large(server, numbers, 9, numbers, 3, numbers, 0),
          courses[course].expected);
    CHECK(allocations == 0);
}

int main(void)
{
    for (course = GOOD; course < COURSES; course++) {
        struct ipc_port *server = new_right(false);
        if (course != OTHER_RIGHT && course != OTHER_COUNT) {
            call_values(server);
        }
        if (course != FOREIGN && course != OTHER_COUNT) {
            call_ports(server);
        }
        if (course != OTHER_RIGHT) {
            call_memory(server);
        }
        if (course < ERROR_WITHOUT_CODE) {
            call_others(server);
        }
        if (course == NOT_SENT || course == ERROR_REPLY) {
            call_text(server);
        }
        release(server, false);
        check_nothing_is_left();
    }
    return 0;
}
