# SPDX-License-Identifier: BSD-2-Clause
"""Decoder tables: what the bytes behind each message id mean, as C for runtime/mach_msg_describe
and as JSON for tools on the host."""

import json
from dataclasses import dataclass

from mig import layout
from mig.c_writer import Writer
from mig.ir import Interface, Routine, Shape, Type
from mig.layout import Item, Message, Role
from mig.words import PRIMS

DESCRIPTOR_KINDS = {
    Shape.PORT: "PORT", Shape.PORTS: "PORT", Shape.OOL: "MEMORY", Shape.OOL_PORTS: "PORTS",
}
TEXT_TYPES = ("MACH_MSG_TYPE_CHAR", "MACH_MSG_TYPE_STRING", "MACH_MSG_TYPE_STRING_C")


@dataclass(frozen=True)
class Field:
    name: str
    kind: str  # as in enum mach_msg_field_kind
    size: int = 0
    element: int = 0


@dataclass(frozen=True)
class Format:
    """One message: its id, its routine and its fields."""

    id: int
    interface: str
    routine: str
    port: str | None  # the request port's name; None: a reply
    fields: tuple[Field, ...]


def formats(interfaces: list[Interface]) -> list[Format]:
    """All messages by rising id, of one id a call before a reply. A late reply (NAME_reply) is the reply
    it stands for."""
    found: dict[tuple[int, bool], Format] = {}
    late: set[int] = set()
    for interface in interfaces:
        for routine in interface.routines:
            if routine.one_way:
                late.add(routine.id)
            for entry in _formats_of(interface, routine):
                found[entry.id, entry.port is None] = entry
    return [
        found[number, is_reply] for number, is_reply in sorted(found)
        if is_reply or number not in late or (number, True) not in found
    ]


def _formats_of(interface: Interface, routine: Routine) -> list[Format]:
    request = tuple(_fields(layout.request(routine)))
    out = [Format(routine.id, interface.name, routine.name, routine.request_port.name, request)]
    if not routine.one_way:
        reply = tuple(_fields(layout.reply(routine)))
        number = routine.id + layout.REPLY_ID_OFFSET
        out.append(Format(number, interface.name, routine.name, None, reply))
    return out


def _fields(message: Message) -> list[Field]:
    fields: list[Field] = []
    for item in message.items:
        if item.role in (Role.HEAD, Role.PAD):
            continue  # the reader rounds every field up to words itself
        field = _field(item)
        fields.append(field)
        if field.kind == "UNKNOWN":
            break
    return fields


def _field(item: Item) -> Field:
    match item.role:
        case Role.RETCODE:
            return Field(item.name, "RESULT", layout.WORD)
        case Role.COUNT:
            return Field(item.name, "COUNT", layout.WORD)
        case Role.CAPACITY:
            return Field(item.name, "NUMBERS", layout.WORD, layout.WORD)
        case Role.SUBS if item.variable:
            return Field(item.name, "PACKED_NUMBERS", layout.WORD, layout.WORD)
        case Role.BODY | Role.NDR | Role.OFFSET | Role.SUBS:
            return Field(item.name, "HIDDEN", item.size or 0)
        case Role.DESCRIPTOR:
            return _descriptor(item)
    return _value(item)


def _descriptor(item: Item) -> Field:
    assert item.argument is not None
    t = item.argument.type
    if t.shape is Shape.OOL_LIST:
        assert t.element is not None
        return Field(item.name, DESCRIPTOR_KINDS[t.element.shape], item.dimension)
    return Field(item.name, DESCRIPTOR_KINDS[t.shape], item.dimension or 1)


def _value(item: Item) -> Field:
    assert item.argument is not None
    t = item.argument.type
    if item.size is None or item.role is Role.PRESENT:
        return Field(item.name, "UNKNOWN")
    if t.shape is Shape.VAR_STRING:
        return Field(item.name, "PACKED_TEXT", 1, 1)
    unit, text = scalar(t)
    kind = "TEXT" if text and item.size > 1 else "NUMBERS"
    if t.shape is Shape.VAR:
        kind = "PACKED_" + ("TEXT" if text else "NUMBERS")
        return Field(item.name, kind, t.element_size, unit)
    return Field(item.name, kind, item.size, unit)


def scalar(t: Type) -> tuple[int, bool]:
    """Bytes of the innermost element, and whether it is a character."""
    inner = t
    while inner.element is not None:
        inner = inner.element
    if t.shape is Shape.STRING:
        return 1, True
    known = PRIMS.get(inner.sent)
    size = known.bits // 8 if known and known.bits >= 8 else inner.size or 1
    return size, inner.sent in TEXT_TYPES


# Output --------------------------------------------------------------------------------------


def as_json(interfaces: list[Interface]) -> str:
    return "[\n" + ",\n".join(
        json.dumps({
            "id": f.id, "subsystem": f.interface, "routine": f.routine, "reply": f.port is None,
            "port": f.port, "fields": [vars(field) for field in f.fields],
        })
        for f in formats(interfaces)
    ) + "\n]\n"


def as_c(interfaces: list[Interface]) -> str:
    """A table for runtime/mach_msg_describe.c."""
    out = Writer()
    out.comment("What the messages of these interfaces mean, for mach_msg_describe().")
    out.comment("Made by mig; change the .defs files instead.")
    out.line("#include <mach_msg_describe.h>")
    table = formats(interfaces)
    for entry in table:
        if entry.fields:
            _fields_as_c(out, entry)
    out.blank()
    with out.block("const struct mach_msg_format mach_msg_formats[] =", "};"):
        for entry in table:
            port = f'"{entry.port}"' if entry.port is not None else "0"
            fields = _name(entry) if entry.fields else "0"
            out.line(f'{{ {entry.id}, "{entry.routine}", {port}, {fields},'
                     f" {len(entry.fields)} }},")
        if not table:
            out.line('{ 0, "", 0, 0, 0 },')
    out.line(f"const size_t mach_msg_format_count = {len(table)};")
    return out.text()


def _name(entry: Format) -> str:
    return f"{entry.interface}_{entry.routine}_{'reply' if entry.port is None else 'request'}"


def _fields_as_c(out: Writer, entry: Format) -> None:
    out.blank()
    with out.block(f"static const struct mach_msg_field {_name(entry)}[] =", "};"):
        for f in entry.fields:
            kind = f"MACH_MSG_FIELD_{f.kind}"
            out.line(f'{{ "{f.name}", {kind}, {f.element}, {f.size} }},')
