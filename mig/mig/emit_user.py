# SPDX-License-Identifier: BSD-2-Clause
"""The user side's file: one function per routine (emit_call), under --async its halves too
(emit_async). What happens on errors is in functions marked cold at the top of the file.
"""

from mig import emit_async, emit_structs, layout
from mig.annotation_checks import utf8_helper
from mig.c_writer import Writer
from mig.emit_call import UserStub
from mig.ir import Interface, Routine
from mig.signature import Side

HELPERS_SEND_FAILED = """
/*
 * The message did not go out or no reply came. Only if it surely never left can the reply port be
 * used again: otherwise a late reply could still arrive at it. A caller's own reply port (then
 * REPLY_PORT is null) is left to the caller. Of a reply that came in part, that part is destroyed.
 */
__attribute__((cold, noinline, unused)) static mach_msg_return_t
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

/* The reply is not what the routine promises, or reports an error: free what came with it. */
__attribute__((cold, noinline, unused)) static kern_return_t
reply_rejected(mach_msg_header_t *reply, kern_return_t why)
{
    mach_msg_destroy(reply);
    return why;
}

/* A reply with another id: the server has gone, or the reply is not for this call. */
__attribute__((cold, noinline, unused)) static kern_return_t
reply_mismatch(const mach_msg_header_t *reply)
{
    return reply->msgh_id == MACH_NOTIFY_SEND_ONCE ? MIG_SERVER_DIED : MIG_REPLY_MISMATCH;
}

/* A reply of another shape: right only if it is an error reply. */
__attribute__((cold, noinline, unused)) static kern_return_t
reply_error(const mach_msg_header_t *reply)
{
    const mig_reply_error_t *error = (const mig_reply_error_t *)reply;

    if ((reply->msgh_bits & MACH_MSGH_BITS_COMPLEX) != 0 ||
        reply->msgh_size != sizeof(mig_reply_error_t) || error->RetCode == KERN_SUCCESS) {
        return MIG_TYPE_ERROR;
    }
    return error->RetCode;
}
"""
HELPER_CAME_BACK = """
/*
 * A request that was not sent: destroy what is in it. One that came back holds rights as received,
 * also one to reply, which mach_msg_destroy() only looks for in the remote port's place.
 */
__attribute__((cold, noinline, unused)) static void
destroy_request(mach_msg_header_t *request)
{
    const mach_msg_type_name_t how = MACH_MSGH_BITS_LOCAL(request->msgh_bits);

    mach_msg_destroy(request);
    if (how == MACH_MSG_TYPE_MOVE_SEND || how == MACH_MSG_TYPE_MOVE_SEND_ONCE) {
        request->msgh_bits = MACH_MSGH_BITS(how, 0);
        request->msgh_remote_port = request->msgh_local_port;
        mach_msg_destroy(request);
    }
}
"""
PAD_HELPER = """
/* SIZE bytes at S end the string before they end. */
__attribute__((unused)) static inline boolean_t
is_terminated(const char *s, mach_msg_size_t size)
{
    return memchr(s, '\\0', size) != NULL;
}

/* Zero the bytes between the end of a packed item and the next word; its size in whole words. */
__attribute__((unused)) static inline mach_msg_size_t
pad_to_word(char *item, mach_msg_size_t size)
{
    while (size % 4 != 0) {
        item[size++] = 0;
    }
    return size;
}
"""


def user_source(interface: Interface, header: str, routines: list[Routine] | None = None) -> str:
    """-user: the stubs; with ROUTINES only those (-i: one file for each)."""
    out = Writer()
    emit_structs.file_head(out, interface, "User stubs")
    emit_structs.rcs_id(out, interface)
    out.line(f'#include "{header}"')
    out.blank()
    out.line("#include <string.h>")
    emit_structs.imports(out, interface, ("iimport",))
    emit_structs.layout_assertions(out, interface, Side.USER)
    chosen = interface.routines if routines is None else routines
    if any(not r.one_way for r in chosen):
        out.blank()
        out.lines(HELPERS_SEND_FAILED)
    if any(r.may_come_back or r.consume_on_send_error != "none" for r in chosen):
        out.blank()
        out.lines(HELPER_CAME_BACK)
    if any(m.variable_items for r in chosen for m in (layout.request(r), layout.reply(r))):
        out.blank()
        out.lines(PAD_HELPER)
    utf8_helper(out, [a for r in chosen for a in r.arguments if a.returned])
    for routine in chosen:
        UserStub(out, routine).write()
        if interface.halves and not routine.one_way:
            emit_async.user_halves(out, routine)
    return out.text()
