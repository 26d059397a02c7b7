# SPDX-License-Identifier: BSD-2-Clause
"""The wire format, as data: the members of every request and reply with offset and size.

This is the only module that knows it. A message is

    Head [msgh_body descriptors...] [NDR] [RetCode] items... [trailer]

with descriptors first, in argument order, and then items in argument order, each starting on a
4-byte boundary. RetCode is in simple replies only: a receiver tells success from failure by the
COMPLEX bit. NDR is in a request or complex reply only if an item follows other than the counts
of lists of rights.

A bounded inline array is sent packed, so what follows it slides down. The struct shows the largest
form; `parts` cuts it behind every variable item, and within a part offsets are fixed.
"""

from dataclasses import dataclass, field
from enum import Enum

from mig.ir import Argument, Interface, Routine, Shape
from mig.once import for_each_routine

HEADER_SIZE = 24
BODY_SIZE = 4
NDR_SIZE = 8
WORD = 4
REPLY_ID_OFFSET = 100  # a reply's id is its request's plus this
REPLY_ERROR_SIZE = HEADER_SIZE + NDR_SIZE + WORD
DESCRIPTOR_SIZES = {Shape.PORT: 12, Shape.OOL: 16, Shape.OOL_PORTS: 16}


class Role(Enum):
    HEAD = "message header"
    BODY = "number of descriptors"
    DESCRIPTOR = "descriptor"
    NDR = "data representation"
    RETCODE = "return code"
    VALUE = "value"
    COUNT = "element count"
    CAPACITY = "capacity of the caller's array"
    OFFSET = "string offset, always 0"
    SUBS = "element counts of an array of out-of-line data"
    PRESENT = "whether the optional value follows"
    PAD = "padding"


@dataclass
class Item:
    """One member of a message struct."""

    role: Role
    name: str
    size: int | None  # None: only C knows
    argument: Argument | None = None
    dimension: int = 0  # of a descriptor or Subs array; of padding
    offset: int | None = None
    variable: bool = False  # packed: its real size depends on its count


@dataclass
class Part:
    """Members with fixed distances; every part but the last ends in a variable item."""

    items: list[Item] = field(default_factory=list)

    @property
    def variable(self) -> Item | None:
        return next((i for i in self.items if i.variable), None)


@dataclass
class Message:
    routine: Routine
    reply: bool
    items: list[Item]
    parts: list[Part]
    size: int | None  # of the largest form
    minimum: int | None  # with every variable item empty
    descriptors: int

    @property
    def complex(self) -> bool:
        return self.descriptors > 0

    @property
    def name(self) -> str:
        return f"__{'Reply' if self.reply else 'Request'}__{self.routine.name}_t"

    @property
    def variable_items(self) -> list[Item]:
        return [i for i in self.items if i.variable]

    def item(self, role: Role, argument: Argument | None = None) -> Item | None:
        return next((i for i in self.items if i.role is role and i.argument is argument), None)

    def part_of(self, item: Item) -> int:
        return next(n for n, part in enumerate(self.parts) if any(i is item for i in part.items))


def round_word(size: int) -> int:
    return (size + WORD - 1) // WORD * WORD


def extent(item: Item) -> int:
    """Bytes that a variable item takes in the largest form, padding included."""
    assert item.size is not None
    return round_word(item.size)


@for_each_routine
def request(routine: Routine) -> Message:
    # With descriptors, the retcode argument replaces the request by an error message instead.
    code = routine.retcode_argument
    arguments = [a for a in routine.arguments if a.sent and a is not code]
    body: list[Item] = []
    for argument in routine.arguments:
        if argument.sent and argument is not code:
            body += _body_items(argument)
        elif argument.count_in_out and argument.counted:
            body.append(Item(Role.CAPACITY, argument.count_name, WORD, argument))
    descriptors = _descriptor_items(arguments)
    items = [Item(Role.HEAD, "Head", HEADER_SIZE)] + descriptors
    if _has_data(body):
        items.append(Item(Role.NDR, "NDR", NDR_SIZE))
    return _finish(routine, False, items + body, descriptors)


@for_each_routine
def reply(routine: Routine) -> Message:
    return reply_of(routine, [a for a in routine.arguments if a.returned])


def reply_of(routine: Routine, arguments: list[Argument]) -> Message:
    """The reply that carries ARGUMENTS, however the routine looks at them."""
    body = [item for a in arguments for item in _body_items(a)]
    descriptors = _descriptor_items(arguments)
    items = [Item(Role.HEAD, "Head", HEADER_SIZE)] + descriptors
    if _has_data(body) or not descriptors:
        items.append(Item(Role.NDR, "NDR", NDR_SIZE))
    if not descriptors:
        items.append(Item(Role.RETCODE, "RetCode", WORD))
    return _finish(routine, True, items + body, descriptors)


def _has_data(body: list[Item]) -> bool:
    """BODY's representation is told. As Apple's compiler has it, not that of counts of lists of
    rights alone."""
    return any(
        item.role is not Role.SUBS or (item.argument is not None and not item.argument.type.port)
        for item in body
    )


def largest_reply(interface: Interface) -> int | None:
    """Bytes of the largest reply, the error reply included; None if only C knows."""
    sizes = [REPLY_ERROR_SIZE]
    for routine in interface.routines:
        size = reply(routine).size
        if size is None:
            return None
        sizes.append(size)
    return max(sizes)


def _descriptor_items(arguments: list[Argument]) -> list[Item]:
    items = [_descriptor(a) for a in arguments if a.type.descriptor]
    return [Item(Role.BODY, "msgh_body", BODY_SIZE)] + items if items else []


def _descriptor(argument: Argument) -> Item:
    t = argument.type
    if t.shape is Shape.PORTS:
        size = DESCRIPTOR_SIZES[Shape.PORT] * t.count
        return Item(Role.DESCRIPTOR, argument.name, size, argument, t.count)
    if t.shape is Shape.OOL_LIST:
        size = DESCRIPTOR_SIZES[Shape.OOL] * t.count
        return Item(Role.DESCRIPTOR, argument.name, size, argument, t.count)
    return Item(Role.DESCRIPTOR, argument.name, DESCRIPTOR_SIZES[t.shape], argument)


def _body_items(argument: Argument) -> list[Item]:
    """The items after NDR that one argument makes, without padding."""
    t, name = argument.type, argument.name
    items: list[Item] = []
    if t.shape is Shape.VAR_STRING:
        items.append(Item(Role.OFFSET, name + "Offset", WORD, argument))
        items.append(Item(Role.COUNT, name + "Cnt", WORD, argument))
    if t.shape is Shape.OPTIONAL:
        items.append(Item(Role.PRESENT, "__Present__" + name, WORD, argument))
    if argument.counted:
        items.append(Item(Role.COUNT, argument.count_name, WORD, argument))
    if t.list_of_varying:
        items.append(Item(Role.SUBS, name + "Subs", WORD * t.count, argument, t.count,
                          variable=t.variable))
    if not t.descriptor:
        variable = t.shape in (Shape.VAR, Shape.VAR_STRING, Shape.OPTIONAL)
        items.append(Item(Role.VALUE, name, t.size, argument, variable=variable))
    return items


def _finish(
    routine: Routine, is_reply: bool, items: list[Item], descriptors: list[Item]
) -> Message:
    """Add padding, offsets and parts."""
    placed: list[Item] = []
    offset: int | None = 0
    for item in items:
        _place(placed, item, offset)
        offset = _after(item, offset)
        if item.size is not None and item.size % WORD:
            pad = round_word(item.size) - item.size
            padding = Item(Role.PAD, item.name + "Pad", pad, item.argument, pad)
            _place(placed, padding, offset)
            offset = _after(padding, offset)
    number = sum(i.dimension or 1 for i in descriptors if i.role is Role.DESCRIPTOR)
    variable = [i for i in placed if i.variable]
    minimum = offset
    if offset is not None and minimum is not None:
        minimum = offset - sum(extent(i) for i in variable)
    return Message(routine, is_reply, placed, _cut(placed), offset, minimum, number)


def _place(placed: list[Item], item: Item, offset: int | None) -> None:
    item.offset = offset
    placed.append(item)


def _after(item: Item, offset: int | None) -> int | None:
    return None if offset is None or item.size is None else offset + item.size


def _cut(items: list[Item]) -> list[Part]:
    """A new part begins behind every variable item and its padding."""
    parts = [Part()]
    for item in items:
        padding = item.role is Role.PAD
        if parts[-1].variable is not None and not padding:
            parts.append(Part())
        parts[-1].items.append(item)
    return parts
