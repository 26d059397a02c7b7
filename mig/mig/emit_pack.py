# SPDX-License-Identifier: BSD-2-Clause
"""Statements of a user stub that build the request: counts, descriptors, body."""

from contextlib import ExitStack

from mig import emit_descriptor, layout
from mig.access import Access, Names, bytes_of, region, region_limit
from mig.c_writer import Writer
from mig.ir import Argument, Routine, Shape, Type
from mig.layout import Item, Message, Role
from mig.signature import Side, poly_form
from mig.words import POLYMORPHIC

MOVED = (
    "MACH_MSG_TYPE_MOVE_RECEIVE", "MACH_MSG_TYPE_MOVE_SEND", "MACH_MSG_TYPE_MOVE_SEND_ONCE",
)


class RequestPacker:
    def __init__(
        self, out: Writer, routine: Routine, message: Message, side: Side = Side.USER
    ):
        self.out = out
        self.routine = routine
        self.message = message
        self.side = side
        self.access = Access(message, Names(routine, side), "InP", "In")
        self.i = self.access.i

    def _descriptors(self) -> list[Item]:
        return [i for i in self.message.items if i.role is Role.DESCRIPTOR]

    def given(self, argument: Argument) -> str:
        """The value that a parameter passed by value, or by pointer if it also returns, has."""
        return ("*" if argument.returned else "") + argument.name

    # Before anything is sent --------------------------------------------------------------

    def check_counts(self) -> None:
        """Arrays that do not fit: nothing is sent."""
        chosen = [a for a in self.routine.arguments
                  if a.sent and (self._count_check(a) or region_limit(a.type))]
        if chosen:
            self.out.step("Refuse what does not fit.")
        for argument in chosen:
            if check := self._count_check(argument):
                self.out.condition([check], "return MIG_ARRAY_TOO_LARGE;")
            if limit := region_limit(argument.type):
                regions = count_value(argument) if argument.type.variable else ""
                with self.out.loop(self.i, regions or argument.type.count):
                    too_large = f"{argument.name}Subs[{self.i}] > {limit}"
                    self.out.condition([too_large], "return MIG_ARRAY_TOO_LARGE;")

    def _count_check(self, argument: Argument) -> str:
        t = argument.type
        if not t.variable or t.shape is Shape.VAR_STRING:
            return ""
        count = count_value(argument)
        if t.count:
            return f"{count} > {t.count}"
        if t.shape is Shape.OOL and t.element_size > 1:
            return f"{count} > UINT32_MAX / {t.element_size}"
        return ""

    def retcode(self, dot: str) -> None:
        """A code instead of the data: send an error message and be done."""
        argument = self.routine.retcode_argument
        if argument is None:
            return
        out, port = self.out, self.routine.request_port
        kernel, how = self.side.in_kernel, header_disposition(port)
        out.step("A return code goes alone, in place of the data.")
        with out.block(f"if ({argument.name} != KERN_SUCCESS)"):
            out.line(f"{dot}Error.Head.msgh_bits = MACH_MSGH_BITS({how}, 0);")
            out.line(f"{dot}Error.Head.msgh_size = sizeof(mig_reply_error_t);")
            remote = "MACH_PORT_NULL" if kernel else port.name
            out.line(f"{dot}Error.Head.msgh_remote_port = {remote};")
            out.line(f"{dot}Error.Head.msgh_local_port = MACH_PORT_NULL;")
            out.line(f"{dot}Error.Head.msgh_voucher_port = MACH_PORT_NULL;")
            out.line(f"{dot}Error.Head.msgh_id = {self.routine.id};")
            out.line(f"{dot}Error.NDR = NDR_record;")
            out.line(f"{dot}Error.RetCode = {argument.name};")
            function, call = "mach_msg", ["MACH_SEND_MSG", "sizeof(mig_reply_error_t)", "0"]
            call += ["MACH_PORT_NULL", "MACH_MSG_TIMEOUT_NONE", "MACH_PORT_NULL"]
            if kernel:
                function = "mach_msg_send_from_kernel"
                call = [port.name, "0", "MACH_SEND_MSG", "MACH_MSG_TIMEOUT_NONE"]
            out.wrapped(f"return {function}(", [f"&{dot}Error.Head", *call], ");")

    # Descriptors --------------------------------------------------------------------------

    def descriptors(self) -> None:
        items = self._descriptors()
        if not items:
            return
        self.out.step("Rights and memory.")
        self.out.line(f"InP->msgh_body.msgh_descriptor_count = {self.message.descriptors};")
        for item in items:
            assert item.argument is not None
            self._descriptor(item, item.argument)

    def _descriptor(self, item: Item, argument: Argument) -> None:
        t = argument.type
        place = self.access(item)
        value = self.given(argument)
        how = self._disposition(argument)
        match t.shape:
            case Shape.PORT:
                self._port(place, value, how)
            case Shape.PORTS:
                self._port_array(place, argument, how)
            case Shape.OOL:
                self._ool(place, argument, value, data_size(argument))
            case Shape.OOL_PORTS:
                count = count_value(argument) if t.variable else str(t.count)
                self._ool_ports(place, argument, value, count, how)
            case Shape.OOL_LIST:
                self._ool_list(place, argument, how)

    def _disposition(self, argument: Argument) -> str:
        form = poly_form(argument, self.side)
        if argument.type.port and form and argument.type.sent == "MACH_MSG_TYPE_POLYMORPHIC":
            cast = "(uint8_t)" if self.side.in_kernel else ""
            return f"{cast}({'*' if form == 'pointer' else ''}{argument.name}Poly & 0xff)"
        return argument.type.sent

    def _port(self, place: str, value: str, how: str) -> None:
        emit_descriptor.right(self.out, self.side, place, value, how)

    def _deallocate(self, argument: Argument) -> str:
        if argument.dealloc == "maybe":
            return f"{argument.name}Dealloc != FALSE"
        return "TRUE" if argument.dealloc == "yes" else "FALSE"

    def _ool(self, place: str, argument: Argument, value: str, size: str) -> None:
        goes = self._deallocate(argument)
        emit_descriptor.memory(self.out, self.side, place, argument, value, goes, size)

    def _ool_ports(
        self, place: str, argument: Argument, value: str, count: str, how: str
    ) -> None:
        goes = self._deallocate(argument)
        emit_descriptor.rights(self.out, self.side, place, value, goes, count, how)

    def _port_array(self, place: str, argument: Argument, how: str) -> None:
        """Unused descriptors of a variable array carry no right."""
        t = argument.type
        with self.out.loop(self.i, t.count):
            value = f"{argument.name}[{self.i}]"
            if t.variable:
                null = "0" if self.side.in_kernel else "MACH_PORT_NULL"
                value = f"{self.i} < {count_value(argument)} ? {value} : {null}"
            self._port(place + f"[{self.i}]", value, how)

    def _ool_list(self, place: str, argument: Argument, how: str) -> None:
        t = argument.type
        element = t.element
        assert element is not None
        with self.out.loop(self.i, t.count):
            count = f"{argument.name}Subs[{self.i}]" if element.variable else str(element.count)
            given = f"{self.i} < {count_value(argument)}" if t.variable else ""
            value, amount = region(t, f"{argument.name}[{self.i}]", count, given)
            if element.shape is Shape.OOL_PORTS:
                self._ool_ports(place + f"[{self.i}]", argument, value, amount, how)
            else:
                self._ool(place + f"[{self.i}]", argument, value, amount)

    # Body ---------------------------------------------------------------------------------

    def body(self) -> None:
        skipped = (Role.HEAD, Role.BODY, Role.DESCRIPTOR)
        items = [i for i in self.message.items if i.role not in skipped]
        if items:
            self.out.step("Values.")
        for item in items:
            self._item(item)

    def _item(self, item: Item) -> None:
        out, place, argument = self.out, self.access(item), item.argument
        if item.role is Role.NDR:
            out.line(f"{place} = NDR_record;")
            return
        if item.role is Role.RETCODE:
            out.line(f"{place} = KERN_SUCCESS;")
            return
        assert argument is not None
        t = argument.type
        match item.role:
            case Role.COUNT if t.shape is not Shape.VAR_STRING:
                out.line(f"{place} = {count_value(argument)};")
            case Role.CAPACITY:
                have = f"*{argument.count_name}"
                out.line(f"{place} = {have} < {t.count} ? {have} : {t.count};")
            case Role.OFFSET:
                out.line(f"{place} = 0;")
            case Role.SUBS if item.variable:
                self._packed_array(item, item.name, bytes_of(count_value(argument), layout.WORD))
            case Role.SUBS:
                out.line(f"memcpy({place}, {item.name}, sizeof({place}));")
            case Role.PAD if not _packed(t.shape):
                out.line(f"memset({place}, 0, sizeof({place}));")
            case Role.VALUE:
                self._value(item, argument)

    def _value(self, item: Item, argument: Argument) -> None:
        out, place, name, t = self.out, self.access(item), argument.name, argument.type
        match t.shape:
            case Shape.DATA | Shape.STRUCT | Shape.VALUE:
                out.line(f"{place} = {self.given(argument)};")
            case Shape.POINTER:
                out.line(f"{place} = *{name};")
            case Shape.ARRAY:
                out.line(f"memcpy({place}, {name}, sizeof({place}));")
            case Shape.STRING:
                out.line(f"(void)mig_strncpy_zerofill({place}, {name}, {t.count});")
            case Shape.VAR:
                amount = bytes_of(count_value(argument), t.element_size)
                self._packed_array(item, name, amount, t.element_size)
            case Shape.VAR_STRING:
                self._packed_string(item, argument)
            case Shape.OPTIONAL:
                self._optional(item, argument)

    def _packed_array(
        self, item: Item, source: str, amount: str, element: int = layout.WORD
    ) -> None:
        """AMOUNT bytes from SOURCE, an array whose elements have ELEMENT bytes each."""
        out, place, size = self.out, self.access(item), self.access.size_name(item)
        const = "" if element % layout.WORD else "const "
        out.line(f"{const}mach_msg_size_t {size} = {amount};")
        out.line(f"memcpy({place}, {source}, {size});")
        if element % layout.WORD:
            out.line(f"{size} = pad_to_word((char *){place}, {size});")
        self.access.next_part(out, item)

    def _packed_string(self, item: Item, argument: Argument) -> None:
        out, place, size = self.out, self.access(item), self.access.size_name(item)
        count = self.access.count(argument)
        copy = f"mig_strncpy({place}, {argument.name}, {argument.type.count})"
        out.line(f"{count} = (mach_msg_type_number_t){copy};")
        out.line(f"const mach_msg_size_t {size} = pad_to_word({place}, {count});")
        self.access.next_part(out, item)

    def _optional(self, item: Item, argument: Argument) -> None:
        out, place, size = self.out, self.access(item), self.access.size_name(item)
        present = self.message.item(Role.PRESENT, argument)
        assert present is not None
        out.line(f"{self.access(present)} = {argument.name} != {argument.type.absent};")
        out.line(f"mach_msg_size_t {size} = 0;")
        with out.block(f"if ({self.access(present)})"):
            out.line(f"{place} = *{argument.name};")
            out.line(f"{size} = pad_to_word((char *)&{place}, sizeof({argument.type.phrase}));")
        self.access.next_part(out, item)

    # Size and clean-up --------------------------------------------------------------------

    def size(self) -> str:
        """msgh_size of what was built."""
        variable = self.message.variable_items
        if not variable:
            return f"(mach_msg_size_t)sizeof({self.message.name})"
        sizes = [self.access.size_name(i) for i in variable]
        return " + ".join([self.access.fixed_size()] + sizes)

    def consumes(self) -> bool:
        """Something must be released when the send fails; in the kernel that is done already."""
        if self.side.in_kernel:
            return False
        routine = self.routine
        if routine.may_come_back or routine.consume_on_send_error != "none":
            return True
        # Beyond the sender's quota, any request comes back; rpc_failed() destroys it as it is.
        return routine.one_way or any(self._moves(a) for a in routine.arguments)

    def _moves(self, argument: Argument) -> bool:
        """The caller gives a right or memory away with it."""
        if argument.kind in ("requestport", "replyport", "ureplyport"):
            return self._moved(argument) is not None
        if not argument.sent:
            return False
        t = argument.type
        return argument.dealloc != "no" or (t.port and self._moved(argument) is not None)

    def consume_on_error(self) -> None:
        """Release what the failed send left in the request: all that the policy consumes, and in
        any case what the kernel made when it took the request and gave it back."""
        policy = self.routine.consume_on_send_error
        result = "(msg_result & ~MACH_MSG_MASK)"
        timed_out, broken_off, no_room = (
            f"{result} == MACH_SEND_{w}" for w in ("TIMED_OUT", "INTERRUPTED", "NO_BUFFER"))
        consumed = [timed_out] if policy != "none" else []
        if policy == "any":
            consumed.append(f"{result} == MACH_SEND_INVALID_DEST")
        kept = [no_room]
        if consumed:
            kept = [broken_off, no_room]
        elif self.routine.may_come_back:
            kept = [timed_out, broken_off, no_room]
        if consumed:
            self.out.comment("What could not be sent is gone.")
            self.out.condition(consumed, "destroy_request(&InP->Head);")
        self.out.comment("The request is back: what was moved, and is where it was, is the caller's.")
        self.out.condition_block(kept, self._destroy_copies)

    def _destroy_copies(self) -> None:
        for item in self._descriptors():
            assert item.argument is not None
            self._keep_moved(item, item.argument)
        for argument, place in (
            (self.routine.request_port, "InP->Head.msgh_remote_port"),
            (self.routine.of_kind("replyport", "ureplyport"), "InP->Head.msgh_local_port"),
        ):
            moved = self._moved(argument) if argument is not None else None
            if argument is not None and moved is not None:
                mine = [*moved, f"{place} == {argument.name}"]
                self.out.condition(mine, f"{place} = MACH_PORT_NULL;", "&&")
        self.out.line("destroy_request(&InP->Head);")

    def _moved(self, argument: Argument) -> list[str] | None:
        """The conditions, if any, under which the caller moves the right; None if it never does."""
        sent = argument.type.sent
        if sent in MOVED:
            return []
        if poly_form(argument, self.side) and sent == POLYMORPHIC:
            poly = f"{'*' if poly_form(argument, self.side) == 'pointer' else ''}{argument.name}Poly"
            return [f"{poly} <= MACH_MSG_TYPE_MOVE_SEND_ONCE"]
        return None

    def _keep_moved(self, item: Item, argument: Argument) -> None:
        """Take what the caller moved, and finds again where it was, out of what goes."""
        t, place, mine = argument.type, self.access(item), self.given(argument)
        if not (t.port and self._moved(argument) is not None) and argument.dealloc == "no":
            return
        if not item.dimension:
            self._keep(place, mine, argument, argument.type)
            return
        with self.out.loop(self.i, item.dimension):
            index = f"[{self.i}]"
            if t.shape is not Shape.OOL_LIST:
                self._keep(place + index, argument.name + index, argument, t)
                return
            assert t.element is not None
            with ExitStack() as blocks:
                if t.variable:
                    given = f"if ({self.i} < {count_value(argument)})"
                    blocks.enter_context(self.out.block(given))
                self._keep(place + index, argument.name + index, argument, t.element)

    def _keep(self, place: str, mine: str, argument: Argument, t: Type) -> None:
        """One descriptor. T is its type: the argument's, or that of the elements of a list."""
        moved = self._moved(argument) if t.port else None
        if not t.out_of_line:
            if moved is not None:
                same = [f"{place}.name == {mine}"]
                if t.variable:
                    same.insert(0, f"{self.i} < {count_value(argument)}")
                kept = f"{place}.disposition = MACH_MSG_TYPE_PORT_NONE;"
                self.out.condition(moved + same, kept, "&&")
            return
        stays = f"{place}.address == (void *){mine}"
        if argument.dealloc != "no":
            with self.out.block(f"if ({stays})"):
                if moved is not None:
                    self._when(moved, f"{place}.disposition = MACH_MSG_TYPE_PORT_NONE;")
                self.out.line(f"{place}.deallocate = FALSE;")
        if moved is not None and argument.dealloc != "yes":
            lent = [f"{argument.name}Dealloc == FALSE"] if argument.dealloc == "maybe" else []
            self._when(moved + lent, f"keep_rights(&{place}, {mine});")

    def _when(self, conditions: list[str], then: str) -> None:
        if conditions:
            self.out.condition(conditions, then, "&&")
        else:
            self.out.line(then)


def header_disposition(argument: Argument) -> str:
    """How the user stub sends a port of the header."""
    if poly_form(argument, Side.USER):
        return argument.name + "Poly"
    return argument.type.sent


def count_value(argument: Argument) -> str:
    """The count parameter of a variable argument, as a value in the user stub."""
    return ("*" if argument.returned else "") + argument.count_name


def data_size(argument: Argument) -> str:
    """Bytes of out-of-line data that the user stub sends."""
    t = argument.type
    if t.variable:
        return bytes_of(count_value(argument), t.element_size)
    return str(t.count * t.element_size)


def _packed(shape: Shape) -> bool:
    return shape in (Shape.VAR, Shape.VAR_STRING)
