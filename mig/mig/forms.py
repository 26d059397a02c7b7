# SPDX-License-Identifier: BSD-2-Clause
"""A routine cut into halves for asynchronous use: the request alone, the reply alone.

Each half is a routine of its own whose arguments are those that travel in that direction, so that
the emitters of whole calls serve for the halves too. Message names, members and ids stay those of
the whole routine.
"""

from dataclasses import replace

from mig.ir import Argument, Routine, Shape, Type
from mig.signature import Side, parameters, value_type
from mig.words import POLYMORPHIC

NUMBER_TYPE = Type(
    "mach_msg_type_number_t", Shape.DATA, 4, user_type="mach_msg_type_number_t",
    server_type="mach_msg_type_number_t", trans_type="mach_msg_type_number_t",
)
PORT_TYPE = Type(
    "mach_port_t", Shape.PORT, 4, user_type="mach_port_t", server_type="mach_port_t",
    trans_type="mach_port_t",
)
MOVED = {
    "MACH_MSG_TYPE_PORT_SEND": "MACH_MSG_TYPE_MOVE_SEND",
    "MACH_MSG_TYPE_PORT_SEND_ONCE": "MACH_MSG_TYPE_MOVE_SEND_ONCE",
    POLYMORPHIC: POLYMORPHIC,
}
SUFFIXES = ("_send", "_decode_reply", "_reply", "_reply_error")
SENDER_KINDS = (
    "requestport", "replyport", "ureplyport", "waittime", "sendtime", "msgoption", "in", "inout"
)


def sending(routine: Routine) -> Routine:
    """What `x_send` takes: the request's arguments, and where the reply shall go."""
    copies: dict[int, Argument] = {}
    for argument in routine.arguments:
        if argument.kind in SENDER_KINDS:
            kind = "in" if argument.sent else argument.kind
            copies[id(argument)] = replace(argument, kind=kind)
        elif argument.count_in_out and argument.counted:
            # The room that the caller will have: a plain word of the request.
            copies[id(argument)] = Argument(
                argument.count_name, "in", NUMBER_TYPE, argument.span
            )
    arguments = _relink(copies)
    if routine.of_kind("replyport", "ureplyport") is None:
        once = replace(PORT_TYPE, sent="MACH_MSG_TYPE_MAKE_SEND_ONCE")
        name = free_name("reply_port", routine)
        arguments.append(Argument(name, "ureplyport", once, routine.span))
    return replace(routine, arguments=arguments, one_way=True, special_reply_port=False)


def decoding(routine: Routine) -> Routine:
    """What `x_decode_reply` hands out: the reply's arguments, all of them results only."""
    kept = [a for a in routine.arguments if a.returned or a in routine.user_tokens]
    copies = {
        id(a): replace(a, kind="out" if a.returned else a.kind) for a in kept
    }
    return replace(routine, arguments=_relink(copies))


def replying(routine: Routine) -> Routine:
    """What `x_reply` takes: the reply right, and the results as the server's routine sees them."""
    copies: dict[int, Argument] = {}
    for argument in routine.arguments:
        if argument.returned:
            shown = replace(argument.type, user_type=value_type(argument, Side.SERVER))
            copies[id(argument)] = replace(
                argument, kind="in", type=shown, count_in_out=False, auto=False
            )
    arguments = [reply_right(routine)] + _relink(copies)
    return replace(routine, arguments=arguments, one_way=True)


def reply_right(routine: Routine) -> Argument:
    """The argument for the right that the request brought; as it came, it is moved away."""
    declared = routine.of_kind("sreplyport", "replyport")
    received = declared.type.received if declared else ""
    sent = MOVED.get(received, "MACH_MSG_TYPE_MOVE_SEND_ONCE")
    name = declared.name if declared else free_name("reply_port", routine)
    return Argument(name, "requestport", replace(PORT_TYPE, sent=sent, received=sent),
                    routine.span)


def _relink(copies: dict[int, Argument]) -> list[Argument]:
    """Arguments that share a count share it among the copies."""
    for argument in copies.values():
        if argument.same_count is not None:
            argument.same_count = copies.get(id(argument.same_count))
    return list(copies.values())


def free_name(name: str, routine: Routine) -> str:
    """NAME, or something like it that no parameter of the routine has."""
    taken = {p.name for side in (Side.USER, Side.SERVER) for p in parameters(routine, side)}
    while name in taken:
        name += "_"
    return name


def asynchronous(routines: list[Routine]) -> list[Routine]:
    """The routines that have halves: those with a reply."""
    return [r for r in routines if not r.one_way]
