/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Counts that are too large, where the loop-back does not come: late answers that are larger than
 * the reply, replies that are larger than the caller's room, memory of more bytes than a descriptor
 * can tell.
 */
#include "room.h"
#include "room_server.h"

#include "../expect.h"

#include <string.h>

/* Elements of 8 bytes whose size does not fit 32 bits. */
#define TOO_MANY (UINT32_MAX / 8 + 1)

static unsigned int sent, freed;
static mach_msg_type_number_t got_count;
static int64_t number;

mach_msg_return_t
mach_msg(mach_msg_header_t *message, mach_msg_option_t option, mach_msg_size_t send_size,
         mach_msg_size_t receive_size, mach_port_name_t receive_name, mach_msg_timeout_t timeout,
         mach_port_name_t notify)
{
    (void)message, (void)option, (void)send_size, (void)receive_size, (void)receive_name;
    (void)timeout, (void)notify;
    sent++;
    return MACH_MSG_SUCCESS;
}

kern_return_t
serve_shared(mach_port_t server, numbers_t numbers, mach_msg_type_number_t *numbersCnt,
             pairs_t pairs)
{
    (void)server, (void)numbers, (void)pairs;
    *numbersCnt = 0;
    return KERN_SUCCESS;
}

kern_return_t
serve_listed(mach_port_t server, list_t list, mach_msg_type_number_t *listSubs,
             mach_msg_type_number_t *listSubsCnt)
{
    (void)server, (void)list, (void)listSubs, (void)listSubsCnt;
    return KERN_SUCCESS;
}

kern_return_t
serve_large(mach_port_t server, longs_t given, mach_msg_type_number_t givenCnt, longs_t *got,
            mach_msg_type_number_t *gotCnt)
{
    (void)server, (void)given, (void)givenCnt;
    *got = &number;
    *gotCnt = got_count;
    return KERN_SUCCESS;
}

kern_return_t
serve_heaped(mach_port_t server, heap_t given, mach_msg_type_number_t *givenSubs, heap_t got,
             mach_msg_type_number_t *gotSubs)
{
    (void)server, (void)given, (void)givenSubs;
    got[0] = got[1] = &number;
    gotSubs[0] = 1;
    gotSubs[1] = got_count;
    return KERN_SUCCESS;
}

kern_return_t
serve_texted(mach_port_t server, char_array *text, mach_msg_type_number_t *textCnt)
{
    (void)server, (void)text, (void)textCnt;
    return KERN_FAILURE;
}

kern_return_t
serve_over(mach_port_t server, char_array *bytes, mach_msg_type_number_t *bytesCnt)
{
    (void)server, (void)bytes, (void)bytesCnt;
    return KERN_FAILURE;
}

kern_return_t
serve_ported(mach_port_t server, mach_port_array_t few, mach_msg_type_number_t *fewCnt)
{
    (void)server, (void)few, (void)fewCnt;
    return KERN_FAILURE;
}

void
mig_deallocate(vm_address_t address, vm_size_t size)
{
    (void)address, (void)size;
    freed++;
}

/* The count is limited by the smaller of two arrays. */
static void answer_late(void)
{
    int32_t numbers[17] = { 0 };
    int64_t pairs[17] = { 0 };
    EXPECT(serve_shared_reply(5, numbers, 7, pairs) == KERN_SUCCESS && sent == 1);
    EXPECT(serve_shared_reply(5, numbers, 8, pairs) == MIG_ARRAY_TOO_LARGE && sent == 1);
    EXPECT(serve_shared_reply(5, numbers, 17, pairs) == MIG_ARRAY_TOO_LARGE && sent == 1);
}

/* A reply with two regions, the second of SIZE bytes, for a caller with room for so many regions. */
static kern_return_t decode(mach_msg_type_number_t size, mach_msg_type_number_t *count)
{
    char bytes[8] = "abc";
    char_array list[3] = { NULL };
    mach_msg_type_number_t sizes[3] = { 0 };
    __Reply__listed_t reply = {
        .Head = { .msgh_bits = MACH_MSGH_BITS_COMPLEX, .msgh_id = 6051 },
        .msgh_body = { 3 },
        .NDR = NDR_record,
        .listSubsCnt = 2,
        .listSubs = { 3, size },
    };
    reply.Head.msgh_size = sizeof(reply) - sizeof(reply.listSubs[0]);
    for (unsigned int i = 0; i < 3; i++) {
        reply.list[i] = (mach_msg_ool_descriptor_t){
            .address = i < 2 ? bytes : NULL,
            .type = MACH_MSG_OOL_DESCRIPTOR,
            .size = i < 2 ? reply.listSubs[i] : 0,
        };
    }
    kern_return_t result = listed_decode_reply(&reply.Head, list, sizes, count);
    EXPECT(result != KERN_SUCCESS || (list[1] == bytes && sizes[0] == 3));
    EXPECT(result == KERN_SUCCESS || (list[0] == NULL && sizes[0] == 0));
    return result;
}

/* What the server's stub answers if its routine gives so much. */
static kern_return_t serve(mach_msg_type_number_t count)
{
    __Request__large_t request = {
        .Head = { .msgh_bits = MACH_MSGH_BITS_COMPLEX, .msgh_size = sizeof(request), .msgh_id = 5952 },
        .msgh_body = { 1 },
        .given = { .address = &number, .type = MACH_MSG_OOL_DESCRIPTOR, .size = 8 },
        .NDR = NDR_record,
        .givenCnt = 1,
    };
    union {
        mig_reply_error_t error;
        __Reply__large_t reply;
    } answer = { .error.RetCode = 77 };
    got_count = count;
    EXPECT(room_server(&request.Head, &answer.error.Head));
    if (MACH_MSGH_BITS_IS_COMPLEX(answer.error.Head.msgh_bits)) {
        EXPECT(answer.reply.got.size == 8 * count && answer.reply.gotCnt == count);
        return KERN_SUCCESS;
    }
    EXPECT(answer.error.Head.msgh_size == sizeof(mig_reply_error_t));
    return answer.error.RetCode;
}

/* The same of a list of regions, the second of which is so large. */
static kern_return_t serve_list(mach_msg_type_number_t count)
{
    __Request__heaped_t request = {
        .Head = { .msgh_bits = MACH_MSGH_BITS_COMPLEX, .msgh_size = sizeof(request), .msgh_id = 5956 },
        .msgh_body = { 2 },
        .given = { { .type = MACH_MSG_OOL_DESCRIPTOR }, { .type = MACH_MSG_OOL_DESCRIPTOR } },
        .NDR = NDR_record,
    };
    union {
        mig_reply_error_t error;
        __Reply__heaped_t reply;
    } answer = { .error.RetCode = 77 };
    got_count = count;
    EXPECT(room_server(&request.Head, &answer.error.Head));
    if (MACH_MSGH_BITS_IS_COMPLEX(answer.error.Head.msgh_bits)) {
        EXPECT(answer.reply.got[1].size == 8 * count && answer.reply.gotSubs[1] == count);
        return KERN_SUCCESS;
    }
    EXPECT(answer.error.Head.msgh_size == sizeof(mig_reply_error_t));
    return answer.error.RetCode;
}

static kern_return_t heaped_reply_late(mach_msg_type_number_t count)
{
    longs_t got[2] = { &number, &number };
    mach_msg_type_number_t counts[2] = { 1, count };
    return serve_heaped_reply(5, got, counts);
}

static void try_large_list(void)
{
    longs_t given[2] = { &number, &number };
    longs_t got[2] = { NULL, NULL };
    mach_msg_type_number_t counts[2] = { 1, TOO_MANY };
    mach_msg_type_number_t got_counts[2] = { 0, 0 };
    sent = 0;
    EXPECT(heaped(3, given, counts, got, got_counts) == MIG_ARRAY_TOO_LARGE && sent == 0);
    EXPECT(heaped_send(3, given, counts, 5) == MIG_ARRAY_TOO_LARGE && sent == 0);
    EXPECT(heaped_reply_late(TOO_MANY) == MIG_ARRAY_TOO_LARGE && sent == 0);
    EXPECT(heaped_reply_late(1) == KERN_SUCCESS && sent == 1);
    EXPECT(serve_list(1) == KERN_SUCCESS && serve_list(TOO_MANY - 1) == KERN_SUCCESS);
    EXPECT(serve_list(TOO_MANY) == MIG_ARRAY_TOO_LARGE);
}

/* More than a descriptor can tell is neither sent nor answered. */
static void try_large(void)
{
    longs_t got = NULL;
    mach_msg_type_number_t count = 0;
    sent = 0;
    EXPECT(large(3, &number, TOO_MANY, &got, &count) == MIG_ARRAY_TOO_LARGE && sent == 0);
    EXPECT(serve(1) == KERN_SUCCESS && serve(TOO_MANY - 1) == KERN_SUCCESS);
    EXPECT(serve(TOO_MANY) == MIG_ARRAY_TOO_LARGE && serve(UINT32_MAX) == MIG_ARRAY_TOO_LARGE);
}

/* What a caller says to text of so many bytes. */
static kern_return_t decode_text(mach_msg_type_number_t count)
{
    char text[40] = "";
    char_array got = NULL;
    mach_msg_type_number_t got_size = 0;
    memset(text, 'x', count - 1);
    __Reply__texted_t reply = {
        .Head = { .msgh_bits = MACH_MSGH_BITS_COMPLEX, .msgh_size = sizeof(reply), .msgh_id = 6053 },
        .msgh_body = { 1 },
        .text = { .address = text, .type = MACH_MSG_OOL_DESCRIPTOR, .size = count },
        .NDR = NDR_record,
        .textCnt = count,
    };
    return texted_decode_reply(&reply.Head, &got, &got_size);
}

/* Four bytes for a caller who has memory of its own for so many; they are there if they fit. */
static kern_return_t decode_over(mach_msg_type_number_t *count)
{
    char came[] = "abcd";
    char memory[4] = "";
    char_array bytes = memory;
    __Reply__over_t reply = {
        .Head = { .msgh_bits = MACH_MSGH_BITS_COMPLEX, .msgh_size = sizeof(reply), .msgh_id = 6054 },
        .msgh_body = { 1 },
        .bytes = { .address = came, .type = MACH_MSG_OOL_DESCRIPTOR, .size = 4 },
        .NDR = NDR_record,
        .bytesCnt = 4,
    };
    kern_return_t result = over_decode_reply(&reply.Head, &bytes, count);
    EXPECT(bytes == memory && memory[0] == (result == KERN_SUCCESS ? 'a' : '\0'));
    return result;
}

static void try_over(void)
{
    mach_msg_type_number_t count = 4;
    EXPECT(decode_over(&count) == KERN_SUCCESS && count == 4 && freed == 1);
    count = 3;
    EXPECT(decode_over(&count) == MIG_ARRAY_TOO_LARGE && count == 4);
}

/* Two rights for a caller with room for so many. */
static kern_return_t decode_ports(mach_msg_type_number_t *count)
{
    mach_port_t few[3] = { 0 };
    __Reply__ported_t reply = {
        .Head = { .msgh_bits = MACH_MSGH_BITS_COMPLEX, .msgh_size = sizeof(reply), .msgh_id = 6055 },
        .msgh_body = { 3 },
        .NDR = NDR_record,
        .fewCnt = 2,
    };
    for (unsigned int i = 0; i < 3; i++) {
        reply.few[i] = (mach_msg_port_descriptor_t){
            .name = i < 2 ? 5 : 0,
            .disposition = MACH_MSG_TYPE_PORT_SEND,
            .type = MACH_MSG_PORT_DESCRIPTOR,
        };
    }
    kern_return_t result = ported_decode_reply(&reply.Head, few, count);
    EXPECT(few[1] == (result == KERN_SUCCESS ? 5 : 0));
    return result;
}

static void try_ports(void)
{
    mach_msg_type_number_t count = 2;
    EXPECT(decode_ports(&count) == KERN_SUCCESS && count == 2);
    count = 1;
    EXPECT(decode_ports(&count) == MIG_ARRAY_TOO_LARGE && count == 2);
}

int
main(void)
{
    mach_msg_type_number_t count = 3;
    try_over();
    try_ports();
    answer_late();
    try_large();
    try_large_list();
    EXPECT(decode_text(30) == KERN_SUCCESS && decode_text(31) == MIG_TYPE_ERROR);
    EXPECT(decode(1, &count) == KERN_SUCCESS && count == 2);
    EXPECT(decode(5, &count) == KERN_SUCCESS && count == 2);
    EXPECT(decode(6, &count) == MIG_TYPE_ERROR);
    count = 1;
    EXPECT(decode(1, &count) == MIG_ARRAY_TOO_LARGE && count == 2);
    count = 0;
    EXPECT(decode(1, &count) == MIG_ARRAY_TOO_LARGE && count == 2);
    return 0;
}
