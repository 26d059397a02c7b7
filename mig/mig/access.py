# SPDX-License-Identifier: BSD-2-Clause
"""C expressions for the members of a message whose packed items may be shorter than declared.

Members up to and including the first packed item are reached through the message pointer (InP).
What follows a packed item is a part of its own, reached through a pointer (In1P, In2P, ...) that is
made when the item's real size is known.
"""

from collections.abc import Callable

from mig import layout
from mig.c_writer import Writer
from mig.emit_structs import part_name
from mig.ir import Argument, Routine, Shape, Type
from mig.layout import Item, Message, Role
from mig.signature import Side, parameters


class Names:
    """Local names of a stub that do not meet the routine's parameters."""

    def __init__(self, routine: Routine, side: Side):
        self._taken = {p.name for p in parameters(routine, side)}

    def __call__(self, name: str) -> str:
        while name in self._taken:
            name += "_"
        return name


class Access:
    """How one message is reached: `first` is the pointer to it, `stem` names the part pointers."""

    def __init__(self, message: Message, names: Names, first: str, stem: str, const: bool = False):
        self.message = message
        self.names = names
        self.first = first
        self.stem = stem
        self.const = const
        self.i = names("i")  # a loop's index
        self.known: set[int] = set()  # parts whose successor's pointer is already defined

    def __call__(self, item: Item) -> str:
        """The member as an lvalue."""
        part = self.message.part_of(item)
        pointer = self.first if part == 0 else f"{self.stem}{part}P"
        return f"{pointer}->{item.name}"

    def largest(self, item: Item) -> str:
        """The member as an lvalue in the message's largest form, whatever part it is in."""
        return f"{self.first}->{item.name}"

    def count(self, argument: Argument) -> str:
        """The count word of a variable argument; of its owner, under samecount."""
        owner = argument.same_count or argument
        for role in (Role.COUNT, Role.CAPACITY):
            item = self.message.item(role, owner)
            if item is not None:
                return self(item)
        raise AssertionError(f"{argument.name} has no count")

    def size_name(self, item: Item) -> str:
        return self.names(size_name(self.message, item))

    def next_part(self, out: Writer, item: Item) -> None:
        """Define the pointer to what follows the packed ITEM, if anything does."""
        number = self.message.part_of(item) + 1
        if number >= len(self.message.parts):
            return
        const = "const " if self.const else ""
        kind = const + part_name(self.message, number)
        name = f"{self.stem}{number}P"
        start = f"({const}char *)&{self(item)}"
        value = f"({const}void *)({start} + {self.size_name(item)})"
        out.assign(f"{kind} *{name}", value)

    def fixed_size(self) -> str:
        """Bytes of the message without its packed items, as a C expression."""
        return fixed_size(self.message)


def size_name(message: Message, item: Item) -> str:
    """The variable for the real size of a packed ITEM. One that goes both ways has two sizes."""
    assert item.argument is not None
    back = message.reply and item.variable and item.argument.kind == "inout"
    return f"{item.name}{'Out' if back else ''}Size"


def fixed_size(message: Message) -> str:
    """Bytes of MESSAGE without its packed items, as a C expression: a number unless only C knows."""
    if message.minimum is not None and message.variable_items:
        return str(message.minimum)
    parts = [f"(mach_msg_size_t)sizeof({message.name})"]
    parts += [packed_extent(i) for i in message.variable_items]
    return " - ".join(parts)


def packed_extent(item: Item) -> str:
    """The most bytes a packed item takes, padding included, as a C expression."""
    assert item.argument is not None
    if item.argument.type.shape is Shape.OPTIONAL:
        return f"(mach_msg_size_t)round_msg(sizeof({item.argument.type.phrase}))"
    return str(layout.extent(item))


def bytes_of(count: str, size: int) -> str:
    """COUNT elements of SIZE bytes."""
    return count if size == 1 else f"{size} * {count}"


def whole_words(expression: str, size: int) -> str:
    """EXPRESSION, a multiple of SIZE, rounded up to words."""
    if size % layout.WORD == 0:
        return expression
    return f"({expression} + 3) & ~3u"


def region_limit(t: Type) -> str:
    """The most elements that a region of a list may have; empty: any number."""
    if not t.list_of_varying or t.element is None:
        return ""
    if t.element.count:
        return str(t.element.count)
    size = t.element.element_size
    return f"UINT32_MAX / {size}" if t.element.shape is Shape.OOL and size > 1 else ""


def region(t: Type, address: str, count: str, given: str) -> tuple[str, str]:
    """Address and size (or number of rights) of one region of the list T, which has COUNT elements;
    nothing if GIVEN, a condition, does not hold."""
    assert t.element is not None
    ports = t.element.shape is Shape.OOL_PORTS
    amount = count if ports else bytes_of(count, t.element.element_size)
    if not t.variable:
        return address, f"{given} ? {amount} : 0" if given else amount
    return f"({given} ? {address} : 0)", f"{given} ? {amount} : 0"


def part_length(message: Message, number: int, size_of: Callable[[Item], str]) -> str:
    """Bytes of a part, up to the end of its packed item, whose real size SIZE_OF names."""
    part, name = message.parts[number], message.name
    first, last = part.items[0], part.variable
    if last is None:
        if message.size is not None and first.offset is not None:
            return str(message.size - first.offset)
        return f"sizeof({name}) - offsetof({name}, {first.name})"
    size = size_of(last)
    if last is first:
        return size
    if last.offset is not None and first.offset is not None:
        return f"{last.offset - first.offset} + {size}"
    return f"offsetof({name}, {last.name}) - offsetof({name}, {first.name}) + {size}"
