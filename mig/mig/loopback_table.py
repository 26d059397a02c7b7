# SPDX-License-Identifier: BSD-2-Clause
"""Descriptions of messages for the loop-back's judge (runtime/loopback/loopback_judge.h): what each
field is, which count it has, what is promised of it. Written from the layout, as the stubs are, but
nothing here knows how stubs check."""

from collections.abc import Callable

from mig import layout
from mig.access import packed_extent
from mig.c_writer import Writer
from mig.ir import TOKENS, Argument, Routine, Shape, Type
from mig.layout import Item, Message, Role
from mig.words import POLYMORPHIC

Field = dict[str, str]
REGION_KINDS = {Shape.OOL: "LOOP_REGION", Shape.OOL_PORTS: "LOOP_RIGHTS"}


class Table:
    """The fields of one message; `tag`, `bound` and `room` give an argument's tag, how many elements
    there can be, and the caller's room."""

    def __init__(
        self, out: Writer, message: Message, tag: Callable[[Argument], str],
        bound: Callable[[Argument], int], room: Callable[[Argument], str],
    ):
        self.out = out
        self.message = message
        self.tag = tag
        self.bound = bound
        self.room = room
        self.rows: list[tuple[Item, Field]] = []
        for item in message.items:
            if item.role not in (Role.HEAD, Role.BODY, Role.PAD):
                self.rows += [(item, field) for field in self._fields(item)]
        for item, field in self.rows:
            self._link(item, field)

    @property
    def name(self) -> str:
        return f"{self.message.routine.name}_{'reply' if self.message.reply else 'request'}_fields"

    def write(self) -> None:
        if not self.rows:
            return
        self.out.blank()
        with self.out.block(f"static const struct loop_field {self.name}[] =", "};"):
            for _, field in self.rows:
                text = ", ".join(f".{k} = {v}" for k, v in field.items())
                self.out.line(f"{{ {text} }},")

    def initialiser(self, member: str) -> None:
        """The member of struct loop_case."""
        out, m, routine = self.out, self.message, self.message.routine
        number = routine.id + (layout.REPLY_ID_OFFSET if m.reply else 0)
        with out.block(f".{member} =", "},"):
            out.line(f'.name = "{routine.name}", .id = {number}, .descriptors = {m.descriptors},')
            out.line(f".size = sizeof({m.name}),")
            extents = "".join(f" - {packed_extent(i)}" for i in m.variable_items)
            out.line(f".minimum = (uint32_t)sizeof({m.name}){extents},")
            out.line(f".trailer = {trailer(routine, m.reply)},")
            if self.rows:
                out.line(f".fields = {self.name}, .field_count = {len(self.rows)},")

    # Fields -------------------------------------------------------------------------------

    def _fields(self, item: Item) -> list[Field]:
        match item.role:
            case Role.DESCRIPTOR:
                return self._descriptors(item)
            case Role.SUBS:
                return [self._sub(item, n) for n in range(item.dimension)]
            case Role.COUNT:
                return [self._count(item)]
            case Role.PRESENT:
                return [_field("LOOP_COUNT", item, "4")]
            case Role.NDR:
                return [_field("LOOP_NDR", item, "8")]
            case Role.RETCODE:
                return [_field("LOOP_RETCODE", item, "4")]
            case Role.VALUE:
                return [self._value(item)]
        return [_field("LOOP_BYTES", item, str(item.size))]

    def _count(self, item: Item) -> Field:
        argument = item.argument
        assert argument is not None
        field = _field("LOOP_COUNT", item, "4", bound=str(self.bound(argument)))
        if argument.counted and argument.type.count:
            field["tag"] = self.tag(argument)
        room = self.room(argument) if self.message.reply else ""
        if room:
            field["room"] = room
        return field

    def _sub(self, item: Item, index: int) -> Field:
        """The count of one region of a list."""
        argument = item.argument
        assert argument is not None and argument.type.element is not None
        bound = argument.type.element.count
        field = _field("LOOP_COUNT", item, "4", bound=str(bound), index=str(index))
        if bound and not argument.type.variable:
            field["tag"] = f"{self.tag(argument)} + 10 * {index}"
        return field

    def _descriptors(self, item: Item) -> list[Field]:
        assert item.argument is not None
        t = item.argument.type
        if t.shape is Shape.PORT:
            return [_right(item, t, 0)]
        if t.shape is Shape.PORTS:
            return [_right(item, t, n) for n in range(item.dimension)]
        if t.shape is Shape.OOL_LIST:
            assert t.element is not None
            return [_region(item, t.element, n) for n in range(item.dimension)]
        return [_region(item, t)]

    def _value(self, item: Item) -> Field:
        assert item.argument is not None
        t = item.argument.type
        size = str(item.size) if item.size is not None else f"sizeof({t.phrase})"
        match t.shape:
            case Shape.VAR:
                field = _field("LOOP_PACKED", item, str(t.element_size), bound=str(t.count))
            case Shape.VAR_STRING:
                field = _field("LOOP_PACKED_TEXT", item, "1", bound=str(t.count))
            case Shape.OPTIONAL:
                field = _field("LOOP_PACKED", item, size)
            case Shape.STRING:
                field = _field("LOOP_TEXT", item, size)
            case _:
                field = _field("LOOP_BYTES", item, size)
        if item.argument.range is not None:
            low, high = item.argument.range
            field |= {"has_range": "true", "low": f"{low}ll", "high": f"{high}ll"}
        if item.argument.utf8:
            field["is_utf8"] = "true"
        return field

    # Counts -------------------------------------------------------------------------------

    def _link(self, item: Item, field: Field) -> None:
        """Say which field holds the count of this one."""
        argument = item.argument
        if argument is None or item.role not in (Role.DESCRIPTOR, Role.VALUE, Role.SUBS):
            return
        t = argument.type
        if t.shape is Shape.OOL_LIST:
            if t.variable:
                field["within"] = str(self._place(Role.COUNT, argument))
            if t.list_of_varying and item.role is not Role.SUBS:
                first = self._place(Role.SUBS, argument)
                field["count"] = str(first + int(field["index"]))
        elif t.shape is Shape.OPTIONAL:
            field["count"] = str(self._place(Role.PRESENT, argument))
        elif t.variable:
            field["count"] = str(self._place(Role.COUNT, argument.same_count or argument))
        if self.message.reply and argument.sent and argument.type.out_of_line:
            field["goes_back"] = "true"
        if argument.nonnull and item.role is Role.DESCRIPTOR:
            field["is_nonnull"] = "true"

    def _place(self, role: Role, argument: Argument) -> int:
        return next(n for n, (i, _) in enumerate(self.rows)
                    if i.role is role and i.argument is argument)


def _field(kind: str, item: Item, size: str, **more: str) -> Field:
    return {"name": f'"{item.name}"', "kind": kind, "size": size, "count": "LOOP_NO_FIELD", **more}


def _disposition(t: Type) -> str:
    received = t.received or (t.element.received if t.element else "")
    return "0" if received in ("", POLYMORPHIC) else received


def _right(item: Item, t: Type, index: int) -> Field:
    more = {"bound": str(t.count)} if t.variable else {"fixed": "1"}
    field = _field("LOOP_RIGHT", item, "12", disposition=_disposition(t), **more)
    return field | {"index": str(index)}


def _region(item: Item, t: Type, index: int = 0) -> Field:
    count = {"bound": str(t.count)} if t.variable else {"fixed": str(t.count)}
    field = _field(REGION_KINDS[t.shape], item, str(t.element_size), **count)
    if t.shape is Shape.OOL_PORTS:
        field["disposition"] = _disposition(t)
    return field | {"index": str(index)}


def trailer(routine: Routine, reply: bool) -> str:
    """How many bytes of the trailer the stub reads."""
    tokens = routine.user_tokens if reply else routine.server_tokens
    ends = [
        f"offsetof(mach_msg_max_trailer_t, {f}) + sizeof(((mach_msg_max_trailer_t *)0)->{f})"
        for f in (TOKENS[t.kind][2] for t in tokens)
    ]
    text = "0"
    for end in ends:
        text = end if text == "0" else f"({text}) > ({end}) ? ({text}) : ({end})"
    return text
