# SPDX-License-Identifier: BSD-2-Clause
"""The server side: one stub per routine, the table of stubs, and the demux.

Stubs come in two views. In a task they take request and reply headers. In the kernel
(kernelserver) they take a struct ipc_kobject_call: there, ports and memory in descriptors are
pointers, the request port is given beside the message, and the kernel fills the reply's header.
"""

from mig import emit_async, emit_structs, layout
from mig.annotation_checks import utf8_helper
from mig.c_writer import Writer
from mig.emit_header import server_side, subsystem_name
from mig.emit_serve import ServerStub
from mig.ir import Interface
from mig.signature import Side

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
__attribute__((cold, noinline, unused)) static void
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
STRING_HELPERS = """
/* Zero the bytes between the end of a packed item and the next word; its size in whole words. */
__attribute__((unused)) static inline mach_msg_size_t
pad_to_word(char *item, mach_msg_size_t size)
{
    while (size % 4 != 0) {
        item[size++] = 0;
    }
    return size;
}

/* SIZE bytes at S end the string before they end. */
__attribute__((unused)) static inline boolean_t
is_terminated(const char *s, mach_msg_size_t size)
{
    for (mach_msg_size_t i = 0; i < size; i++) {
        if (s[i] == '\\0') {
            return TRUE;
        }
    }
    return FALSE;
}

/* Bytes of the string at S with its end, which is put there if SIZE bytes hold none. */
__attribute__((unused)) static inline mach_msg_size_t
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


def server_source(interface: Interface, header: str) -> str:
    """-server: stubs, table and demux."""
    out = Writer()
    side = server_side(interface)
    emit_structs.file_head(out, interface, "Server stubs")
    emit_structs.rcs_id(out, interface)
    out.line(f'#include "{header}"')
    if side is not Side.KERNEL:
        out.blank()
        out.line("#include <string.h>")
    emit_structs.imports(out, interface, ("iimport",))
    emit_structs.layout_assertions(out, interface, side)
    out.blank()
    out.lines(ANSWER_ERROR_KERNEL if side is Side.KERNEL else ANSWER_ERROR_TASK)
    if side is not Side.KERNEL and any(layout.reply(r).complex for r in interface.routines):
        out.blank()
        out.lines(DISCARD_RESULTS)
    if _needs_string_helpers(interface):
        out.blank()
        out.lines(STRING_HELPERS)
    utf8_helper(out, [a for r in interface.routines for a in r.arguments if a.sent])
    for routine in interface.routines:
        ServerStub(out, routine, side).write()
        if interface.halves and not routine.one_way and side is Side.SERVER:
            emit_async.server_halves(out, routine)
    if side is Side.KERNEL:
        _kernel_table(out, interface)
    else:
        _table(out, interface)
        _demux(out, interface)
    return out.text()


def _needs_string_helpers(interface: Interface) -> bool:
    for routine in interface.routines:
        for message in (layout.request(routine), layout.reply(routine)):
            if message.variable_items or any("string" in i.argument.type.shape.name.lower()
                                             for i in message.items if i.argument):
                return True
    return False


def _kernel_table(out: Writer, interface: Interface) -> None:
    name = subsystem_name(interface)
    out.step("The table of stubs, in the order of their ids.")
    with out.block(f"static const ipc_kobject_stub_t {name}_stubs[] =", "};"):
        for routine in interface.slots or [None]:
            out.line(f"_X{routine.name}," if routine else "0, /* skipped */")
    out.blank()
    with out.block(f"const struct ipc_kobject_subsystem {name} =", "};"):
        out.line(f".start = {interface.base},")
        out.line(f".end = {interface.base + len(interface.slots)},")
        out.line(f".max_reply_size = {_max_reply(interface)},")
        out.line(f".stubs = {name}_stubs,")


def _max_reply(interface: Interface) -> str:
    union = f"union __ReplyUnion__{subsystem_name(interface)}"
    return f"sizeof({union})" if interface.routines else "sizeof(mig_reply_error_t)"


def _table(out: Writer, interface: Interface) -> None:
    name = subsystem_name(interface)
    out.step("The table of stubs, in the order of their ids.")
    with out.block(f"const struct {name} {name} =", "};"):
        out.line(f".server = {interface.demux_name}_routine,")
        out.line(f".start = {interface.base},")
        out.line(f".end = {interface.base + len(interface.slots)},")
        out.line(f".maxsize = {_max_reply(interface)},")
        out.line(".reserved = 0,")
        with out.block(".routine =", "},"):
            for routine in interface.slots or [None]:
                if routine is None:
                    out.line("{ 0 }, /* skipped */")
                    continue
                count = emit_structs.argument_words(routine)
                reply = f"sizeof(__Reply__{routine.name}_t)"
                out.line(f"{{ 0, _X{routine.name}, {count}, 0, 0, {reply} }},")


DEMUX = """
mig_routine_t
{demux}_routine(mach_msg_header_t *InHeadP)
{{
    const unsigned int slot = (unsigned int)InHeadP->msgh_id - {base}u;

    return slot < {count} ? {table}.routine[slot].stub_routine : 0;
}}

boolean_t
{demux}(mach_msg_header_t *InHeadP, mach_msg_header_t *OutHeadP)
{{
    const mig_routine_t routine = {demux}_routine(InHeadP);

    /* The reply goes to the request's reply port; until a stub says more, it is an error reply. */
    OutHeadP->msgh_bits = MACH_MSGH_BITS(MACH_MSGH_BITS_REMOTE(InHeadP->msgh_bits), 0);
    OutHeadP->msgh_size = sizeof(mig_reply_error_t);
    OutHeadP->msgh_remote_port = InHeadP->msgh_remote_port;
    OutHeadP->msgh_local_port = MACH_PORT_NULL;
    OutHeadP->msgh_voucher_port = MACH_PORT_NULL;
    OutHeadP->msgh_id = (mach_msg_id_t)((unsigned int)InHeadP->msgh_id + 100u);
    if (routine == 0) {{
        answer_error(OutHeadP, MIG_BAD_ID);
        return FALSE;
    }}
    routine(InHeadP, OutHeadP);
    return TRUE;
}}
"""


def _demux(out: Writer, interface: Interface) -> None:
    out.blank()
    out.lines(
        DEMUX.format(
            demux=interface.demux_name, table=subsystem_name(interface), base=interface.base,
            count=len(interface.slots),
        )
    )
