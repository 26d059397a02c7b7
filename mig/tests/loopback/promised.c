/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Calls the stubs of cases/promised.defs with values inside and outside what is promised. mach_msg
 * here calls the server's demux at once.
 */
#include "promised.h"
#include "promised_server.h"

#include "../expect.h"

#include <string.h>

static kern_return_t last; /* what the server's stub answered */
static unsigned int calls;
static int level;
static const char *text;

mach_msg_return_t
mach_msg(mach_msg_header_t *message, mach_msg_option_t option, mach_msg_size_t send_size,
         mach_msg_size_t receive_size, mach_port_name_t receive_name, mach_msg_timeout_t timeout,
         mach_port_name_t notify)
{
    (void)receive_size, (void)receive_name, (void)timeout, (void)notify;
    char request[1000];
    union {
        mig_reply_error_t error;
        char room[1000];
    } reply;

    memcpy(request, message, send_size);
    if (message->msgh_id == 5401) {
        /* A right that is copied arrives as a send right. */
        ((__Request__carry_t *)(void *)request)->right.disposition = MACH_MSG_TYPE_PORT_SEND;
    }
    EXPECT(promised_server((mach_msg_header_t *)(void *)request, &reply.error.Head));
    last = reply.error.RetCode;
    if ((option & MACH_RCV_MSG) != 0) {
        reply.error.Head.msgh_remote_port = MACH_PORT_NULL;
        memcpy(message, &reply, reply.error.Head.msgh_size);
    }
    return MACH_MSG_SUCCESS;
}

kern_return_t
serve_take(mach_port_t server, string_t path, int a, uint64_t b, name_t name, string_t bytes,
           mach_msg_type_number_t bytesCnt, int *answer)
{
    (void)server, (void)path, (void)a, (void)b, (void)name, (void)bytes, (void)bytesCnt;
    calls++;
    *answer = 5;
    return KERN_SUCCESS;
}

kern_return_t
serve_carry(mach_port_t server, mach_port_t right, string_t data, mach_msg_type_number_t dataCnt)
{
    (void)server, (void)right, (void)data, (void)dataCnt;
    calls++;
    return KERN_SUCCESS;
}

kern_return_t
serve_give(mach_port_t server, string_t out_text, int *out_level)
{
    (void)server;
    strcpy(out_text, text);
    *out_level = level;
    return KERN_SUCCESS;
}

/* Does the server take these values? */
static bool
takes(const char *path, int a, uint64_t b, const char *name, const char *bytes)
{
    int answer = 0;
    char *bytes_in = (char *)(uintptr_t)bytes;
    const unsigned int before = calls;
    const kern_return_t result = take(1, (char *)(uintptr_t)path, a, b, (char *)(uintptr_t)name,
                                      bytes_in, (unsigned int)strlen(bytes), &answer);

    EXPECT(result == KERN_SUCCESS ? answer == 5 : result == MIG_BAD_ARGUMENTS);
    EXPECT((calls != before) == (result == KERN_SUCCESS));
    return result == KERN_SUCCESS;
}

static bool
carries(mach_port_t right, unsigned int size)
{
    char data[4] = "";

    EXPECT(carry(1, right, data, size) == KERN_SUCCESS);
    return last == KERN_SUCCESS;
}

static kern_return_t
gives(const char *new_text, int new_level)
{
    char got[40];
    int number;

    text = new_text;
    level = new_level;
    return give(1, got, &number);
}

static void
try_texts(void)
{
    static const char *const good[] = {
        "", "abc", "\xc3\xa4", "\xe2\x82\xac", "\xf0\x9f\x98\x80", "\xed\x9f\xbf", "\xf4\x8f\xbf\xbf",
    };
    static const char *const bad[] = {
        "\x80", "a\xc3", "\xc0\x80", "\xc1\xbf", "\xe0\x80\x80", "\xed\xa0\x80", "\xf0\x80\x80\x80",
        "\xf4\x90\x80\x80", "\xf8\x88\x80\x80", "\xff", "\xe2\x82", "\xc3\x28",
    };

    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        EXPECT(takes(good[i], 0, 1, good[i], good[i]));
    }
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        EXPECT(!takes(bad[i], 0, 1, "", ""));
        EXPECT(!takes("", 0, 1, bad[i], ""));
        EXPECT(!takes("", 0, 1, "", bad[i]));
    }
}

int
main(void)
{
    EXPECT(takes("a", -3, 1, "b", "c") && takes("", 10, 0x1000, "", ""));
    EXPECT(!takes("", -4, 1, "", "") && !takes("", 11, 1, "", ""));
    EXPECT(!takes("", 0, 0, "", "") && !takes("", 0, 0x1001, "", ""));
    EXPECT(!takes("", 0, UINT64_MAX, "", ""));
    try_texts();
    EXPECT(carries(3, 4) && !carries(0, 4) && !carries(3, 0));
    EXPECT(gives("x", 0) == KERN_SUCCESS && gives("x", 7) == KERN_SUCCESS);
    EXPECT(gives("x", -1) == MIG_TYPE_ERROR && gives("x", 8) == MIG_TYPE_ERROR);
    EXPECT(gives("\xff", 0) == MIG_TYPE_ERROR && gives("\xc3(", 0) == MIG_TYPE_ERROR);
    puts("promises kept");
    return 0;
}
