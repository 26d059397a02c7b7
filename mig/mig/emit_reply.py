# SPDX-License-Identifier: BSD-2-Clause
"""The reply of a server stub: places for the results before the call, the message after it."""

from mig import emit_descriptor, layout
from mig.access import Names, bytes_of, fixed_size, part_length, region, size_name
from mig.c_writer import Writer
from mig.emit_arguments import Arguments, array_element, declare_local
from mig.ir import Argument, Routine, Shape
from mig.layout import Item, Message, Role
from mig.signature import DISPOSITION, Side, poly_form, value_type
from mig.words import POLYMORPHIC

NULL_RIGHT = {Side.SERVER: "MACH_PORT_NULL", Side.KERNEL: "0"}


class ReplyPacker:
    def __init__(
        self, out: Writer, routine: Routine, side: Side, message: Message, arguments: Arguments,
        names: Names,
    ):
        self.out = out
        self.routine = routine
        self.side = side
        self.message = message
        self.arguments = arguments
        self.names = names
        self.i = names("i")
        self.results = [a for a in routine.arguments if a.returned]

    # Places -------------------------------------------------------------------------------

    def _in_place(self, argument: Argument) -> bool:
        """The routine can write into the reply itself. Not if the type wants a stricter alignment
        than the message, packed to 4, gives; nor what is translated."""
        t = argument.type
        if t.outtran or t.intran:
            return False
        if t.shape is Shape.DATA:
            return (t.size or 0) <= layout.WORD
        if t.shape is Shape.PORT:
            return self.side is Side.SERVER
        return t.shape in (Shape.ARRAY, Shape.VAR, Shape.STRING, Shape.VAR_STRING)

    def _c_decides(self, argument: Argument) -> bool:
        """Only C knows the alignment of the type that a struct[n] of words stands for."""
        t = argument.type
        return t.shape is Shape.STRUCT and t.alignment <= layout.WORD and not (
            t.outtran or t.intran)

    def _item(self, role: Role, argument: Argument) -> Item:
        item = self.message.item(role, argument)
        assert item is not None
        return item

    def count_item(self, argument: Argument) -> Item:
        return self._item(Role.COUNT, argument.same_count or argument)

    def _place(self, argument: Argument) -> str:
        """Where the reply has the argument, in its largest form."""
        role = Role.DESCRIPTOR if argument.type.descriptor else Role.VALUE
        return f"OutP->{self._item(role, argument).name}"

    def _result(self, argument: Argument) -> str:
        """The lvalue that the routine sets."""
        if not self._in_place(argument):
            return argument.name
        suffix = ".name" if argument.type.shape is Shape.PORT else ""
        return self._place(argument) + suffix

    # Before the call ----------------------------------------------------------------------

    def initialise(self) -> None:
        if any(self._c_decides(a) for a in self.results):
            self.out.comment("A struct is made in the reply, if C aligns it as messages are.")
        for argument in self.results:
            self._initialise(argument)
            self._initialise_companions(argument)

    def _initialise(self, argument: Argument) -> None:
        out, t, name = self.out, argument.type, argument.name
        if t.shape in (Shape.PORTS, Shape.OOL_LIST):
            kind = array_element(argument, self.side)
            out.line(f"{declare_local(kind, name)}[{t.count}] = {{0}};")
            if argument.sent:
                self._fill_from_request(argument)
            return
        kind = value_type(argument, self.side)
        if self._c_decides(argument):
            self._initialise_struct(argument, kind)
            return
        if not self._in_place(argument):
            value = self._from_request(argument) if argument.sent else "{0}"
            out.line(f"{declare_local(kind, name)} = {value};")
            return
        place = self._place(argument)
        match t.shape:
            case Shape.DATA:
                value = self._from_request(argument) if argument.sent else f"({kind}){{0}}"
                out.line(f"{place} = {value};")
            case Shape.PORT:
                value = self._from_request(argument) if argument.sent else "MACH_PORT_NULL"
                out.line(f"{place}.name = {value};")
            case Shape.ARRAY if argument.sent:
                source = self.arguments.carried(argument)
                out.line(f"memcpy({place}, {source}, sizeof({place}));")
            case Shape.STRING if argument.sent:
                source = self.arguments.carried(argument)
                out.line(f"memcpy({place}, {source}, {t.count});")
            case Shape.ARRAY | Shape.VAR:
                out.line(f"memset({place}, 0, sizeof({place}));")
            case Shape.STRING | Shape.VAR_STRING:
                out.line(f"{place}[0] = '\\0';")

    def _initialise_struct(self, argument: Argument, kind: str) -> None:
        """The struct itself if C aligns it as a message does, which saves a copy in each call; a local
        one otherwise."""
        out, name, local = self.out, argument.name, self.names(argument.name + "Local")
        out.line(f"{kind} {local};")
        place = f"_Alignof({kind}) > 4 ? &{local} : ({kind} *)(void *)&{self._place(argument)}"
        out.assign(f"{kind} *const {name}", place)
        value = self._from_request(argument) if argument.sent else f"({kind}){{0}}"
        out.line(f"*{name} = {value};")

    def _from_request(self, argument: Argument) -> str:
        carried = self.arguments.carried(argument)
        if argument.type.shape is Shape.POINTER:
            carried = "*" + carried
        return f"{argument.type.intran}({carried})" if argument.type.intran else carried

    def _fill_from_request(self, argument: Argument) -> None:
        """The rights or the memory of several descriptors, before the routine changes them."""
        value = self.arguments.one_of(argument, f"{self.arguments.carried(argument)}[{self.i}]")
        with self.out.loop(self.i, argument.type.count):
            self.out.line(f"{argument.name}[{self.i}] = {value};")

    def _initialise_companions(self, argument: Argument) -> None:
        out, t, name = self.out, argument.type, argument.name
        if poly_form(argument, self.side) == "pointer":
            out.line(f"{DISPOSITION} {name}Poly = {self._first_disposition(argument)};")
        if argument.dealloc == "maybe":
            out.line(f"boolean_t {name}Dealloc = FALSE;")
        if t.list_of_varying:
            self._initialise_subs(argument)
        if argument.counted:
            self._initialise_count(argument)

    def _initialise_subs(self, argument: Argument) -> None:
        out, place, size = self.out, f"OutP->{argument.name}Subs", ""
        incoming = self.arguments.incoming
        came = incoming.message.item(Role.SUBS, argument)
        if came is None or came.variable:
            out.line(f"memset({place}, 0, sizeof({place}));")
        if came is not None:
            size = bytes_of(incoming.count(argument), layout.WORD) if came.variable else ""
            out.line(f"memcpy({place}, {incoming(came)}, {size or f'sizeof({place})'});")

    def _first_disposition(self, argument: Argument) -> str:
        if argument.sent and argument.type.received == POLYMORPHIC:
            return self.arguments.disposition(argument)
        received = argument.type.received
        return "MACH_MSG_TYPE_PORT_SEND" if received == POLYMORPHIC else received

    def _initialise_count(self, argument: Argument) -> None:
        """How many elements there is room for; none out of line, where the routine makes room."""
        out, t = self.out, argument.type
        place = f"OutP->{argument.count_name}"
        bound = min(a.type.count for a in self.results if argument is a or argument is a.same_count)
        if argument.sent:
            out.line(f"{place} = {self.arguments.incoming.count(argument)};")
        elif t.out_of_line and t.shape is not Shape.OOL_LIST:
            out.line(f"{place} = 0;")
        elif argument.count_in_out:
            room = self.arguments.incoming.count(argument)
            out.line(f"{place} = {room} < {bound} ? {room} : {bound};")
        else:
            out.line(f"{place} = {bound};")

    def out_values(self) -> dict[tuple[str, str], str]:
        """What the call passes for out and inout arguments, by role and argument."""
        values = {}
        for argument in self.results:
            t, name = argument.type, argument.name
            by_pointer = (t.by_value and not self._c_decides(argument)) or (
                t.shape is Shape.POINTER)
            values["value", name] = ("&" if by_pointer else "") + self._result(argument)
            values["poly", name] = f"&{name}Poly"
            values["count", name] = f"&OutP->{argument.count_name}"
            values["dealloc", name] = f"&{name}Dealloc"
            values["subs", name] = f"OutP->{name}Subs"
            if poly_form(argument, self.side) == "value":
                del values["poly", name]
        return values

    # After the call -----------------------------------------------------------------------

    def descriptors(self) -> None:
        """Rights and memory, before anything can go wrong: they are in the reply to be sent or to
        be destroyed with it."""
        if self.message.complex:
            number = self.message.descriptors
            self.out.line(f"OutP->msgh_body.msgh_descriptor_count = {number};")
        for argument in self.results:
            if argument.type.descriptor:
                self._descriptor(argument)

    def pack(self) -> None:
        message = self.message
        if message.item(Role.NDR) is not None:
            self.out.line("OutP->NDR = NDR_record;")
        if message.item(Role.RETCODE) is not None:
            self.out.line("OutP->RetCode = KERN_SUCCESS;")
        for item in message.items:
            if item.argument is not None and item.role in (Role.VALUE, Role.PAD, Role.OFFSET):
                self._value(item, item.argument)
        self._close_gaps()
        self._header()

    def _descriptor(self, argument: Argument) -> None:
        out, t, place = self.out, argument.type, self._place(argument)
        how = self._disposition(argument)
        match t.shape:
            case Shape.PORT:
                value = argument.name
                if t.outtran:
                    value = f"{t.outtran}({value})"
                if self._in_place(argument):
                    value = f"{place}.name"
                emit_descriptor.right(out, self.side, place, value, how)
            case Shape.PORTS:
                self._port_array(argument, place, how)
            case Shape.OOL:
                size = self._data_size(argument)
                self._ool(argument, place, argument.name, size)
            case Shape.OOL_PORTS:
                count = self._count(argument) if t.variable else self._fixed(argument, t.count)
                self._ool_ports(argument, place, argument.name, count, how)
            case Shape.OOL_LIST:
                self._ool_list(argument, place, how)

    def _disposition(self, argument: Argument) -> str:
        form = poly_form(argument, self.side)
        kernel = self.side is Side.KERNEL
        if form == "pointer":
            return f"({'uint8_t' if kernel else 'unsigned int'})({argument.name}Poly & 0xff)"
        return argument.type.received if kernel else argument.type.sent

    def _count(self, argument: Argument) -> str:
        return f"OutP->{self.count_item(argument).name}"

    def _data_size(self, argument: Argument) -> str:
        t = argument.type
        if t.variable:
            return bytes_of(self._count(argument), t.element_size)
        return self._fixed(argument, t.count * t.element_size)

    def _fixed(self, argument: Argument, size: int) -> str:
        """SIZE; but memory that the routine did not set is none, which the receiver refuses."""
        return f"{argument.name} != 0 ? {size} : 0"

    def _port_array(self, argument: Argument, place: str, how: str) -> None:
        t = argument.type
        with self.out.loop(self.i, t.count):
            value = f"{argument.name}[{self.i}]"
            if t.variable:
                value = f"{self.i} < {self._count(argument)} ? {value} : {NULL_RIGHT[self.side]}"
            emit_descriptor.right(self.out, self.side, f"{place}[{self.i}]", value, how)

    def _deallocate(self, argument: Argument, place: str, value: str) -> str:
        """The sender's memory goes; so does what was lent to the routine and is sent back."""
        if argument.dealloc == "yes":
            return "TRUE"
        ways = [f"{argument.name}Dealloc != FALSE"] if argument.dealloc == "maybe" else []
        if argument.freed_by_stub and self.side is not Side.KERNEL:
            came = place.replace("OutP->", "In0P->", 1)
            ways.append(f"(void *){value} == {came}.address")
        return " || ".join(ways) or "FALSE"

    def _ool(self, argument: Argument, place: str, value: str, size: str) -> None:
        goes = self._deallocate(argument, place, value)
        emit_descriptor.memory(self.out, self.side, place, argument, value, goes, size)

    def _ool_ports(
        self, argument: Argument, place: str, value: str, count: str, how: str
    ) -> None:
        goes = self._deallocate(argument, place, value)
        emit_descriptor.rights(self.out, self.side, place, value, goes, count, how)

    def _ool_list(self, argument: Argument, place: str, how: str) -> None:
        t = argument.type
        element = t.element
        assert element is not None
        with self.out.loop(self.i, t.count):
            count = str(element.count)
            if element.variable:
                count = f"OutP->{argument.name}Subs[{self.i}]"
            address = f"{argument.name}[{self.i}]"
            given = [f"{self.i} < {self._count(argument)}"] if t.variable else []
            if not element.variable:
                given.append(f"{address} != 0")  # what the routine did not set is refused
            value, amount = region(t, address, count, " && ".join(given))
            if element.shape is Shape.OOL_PORTS:
                self._ool_ports(argument, place + f"[{self.i}]", value, amount, how)
            else:
                self._ool(argument, place + f"[{self.i}]", value, amount)

    def _value(self, item: Item, argument: Argument) -> None:
        out, t, place = self.out, argument.type, f"OutP->{item.name}"
        if item.role is Role.OFFSET:
            out.line(f"{place} = 0;")
        elif item.role is Role.PAD:
            if t.shape not in (Shape.VAR, Shape.VAR_STRING):
                out.line(f"memset({place}, 0, sizeof({place}));")
        elif t.shape is Shape.VAR_STRING:
            out.line(f"OutP->{argument.name}Cnt = string_size({place}, {t.count});")
        elif t.shape is Shape.STRING:
            size = self._size_name(item)
            out.line(f"const mach_msg_size_t {size} = string_size({place}, {t.count});")
            out.line(f"memset({place} + {size}, 0, {t.count} - {size});")
        elif self._c_decides(argument):
            with out.block(f"if (_Alignof({value_type(argument, self.side)}) > 4)"):
                out.line(f"{place} = *{argument.name};")
        elif not self._in_place(argument):
            value = f"{t.outtran}({argument.name})" if t.outtran else argument.name
            out.line(f"{place} = {value};")

    # Packed items -------------------------------------------------------------------------

    def _close_gaps(self) -> None:
        """Sizes of the packed items, and every part up against the item before it."""
        for item in self.message.variable_items:
            self._packed_size(item)
        end = self.names("end")
        for number, part in enumerate(self.message.parts[1:], 1):
            before = self.message.parts[number - 1].variable
            assert before is not None
            if number == 1:
                self.out.step("Close the gaps behind arrays that are not full.")
                start = f"(char *)&OutP->{before.name} + {self._size_name(before)}"
                kind = "" if len(self.message.parts) > 2 else "const "
                self.out.assign(f"char *{kind}{end}", start)
            first = f"OutP->{part.items[0].name}"
            length = part_length(self.message, number, self._size_name)
            self.out.wrapped("memmove(", [end, f"&{first}", length], ");")
            if number + 1 < len(self.message.parts):
                self.out.line(f"{end} += {length};")

    def _size_name(self, item: Item) -> str:
        return self.names(size_name(self.message, item))

    def _packed_size(self, item: Item) -> None:
        assert item.argument is not None
        t, name = item.argument.type, self._size_name(item)
        count, place = self._count_or_length(item.argument), f"OutP->{item.name}"
        element = 1 if t.shape is Shape.VAR_STRING else t.element_size
        if item.role is Role.SUBS:
            element = layout.WORD
        size = bytes_of(count, element)
        if element % layout.WORD:
            cast = "" if t.shape is Shape.VAR_STRING else "(char *)"
            size = f"pad_to_word({cast}{place}, {size})"
        self.out.line(f"const mach_msg_size_t {name} = {size};")

    def _count_or_length(self, argument: Argument) -> str:
        return f"OutP->{self.count_item(argument).name}"

    def _header(self) -> None:
        out, message = self.out, self.message
        if message.complex:
            out.line("OutP->Head.msgh_bits |= MACH_MSGH_BITS_COMPLEX;")
        elif self.side is Side.KERNEL:
            out.line("OutP->Head.msgh_bits &= ~MACH_MSGH_BITS_COMPLEX;")
        size = " + ".join(
            [fixed_size(message)] + [self._size_name(i) for i in message.variable_items]
        )
        out.assign("OutP->Head.msgh_size", size)
