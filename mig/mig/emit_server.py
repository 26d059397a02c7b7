# SPDX-License-Identifier: BSD-2-Clause
"""The server side: one stub per routine, the table of stubs, and the demux.

Stubs come in two views. In a task they take request and reply headers. In the kernel
(kernelserver) they take a struct ipc_kobject_call: there, ports and memory in descriptors are
pointers, the request port is given beside the message, and the kernel fills the reply's header.
"""

from mig import emit_async, emit_header, emit_log, emit_structs, helpers
from mig.c_writer import Writer
from mig.emit_header import server_side, subsystem_name
from mig.emit_serve import ServerStub
from mig.ir import Interface, Routine
from mig.signature import Side


def server_source(interface: Interface, header: str | None, symbols: bool = False) -> str:
    """-server: stubs, table and demux; with SYMBOLS also their names (-s). Without a HEADER to
    include, what it would declare stands in the file itself."""
    side = server_side(interface)
    out = emit_structs.source_head(
        interface, "Server stubs", header, side, emit_header.server_declarations
    )
    emit_structs.imports(out, interface, ("iimport",))
    emit_structs.layout_assertions(out, interface.routines, side)
    stubs = _stubs(interface, side)
    out.blank()
    out.lines(helpers.used_by(stubs, side))
    out.blank()
    out.lines(stubs)
    if symbols and side is not Side.KERNEL:
        _symbols(out, interface)
    return out.text()


def _stubs(interface: Interface, side: Side) -> str:
    out = Writer()
    for routine in interface.routines:
        ServerStub(out, routine, side, interface.traced).write()
        if interface.halves and not routine.one_way and side is Side.SERVER:
            emit_async.server_halves(out, routine, interface.traced)
    if side is Side.KERNEL:
        _kernel_table(out, interface)
    else:
        _table(out, interface)
        _demux(out, interface)
    return out.text()


def _symbols(out: Writer, interface: Interface) -> None:
    """Names of routines by their ids."""
    table = f"_{interface.name}SymTab"
    out.step("The routines' names, for tools that show calls.")
    with out.block(f"mig_symtab_t {table}[] =", "};"):
        for routine in interface.routines:
            out.line(f'{{ "{routine.name}", {routine.id}, (void (*)(void))_X{routine.name} }},')
        out.line("{ 0, 0, 0 },")
    out.line(f"int {table}Base = {interface.base};")
    out.line(f"int {table}End = {interface.base + len(interface.slots)};")


def _kernel_table(out: Writer, interface: Interface) -> None:
    name = subsystem_name(interface)
    out.step("The table of stubs, in the order of their ids.")
    with out.block(f"static const struct ipc_kobject_routine {name}_routines[] =", "};"):
        for routine in interface.slots or [None]:
            out.line(_kernel_routine(routine) if routine else "{ 0, 0 }, /* skipped */")
    out.blank()
    with out.block(f"const struct ipc_kobject_subsystem {name} =", "};"):
        out.line(f".start = {interface.base},")
        out.line(f".end = {interface.base + len(interface.slots)},")
        out.line(f".routines = {name}_routines,")


def _kernel_routine(routine: Routine) -> str:
    reply = "mig_reply_error_t" if routine.one_way else f"__Reply__{routine.name}_t"
    return f"{{ _X{routine.name}, sizeof({reply}) }},"


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
    const unsigned int id = (unsigned int)InHeadP->msgh_id;
    const size_t slot = (size_t)id - {base}u;

    /* The reply goes to the request's reply port; until a stub says more, it is an error reply. */
    OutHeadP->msgh_bits = MACH_MSGH_BITS(MACH_MSGH_BITS_REMOTE(InHeadP->msgh_bits), 0);
    OutHeadP->msgh_size = sizeof(mig_reply_error_t);
    OutHeadP->msgh_remote_port = InHeadP->msgh_remote_port;
    OutHeadP->msgh_local_port = MACH_PORT_NULL;
    OutHeadP->msgh_voucher_port = MACH_PORT_NULL;
    OutHeadP->msgh_id = (mach_msg_id_t)(id + 100u);
    if ({known}) {{
        {table}.routine[slot].stub_routine(InHeadP, OutHeadP);
        return TRUE;
    }}
{unknown}    answer_error(OutHeadP, MIG_BAD_ID);
    return FALSE;
}}
"""


def _demux(out: Writer, interface: Interface) -> None:
    name, count = subsystem_name(interface), len(interface.slots)
    known = f"slot < {count}"
    if None in interface.slots:
        known += f" && {name}.routine[slot].stub_routine != 0"
    out.blank()
    out.lines(
        DEMUX.format(
            demux=interface.demux_name, table=name, base=interface.base, count=count, known=known,
            unknown=emit_log.UNKNOWN_ID if interface.traced else "",
        )
    )
