# SPDX-License-Identifier: BSD-2-Clause
"""Arguments to C: parameter lists and the types of message members, for each side of a call."""

from dataclasses import dataclass
from enum import Enum

from mig.ir import NATIVE, TOKENS, Argument, Routine, Shape, Type
from mig.layout import Item, Role
from mig.once import for_each_routine
from mig.words import POLYMORPHIC

NUMBER = "mach_msg_type_number_t"
DISPOSITION = "mach_msg_type_name_t"


class Side(Enum):
    USER = "caller"
    SERVER = "server in a task"
    KERNEL = "server in the kernel, where ports and memory are pointers"
    KERNEL_USER = "caller in the kernel"

    @property
    def calls(self) -> bool:
        """The user stubs' side."""
        return self in (Side.USER, Side.KERNEL_USER)

    @property
    def in_kernel(self) -> bool:
        """In messages here, ports and memory are pointers."""
        return self in (Side.KERNEL, Side.KERNEL_USER)


@dataclass(frozen=True)
class Parameter:
    """One C parameter. Role: value, poly, count, subs, dealloc or copy."""

    role: str
    argument: Argument
    type: str
    name: str
    pointer: bool = False
    const: bool = False

    def __str__(self) -> str:
        const = "const " if self.const else ""
        return const + declare(self.type + (" *" if self.pointer else ""), self.name)


def with_count(parameter: Parameter) -> str:
    """The declaration of PARAMETER; of an array, with the parameter that holds its count."""
    argument, text = parameter.argument, str(parameter)
    plain = (Shape.VAR, Shape.PORTS, Shape.OOL, Shape.OOL_PORTS, Shape.OOL_LIST)
    if parameter.role != "value" or not argument.type.variable or argument.type.shape not in plain:
        return text
    kind, name = text.rsplit(" ", 1)
    return f"{kind} __counted_by({'*' if argument.returned else ''}{argument.count_name}) {name}"


def declare(kind: str, name: str) -> str:
    """`kind name` with the stars of KIND next to the name."""
    base = kind.rstrip(" *")
    return f"{base} {'*' * kind[len(base):].count('*')}{name}"


@for_each_routine
def parameters(routine: Routine, side: Side) -> list[Parameter]:
    """The C parameters of the user stub, or of the server's routine."""
    out: list[Parameter] = []
    for argument in routine.arguments:
        if not _visible(argument, side):
            continue
        out.append(_value(argument, side))
        form = poly_form(argument, side)
        if form:
            name = argument.name + "Poly"
            out.append(Parameter("poly", argument, DISPOSITION, name, form == "pointer"))
        out += _companions(argument, side)
    return out


def poly_form(argument: Argument, side: Side) -> str:
    """How the disposition is passed: "value", "pointer" or not at all ("")."""
    t = argument.type
    if not t.port:
        return ""
    leaving, arriving = t.sent, t.received
    coming_in, going_out = (leaving, arriving) if side.calls else (arriving, leaving)
    if side is Side.KERNEL:
        going_out = arriving  # the kernel replies with rights as they are received
    if argument.returned and going_out == POLYMORPHIC:
        return "pointer"
    if not argument.returned and argument.kind == "out":
        return ""
    is_input = argument.sent or argument.kind.endswith("port")
    return "value" if is_input and coming_in == POLYMORPHIC else ""


def _visible(argument: Argument, side: Side) -> bool:
    kind = argument.kind
    if kind in TOKENS:
        user, server, *_ = TOKENS[kind]
        return user if side.calls else server
    if kind in ("waittime", "sendtime", "msgoption", "ureplyport"):
        return side.calls
    if kind == "sreplyport":
        return not side.calls
    return True


def _value(argument: Argument, side: Side) -> Parameter:
    t = argument.type
    pointer = argument.returned and t.by_value
    if t.shape in (Shape.POINTER, Shape.OPTIONAL):
        pointer = True
    if side.calls and argument.kind in TOKENS:
        pointer = True
    return Parameter(
        "value", argument, value_type(argument, side), argument.name, pointer, argument.const
    )


def _companions(argument: Argument, side: Side) -> list[Parameter]:
    t, name = argument.type, argument.name
    out: list[Parameter] = []
    if t.list_of_varying:
        out.append(Parameter("subs", argument, NUMBER, name + "Subs", True))
    if argument.counted:
        out.append(Parameter("count", argument, NUMBER, argument.count_name, argument.returned))
    if argument.dealloc == "maybe":
        if side.calls and argument.sent:
            out.append(Parameter("dealloc", argument, "boolean_t", name + "Dealloc"))
        elif not side.calls and argument.returned:
            out.append(Parameter("dealloc", argument, "boolean_t", name + "Dealloc", True))
    if argument.server_copy and not side.calls:
        out.append(Parameter("copy", argument, "boolean_t", name + "SCopy"))
    return out


# Types ---------------------------------------------------------------------------------------


def value_type(argument: Argument, side: Side) -> str:
    """The C type of the argument's own parameter, without a pointer of passing."""
    t = argument.type
    if side.calls:
        return carried_type(t, side)
    if t.trans_type != t.server_type or t.translated:
        return t.trans_type
    return carried_type(t, side)


def carried_type(t: Type, side: Side) -> str:
    """The C type of a value as it travels, for the side that looks."""
    named = t.user_type if side.calls else t.server_type
    if side.in_kernel:
        if t.shape is Shape.OOL:
            return "vm_map_copy_t"
        if t.shape is Shape.OOL_PORTS:
            return "ipc_port_t *"
        if t.shape is Shape.OOL_LIST:
            assert t.element is not None
            return carried_type(t.element, side) + " *"
        if t.shape is Shape.PORTS:
            return "ipc_port_t *"
        if t.shape is Shape.PORT and named == "mach_port_t":
            return "ipc_port_t"
    return named


PRIM_C_TYPES = {
    "MACH_MSG_TYPE_CHAR": "char", "MACH_MSG_TYPE_STRING_C": "char", "MACH_MSG_TYPE_BYTE": "char",
    "MACH_MSG_TYPE_BOOLEAN": "boolean_t", "MACH_MSG_TYPE_INTEGER_8": "int8_t",
    "MACH_MSG_TYPE_INTEGER_16": "int16_t", "MACH_MSG_TYPE_INTEGER_32": "int32_t",
    "MACH_MSG_TYPE_INTEGER_64": "int64_t", "MACH_MSG_TYPE_REAL_32": "float",
    "MACH_MSG_TYPE_REAL_64": "double", "MACH_MSG_TYPE_PORT_NAME": "mach_port_name_t",
}


def element_type(t: Type, side: Side) -> tuple[str, int]:
    """The C type of an array's elements and how many of it make one element."""
    element, factor = t.element, 1
    while element is not None and not element.user_type and element.element is not None:
        factor *= element.count
        element = element.element
    if element is None or not (element.user_type or element.sent):
        return "char", t.element_size
    if element.user_type:
        return carried_type(element, side), factor
    return PRIM_C_TYPES.get(element.sent, "mach_port_t" if element.port else "char"), factor


def descriptor_type(argument: Argument, side: Side) -> str:
    t = argument.type
    shape = t.shape
    if shape is Shape.OOL_LIST and t.element is not None:
        shape = t.element.shape
    kind = {
        Shape.PORT: "port", Shape.PORTS: "port", Shape.OOL: "ool", Shape.OOL_PORTS: "ool_ports",
    }[shape]
    return f"{'ipc' if side.in_kernel else 'mach_msg'}_{kind}_descriptor_t"


FIXED_MEMBERS = {
    Role.HEAD: "mach_msg_header_t", Role.BODY: "mach_msg_body_t", Role.NDR: "NDR_record_t",
    Role.RETCODE: "kern_return_t", Role.COUNT: NUMBER, Role.CAPACITY: NUMBER,
    Role.OFFSET: NUMBER, Role.SUBS: NUMBER, Role.PRESENT: "boolean_t", Role.PAD: "char",
}


def member(item: Item, side: Side) -> str:
    """The declaration of a message member."""
    suffix = f"[{item.dimension}]" if item.dimension else ""
    if item.role in FIXED_MEMBERS:
        return f"{FIXED_MEMBERS[item.role]} {item.name}{suffix};"
    assert item.argument is not None
    t = item.argument.type
    if item.role is Role.DESCRIPTOR:
        return f"{descriptor_type(item.argument, side)} {item.name}{suffix};"
    if t.shape is Shape.VAR_STRING:
        return f"char {item.name}[{t.count}];"
    if t.shape is Shape.VAR:
        kind, factor = element_type(t, side)
        return f"{kind} {item.name}[{t.count * factor}];"
    if t.shape is Shape.OPTIONAL:
        words = f"char __Phony__{item.name}[(sizeof({t.phrase}) + 3) & ~(size_t)3]"
        return f"union {{ {t.phrase} {item.name}; {words}; }};"
    return f"{t.phrase if t.shape in NATIVE else carried_type(t, side)} {item.name};"
