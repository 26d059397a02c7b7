# SPDX-License-Identifier: BSD-2-Clause
"""A test program for an interface: every routine called with random arguments over a loop-back.

The program is C for the run-time in runtime/loopback. For each routine it has the caller, which
knows what it sends and what must come back, and the server's routine, which checks the one and
makes the other. The server's routines carry the prefix served_, so that both sides link together.
"""

from dataclasses import replace

from mig import forms
from mig.c_writer import Writer
from mig.ir import TOKENS, Argument, Interface, Routine, Shape
from mig.loopback_case import Case
from mig.loopback_halves import Halves
from mig.signature import Parameter, Side, parameters

PREFIX = "served_"


def with_prefix(interface: Interface) -> Interface:
    """The interface whose stubs the program links: server routines are called served_NAME."""
    slots = [r and replace(r, server_prefix=PREFIX) for r in interface.slots]
    return replace(interface, slots=slots, server_prefix=PREFIX)


def loopback_source(interface: Interface, header: str, server_header: str) -> str:
    """The program; INTERFACE is the result of with_prefix()."""
    out = Writer()
    out.lines(
        f'#include "{header}"\n#include "{server_header}"\n#include "loopback.h"\n\n'
        "#include <stdio.h>\n#include <stdlib.h>\n#include <string.h>"
    )
    for routine in interface.routines:
        _Served(out, routine).write()
        Case(out, routine).caller()
    for routine in forms.asynchronous(interface.routines) if interface.halves else []:
        Halves(out, routine).write()
    _main(out, interface)
    return out.text()


def _main(out: Writer, interface: Interface) -> None:
    with out.function("int", "main", ["int argc", "char **argv"]):
        out.line("const uint32_t rounds = argc > 1 ? (uint32_t)atoi(argv[1]) : 100;")
        out.line(f"loop_server = {interface.demux_name};")
        out.line(f"loop_max_reply = {PREFIX}{interface.name}_subsystem.maxsize;")
        with out.block("for (uint32_t seed = 1; seed <= rounds; seed++)"):
            for routine in interface.routines:
                for result in ("KERN_SUCCESS", "KERN_FAILURE", "MIG_NO_REPLY"):
                    out.line(f"try_{routine.name}(seed, {result}, LOOP_REPLY_GOOD);")
                if not routine.one_way:
                    if interface.halves:
                        _try_halves(out, routine)
                    with out.block("for (int m = LOOP_REPLY_OTHER_ID; m < LOOP_MUTATIONS; m++)"):
                        out.line(f"try_{routine.name}(seed, KERN_SUCCESS, m);")
        out.line(f'printf("{interface.name}: %u rounds passed\\n", rounds);')
        out.line("return 0;")


def _try_halves(out: Writer, routine: Routine) -> None:
    for result in ("KERN_SUCCESS", "KERN_FAILURE", "MIG_NO_REPLY"):
        out.line(f"try_halves_{routine.name}(seed, {result}, LOOP_REPLY_GOOD);")
    with out.block("for (int m = LOOP_REPLY_OTHER_ID; m < LOOP_MUTATIONS; m++)"):
        out.line(f"try_halves_{routine.name}(seed, KERN_SUCCESS, m);")


class _Served(Case):
    """The server's side of a routine: what must arrive, and what goes back."""

    def write(self) -> None:
        out = self.out
        heads = [str(p) for p in self.server]
        with out.function("kern_return_t", self.routine.server_name, heads):
            out.line("loop_enter();")
            for parameter in self.server:
                self._server_check(parameter)
            taken = [a for a in self.routine.arguments if a.sent and a.type.descriptor]
            if taken:
                with out.block("if (loop_takes())"):
                    for argument in taken:
                        place = self._server_place(argument)
                        self.give_back(argument, place, f"{argument.name}Subs", False)
            if any(a.returned for a in self.routine.arguments):
                with out.block("if (loop.result == KERN_SUCCESS)"):
                    for parameter in self.server:
                        if parameter.argument.returned:
                            self._server_result(parameter)
            out.line("return loop.result;")

    def _server_place(self, argument: Argument) -> str:
        t = argument.type
        place = argument.name
        if argument.returned and (t.by_value or t.shape is Shape.POINTER):
            place = f"(*{place})"
        elif t.shape is Shape.POINTER:
            place = f"(*{place})"
        return f"(void *){place}" if t.shape in (Shape.OOL, Shape.OOL_PORTS) else place

    def _server_check(self, parameter: Parameter) -> None:
        argument, out = parameter.argument, self.out
        t, tag = argument.type, str(self.tag(argument))
        if argument.kind in TOKENS:
            self.check_token(argument, f"&{argument.name}", f"sizeof({argument.name})")
        elif argument.kind.endswith("port"):
            out.line(f"(void){parameter.name};")
        elif argument.retcode:
            out.line(f"LOOP_CHECK({argument.name} == 0);")
        elif parameter.role == "count" and argument.sent:
            star = "*" if parameter.pointer else ""
            out.line(f"LOOP_CHECK({star}{parameter.name} == {self.elements(argument, False)});")
        elif parameter.role == "count":
            room = "0" if t.out_of_line else self.capacity(argument)
            out.line(f"LOOP_CHECK(*{parameter.name} == {room});")
        elif parameter.role == "poly" and argument.sent and t.shape is not Shape.PORTS:
            star = "*" if parameter.pointer else ""
            out.line(f"LOOP_CHECK({star}{parameter.name} == {self.arriving_disposition(argument)});")
        elif parameter.role == "value" and t.shape is Shape.OPTIONAL:
            absent, name = f"{argument.name} == {t.absent}", argument.name
            out.line(f"LOOP_CHECK(({absent}) == (loop.seed % 2 == 0));")
            out.line(f"LOOP_CHECK({absent} || loop_is({name}, sizeof(*{name}), {tag}));")
        elif parameter.role == "value" and argument.sent:
            self.check(argument, self._server_place(argument), tag, False)
        else:
            out.line(f"(void){parameter.name};")

    def _server_result(self, parameter: Parameter) -> None:
        argument, out = parameter.argument, self.out
        t, name, tag = argument.type, argument.name, f"TAG_OUT + {self.tag(argument)}"
        match parameter.role:
            case "value":
                self._server_value(argument, tag)
            case "poly" if parameter.pointer:
                out.line(f"*{name}Poly = {self.chosen_disposition(argument, tag)};")
            case "count":
                out.line(f"*{name}Cnt = {self.elements(argument, True)};")
            case "dealloc":
                out.line(f"*{name}Dealloc = TRUE;")
        assert t is not None

    def _server_value(self, argument: Argument, tag: str) -> None:
        out, t, name = self.out, argument.type, argument.name
        match t.shape:
            case Shape.DATA | Shape.STRUCT | Shape.POINTER:
                out.line(f"loop_fill({name}, sizeof(*{name}), {tag});")
            case Shape.ARRAY:
                out.line(f"loop_fill({name}, {t.size}, {tag});")
            case Shape.VAR:
                size = f"{self.elements(argument, True)} * {t.element_size}"
                out.line(f"loop_fill({name}, {size}, {tag});")
            case Shape.STRING | Shape.VAR_STRING:
                out.line(f"loop_string({name}, {t.count}, {tag});")
            case Shape.PORT:
                out.line(f"*{name} = loop_port({tag}, 0);")
            case Shape.PORTS:
                self.fill_ports(name, self.elements(argument, True), tag)
            case Shape.OOL | Shape.OOL_PORTS:
                with out.block(""):
                    out.line(f"const uint32_t n = {self.elements(argument, True)};")
                    self.memory_block(argument, t, "m", "n", tag)
                    out.line(f"*{name} = ({t.server_type})m;")
            case Shape.OOL_LIST:
                assert t.element is not None
                with out.loop("loop_i", t.count):
                    out.line(f"const uint32_t n = {self.list_count(t, f'{tag} + 10 * loop_i')};")
                    self.memory_block(argument, t.element, "m", "n", f"{tag} + 10 * loop_i")
                    out.line(f"{name}[loop_i] = ({t.element.server_type})m;")
                    if t.element.variable:
                        out.line(f"{name}Subs[loop_i] = n;")
