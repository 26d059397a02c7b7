# SPDX-License-Identifier: BSD-2-Clause
"""Statements that hand a reply out to the caller; the reply is known to be right."""

from mig import layout
from mig.access import Access, Names, bytes_of
from mig.c_writer import Writer
from mig.emit_unpack import packed_size
from mig.ir import TOKENS, Argument, Routine, Shape
from mig.layout import Item, Message, Role
from mig.signature import Side, poly_form


def hand_out(out: Writer, routine: Routine, message: Message, side: Side = Side.USER) -> None:
    """Give the caller what came; the reply is known to be right."""
    access = Access(message, Names(routine, side), "Out0P", "Out", True)
    if routine.user_tokens:
        _tokens(out, routine)
    _capacities(out, routine, message, access)
    items = [i for i in message.items if i.argument is not None and i.role is not Role.PAD]
    if items:
        out.step("Hand out what it brought.")
    for item in items:
        assert item.argument is not None
        _hand_out_item(out, access, item, item.argument, side)


def _tokens(out: Writer, routine: Routine) -> None:
    out.step("The trailer is there and reaches far enough.")
    start = "(const char *)Out0P + round_msg(Out0P->Head.msgh_size)"
    out.assign("const mach_msg_max_trailer_t *TrailerP", f"(const void *)({start})")
    out.condition(
        trailer_faults(routine.user_tokens),
        "return reply_rejected(&Out0P->Head, MIG_TRAILER_ERROR);",
    )
    for token in routine.user_tokens:
        out.line(f"*{token.name} = TrailerP->{TOKENS[token.kind][2]};")


# The trailers that end in each element; every one begins as the one before.
TRAILERS = {
    "msgh_seqno": "mach_msg_seqno_trailer_t", "msgh_sender": "mach_msg_security_trailer_t",
    "msgh_audit": "mach_msg_audit_trailer_t", "msgh_context": "mach_msg_context_trailer_t",
}


def trailer_faults(tokens: list[Argument]) -> list[str]:
    """Conditions under which the trailer has not all TOKENS."""
    wanted = {TOKENS[t.kind][2] for t in tokens}
    furthest = [kind for element, kind in TRAILERS.items() if element in wanted][-1]
    return ["TrailerP->msgh_trailer_type != MACH_MSG_TRAILER_FORMAT_0",
            f"TrailerP->msgh_trailer_size < sizeof({furthest})"]


def _capacities(out: Writer, routine: Routine, message: Message, access: Access) -> None:
    """Arrays with more elements than the caller has room for: a part, the true count, an error."""
    limited = [
        a for a in routine.arguments
        if a.returned and a.counted
        and (a.count_in_out or a.overwrite or a.type.shape in (Shape.PORTS, Shape.OOL_LIST))
    ]
    for argument in limited:
        if argument.kind == "out":
            out.step(f"{argument.name} must fit the caller's array.")
        _parts_before(out, message, access, argument)
        if argument.kind != "out":
            continue  # the caller has room for as many as there can be
        have, came = "*" + argument.count_name, access.count(argument)
        with out.block(f"if ({came} > {have})"):
            if argument.type.shape is Shape.VAR:
                value = message.item(Role.VALUE, argument)
                assert value is not None
                place = access(value)
                size = bytes_of(have, argument.type.element_size)
                out.line(f"memcpy({argument.name}, {place}, {size});")
            out.line(f"{have} = {came};")
            out.line("return reply_rejected(&Out0P->Head, MIG_ARRAY_TOO_LARGE);")


def _parts_before(out: Writer, message: Message, access: Access, argument: Argument) -> None:
    """Define the part pointers up to the one that holds ARGUMENT's count."""
    role = Role.COUNT
    count = message.item(role, argument.same_count or argument)
    assert count is not None
    for number in range(message.part_of(count)):
        item = message.parts[number].variable
        if item is not None and number not in access.known:
            packed_size(out, access, item)
            access.next_part(out, item)
            access.known.add(number)


def _hand_out_item(
    out: Writer, access: Access, item: Item, argument: Argument, side: Side
) -> None:
    t, name, place = argument.type, argument.name, access(item)
    match item.role:
        case Role.COUNT if t.shape is not Shape.VAR_STRING:
            out.line(f"*{item.name} = {place};")
        case Role.SUBS if item.variable:
            _hand_out_packed(out, access, item, item.name, layout.WORD)
        case Role.SUBS:
            out.line(f"memcpy({item.name}, {place}, sizeof({place}));")
        case Role.DESCRIPTOR:
            _hand_out_descriptor(out, access, place, argument, side)
        case Role.VALUE if t.shape in (Shape.DATA, Shape.STRUCT, Shape.POINTER):
            out.line(f"*{name} = {place};")
        case Role.VALUE if t.shape is Shape.ARRAY:
            out.line(f"memcpy({name}, {place}, sizeof({place}));")
        case Role.VALUE if t.shape is Shape.STRING:
            out.line(f"memcpy({name}, {place}, {t.count});")
        case Role.VALUE:
            element = 1 if t.shape is Shape.VAR_STRING else t.element_size
            _hand_out_packed(out, access, item, name, element)


def _hand_out_packed(
    out: Writer, access: Access, item: Item, target: str, element: int
) -> None:
    """The packed ITEM, of elements of ELEMENT bytes, to TARGET."""
    assert item.argument is not None
    count = access.count(item.argument)
    out.line(f"memcpy({target}, {access(item)}, {bytes_of(count, element)});")
    number = access.message.part_of(item)
    more = number + 1 < len(access.message.parts)
    if more and number not in access.known:
        packed_size(out, access, item)
        access.next_part(out, item)


def _hand_out_descriptor(
    out: Writer, access: Access, place: str, argument: Argument, side: Side
) -> None:
    t, name = argument.type, argument.name
    poly = poly_form(argument, side) == "pointer"
    match t.shape:
        case Shape.PORT:
            out.line(f"*{name} = {place}.name;")
        case Shape.PORTS:
            count = access.count(argument) if t.variable else str(t.count)
            with out.loop(access.i, count):
                out.line(f"{name}[{access.i}] = {place}[{access.i}].name;")
        case Shape.OOL | Shape.OOL_PORTS if argument.overwrite:
            size = f"{place}.{'count * sizeof(mach_port_t)' if t.port else 'size'}"
            with out.block(f"if ({place}.{'count' if t.port else 'size'} != 0)"):
                out.line(f"memcpy((void *)*{name}, {place}.address, {size});")
                out.line(f"mig_deallocate((vm_address_t){place}.address, {size});")
        case Shape.OOL | Shape.OOL_PORTS:
            cast = "" if side.in_kernel else f"({t.user_type})"
            out.line(f"*{name} = {cast}{place}.address;")
        case Shape.OOL_LIST:
            assert t.element is not None
            with out.loop(access.i, access.count(argument) if t.variable else t.count):
                cast = "" if side.in_kernel else f"({t.element.user_type})"
                out.line(f"{name}[{access.i}] = {cast}{place}[{access.i}].address;")
    if poly:
        index = "[0]" if t.shape in (Shape.PORTS, Shape.OOL_LIST) else ""
        out.line(f"*{name}Poly = {place}{index}.disposition;")
