# SPDX-License-Identifier: BSD-2-Clause
"""The served half of a loop-back program (emit_loopback) for stubs in the kernel: routines in the
kernel's terms, and translations of which every reference is counted."""

from mig.c_writer import Writer
from mig.ir import Interface, Type
from mig.loopback_served import Served
from mig.signature import Side, carried_type


def source(interface: Interface, server_header: str) -> str:
    """The routines, and the demux over the kernel's table that the callers' half refers to."""
    out = Writer()
    out.lines(
        f'#include "{server_header}"\n#include "loopback.h"\n#include "loopback_kobject.h"\n\n'
        "#include <string.h>"
    )
    for routine in interface.routines:
        Served(out, routine, in_kernel=True).write()
    head = ["mach_msg_header_t *request", "mach_msg_header_t *reply"]
    with out.function("boolean_t", interface.demux_name, head):
        table = f"{interface.server_prefix}{interface.name}_subsystem"
        out.line(f"return loop_kobject_serve(&{table}, request, reply);")
    return out.text()


def translations(interface: Interface) -> str:
    """A header with the interface's translation functions: an object has the name of its right. It
    is for all files that the kernel's half is made of."""
    out = Writer()
    out.lines(
        '#pragma once\n\n#include <stdint.h>\n\n#include <kern/mig_kernel.h>\n'
        '#include "loopback_kobject.h"'
    )
    types = list(interface.types.values())
    types += [a.type for r in interface.routines for a in r.arguments]
    counted = {name for t in types if t.is_object for name in (t.intran, t.outtran)}
    written = {""}
    for t in types:
        _translation(out, t, counted, written)
    return out.text()


def _translation(out: Writer, t: Type, counted: set[str], written: set[str]) -> None:
    """The functions of T that are not WRITTEN yet. Those that are COUNTED make a reference, and take
    one."""
    carried = carried_type(t, Side.KERNEL)
    if t.intran not in written:
        with out.function(f"static inline {t.trans_type}", t.intran, [f"{carried} from"]):
            out.line(f"{t.trans_type} object = ({t.trans_type})(uintptr_t)from;")
            if t.intran in counted:
                out.line("loop_object_made((uintptr_t)object);")
            out.line("return object;")
    if t.outtran not in written:
        with out.function(f"static inline {carried}", t.outtran, [f"{t.trans_type} object"]):
            if t.outtran in counted:
                out.line("loop_object_released((uintptr_t)object);")
            out.line(f"return ({carried})(uintptr_t)object;")
    if t.destructor not in written:
        with out.function("static inline void", t.destructor, [f"{t.trans_type} object"]):
            out.line("loop_object_released((uintptr_t)object);")
    written |= {t.intran, t.outtran, t.destructor}
