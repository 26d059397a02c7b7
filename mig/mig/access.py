# SPDX-License-Identifier: BSD-2-Clause
"""C expressions for the members of a message whose packed items may be shorter than declared.

Members up to and including the first packed item are reached through the message pointer (InP).
What follows a packed item is a part of its own, reached through a pointer (In1P, In2P, ...) that is
made when the item's real size is known.
"""

from mig import layout
from mig.c_writer import Writer
from mig.emit_structs import part_name
from mig.ir import Argument, Routine, Shape
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
        return self.names(item.name + "Size")

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
