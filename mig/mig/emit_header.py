# SPDX-License-Identifier: BSD-2-Clause
"""The headers: for callers, for servers, the ids as #defines, and the internal renames."""

from collections.abc import Callable

from mig import emit_async, emit_structs
from mig.c_writer import Writer
from mig.ir import Interface, Routine
from mig.signature import Side, parameters, with_count


# <ptrcheck.h> comes with compilers that have -fbounds-safety.
COUNTED_BY = """
#if !defined(__counted_by) && defined(__has_include)
#if __has_include(<ptrcheck.h>)
#include <ptrcheck.h>
#endif
#endif
#ifndef __counted_by
#define __counted_by(count)
#endif
"""


def _header(
    interface: Interface, what: str, suffix: str, declare: Callable[[Writer, Interface], None]
) -> str:
    """A header about WHAT, which DECLARE fills."""
    out = Writer()
    guard = f"_{interface.name}_{suffix}"
    emit_structs.file_head(out, interface, what)
    out.lines(f"#ifndef {guard}\n#define {guard}")
    out.blank()
    declare(out, interface)
    out.blank()
    out.line(f"#endif /* {guard} */")
    return out.text()


def user_header(interface: Interface) -> str:
    """-header: prototypes of the user stubs, and the messages."""
    return _header(interface, "Calls and messages", "user_", user_declarations)


def user_declarations(out: Writer, interface: Interface) -> None:
    """What the user header declares; in the .c file itself if there is no header."""
    side = caller_side(interface)
    _includes(out, side)
    _counted_by(out, interface)
    _count(out, interface)
    emit_structs.imports(out, interface, ("import", "uimport", "dimport"))
    _hook(out, "__BeforeMigUserHeader")
    _extern_c_begin(out)
    for routine in interface.routines:
        _declare(out, interface, routine, routine.user_name, side)
        if interface.halves and not routine.one_way and not side.in_kernel:
            emit_async.user_prototypes(out, routine)
    _extern_c_end(out)
    emit_structs.message_structs(out, interface, side)
    _name_map(out, interface)
    _hook(out, "__AfterMigUserHeader")


def server_header(interface: Interface) -> str:
    """-sheader: prototypes of the routines a server provides, its demux, and the messages."""
    what = "Routines to provide, and messages,"
    return _header(interface, what, "server_", server_declarations)


def server_declarations(out: Writer, interface: Interface) -> None:
    """What the server header declares; in the .c file itself if there is no header."""
    side = server_side(interface)
    _includes(out, side)
    _counted_by(out, interface)
    _count(out, interface)
    emit_structs.imports(out, interface, ("import", "simport", "dimport"))
    _hook(out, "__BeforeMigServerHeader")
    _extern_c_begin(out)
    for routine in interface.routines:
        _declare(out, interface, routine, routine.server_name, side)
        if interface.halves and not routine.one_way and side is Side.SERVER:
            emit_async.server_prototypes(out, routine)
    if side is Side.KERNEL:
        _kernel_table(out, interface)
    else:
        _demux(out, interface)
    _extern_c_end(out)
    emit_structs.message_structs(out, interface, side)
    _name_map(out, interface)
    _hook(out, "__AfterMigServerHeader")


def _includes(out: Writer, side: Side) -> None:
    out.line("#include <stddef.h>")
    out.line("#include <stdint.h>")
    emit_structs.system_includes(out, side)


def _counted_by(out: Writer, interface: Interface) -> None:
    """-b: the annotation, where the compiler knows it."""
    if interface.counted_by:
        out.blank()
        out.lines(COUNTED_BY)


def _declare(
    out: Writer, interface: Interface, routine: Routine, name: str, side: Side
) -> None:
    counted = interface.counted_by
    heads = [with_count(p) if counted else str(p) for p in parameters(routine, side)]
    out.step(emit_structs.title(routine))
    out.lines(emit_structs.prototype("kern_return_t", name, heads))


def defines_header(interface: Interface) -> str:
    """-dheader: MACH_ID_ROUTINE and MACH_ID_ROUTINE_REPLY."""
    return _header(interface, "Message ids", "defines", _ids)


def _ids(out: Writer, interface: Interface) -> None:
    for routine in interface.routines:
        out.line(f"#define MACH_ID_{routine.name.upper()} {routine.id} /* {routine.name}() */")
        if not routine.one_way:
            out.line(f"#define MACH_ID_{routine.name.upper()}_REPLY {routine.id + 100}")
    _name_map(out, interface)


def internal_header(interface: Interface) -> str:
    """-iheader: the user stubs get other names, so that a kernel can have both sides."""
    return _header(interface, "External names for the user stubs", "internal_", _external_names)


def _external_names(out: Writer, interface: Interface) -> None:
    for routine in interface.routines:
        out.line(f"#define {routine.user_name} {routine.user_name}_external")


def caller_side(interface: Interface) -> Side:
    return Side.KERNEL_USER if interface.kernel_user else Side.USER


def server_side(interface: Interface) -> Side:
    return Side.KERNEL if interface.kernel_server else Side.SERVER


def subsystem_name(interface: Interface) -> str:
    """The name of the routine table and of its struct type."""
    return f"{interface.server_prefix}{interface.name}_subsystem"


def _extern_c_begin(out: Writer) -> None:
    out.blank()
    out.lines('#ifdef __cplusplus\nextern "C" {\n#endif')


def _extern_c_end(out: Writer) -> None:
    out.blank()
    out.lines("#ifdef __cplusplus\n}\n#endif")


def _hook(out: Writer, name: str) -> None:
    """A place where a program can put declarations of its own, as in Apple's headers."""
    out.blank()
    out.lines(f"#ifdef {name}\n{name}\n#endif")


def _count(out: Writer, interface: Interface) -> None:
    name = f"{interface.name}_MSG_COUNT"
    out.blank()
    out.lines(f"#ifndef {name}\n#define {name} {len(interface.slots)}\n#endif")


def _name_map(out: Writer, interface: Interface) -> None:
    """{ "routine", id }, ...: for tables of message names."""
    name = f"subsystem_to_name_map_{interface.name}"
    pairs = [f'    {{ "{r.name}", {r.id} }}' for r in interface.routines]
    out.blank()
    out.line(f"#ifndef {name}")
    out.raw(f"#define {name}" + (" \\\n" + ", \\\n".join(pairs) if pairs else ""))
    out.line("#endif")


def _demux(out: Writer, interface: Interface) -> None:
    name = subsystem_name(interface)
    demux = interface.demux_name
    out.step("Handle one request if it is this subsystem's: TRUE, and OutHeadP is the reply.")
    out.line(
        f"extern boolean_t {demux}(mach_msg_header_t *InHeadP, mach_msg_header_t *OutHeadP);"
    )
    out.step("The stub for a request, or null if the id is not this subsystem's.")
    out.line(f"extern mig_routine_t {demux}_routine(mach_msg_header_t *InHeadP);")
    out.step("The table of stubs; skipped ids have zeros.")
    with out.block(f"extern const struct {name}", f"}} {name};"):
        out.line("mig_server_routine_t server;")
        out.line("mach_msg_id_t start; /* first id */")
        out.line("mach_msg_id_t end; /* last id + 1 */")
        out.line("unsigned int maxsize; /* bytes of the largest reply */")
        out.line("vm_address_t reserved;")
        out.line(f"struct routine_descriptor routine[{max(1, len(interface.slots))}];")


def _kernel_table(out: Writer, interface: Interface) -> None:
    out.step("The table of stubs for the kernel's dispatcher; skipped ids are null.")
    out.line(f"extern const struct ipc_kobject_subsystem {subsystem_name(interface)};")
