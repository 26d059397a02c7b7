# SPDX-License-Identifier: BSD-2-Clause
"""What a server stub passes to its routine: values from the request, translated if need be."""

from mig.access import Access
from mig.c_writer import Writer
from mig.ir import TOKENS, Argument, Routine, Shape
from mig.layout import Role
from mig.signature import Parameter, Side, carried_type, parameters, value_type


class Arguments:
    def __init__(self, out: Writer, routine: Routine, side: Side, incoming: Access):
        self.out = out
        self.routine = routine
        self.side = side
        self.incoming = incoming
        self.i = incoming.i
        self.call = incoming.names("call")  # the kernel stub's only parameter

    # Before the call ----------------------------------------------------------------------

    def translate(self) -> None:
        """Locals for what cannot be passed straight from the request."""
        chosen = [a for a in self.routine.arguments if self._needs_local(a)]
        if chosen:
            self.out.step("Unpack arguments.")
        for argument in chosen:
            t = argument.type
            if t.shape in (Shape.PORTS, Shape.OOL_LIST):
                self._gather(argument)
            else:
                value = f"{t.intran}({self.carried(argument)})"
                self.out.line(f"{declare_local(t.trans_type, argument.name)} = {value};")

    def translate_port(self) -> None:
        """The request port alone, for a call that gets nothing else."""
        port = self.routine.request_port
        if self._needs_local(port):
            value = f"{port.type.intran}({self.carried(port)})"
            self.out.line(f"{declare_local(port.type.trans_type, port.name)} = {value};")

    def destroy_port(self) -> None:
        port = self.routine.request_port
        if self._needs_local(port):
            self.out.line(f"{port.type.destructor}({port.name});")

    def _needs_local(self, argument: Argument) -> bool:
        t = argument.type
        if argument is self.routine.retcode_argument:
            return False
        if argument.sent and t.shape in (Shape.PORTS, Shape.OOL_LIST):
            return not argument.returned
        takes = argument.kind in ("in", "requestport") or argument.kind.endswith("replyport")
        return takes and bool(t.intran) and bool(t.destructor)

    def _gather(self, argument: Argument) -> None:
        """Ports or addresses of several descriptors into an array."""
        t, name = argument.type, argument.name
        item = self.incoming.message.item(Role.DESCRIPTOR, argument)
        assert item is not None
        kind = array_element(argument, self.side)
        place = f"{self.incoming(item)}[{self.i}]"
        self.out.line(f"{declare_local(kind, name)}[{t.count}];")
        with self.out.loop(self.i, t.count):
            self.out.line(f"{name}[{self.i}] = {self.one_of(argument, place)};")

    def one_of(self, argument: Argument, place: str) -> str:
        """What the descriptor PLACE, one of several, brings."""
        if argument.type.shape is Shape.PORTS:
            return f"{place}.name"
        cast = "" if self.side is Side.KERNEL else f"({array_element(argument, self.side)})"
        return f"{cast}{place}.address"

    def destroy(self) -> None:
        """Destructors of translated arguments, last one first, whatever the routine returned."""
        chosen = [
            a for a in self.routine.arguments
            if a.type.destructor and self._needs_local(a)
        ]
        if chosen:
            self.out.step("The translated objects have served.")
        self.destroy_all(chosen)

    def destroy_all(self, arguments: list[Argument]) -> None:
        """Destructors, last one first."""
        for argument in reversed(arguments):
            if argument.type.destructor:
                self.out.line(f"{argument.type.destructor}({argument.name});")

    # The call -----------------------------------------------------------------------------

    def values(self, results: dict[tuple[str, str], str]) -> list[str]:
        """The routine's arguments; RESULTS has those of out and inout arguments."""
        return [
            results.get((p.role, p.argument.name)) or self._value(p)
            for p in parameters(self.routine, self.side)
        ]

    def zeros(self, code: str) -> list[str]:
        """Arguments for a call with a return code and nothing else."""
        out = []
        for parameter in parameters(self.routine, self.side):
            argument = parameter.argument
            if argument is self.routine.retcode_argument:
                out.append(code)
            elif argument.kind == "requestport" and parameter.role == "value":
                out.append(self._value(parameter))
            elif parameter.pointer or parameter.role != "value":
                out.append("0")
            elif argument.sent and argument.type.shape in (Shape.DATA, Shape.STRUCT):
                out.append(f"({parameter.type}){{0}}")
            else:
                out.append("0")
        return out

    def _value(self, parameter: Parameter) -> str:
        argument = parameter.argument
        match parameter.role:
            case "value":
                return self._main_value(argument)
            case "poly":
                return self.disposition(argument)
            case "count":
                return self.incoming.count(argument)
            case "subs":
                item = self.incoming.message.item(Role.SUBS, argument)
                assert item is not None
                return self.incoming(item)
            case "copy":
                return "FALSE" if argument.type.out_of_line else "TRUE"
        raise AssertionError(parameter.role)

    def _main_value(self, argument: Argument) -> str:
        if argument.kind in TOKENS:
            cast = f"({argument.type.server_type})" if argument.kind == "msgseqno" else ""
            return f"{cast}TrailerP->{TOKENS[argument.kind][2]}"
        if argument is self.routine.retcode_argument:
            return "KERN_SUCCESS"
        if self._needs_local(argument):
            return argument.name
        carried = self.carried(argument)
        return f"{argument.type.intran}({carried})" if argument.type.intran else carried

    def disposition(self, argument: Argument) -> str:
        if argument.kind == "requestport":
            if self.side is Side.KERNEL:
                return "MACH_MSG_TYPE_PORT_SEND"
            return "MACH_MSGH_BITS_LOCAL(In0P->Head.msgh_bits)"
        if argument.kind.endswith("replyport"):
            return "MACH_MSGH_BITS_REMOTE(In0P->Head.msgh_bits)"
        item = self.incoming.message.item(Role.DESCRIPTOR, argument)
        assert item is not None
        return f"{self.incoming(item)}{'[0]' if item.dimension else ''}.disposition"

    def carried(self, argument: Argument) -> str:
        """The argument as it stands in the request."""
        kernel = self.side is Side.KERNEL
        if argument.kind == "requestport":
            return f"{self.call}->port" if kernel else "In0P->Head.msgh_local_port"
        if argument.kind.endswith("replyport"):
            if kernel:
                return f"mig_kernel_reply_port({self.call})"
            return "In0P->Head.msgh_remote_port"
        t, message = argument.type, self.incoming.message
        role = Role.DESCRIPTOR if t.descriptor else Role.VALUE
        item = message.item(role, argument)
        assert item is not None
        place = self.incoming(item)
        match t.shape:
            case Shape.PORT:
                return f"{place}.name"
            case Shape.OOL | Shape.OOL_PORTS:
                cast = "" if kernel else f"({carried_type(t, self.side)})"
                return f"{cast}{place}.address"
            case Shape.POINTER:
                return f"({t.phrase} *)(void *)&{place}"
            case Shape.OPTIONAL:
                present = message.item(Role.PRESENT, argument)
                assert present is not None
                return f"({self.incoming(present)} ? ({t.phrase} *)(void *)&{place} : {t.absent})"
        return place


def declare_local(kind: str, name: str) -> str:
    return f"{kind}{'' if kind.endswith('*') else ' '}{name}"


def array_element(argument: Argument, side: Side) -> str:
    """The element type of a local array of ports or addresses."""
    t = argument.type
    assert t.element is not None
    if t.shape is Shape.OOL_LIST:
        return carried_type(t.element, side)
    if side is Side.KERNEL:
        return "ipc_port_t"
    return t.element.server_type or "mach_port_t"


def result_type(argument: Argument, side: Side) -> str:
    """The type of the local that holds an out argument."""
    return value_type(argument, side)
