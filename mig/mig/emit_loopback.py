# SPDX-License-Identifier: BSD-2-Clause
"""A test program for an interface: every routine called with random arguments over a loop-back.

The program is C for the run-time in runtime/loopback. For each routine it has the caller, which
knows what it sends and what must come back, and the server's routine, which checks the one and
makes the other. The server's routines carry the prefix served_, so that both sides link together.
"""

import os
from dataclasses import replace

from mig import loopback_kernel
from mig.c_writer import Writer
from mig.emit_call import fits_on_stack
from mig.ir import Interface, Routine
from mig.loopback_case import Case
from mig.loopback_halves import Halves
from mig.loopback_served import Served
from mig.loopback_table import Table

PREFIX = "served_"


def with_prefix(interface: Interface) -> Interface:
    """The interface whose stubs the program links: server routines are called served_NAME."""
    slots = [r and replace(r, server_prefix=PREFIX) for r in interface.slots]
    return replace(interface, slots=slots, server_prefix=PREFIX)


def files(
    interface: Interface, name: str, header: str, server_header: str
) -> dict[str, str]:
    """The program in the file NAME; INTERFACE is the result of with_prefix(). Of an interface that
    the kernel serves, only the served half, and the translations in a header of the same name: the
    callers' half is in the program of the same interface for tasks, compiled with
    LOOP_SERVED_ELSEWHERE. Of one whose callers are in the kernel, only the callers' half; the
    served one is in the program for tasks, compiled with LOOP_CALLED_ELSEWHERE."""
    if not interface.kernel_server:
        return {name: loopback_source(interface, header, server_header)}
    translations = os.path.splitext(name)[0] + ".h"
    return {
        name: loopback_kernel.source(interface, server_header),
        translations: loopback_kernel.translations(interface),
    }


def loopback_source(interface: Interface, header: str, server_header: str) -> str:
    """The whole program, or its callers' half if they are in the kernel."""
    out = Writer()
    out.lines(
        f'#include "{header}"\n#include "loopback.h"\n\n'
        "#include <stdio.h>\n#include <stdlib.h>\n#include <string.h>"
    )
    if interface.kernel_user:
        out.lines('\n#include "loopback_kobject.h"')
        _callers(out, interface)
        return out.text()
    out.lines(f'\n#ifndef LOOP_SERVED_ELSEWHERE\n#include "{server_header}"')
    for routine in interface.routines:
        Served(out, routine).write()
    out.lines("#endif\n\n#ifndef LOOP_CALLED_ELSEWHERE")
    _callers(out, interface)
    out.lines("#endif")
    return out.text()


def _callers(out: Writer, interface: Interface) -> None:
    """The callers, what the judge knows, and main()."""
    cases = []
    for routine in interface.routines:
        tables = Served(out, routine).tables()
        Case(out, routine, interface.kernel_user).caller()
        halves = interface.halves and not routine.one_way
        if halves:
            Halves(out, routine).write()
        cases.append((routine, tables, halves))
    out.blank()
    with out.block("static const struct loop_case cases[] =", "};"):
        for routine, tables, halves in cases:
            _case(out, routine, tables, halves)
    _main(out, interface)


def _case(out: Writer, routine: Routine, tables: list[Table], halves: bool) -> None:
    policy = routine.consume_on_send_error.upper()
    with out.block("", "},"):
        for table in tables:
            table.initialiser("reply" if table.message.reply else "request")
        out.line(f".call = call_{routine.name},")
        if halves:
            out.line(f".halves = halves_{routine.name},")
        facts = {
            "one_way": routine.one_way, "comes_back": routine.may_come_back,
            "own_reply_port": routine.of_kind("replyport", "ureplyport") is not None,
            "overwrites": any(a.overwrite for a in routine.arguments),
            "has_code": routine.retcode_argument is not None,
            "allocates": not fits_on_stack(routine),
        }
        for name, fact in facts.items():
            if fact:
                out.line(f".{name} = true,")
        out.line(f".policy = LOOP_CONSUME_{policy},")


def _main(out: Writer, interface: Interface) -> None:
    union = f"union __ReplyUnion__{interface.user_prefix}{interface.name}_subsystem"
    out.blank()
    out.line(f"boolean_t {interface.demux_name}(mach_msg_header_t *, mach_msg_header_t *);")
    with out.function("int", "main", ["int argc", "char **argv"]):
        with out.block("const struct loop_interface interface =", "};"):
            out.line(f'.name = "{interface.name}",')
            out.line(f".server = {interface.demux_name},")
            out.line(f".max_reply = sizeof({union}),")
            out.line(f".first = {interface.base}, .ids = {len(interface.slots)},")
            out.line(f".cases = cases, .case_count = {len(interface.routines)},")
            if interface.kernel_user:
                out.line(".from_kernel = true,")
            destroy = "mach_msg_destroy" + ("_from_kernel" if interface.kernel_user else "")
            out.line(f".destroy = {destroy},")
            out.lines("#ifdef LOOP_SERVED_ELSEWHERE\n.in_kernel = true,\n#endif")
        out.line("return loop_main(&interface, argc, argv);")
