# SPDX-License-Identifier: BSD-2-Clause
"""The user side's file: one function per routine (emit_call), under --async its halves too
(emit_async). What happens on errors is in functions marked cold at the top of the file.
"""

from mig import emit_async, emit_header, emit_structs, helpers
from mig.c_writer import Writer
from mig.emit_call import UserStub
from mig.emit_header import caller_side
from mig.ir import Interface, Routine
from mig.signature import Side

# Headers that know the option define it.
SPECIAL_REPLY_PORT_OPTION = """
#ifndef __MigSpecialReplyPortMsgOption
#define __MigSpecialReplyPortMsgOption MACH_MSG_OPTION_NONE
#endif
"""


def user_source(
    interface: Interface, header: str | None, routines: list[Routine] | None = None
) -> str:
    """-user: the stubs; with ROUTINES only those (-i: one file for each). Without a HEADER to
    include, what it would declare stands in the file itself."""
    side = caller_side(interface)
    chosen = interface.routines if routines is None else routines
    out = emit_structs.source_head(
        interface, "User stubs", header, side, emit_header.user_declarations
    )
    stubs = _stubs(interface, chosen, side)
    _what_they_call(out, stubs)
    emit_structs.imports(out, interface, ("iimport",))
    emit_structs.layout_assertions(out, chosen, side)
    out.blank()
    out.lines(helpers.used_by(stubs, side))
    out.blank()
    out.lines(stubs)
    return out.text()


def _what_they_call(out: Writer, stubs: str) -> None:
    """Headers for what few stubs call."""
    if "mig_get_special_reply_port(" in stubs:
        out.line("#include <mach/mach_sync_ipc.h>")
        out.lines(SPECIAL_REPLY_PORT_OPTION)


def _stubs(interface: Interface, routines: list[Routine], side: Side) -> str:
    out = Writer()
    for routine in routines:
        UserStub(out, routine, side, interface.traced).write()
        if interface.halves and not routine.one_way and not side.in_kernel:
            emit_async.user_halves(out, routine, interface.traced)
    return out.text()
