# SPDX-License-Identifier: BSD-2-Clause
"""The small C functions that stubs call: a file gets those that its stubs use, above them."""

from mig.signature import Side

# What needs <string.h> stands before it; a helper stands before those that call it.
IS_NATIVE = """
/* The data of a message is represented as this machine represents it. */
static inline boolean_t
is_native(const NDR_record_t *ndr)
{
    return memcmp(ndr, &NDR_record, sizeof(*ndr)) == 0;
}
"""
PAD_TO_WORD = """
/* Zero the bytes between the end of a packed item and the next word; its size in whole words. */
static inline mach_msg_size_t
pad_to_word(char *item, mach_msg_size_t size)
{
    while (size % 4 != 0) {
        item[size++] = 0;
    }
    return size;
}
"""
IS_TERMINATED = """
/* SIZE bytes at S end the string before they end. */
static inline boolean_t
is_terminated(const char *s, mach_msg_size_t size)
{
    return @TEST@;
}
"""
STRING_SIZE = """
/* Bytes of the string at S with its end, which is put there if SIZE bytes hold none. */
static inline mach_msg_size_t
string_size(char *s, mach_msg_size_t size)
{
    for (mach_msg_size_t i = 0; i < size; i++) {
        if (s[i] == '\\0') {
            return i + 1;
        }
    }
    s[size - 1] = '\\0';
    return size;
}
"""
IS_UTF8 = """
/* SIZE bytes at S, up to the first null, are UTF-8: shortest forms, no surrogates. */
static boolean_t
is_utf8(const char *s, mach_msg_size_t size)
{
    static const uint32_t lowest[] = { 0, 0x80, 0x800, 0x10000 };
    mach_msg_size_t i = 0;

    while (i < size && s[i] != '\\0') {
        const uint8_t lead = (uint8_t)s[i++];
        const unsigned int more = lead < 0x80 ? 0 : lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : 3;
        uint32_t value = more == 0 ? lead : lead & (0x3fu >> more);
        if ((lead >= 0x80 && lead < 0xc0) || lead >= 0xf8 || more > size - i) {
            return FALSE;
        }
        for (unsigned int k = 0; k < more; k++) {
            const uint8_t next = (uint8_t)s[i++];
            if ((next & 0xc0) != 0x80) {
                return FALSE;
            }
            value = value << 6 | (next & 0x3fu);
        }
        if (value < lowest[more] || value > 0x10ffff || (value >= 0xd800 && value < 0xe000)) {
            return FALSE;
        }
    }
    return TRUE;
}
"""
MACH_MSG_DESTROY = """
/* Not everywhere do the headers above declare it. */
void mach_msg_destroy(mach_msg_header_t *message);
"""
ANSWER_ERROR_TASK = """
/* The reply is an error reply; the demux has already made it as large as one. */
static inline void
answer_error(mach_msg_header_t *OutHeadP, kern_return_t why)
{
    mig_reply_error_t *error = (mig_reply_error_t *)OutHeadP;

    error->NDR = NDR_record;
    error->RetCode = why;
}
"""
ANSWER_ERROR_KERNEL = """
/* The reply is an error reply. Of the header, only size and COMPLEX bit are the stub's. */
static inline void
answer_error(mach_msg_header_t *OutHeadP, kern_return_t why)
{
    mig_reply_error_t *error = (mig_reply_error_t *)OutHeadP;

    error->Head.msgh_bits &= ~MACH_MSGH_BITS_COMPLEX;
    error->Head.msgh_size = sizeof(mig_reply_error_t);
    error->NDR = NDR_record;
    error->RetCode = why;
}
"""
DISCARD_RESULTS = """
/* The reply is not sent after all: destroy the rights and memory that the routine put into it. */
__attribute__((cold, noinline)) static void
discard_results(mach_msg_header_t *OutHeadP)
{
    const mach_port_t reply_port = OutHeadP->msgh_remote_port;

    OutHeadP->msgh_bits |= MACH_MSGH_BITS_COMPLEX;
    OutHeadP->msgh_remote_port = MACH_PORT_NULL;
    mach_msg_destroy(OutHeadP);
    OutHeadP->msgh_bits &= ~MACH_MSGH_BITS_COMPLEX;
    OutHeadP->msgh_remote_port = reply_port;
}
"""
DISCARD_RESULTS_KERNEL = """
/* The reply is not sent after all: destroy the rights and memory that the routine put into it. */
__attribute__((cold, noinline)) static void
discard_results(mach_msg_header_t *OutHeadP)
{
    OutHeadP->msgh_bits |= MACH_MSGH_BITS_COMPLEX;
    mach_msg_destroy_from_kernel(OutHeadP);
}
"""
KEEP_RIGHTS = """
/* Of an array of rights that is back, those that have the NAMES they were sent under stay. */
__attribute__((cold, noinline)) static void
keep_rights(mach_msg_ool_ports_descriptor_t *back, const mach_port_t *names)
{
    mach_port_t *received = (mach_port_t *)back->address;

    if (received == names) { /* it never left */
        back->disposition = MACH_MSG_TYPE_PORT_NONE;
        return;
    }
    for (mach_msg_size_t i = 0; received != 0 && i < back->count; i++) {
        if (received[i] == names[i]) {
            received[i] = MACH_PORT_NULL;
        }
    }
}
"""
RPC_FAILED = """
/*
 * The message did not go out or no reply came. Only if it surely never left can the reply port be
 * used again: otherwise a late reply could still arrive at it. A caller's own reply port (then
 * REPLY_PORT is null) is left to the caller. Of a reply that came in part, that part is destroyed;
 * so is a request that is back because the sender's quota is used up.
 */
__attribute__((cold, noinline)) static mach_msg_return_t
rpc_failed(mach_msg_header_t *message, mach_msg_return_t result, mach_port_t reply_port)
{
    switch (result & ~MACH_MSG_MASK) {
    case MACH_SEND_INVALID_DATA:
    case MACH_SEND_INVALID_DEST:
    case MACH_SEND_INVALID_HEADER:
        if (reply_port != MACH_PORT_NULL) {
            mig_put_reply_port(reply_port);
        }
        return result;
    case MACH_SEND_NO_BUFFER:
        destroy_request(message);
        break;
    case MACH_RCV_HEADER_ERROR:
    case MACH_RCV_BODY_ERROR:
        mach_msg_destroy(message);
        break;
    default:
        break;
    }
    if (reply_port != MACH_PORT_NULL) {
        mig_dealloc_reply_port(reply_port);
    }
    return result;
}
"""
SPECIAL_RPC_FAILED = """
/* The same for a thread's special reply port, which stays if the message surely never left. */
__attribute__((cold, noinline)) static mach_msg_return_t
special_rpc_failed(mach_msg_header_t *message, mach_msg_return_t result, mach_port_t reply_port)
{
    const mach_msg_return_t why = result & ~MACH_MSG_MASK;

    if (why == MACH_SEND_NO_BUFFER) {
        destroy_request(message);
    }
    if (why == MACH_RCV_HEADER_ERROR || why == MACH_RCV_BODY_ERROR) {
        mach_msg_destroy(message);
    }
    if (why != MACH_SEND_INVALID_DATA && why != MACH_SEND_INVALID_DEST &&
        why != MACH_SEND_INVALID_HEADER) {
        mig_dealloc_special_reply_port(reply_port);
    }
    return result;
}
"""
DESTROY_REQUEST = """
/*
 * A request that was not sent: destroy what is in it. One that came back holds rights as received,
 * also one to reply, which mach_msg_destroy() only looks for in the remote port's place.
 */
__attribute__((cold, noinline)) static void
destroy_request(mach_msg_header_t *request)
{
    const mach_msg_type_name_t how = MACH_MSGH_BITS_LOCAL(request->msgh_bits);

    mach_msg_destroy(request);
    if (how == MACH_MSG_TYPE_MOVE_SEND || how == MACH_MSG_TYPE_MOVE_SEND_ONCE) {
        request->msgh_bits = MACH_MSGH_BITS(how, 0);
        request->msgh_remote_port = request->msgh_local_port;
        mach_msg_destroy(request);
    }
    request->msgh_bits = 0; /* nothing is left in it */
}
"""
REPLY_REJECTED = """
/* The reply is not what the routine promises, or reports an error: free what came with it. */
__attribute__((cold, noinline)) static kern_return_t
reply_rejected(mach_msg_header_t *reply, kern_return_t why)
{
    @DESTROY@(reply);
    return why;
}
"""
REPLY_MISMATCH = """
/* A reply with another id: the server has gone, or the reply is not for this call. */
__attribute__((cold, noinline)) static kern_return_t
reply_mismatch(const mach_msg_header_t *reply)
{
    return reply->msgh_id == MACH_NOTIFY_SEND_ONCE ? MIG_SERVER_DIED : MIG_REPLY_MISMATCH;
}
"""
REPLY_ERROR = """
/* A reply of another shape: right only if it is an error reply. */
__attribute__((cold, noinline)) static kern_return_t
reply_error(const mach_msg_header_t *reply)
{
    const mig_reply_error_t *error = (const mig_reply_error_t *)reply;

    if ((reply->msgh_bits & MACH_MSGH_BITS_COMPLEX) != 0 ||
        reply->msgh_size != sizeof(mig_reply_error_t) || !is_native(&error->NDR) ||
        error->RetCode == KERN_SUCCESS) {
        return MIG_TYPE_ERROR;
    }
    return error->RetCode;
}
"""


def _texts(side: Side) -> dict[str, str]:
    """The helpers by name, callers behind what they call."""
    kernel = side.in_kernel
    # Neither library has both.
    ends = "strnlen(s, size) < size" if kernel else "memchr(s, '\\0', size) != NULL"
    destroy = "mach_msg_destroy_from_kernel" if kernel else "mach_msg_destroy"
    return {
        "mach_msg_destroy": MACH_MSG_DESTROY,
        "is_native": IS_NATIVE,
        "pad_to_word": PAD_TO_WORD,
        "is_terminated": IS_TERMINATED.replace("@TEST@", ends),
        "string_size": STRING_SIZE,
        "is_utf8": IS_UTF8,
        "answer_error": ANSWER_ERROR_KERNEL if kernel else ANSWER_ERROR_TASK,
        "discard_results": DISCARD_RESULTS_KERNEL if kernel else DISCARD_RESULTS,
        "keep_rights": KEEP_RIGHTS,
        "destroy_request": DESTROY_REQUEST,
        "rpc_failed": RPC_FAILED,
        "special_rpc_failed": SPECIAL_RPC_FAILED,
        "reply_rejected": REPLY_REJECTED.replace("@DESTROY@", destroy),
        "reply_mismatch": REPLY_MISMATCH,
        "reply_error": REPLY_ERROR,
    }


def used_by(stubs: str, side: Side) -> str:
    """The helpers that the text STUBS calls, and those that they call."""
    texts = _texts(side)
    chosen: list[str] = []
    for name in reversed(texts):
        if _is_called(name, stubs) or any(_is_called(name, helper) for helper in chosen):
            chosen.insert(0, texts[name])
    return "\n".join(text.strip("\n") + "\n" for text in chosen)


def _is_called(name: str, text: str) -> bool:
    """TEXT has NAME( as a whole word. Stubs are long, and a pattern takes much longer over them."""
    call = name + "("
    place = text.find(call)
    while place > 0 and (text[place - 1].isalnum() or text[place - 1] == "_"):
        place = text.find(call, place + 1)
    return place >= 0
