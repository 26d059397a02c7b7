# SPDX-License-Identifier: BSD-2-Clause
"""What the pages of `mig doc` say: each interface as plain data, without any markup."""

import re
from dataclasses import dataclass

from mig import layout
from mig.ir import TOKENS, Argument, Interface, Routine, Shape, Type
from mig.layout import Message
from mig.signature import Side, parameters
from mig.words import PRIMS

DIRECTIONS = {
    "in": "in", "out": "out", "inout": "in and out", "requestport": "request port",
    "replyport": "reply port", "ureplyport": "caller's reply port",
    "sreplyport": "reply right, server only", "waittime": "time-out, caller only",
    "sendtime": "send time-out, caller only", "msgoption": "options, caller only",
}
RIGHTS = {
    "MOVE_RECEIVE": "the receive right moves", "MOVE_SEND": "the send right moves",
    "MOVE_SEND_ONCE": "the send-once right moves", "COPY_SEND": "a copy of the send right",
    "MAKE_SEND": "a new send right", "MAKE_SEND_ONCE": "a new send-once right",
    "POLYMORPHIC": "a right of the sender's choice",
}
TRAVELS = {
    Shape.DATA: "{units}", Shape.STRUCT: "{size} bytes, by value",
    Shape.VAR: "up to {count} {units}",
    Shape.ARRAY: "{count} {units}", Shape.STRING: "text, {count} bytes",
    Shape.VAR_STRING: "text, up to {count} bytes", Shape.PORTS: "{count} {units}",
}
# One element, by the name of its wire type.
UNITS = {
    "BOOLEAN": "boolean", "CHAR": "character", "BYTE": "byte", "INTEGER_8": "8-bit integer",
    "INTEGER_16": "16-bit integer", "INTEGER_32": "32-bit integer",
    "INTEGER_64": "64-bit integer", "REAL_32": "32-bit real", "REAL_64": "64-bit real",
}
LINE = 80  # of a prototype
SENTENCE = re.compile(r"(?<!\.)\.(?:\s|$)")
NOTES = {
    "range": "between {}", "utf8": "UTF-8 {}", "nonnull": "never null {}",
    "nullable": "may be null {}", "consumes": "consumed {}", "borrows": "borrowed {}",
    "flags": "bits of {}",
}


@dataclass(frozen=True)
class ArgumentRow:
    name: str
    type: str
    direction: str
    meaning: str  # form, ownership, annotations, prose


@dataclass(frozen=True)
class LayoutRow:
    offset: str
    size: str
    name: str
    role: str


def prototype(routine: Routine) -> str:
    """The caller's C function; one argument to a line if it is long."""
    arguments = [str(p) for p in parameters(routine, Side.USER)]
    head = f"kern_return_t {routine.user_name}("
    line = f"{head}{', '.join(arguments)});"
    return line if len(line) <= LINE else head + (",\n" + " " * len(head)).join(arguments) + ");"


def argument_rows(routine: Routine) -> list[ArgumentRow]:
    return [
        ArgumentRow(a.name, a.type.name, _direction(a), _meaning(a, routine))
        for a in routine.arguments
    ]


def _direction(argument: Argument) -> str:
    if argument.kind in TOKENS:
        return "from the trailer"
    return DIRECTIONS.get(argument.kind, argument.kind)


def _meaning(argument: Argument, routine: Routine) -> str:
    parts = [_form(argument), _ownership(argument, routine)]
    parts += [NOTES[name].format(text).strip() for name, text in argument.notes]
    text = "; ".join(p for p in parts if p)
    prose = " ".join(argument.doc.text.split())
    return f"{text}. {prose}".strip(". ") if prose else text


def _form(argument: Argument) -> str:
    t = argument.type
    units = _units(t)
    if t.out_of_line:
        if t.count and t.shape is not Shape.OOL_LIST:
            units = f"{'up to ' if t.variable else ''}{t.count} {units}"
        return f"out of line, {units}"
    form = TRAVELS.get(t.shape, "")
    if t.shape is Shape.PORTS and t.variable:
        form = "up to {count} {units}"
    return form.format(count=t.count, size=t.size, units=units)


def _units(t: Type) -> str:
    """What its elements are: one, or several."""
    end = "" if t.count == 1 or t.shape is Shape.DATA else "s"
    if t.port:
        return f"right{end}"
    unit = UNITS.get(t.sent.removeprefix("MACH_MSG_TYPE_"), "element")
    known = PRIMS.get(t.sent)
    plain = known is not None and t.element_size in (0, known.bits // 8)
    if plain or t.shape is Shape.DATA:
        return unit + end
    return f"element{end} of {t.element_size} bytes"


def _ownership(argument: Argument, routine: Routine) -> str:
    """Who has it afterwards, in words."""
    t = argument.type
    words = []
    if t.port and t.sent:
        words.append(RIGHTS.get(t.sent.removeprefix("MACH_MSG_TYPE_"), ""))
    if argument.freed_by_stub:
        words.append("the server's stub frees the memory")
    elif argument.sent and t.descriptor:
        words.append("the server owns it if it returns success")
    if argument.returned and t.descriptor:
        words.append("the caller owns what it gets")
    if argument.dealloc != "no":
        words.append("the sender gives its memory away" if argument.dealloc == "yes"
                     else "the sender chooses whether to give its memory away")
    if argument.kind == "sreplyport" and not routine.one_way:
        words.append("the server may keep it and answer later")
    return "; ".join(w for w in words if w)


def errors(routine: Routine) -> list[tuple[str, str]]:
    """Names and meanings of the errors."""
    out = []
    for tag in routine.doc.all("error"):
        name, _, meaning = tag.text.partition(" ")
        out.append((name, meaning.strip()))
    return out


def remarks(routine: Routine) -> list[str]:
    """Annotations of the whole routine, as sentences."""
    out = []
    for tag in routine.doc.tags:
        match tag.name:
            case "since":
                out.append(f"Since {tag.text}.")
            case "deprecated":
                out.append(f"Deprecated. {tag.text}".strip())
            case "async":
                out.append(f"May be answered late. {tag.text}".strip())
            case "idempotent":
                out.append(f"Can be repeated without harm. {tag.text}".strip())
            case "returns":
                out.append(f"Returns {tag.text}")
    return out


def messages(routine: Routine) -> list[Message]:
    both = [layout.request(routine)]
    return both if routine.one_way else both + [layout.reply(routine)]


def message_title(message: Message) -> str:
    number = message.routine.id + (layout.REPLY_ID_OFFSET if message.reply else 0)
    size = "of a size that C knows" if message.size is None else f"{message.size} bytes"
    if message.size is not None and message.minimum != message.size:
        size = f"{message.minimum} to {message.size} bytes"
    return f"{'Reply' if message.reply else 'Request'} {number}, {size}"


def layout_rows(message: Message) -> list[LayoutRow]:
    """Members in order; behind a packed one, offsets hold only for the largest form."""
    rows = []
    moved = False
    for item in message.items:
        offset = "" if item.offset is None else f"{'≤ ' if moved else ''}{item.offset}"
        size = "?" if item.size is None else f"{'≤ ' if item.variable else ''}{item.size}"
        rows.append(LayoutRow(offset, size, item.name, item.role.value))
        moved = moved or item.variable
    return rows


def end(message: Message) -> str:
    """The offset behind the last member."""
    if message.size is None:
        return ""
    return f"≤ {message.size}" if message.variable_items else str(message.size)


def sentence(text: str) -> str:
    """The first one of TEXT."""
    text = SENTENCE.split(" ".join(text.split()), maxsplit=1)[0]
    return text.rstrip(":.") + "." if text else ""


def first_sentence(routine: Routine) -> str:
    return sentence(routine.doc.text)


def about(interface: Interface) -> str:
    return sentence(interface.doc.text)


def title(interface: Interface) -> str:
    served = "served by the kernel" if interface.kernel_server else ""
    span = f"ids {interface.base} to {interface.base + max(0, len(interface.slots) - 1)}"
    return ", ".join(w for w in (span, served) if w)
