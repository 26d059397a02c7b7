# SPDX-License-Identifier: BSD-2-Clause
"""A Python client (`--python FILE`): for each routine a function that builds the request's bytes, one
that reads a reply's, and their inverses, for tests and tools on the host.

The file that is written holds the layouts as data and needs only runtime/mig_messages.py beside it
or on the path.
"""

from mig import layout
from mig.decoder import scalar
from mig.ir import Argument, Interface, Routine, Shape
from mig.layout import Item, Message, Role
from mig.words import PRIMS

DISPOSITIONS = {
    "MACH_MSG_TYPE_MOVE_RECEIVE": 16, "MACH_MSG_TYPE_PORT_RECEIVE": 16,
    "MACH_MSG_TYPE_MOVE_SEND": 17, "MACH_MSG_TYPE_PORT_SEND": 17,
    "MACH_MSG_TYPE_MOVE_SEND_ONCE": 18, "MACH_MSG_TYPE_PORT_SEND_ONCE": 18,
    "MACH_MSG_TYPE_COPY_SEND": 19, "MACH_MSG_TYPE_MAKE_SEND": 20,
    "MACH_MSG_TYPE_MAKE_SEND_ONCE": 21,
}
KINDS = {
    Shape.PORT: "port", Shape.PORTS: "ports", Shape.OOL: "memory", Shape.OOL_PORTS: "rights",
    Shape.STRING: "string", Shape.VAR_STRING: "packed_string", Shape.VAR: "packed",
}


def source(interface: Interface) -> str:
    """The module's text."""
    lines = [
        f'"""Messages of subsystem {interface.name}, made by mig; change the .defs file instead."""',
        "", "from mig_messages import Message, Routine", "",
    ]
    names = []
    for routine in interface.routines:
        if not _expressible(routine):
            lines += [f"# {routine.name}: only C knows the sizes of its messages.", ""]
            continue
        names.append(routine.name)
        lines += _routine(routine)
    lines += ["ROUTINES = ["] + [f"    {n}," for n in names] + ["]"]
    return "\n".join(lines) + "\n"


def _expressible(routine: Routine) -> bool:
    messages = [layout.request(routine), layout.reply(routine)]
    return all(m.size is not None for m in messages) and not any(
        i.argument and i.argument.type.shape is Shape.OOL_LIST for m in messages for i in m.items
    )


def _routine(routine: Routine) -> list[str]:
    request = _message(layout.request(routine))
    reply = "None" if routine.one_way else _message(layout.reply(routine))
    return [
        f'{routine.name} = Routine(',
        f'    "{routine.name}", {routine.id},', f"    {request},", f"    {reply},", ")", "",
    ]


def _message(message: Message) -> str:
    fields = [f for i in message.items if (f := _field(i))]
    return "Message([" + "".join("\n        " + repr(f) + "," for f in fields) + "\n    ])"


def _field(item: Item) -> list[object] | None:
    """[kind, name, ...] of one member; padding and counts follow from the values."""
    match item.role:
        case Role.HEAD | Role.BODY | Role.PAD:
            return None
        case Role.NDR | Role.RETCODE:
            return [item.role.name.lower()]
        case Role.OFFSET:
            return ["zero"]
        case Role.COUNT | Role.CAPACITY:
            return _count(item)
    assert item.argument is not None
    return _argument(item, item.argument)


def _count(item: Item) -> list[object] | None:
    assert item.argument is not None
    if item.role is Role.CAPACITY:
        return ["number", item.name, 4, False]
    t = item.argument.type
    if t.shape in (Shape.VAR, Shape.VAR_STRING):
        return ["count", item.argument.name]
    unit = 1 if t.shape in (Shape.PORTS, Shape.OOL_PORTS) else t.element_size
    return ["count", item.argument.name, unit]


def _argument(item: Item, argument: Argument) -> list[object]:
    t, name = argument.type, argument.name
    kind = KINDS.get(t.shape)
    how = DISPOSITIONS.get(t.sent, 0)
    size, text = scalar(t)
    match kind:
        case "port":
            return [kind, name, how]
        case "ports":
            return [kind, name, how, t.count]
        case "memory":
            return [kind, name]
        case "rights":
            return [kind, name, how]
        case "string" | "packed_string":
            return [kind, name, t.count]
        case "packed":
            return [kind, name, t.element_size, t.count, size, text]
    assert item.size is not None
    if t.shape is Shape.DATA and size == item.size and not text:
        real = "REAL" in t.sent
        return ["real" if real else "number", name, size] + ([] if real else [_signed(argument)])
    return ["block", name, item.size, size, text]


def _signed(argument: Argument) -> bool:
    """C's name tells; the wire does not."""
    prim = PRIMS.get(argument.type.sent)
    unsigned = ("unsigned", "uint", "size_t", "_address_t")
    return prim is not None and not any(u in argument.type.user_type for u in unsigned)
