# SPDX-License-Identifier: BSD-2-Clause
"""Checks of messages that arrive, on both sides."""

from dataclasses import replace

from mig import layout
from mig.access import Access, Names, bytes_of, packed_extent, whole_words
from mig.annotation_checks import out_of_range
from mig.c_writer import Writer
from mig.ir import Argument, Routine, Shape, Type
from mig.layout import Item, Message, Role
from mig.signature import Side
from mig.words import POLYMORPHIC

COMPLEX = "MACH_MSGH_BITS_COMPLEX"


class Checker:
    """What request and reply checks share. Every check returns an error at the first fault."""

    pointer = ""
    stem = ""
    shape_error = ""
    type_error = "MIG_TYPE_ERROR"

    def __init__(self, out: Writer, routine: Routine, message: Message, side: Side):
        self.out = out
        self.routine = routine
        self.message = message
        self.side = side
        self.access = Access(message, Names(routine, Side.SERVER), self.pointer, self.stem, True)
        self.fixed = self.access.fixed_size()

    def _require(self, condition: str, error: str) -> None:
        """Return ERROR if CONDITION, which describes a fault, holds."""
        with self.out.block(f"if ({condition})"):
            self.out.line(f"return {error};")

    def _wrong_shape(self) -> list[str]:
        """Conditions under which header and size do not fit the declaration."""
        head, m = f"{self.pointer}->Head", self.message
        wrong = [f"({head}.msgh_bits & {COMPLEX}) {'==' if m.complex else '!='} 0"]
        if m.variable_items:
            wrong.append(f"{head}.msgh_size < {self.fixed}")
            wrong.append(f"{head}.msgh_size > sizeof({m.name})")
        else:
            wrong.append(f"{head}.msgh_size != sizeof({m.name})")
        if m.complex:  # last, for it is there to be read only if the size says so
            wrong.append(f"{self.pointer}->msgh_body.msgh_descriptor_count != {m.descriptors}")
        return wrong

    def _shape(self, error: str) -> None:
        if self.message.variable_items and not self.fixed.isdigit():
            self.out.assign("const mach_msg_size_t fixed", self.fixed)
            self.out.blank()
            self.fixed = "fixed"
        self.out.condition(self._wrong_shape(), f"return {error};")

    def _representation(self) -> None:
        """Data in another byte order, character set or float format is not ours to convert."""
        if self.message.item(Role.NDR) is not None:
            self._require(f"!is_native(&{self.pointer}->NDR)", self.type_error)

    def _descriptors(self) -> None:
        for item in self.message.items:
            if item.role is Role.DESCRIPTOR and item.argument is not None:
                self._descriptor(item, item.argument)

    def _descriptor(self, item: Item, argument: Argument) -> None:
        place = self.access(item)
        if not item.dimension:
            wrong = self._wrong_descriptor(place, argument, argument.type)
            self.out.condition(wrong, f"return {self.type_error};")
            return
        t = argument.type
        if t.shape is Shape.OOL_LIST:
            assert t.element is not None
            # In a list that may be shorter, what is not there is empty: see _regions().
            t = replace(t.element, variable=t.element.variable or t.variable)
        wrong = self._wrong_descriptor(place + f"[{self.access.i}]", argument, t)
        with self.out.loop(self.access.i, item.dimension):
            self.out.condition(wrong, f"return {self.type_error};")

    def _wrong_descriptor(self, place: str, argument: Argument, t: Type) -> list[str]:
        if t.shape is Shape.OOL:
            wrong = [f"{place}.type != MACH_MSG_OOL_DESCRIPTOR"]
            if not t.variable:
                wrong.append(f"{place}.size != {t.count * t.element_size}")
            return wrong
        ool = t.shape is Shape.OOL_PORTS
        wrong = [f"{place}.type != MACH_MSG_{'OOL_PORTS' if ool else 'PORT'}_DESCRIPTOR"]
        if t.received != POLYMORPHIC:
            wrong.append(f"{place}.disposition != {t.received}")
        if ool and not t.variable:
            wrong.append(f"{place}.count != {t.count}")
        return wrong

    # Variable parts and counts ------------------------------------------------------------

    def _variable(self, error: str) -> None:
        """Counts within bounds, and the packed items fill the message exactly."""
        items = self.message.variable_items
        if not items:
            return
        self.out.blank()
        room = f"{self.pointer}->Head.msgh_size - {self.fixed}"
        self.out.assign("mach_msg_size_t room", room)
        for item in items:
            assert item.argument is not None
            size = packed_size(self.out, self.access, item, self._bound(item, error))
            self._require(f"{size} > room", error)
            if item.argument.type.shape is Shape.VAR_STRING:
                self._terminated(item, error)
            self.out.line(f"room -= {size};")
            if self._read_behind(item):
                self.access.next_part(self.out, item)
        self._require("room != 0", error)

    def _read_behind(self, item: Item) -> bool:
        """The check reads something behind the packed ITEM's end."""
        number = self.message.part_of(item) + 1
        return any(
            self._is_checked(i) for part in self.message.parts[number:] for i in part.items
        )

    def _is_checked(self, item: Item) -> bool:
        if item.argument is None or item.role in (Role.PAD, Role.OFFSET, Role.CAPACITY):
            return False
        strings = (Shape.STRING, Shape.VAR_STRING)
        if item.role is not Role.VALUE or item.argument.type.shape in strings:
            return True
        return item.argument.range is not None or item.argument.utf8

    def _bound(self, item: Item, error: str) -> bool:
        argument = item.argument
        assert argument is not None
        if argument.type.shape is not Shape.OPTIONAL:
            self._require(f"{self.access.count(argument)} > {argument.type.count}", error)
        return True

    def _terminated(self, item: Item, error: str) -> None:
        assert item.argument is not None
        place, count = self.access(item), self.access.count(item.argument)
        self._require(f"!is_terminated({place}, {count})", error)

    def _counts(self, arguments: list[Argument], error: str, type_error: str) -> None:
        """Counts of out-of-line data and port arrays, and fixed strings."""
        for argument in arguments:
            t = argument.type
            item = self.message.item(Role.DESCRIPTOR, argument)
            value = self.message.item(Role.VALUE, argument)
            if t.shape is Shape.STRING and value is not None:
                self._require(f"!is_terminated({self.access(value)}, {t.count})", error)
            if item is None:
                continue
            if t.variable:
                self._variable_count(item, argument, error, type_error)
            if t.shape is Shape.OOL_LIST and (t.variable or t.list_of_varying):
                self._regions(item, argument, error, type_error)

    def _variable_count(
        self, item: Item, argument: Argument, error: str, type_error: str
    ) -> None:
        t, place, count = argument.type, self.access(item), self.access.count(argument)
        if t.count and not t.list_of_varying:  # theirs are packed, and were checked as such
            self._require(f"{count} > {t.count}", error)
        if t.shape is Shape.OOL:
            size = count if t.element_size == 1 else f"(uint64_t){count} * {t.element_size}"
            self._require(f"{place}.size != {size}", type_error)
        elif t.shape is Shape.OOL_PORTS:
            self._require(f"{place}.count != {count}", type_error)
        elif t.shape is Shape.PORTS:
            # A right that is not counted would be nobody's.
            i = self.access.i
            with self.out.block(f"for (unsigned int {i} = {count}; {i} < {t.count}; {i}++)"):
                self._require(f"{place}[{i}].name != MACH_PORT_NULL", error)

    def _regions(self, item: Item, argument: Argument, error: str, type_error: str) -> None:
        """Every region of a list is as large as its count says, and empty where there is none."""
        t, element, i = argument.type, argument.type.element, self.access.i
        assert element is not None
        subs = self.message.item(Role.SUBS, argument)
        count = f"{self.access(subs)}[{i}]" if subs else str(element.count)
        size = 1 if element.shape is Shape.OOL_PORTS else element.element_size
        place = f"{self.access(item)}[{i}]"
        with self.out.loop(i, t.count):
            if t.variable:
                value = f"{i} < {self.access.count(argument)} ? {count} : 0"
                self.out.assign("const mach_msg_type_number_t elements", value)
                count = "elements"
            if element.variable and element.count:
                self._require(f"{count} > {element.count}", error)
            much = count if size == 1 else f"(uint64_t){count} * {size}"
            member = "count" if element.shape is Shape.OOL_PORTS else "size"
            self._require(f"{place}.{member} != {much}", type_error)


    # Annotations --------------------------------------------------------------------------

    def _annotations(self, arguments: list[Argument], error: str) -> None:
        """What @range, @utf8 and @nonnull promise."""
        for argument in arguments:
            value = self.message.item(Role.VALUE, argument)
            right = self.message.item(Role.DESCRIPTOR, argument)
            if argument.range is not None and value is not None:
                self.out.condition(
                    out_of_range(self.access(value), *argument.range), f"return {error};"
                )
            if argument.utf8 and value is not None:
                t, count = argument.type, str(argument.type.count)
                if t.shape is not Shape.STRING:
                    count = self.access.count(argument)
                self._require(f"!is_utf8({self.access(value)}, {count})", error)
            if argument.nonnull and right is not None:
                member = {Shape.PORT: "name", Shape.OOL: "size", Shape.OOL_PORTS: "count"}
                place = f"{self.access(right)}.{member[argument.type.shape]}"
                self._require(f"{place} == 0", error)


class RequestChecker(Checker):
    """check_request_NAME: MIG_BAD_ARGUMENTS for shape, size and counts; MIG_TYPE_ERROR for
    descriptors."""

    pointer, stem, shape_error = "In0P", "In", "MIG_BAD_ARGUMENTS"

    def write(self) -> None:
        name = self.routine.name
        self.out.step(f"The request of {name} is complete and of the declared types.")
        head = [f"const {self.message.name} *In0P"]
        with self.out.function("static kern_return_t", f"check_request_{name}", head):
            self._shape(self.shape_error)
            self._representation()
            self._descriptors()
            self._variable(self.shape_error)
            arguments = [a for a in self.routine.arguments if a.sent]
            self._counts(arguments, self.shape_error, self.type_error)
            self._annotations(arguments, self.shape_error)
            self.out.line("return KERN_SUCCESS;")


class ReplyChecker(Checker):
    """check_reply_NAME: the reply's own return code, or what is wrong with the reply."""

    pointer, stem, shape_error = "Out0P", "Out", "MIG_TYPE_ERROR"

    def __init__(self, out: Writer, routine: Routine, message: Message, side: Side):
        super().__init__(out, routine, message, side)

    def _wrong_shape(self) -> list[str]:
        """A reply is not answered, so it brings no right to do that."""
        return [*super()._wrong_shape(), "Out0P->Head.msgh_remote_port != MACH_PORT_NULL"]

    def write(self) -> None:
        out, name = self.out, self.routine.name
        out.step(f"The reply of {name} is complete and of the declared types.")
        head = [f"const {self.message.name} *Out0P"]
        with out.function("static kern_return_t", f"check_reply_{name}", head):
            reply_id = self.routine.id + 100
            self._require(
                f"Out0P->Head.msgh_id != {reply_id}", "reply_mismatch(&Out0P->Head)"
            )
            self._shape("reply_error(&Out0P->Head)")
            self._representation()
            arguments = [a for a in self.routine.arguments if a.returned]
            if not arguments:
                out.line("return Out0P->RetCode;")
                return
            if not self.message.complex:
                self._require("Out0P->RetCode != KERN_SUCCESS", "Out0P->RetCode")
            self._descriptors()
            self._variable(self.shape_error)
            self._counts(arguments, self.shape_error, self.type_error)
            self._annotations(arguments, self.shape_error)
            out.line("return KERN_SUCCESS;")


def packed_size(out: Writer, access: Access, item: Item, const: bool = True) -> str:
    """Define the real size of a packed item, in whole words; the variable's name."""
    argument = item.argument
    assert argument is not None
    t, name = argument.type, access.size_name(item)
    if item.role is Role.SUBS:
        value = bytes_of(access.count(argument), layout.WORD)
    elif t.shape is Shape.OPTIONAL:
        present = access.message.item(Role.PRESENT, argument)
        assert present is not None
        value = f"{access(present)} ? {packed_extent(item)} : 0"
    else:
        element = 1 if t.shape is Shape.VAR_STRING else t.element_size
        value = whole_words(bytes_of(access.count(argument), element), element)
    out.assign(f"{'const ' if const else ''}mach_msg_size_t {name}", value)
    return name
