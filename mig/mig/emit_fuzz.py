# SPDX-License-Identifier: BSD-2-Clause
"""A libFuzzer harness for a server's demux (`mig fuzz`): routines that read all they are given and
set what the fuzzer chooses. What turns bytes into requests is runtime/fuzz.c."""

from mig.c_writer import Writer
from mig.ir import TOKENS, Argument, Interface, Routine, Shape, Type
from mig.signature import Parameter, Side, parameters


def fuzz_source(interface: Interface, server_header: str) -> str:
    out = Writer()
    out.comment(f"Fuzzes the server stubs of subsystem {interface.name}. Made by mig.")
    out.line(f'#include "{server_header}"')
    out.line('#include "fuzz.h"')
    for routine in interface.routines:
        _routine(out, routine)
    out.blank()
    with out.block("const struct fuzz_target fuzz_target =", "};"):
        out.line(f".demux = {interface.demux_name},")
        out.line(f".first = {interface.base},")
        out.line(f".count = {len(interface.slots)},")
        union = f"union __ReplyUnion__{interface.server_prefix}{interface.name}_subsystem"
        size = f"sizeof({union})" if interface.routines else "0"
        error = "sizeof(mig_reply_error_t)"
        out.line(f".max_reply = {size} > {error} ? {size} : {error},")
    return out.text()


def _routine(out: Writer, routine: Routine) -> None:
    chosen = parameters(routine, Side.SERVER)
    with out.function("kern_return_t", routine.server_name, [str(p) for p in chosen]):
        for parameter in chosen:
            _read(out, parameter)
        for parameter in chosen:
            if parameter.argument.returned and parameter.role in ("value", "count"):
                _choose(out, parameter)
        out.line("return fuzz_result();")


def _read(out: Writer, parameter: Parameter) -> None:
    argument, name = parameter.argument, parameter.name
    t = argument.type
    if parameter.role != "value":
        out.line(f"(void){name};" if argument.kind != "out" else f"fuzz_read({name}, "
                 f"sizeof(*{name}));")
    elif argument.kind in TOKENS or argument.kind.endswith("port"):
        out.line(f"fuzz_read(&{name}, sizeof({name}));")
    elif not argument.sent:
        out.line(f"(void){name};")
    elif t.shape is Shape.OOL_LIST:
        _read_list(out, argument)
    else:
        _read_value(out, argument, t)


def _read_value(out: Writer, argument: Argument, t: Type) -> None:
    name = argument.name
    count = f"{argument.count_name}" if t.variable else str(t.count)
    if argument.returned and t.variable:
        count = "*" + count
    match t.shape:
        case Shape.STRING | Shape.VAR_STRING:
            out.line(f"fuzz_read_string({name}, {t.count});")
        case Shape.ARRAY:
            out.line(f"fuzz_read({name}, {t.size});")
        case Shape.VAR:
            out.line(f"fuzz_read({name}, (size_t){count} * {t.element_size});")
        case Shape.PORTS:
            out.line(f"fuzz_read({name}, (size_t){count} * sizeof(mach_port_t));")
        case Shape.OOL | Shape.OOL_PORTS:
            size = "sizeof(mach_port_t)" if t.port else str(t.element_size)
            value = ("*" if argument.returned else "") + name
            out.line(f"fuzz_read((const void *){value}, (size_t){count} * {size});")
        case Shape.OPTIONAL:
            with out.block(f"if ({name} != {t.absent})"):
                out.line(f"fuzz_read({name}, sizeof(*{name}));")
        case Shape.POINTER:
            out.line(f"fuzz_read({name}, sizeof(*{name}));")
        case _ if argument.returned:
            out.line(f"fuzz_read({name}, sizeof(*{name}));")
        case _:
            out.line(f"fuzz_read(&{name}, sizeof({name}));")


def _read_list(out: Writer, argument: Argument) -> None:
    t = argument.type
    assert t.element is not None
    size = "sizeof(mach_port_t)" if t.element.port else str(t.element.element_size)
    regions = str(t.count)
    if t.variable:
        regions = ("*" if argument.returned else "") + argument.count_name
    with out.loop("fuzz_i", regions):
        count = str(t.element.count)
        if t.element.variable:
            count = f"{argument.name}Subs[fuzz_i]"
        value = f"(const void *){argument.name}[fuzz_i]"
        out.line(f"fuzz_read({value}, (size_t){count} * {size});")


def _choose(out: Writer, parameter: Parameter) -> None:
    """Results: any count, also one for which there is no room; text that may not end."""
    argument, name = parameter.argument, parameter.name
    t = argument.type
    if parameter.role == "count":
        if not t.out_of_line or t.shape is Shape.OOL_LIST:
            out.line(f"*{name} = fuzz_choose({t.count + 1});")
    elif t.shape in (Shape.STRING, Shape.VAR_STRING):
        with out.loop("fuzz_i", t.count):
            out.line(f"{name}[fuzz_i] = (char)(fuzz_choose({t.count}) == fuzz_i ? 0 : 'x');")
