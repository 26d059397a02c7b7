/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The message loop of a server. The reply to one request and the receipt of the next are one trap:
 * the kernel hands the processor to the client and back without a run queue in between. Request and
 * reply live in two buffers that change places each time, because the next request arrives in the
 * buffer the reply left from. Nothing is cleared in between: stubs write every byte they send.
 */
#include <mach/mach.h>
#include <mach/mach_vm.h>

typedef boolean_t demux_t(mach_msg_header_t *, mach_msg_header_t *);

/* Both buffers, in one allocation; the size of each is in SIZE. */
struct server_buffers {
    mig_reply_error_t *request;
    mig_reply_error_t *reply;
    mach_vm_address_t memory;
    mach_msg_size_t size;
};

#define LIKELY(condition)   __builtin_expect((condition) != 0, 1)
#define UNLIKELY(condition) __builtin_expect((condition) != 0, 0)

/* The low bits of the codes in <mach/message.h>; the others are those of all failed sends. */
#define CODE_BITS 0x3fff

/* To receive, with those of a caller's options that concern it. */
static mach_msg_options_t receive_options(mach_msg_options_t options)
{
    return (options & ~MACH_SEND_MSG) | MACH_RCV_MSG;
}

static kern_return_t buffers_create(struct server_buffers *buffers, mach_msg_size_t max_size)
{
    mach_vm_size_t size = mach_vm_round_page((mach_vm_size_t)max_size + MAX_TRAILER_SIZE);
    mach_vm_address_t memory = 0;
    kern_return_t result = mach_vm_allocate(mach_task_self_, &memory, 2 * size, VM_FLAGS_ANYWHERE);
    if (result != KERN_SUCCESS) {
        return result;
    }
    buffers->memory = memory;
    buffers->size = (mach_msg_size_t)size;
    buffers->request = (mig_reply_error_t *)memory;
    buffers->reply = (mig_reply_error_t *)(memory + size);
    return KERN_SUCCESS;
}

static void buffers_destroy(struct server_buffers *buffers)
{
    (void)mach_vm_deallocate(mach_task_self_, buffers->memory, 2 * (mach_vm_size_t)buffers->size);
}

static inline void buffers_swap(struct server_buffers *buffers)
{
    mig_reply_error_t *reply = buffers->reply;
    buffers->reply = buffers->request;
    buffers->request = reply;
}

/* MACH_RCV_LARGE: a message waits that does not fit; make room for it. */
static kern_return_t buffers_grow(struct server_buffers *buffers)
{
    struct server_buffers larger;
    kern_return_t result = buffers_create(&larger, buffers->request->Head.msgh_size);
    if (result == KERN_SUCCESS) {
        buffers_destroy(buffers);
        *buffers = larger;
    }
    return result;
}

[[gnu::noinline]] static mach_msg_return_t wait_for_request(struct server_buffers *buffers,
                                                            mach_port_t port,
                                                            mach_msg_options_t options)
{
    for (;;) {
        mach_msg_return_t result =
            mach_msg(&buffers->request->Head, options, 0, buffers->size, port, 0, MACH_PORT_NULL);
        if (result != MACH_RCV_TOO_LARGE || (options & MACH_RCV_LARGE) == 0) {
            return result;
        }
        result = buffers_grow(buffers);
        if (result != KERN_SUCCESS) {
            return result;
        }
    }
}

/* A request without a reply before it. By way of a copy, so that the loop below can have its
 * buffers in registers. */
static mach_msg_return_t receive(struct server_buffers *buffers, mach_port_t port,
                                 mach_msg_options_t options)
{
    struct server_buffers waiting = *buffers;
    mach_msg_return_t result = wait_for_request(&waiting, port, options);
    *buffers = waiting;
    return result;
}

/*
 * Is there a reply to send? The routine that failed did not take what the request brought, so it is
 * given back here; the reply right is not part of that, it went into the reply.
 */
static boolean_t has_reply(mig_reply_error_t *request, mig_reply_error_t *reply)
{
    if (!MACH_MSGH_BITS_IS_COMPLEX(reply->Head.msgh_bits) && reply->RetCode != KERN_SUCCESS) {
        if (reply->RetCode == MIG_NO_REPLY) {
            return FALSE;
        }
        if (MACH_MSGH_BITS_IS_COMPLEX(request->Head.msgh_bits)) {
            request->Head.msgh_remote_port = MACH_PORT_NULL;
            mach_msg_destroy(&request->Head);
        }
    }
    if (reply->Head.msgh_remote_port == MACH_PORT_NULL) {
        if (MACH_MSGH_BITS_IS_COMPLEX(reply->Head.msgh_bits)) {
            mach_msg_destroy(&reply->Head);
        }
        return FALSE;
    }
    return TRUE;
}

/*
 * What is to be done with a reply that is not the usual one.
 * Returns: options to send it with; 0, it is not to be sent. A client that gave us a send right
 *          could let its queue fill up; no server waits for that.
 */
[[gnu::noinline]] static mach_msg_options_t unusual_reply(mig_reply_error_t *request,
                                                          mig_reply_error_t *reply)
{
    if (!has_reply(request, reply)) {
        return 0;
    }
    if (MACH_MSGH_BITS_REMOTE(reply->Head.msgh_bits) == MACH_MSG_TYPE_MOVE_SEND_ONCE) {
        return MACH_SEND_MSG;
    }
    return MACH_SEND_MSG | MACH_SEND_TIMEOUT;
}

/* Serve the request; returns as unusual_reply(). The usual: success, no rights, for a caller. */
static inline mach_msg_options_t serve(struct server_buffers *buffers, demux_t *demux)
{
    mig_reply_error_t *reply = buffers->reply;
    (void)demux(&buffers->request->Head, &reply->Head);
    if (LIKELY(reply->Head.msgh_bits == MACH_MSGH_BITS(MACH_MSG_TYPE_MOVE_SEND_ONCE, 0) &&
               reply->RetCode == KERN_SUCCESS)) {
        return MACH_SEND_MSG;
    }
    return unusual_reply(buffers->request, reply);
}

/* The same, working for the voucher that came with the request, if one did. */
static mach_msg_options_t serve_adopting(struct server_buffers *buffers, demux_t *demux)
{
    voucher_mach_msg_state_t former = voucher_mach_msg_adopt(&buffers->request->Head);
    mach_msg_options_t how = serve(buffers, demux);
    voucher_mach_msg_revert(former);
    return how;
}

/* Could the reply not be sent? That concerns its client only, be it gone or the reply bad, say with
 * a right that has died. A bad reply's send-once right tells the client when it is destroyed. */
static boolean_t reply_has_failed(mach_msg_return_t result)
{
    return (result & ~CODE_BITS) == (MACH_SEND_IN_PROGRESS & ~CODE_BITS);
}

/* The call that should have sent REPLY and received a request has failed. Returns: is only the
 * request missing, because the reply could not be sent (it is destroyed) or for want of room? */
[[gnu::noinline]] static boolean_t is_still_to_receive(mach_msg_header_t *reply,
                                                       mach_msg_return_t result,
                                                       mach_msg_options_t options)
{
    if (reply_has_failed(result)) {
        mach_msg_destroy(reply);
        return TRUE;
    }
    return result == MACH_RCV_TOO_LARGE && (options & MACH_RCV_LARGE) != 0;
}

/* Serve the request in BUFFERS and all that follow; each reply goes out in the call that brings the
 * next request. Returns: why that ended. */
static mach_msg_return_t serve_all(struct server_buffers *buffers, demux_t *demux, mach_port_t port,
                                   mach_msg_options_t options)
{
    for (;;) {
        mach_msg_return_t result;
        mach_msg_options_t how = serve(buffers, demux);
        if (LIKELY(how != 0)) {
            buffers_swap(buffers);
            mach_msg_header_t *reply = &buffers->request->Head;
            result = mach_msg(reply, how | options, reply->msgh_size, buffers->size, port, 0,
                              MACH_PORT_NULL);
            if (LIKELY(result == MACH_MSG_SUCCESS)) {
                continue;
            }
            if (!is_still_to_receive(reply, result, options)) {
                return result;
            }
        }
        result = receive(buffers, port, options);
        if (result != MACH_MSG_SUCCESS) {
            return result;
        }
    }
}

/* Serve requests with their vouchers. That is a call of the kernel more before and after each, so they may as well be
 * served one by one, and all others lose nothing. */
[[gnu::noinline]] static mach_msg_return_t serve_one_by_one(demux_t *demux,
                                                            mach_msg_size_t max_size,
                                                            mach_port_t port,
                                                            mach_msg_options_t options)
{
    mach_msg_return_t result;
    do {
        result = mach_msg_server_once(demux, max_size, port, options);
    } while (result == MACH_MSG_SUCCESS);
    return result;
}

mach_msg_return_t mach_msg_server(demux_t *demux, mach_msg_size_t max_size, mach_port_t port,
                                  mach_msg_options_t options)
{
    if (options & MACH_RCV_VOUCHER) {
        return serve_one_by_one(demux, max_size, port, options);
    }
    struct server_buffers buffers;
    mach_msg_return_t result = buffers_create(&buffers, max_size);
    if (result != KERN_SUCCESS) {
        return result;
    }
    options = receive_options(options);
    result = receive(&buffers, port, options);
    if (result == MACH_MSG_SUCCESS) {
        result = serve_all(&buffers, demux, port, options);
    }
    buffers_destroy(&buffers);
    return result;
}

mach_msg_return_t mach_msg_server_importance(demux_t *demux, mach_msg_size_t max_size,
                                             mach_port_t port, mach_msg_options_t options)
{
    return mach_msg_server(demux, max_size, port, options);
}

mach_msg_return_t mach_msg_server_once(demux_t *demux, mach_msg_size_t max_size, mach_port_t port,
                                       mach_msg_options_t options)
{
    struct server_buffers buffers;
    mach_msg_return_t result = buffers_create(&buffers, max_size);
    if (result != KERN_SUCCESS) {
        return result;
    }
    result = receive(&buffers, port, receive_options(options));
    if (result == MACH_MSG_SUCCESS) {
        mach_msg_header_t *reply = &buffers.reply->Head;
        mach_msg_options_t how =
            options & MACH_RCV_VOUCHER ? serve_adopting(&buffers, demux) : serve(&buffers, demux);
        if (how != 0) {
            result = mach_msg(reply, how, reply->msgh_size, 0, MACH_PORT_NULL, 0, MACH_PORT_NULL);
        }
        if (reply_has_failed(result)) {
            mach_msg_destroy(reply);
            result = MACH_MSG_SUCCESS;
        }
    }
    buffers_destroy(&buffers);
    return result;
}

mach_msg_return_t mach_msg_send(mach_msg_header_t *message)
{
    return mach_msg(message, MACH_SEND_MSG, message->msgh_size, 0, MACH_PORT_NULL,
                    MACH_MSG_TIMEOUT_NONE, MACH_PORT_NULL);
}

mach_msg_return_t mach_msg_receive(mach_msg_header_t *message)
{
    return mach_msg(message, MACH_RCV_MSG, 0, message->msgh_size, message->msgh_local_port,
                    MACH_MSG_TIMEOUT_NONE, MACH_PORT_NULL);
}
