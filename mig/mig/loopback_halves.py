# SPDX-License-Identifier: BSD-2-Clause
"""The asynchronous forms in a loop-back program: send, answer at once or late, decode."""

from mig import forms
from mig.c_writer import Writer
from mig.ir import Argument, Routine
from mig.loopback_case import Case
from mig.signature import Side, parameters, poly_form


class _Half(Case):
    """A derived routine whose arguments keep the tags and counts they have in the whole call."""

    returned = False  # what it passes are the results

    def __init__(self, out: Writer, half: Routine, whole: Routine):
        super().__init__(out, half)
        self.whole = Case(out, whole)

    def _original(self, argument: Argument) -> Argument | None:
        arguments = self.whole.routine.arguments
        return next((a for a in arguments if a.name == argument.name), None)

    def tag(self, argument: Argument) -> str:
        original = self._original(argument)
        number = self.whole.tag(original) if original else "0"
        return f"(TAG_OUT + {number})" if self.returned else number

    def capacity(self, argument: Argument) -> str:
        original = self._original(argument)
        return self.whole.capacity(original or argument)

    def elements(self, argument: Argument, returned: bool) -> str:
        original = self._original(argument)
        return self.whole.elements(original or argument, returned or self.returned)

    def values(self) -> None:
        for parameter in self.user:
            if parameter.role == "value":
                self.user_value(parameter.argument)

    def call(self, result: str, name: str, first: list[str]) -> None:
        arguments = first + [self.user_argument(p) for p in self.user]
        self.out.wrapped(f"{result} {name}(", arguments, ");")


class _Send(_Half):
    def user_value(self, argument: Argument) -> None:
        arguments = self.whole.routine.arguments
        limited = [a for a in arguments if a.count_in_out and a.count_name == argument.name]
        if limited and self._original(argument) is None:
            room = self.whole.capacity(limited[0])
            self.out.line(f"const mach_msg_type_number_t a_{argument.name} = {room};")
            return
        super().user_value(argument)


class _Late(_Half):
    returned = True

    def user_value(self, argument: Argument) -> None:
        name = f"a_{argument.name}"
        if argument is not self.routine.request_port:
            super().user_value(argument)
            if argument.type.is_object:
                self.out.line(f"(void){argument.type.intran}({name}); /* makes the reference */")
            return
        self.out.line(f"const mach_port_t {name} = loop_reply_right();")
        if poly_form(argument, Side.USER):
            self.out.line(f"const mach_msg_type_name_t {name}Poly = loop_reply_disposition();")


class Halves:
    def __init__(self, out: Writer, routine: Routine):
        self.out = out
        self.routine = routine

    def write(self) -> None:
        self._send()
        self._late()
        self._decode()
        out, name = self.out, self.routine.name
        with out.function("static void", f"halves_{name}", []):
            out.line(f"kern_return_t got = send_{name}();")
            with out.block("if (got == KERN_SUCCESS && loop.result == MIG_NO_REPLY)"):
                out.line(f"got = late_{name}();")
            with out.block("if (got == KERN_SUCCESS)"):
                out.line(f"got = decode_{name}();")
            out.line("loop_end(got);")

    def _send(self) -> None:
        half = _Send(self.out, forms.sending(self.routine), self.routine)
        with self.out.function("static kern_return_t", f"send_{self.routine.name}", []):
            half.values()
            half.call("return", f"{self.routine.user_name}_send", [])

    def _late(self) -> None:
        out, name = self.out, self.routine.server_name
        late = forms.replying(self.routine)
        half = _Late(out, late, self.routine)
        right = [p for p in parameters(late, Side.USER) if p.argument is late.request_port]
        with out.function("static kern_return_t", f"late_{self.routine.name}", []):
            with out.block("if (loop_late() != KERN_SUCCESS)"):
                values = ["loop_reply_right()", "loop_reply_disposition()"][: len(right)]
                call = f"{name}_reply_error({', '.join(values)}, loop.result)"
                out.line(f"return loop_late_sent({call});")
            half.values()
            half.call("const kern_return_t sent =", f"{name}_reply", [])
            objects = [a for a in late.arguments if a.type.is_object]
            if objects:
                with out.block("if (sent == MIG_ARRAY_TOO_LARGE)"):
                    for argument in objects:
                        out.line(f"{argument.type.destructor}(a_{argument.name});")
            out.line("return loop_late_sent(sent);")

    def _decode(self) -> None:
        out = self.out
        half = _Half(out, forms.decoding(self.routine), self.routine)
        with out.function("static kern_return_t", f"decode_{self.routine.name}", []):
            half.values()
            name = f"{self.routine.user_name}_decode_reply"
            half.call("const kern_return_t got =", name, ["loop_reply()"])
            half.results([p.argument for p in half.user if p.role == "value"])
            out.line("return got;")
