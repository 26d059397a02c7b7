/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Prints what mach_msg_describe() makes of messages: of requests as they leave the stubs, of replies
 * made by hand. With an argument, describes so many messages of random bytes instead.
 */
#include "shown.h"

#include <mach_msg_describe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void show(const mach_msg_header_t *message, size_t room)
{
    char *text = malloc(room);
    const size_t length = mach_msg_describe(message, text, room);

    if (length != strlen(text)) {
        abort();
    }
    puts(text);
    free(text);
}

mach_msg_return_t
mach_msg(mach_msg_header_t *message, mach_msg_option_t option, mach_msg_size_t send_size,
         mach_msg_size_t receive_size, mach_port_name_t receive_name, mach_msg_timeout_t timeout,
         mach_port_name_t notify)
{
    (void)option, (void)receive_size, (void)receive_name, (void)timeout, (void)notify;
    mach_msg_header_t *copy = malloc(send_size);

    memcpy(copy, message, send_size);
    show(copy, 400);
    copy->msgh_size -= copy->msgh_id == 7003 ? 8 : 0;
    show(copy, copy->msgh_id == 7000 ? 30 : 400);
    free(copy);
    return MACH_SEND_INVALID_DEST;
}

static void show_replies(void)
{
    struct {
        mig_reply_error_t error;
        int32_t more[4];
    } reply = { .error.Head = { .msgh_id = 7103, .msgh_size = 36 }, .error.RetCode = 5 };

    show(&reply.error.Head, 400);
    reply.error.RetCode = 0;
    reply.error.Head.msgh_size = 48;
    reply.more[0] = 2;
    reply.more[1] = 70000;
    reply.more[2] = -1;
    show(&reply.error.Head, 400);
    reply.error.Head.msgh_size = 52;
    show(&reply.error.Head, 400);
    reply.more[0] = 4;
    show(&reply.error.Head, 400);
    reply.error.Head.msgh_id = 1;
    show(&reply.error.Head, 400);
}

/* Fewer regions than there is room for: two of three, and one of two. */
static void show_lists(mach_port_t *rights)
{
    string_t pages[] = { "data", "more" };
    mach_msg_type_number_t sizes[] = { 4, 5 };
    mach_port_t *groups[] = { rights };
    mach_msg_type_number_t counts[] = { 3 };

    listed(0x103, pages, sizes, 2, 7, groups, counts, 1);
}

static void describe_noise(unsigned int rounds)
{
    char text[200];

    for (unsigned int i = 0; i < rounds; i++) {
        const size_t size = sizeof(mach_msg_header_t) + (size_t)rand() % 200;
        mach_msg_header_t *message = malloc(size);
        for (size_t k = 0; k < size; k++) {
            ((unsigned char *)message)[k] = (unsigned char)(rand() % 5 != 0 ? rand() % 3 : rand());
        }
        message->msgh_size = (mach_msg_size_t)size;
        message->msgh_id = mach_msg_formats[(size_t)rand() % mach_msg_format_count].id;
        if (mach_msg_describe(message, text, 1 + (size_t)rand() % sizeof(text)) != strlen(text)) {
            abort();
        }
        free(message);
    }
    puts("described");
}

int
main(int argc, char **argv)
{
    int32_t numbers[] = { 1, 2, 3, 4, 5, 6, 7, 8, 9 };
    mach_msg_type_number_t room = 9;

    if (argc > 1) {
        describe_noise((unsigned int)atoi(argv[1]));
        return 0;
    }
    values(0x103, 65535, 0x123456789a, numbers, '!');
    packed(0x103, "a \"path\"\n", numbers, 9, "name");
    carried(0x103, 0x203, "data", 4, (mach_port_t *)numbers, 3, 7);
    asked(0x103, numbers, &room);
    show_lists((mach_port_t *)numbers);
    show_replies();
    return 0;
}
