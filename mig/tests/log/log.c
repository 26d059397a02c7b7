/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Calls the stubs of logged.defs, which report their messages. mach_msg here calls the server's
 * demux at once.
 */
#include "logged.h"
#include "logged_server.h"

#include <stdio.h>
#include <string.h>

#include <mach/mig_log.h>

static kern_return_t result;

/* As the kernel delivers it: rights that are copied arrive as send rights. */
static void deliver(mach_msg_header_t *request)
{
    if (request->msgh_id == 5902) {
        __Request__carried_t *carried = (__Request__carried_t *)(void *)request;
        carried->right.disposition = MACH_MSG_TYPE_PORT_SEND;
        carried->rights.disposition = MACH_MSG_TYPE_PORT_SEND;
    }
}

mach_msg_return_t
mach_msg(mach_msg_header_t *message, mach_msg_option_t option, mach_msg_size_t send_size,
         mach_msg_size_t receive_size, mach_port_name_t receive_name, mach_msg_timeout_t timeout,
         mach_port_name_t notify)
{
    (void)receive_size, (void)receive_name, (void)timeout, (void)notify;
    union {
        mach_msg_header_t head;
        char room[400];
    } request;
    union {
        mig_reply_error_t error;
        char room[400];
    } reply;

    memcpy(&request, message, send_size);
    deliver(&request.head);
    (void)logged_server(&request.head, &reply.error.Head);
    if ((option & MACH_RCV_MSG) != 0) {
        reply.error.Head.msgh_remote_port = MACH_PORT_NULL;
        memcpy(message, &reply, reply.error.Head.msgh_size);
    }
    return MACH_MSG_SUCCESS;
}

kern_return_t
serve_asked(mach_port_t server, char_array bytes, mach_msg_type_number_t bytesCnt, int *number)
{
    (void)server, (void)bytes, (void)bytesCnt;
    *number = 7;
    return result;
}

kern_return_t
serve_told(mach_port_t server, int number)
{
    (void)server, (void)number;
    return KERN_SUCCESS;
}

kern_return_t
serve_carried(mach_port_t server, mach_port_t right, char_array data,
              mach_msg_type_number_t dataCnt, mach_port_array_t rights,
              mach_msg_type_number_t rightsCnt, char_array *answer,
              mach_msg_type_number_t *answerCnt)
{
    (void)server, (void)right, (void)dataCnt, (void)rights, (void)rightsCnt;
    *answer = data;
    *answerCnt = 2;
    return KERN_SUCCESS;
}

static void call_all(void)
{
    mach_port_t rights[3] = { 5, 6, 7 };
    char bytes[] = "abcdefgh";
    char_array answer = NULL;
    mach_msg_type_number_t count = 0;
    int number = 0;

    result = KERN_SUCCESS;
    (void)asked(3, bytes, 5, &number);
    result = KERN_FAILURE;
    (void)asked(3, bytes, 0, &number);
    (void)told(3, 1);
    (void)carried(3, 5, bytes, 8, rights, 3, &answer, &count);
}

static void send_wrong(mach_msg_id_t id)
{
    mach_msg_header_t request = { .msgh_id = id, .msgh_size = sizeof(request) };
    (void)mach_msg(&request, MACH_SEND_MSG, sizeof(request), 0, MACH_PORT_NULL, 0, MACH_PORT_NULL);
}

int
main(void)
{
    call_all();
    mig_tracing = 1;
    call_all();
    mig_tracing = 0;
    send_wrong(5900);
    mig_errors = 1;
    send_wrong(5900);
    send_wrong(5999);
    return 0;
}
