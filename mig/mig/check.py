# SPDX-License-Identifier: BSD-2-Clause
"""The rules of a routine: every rule is one function with its message."""

import re

from mig.diagnostics import Diagnostics
from mig.ir import INLINE_VARIABLE, NATIVE, TOKENS, Argument, Routine, Shape, Type
from mig.words import STUB_FUNCTIONS

PORT_KINDS = ("requestport", "replyport", "sreplyport", "ureplyport")
NUMBER_KINDS = ("waittime", "msgoption", "msgseqno", "sendtime")
USER_TOKENS = ("usersectoken", "useraudittoken", "sectoken", "audittoken")
ONLY_ONCE = PORT_KINDS[:1] + NUMBER_KINDS
TOKEN_SIZES = {"msgh_sender": 8, "msgh_audit": 32, "msgh_context": 8}
MOST_BYTES = 0xFFFFFFFF  # that a count of bytes in a message can say
MORE_BYTES = 4096  # more than header, counts and trailer take beside the arguments
SENDABLE = ("MACH_MSG_TYPE_PORT_SEND", "MACH_MSG_TYPE_PORT_SEND_ONCE", "MACH_MSG_TYPE_POLYMORPHIC")


def check_routine(
    routine: Routine, diagnostics: Diagnostics, kernel_user: bool, kernel_server: bool
) -> None:
    for rule in (
        _has_request_port, _one_of_each, _no_results_one_way, _companions, _c_names, _sizes,
    ):
        rule(routine, diagnostics)
    for argument in routine.arguments:
        errors = diagnostics.errors
        for check in (_port_kinds, _number_kinds, _inout, _native, _translation, _implementation,
                      _token):
            if diagnostics.errors == errors:
                check(argument, diagnostics)
    _retcode(routine, diagnostics)
    _special_reply_port(routine, diagnostics, kernel_user or kernel_server)
    if kernel_user:
        _kernel_user(routine, diagnostics)
    _time_out(routine, diagnostics)


def _c_names(routine: Routine, diagnostics: Diagnostics) -> None:
    """In stubs, the routine's name and those of its arguments have no other meaning."""
    for name in sorted({routine.user_name, routine.server_name}):
        if re.fullmatch(STUB_FUNCTIONS, name):
            diagnostics.error(
                routine.span, f"'{name}' is a function that stubs call and cannot name a routine"
            )
    before: dict[str, Argument] = {}
    for argument in routine.arguments:
        before[argument.name] = argument
        t = argument.type
        for name in sorted({t.user_type, t.server_type, t.trans_type} & before.keys()):
            if before[name] is not argument:
                diagnostics.error(
                    before[name].span,
                    f"an argument named '{name}' hides the C type of '{argument.name}'",
                )


def _has_request_port(routine: Routine, diagnostics: Diagnostics) -> None:
    if routine.of_kind("requestport") is None:
        diagnostics.error(
            routine.span,
            f"routine '{routine.name}' has no request port; it is the first argument,"
            " or the one marked 'requestport'",
        )


def _one_of_each(routine: Routine, diagnostics: Diagnostics) -> None:
    for kind in ONLY_ONCE:
        found = [a for a in routine.arguments if a.kind == kind]
        for extra in found[1:]:
            diagnostics.error(
                extra.span, f"a second '{kind}' argument", [(found[0].span, "the first is here")]
            )
    replies = [a for a in routine.arguments if a.kind in PORT_KINDS[1:]]
    for side in ("ureplyport", "sreplyport"):
        found = [a for a in replies if a.kind in (side, "replyport")]
        for extra in found[1:]:
            diagnostics.error(
                extra.span, "a second reply port", [(found[0].span, "the first is here")]
            )


def _sizes(routine: Routine, diagnostics: Diagnostics) -> None:
    """Every size fits into the 32 bits that a message has for it."""
    for argument in routine.arguments:
        region = argument.type.element if argument.type.shape is Shape.OOL_LIST else argument.type
        if argument.type.out_of_line and region and region.count * region.element_size > MOST_BYTES:
            diagnostics.error(
                argument.span,
                f"'{argument.name}' has up to {region.count * region.element_size} bytes; memory in"
                f" a message has at most {MOST_BYTES}",
            )
    for message, arguments in (
        ("request", [a for a in routine.arguments if a.sent]),
        ("reply", [a for a in routine.arguments if a.returned]),
    ):
        size = sum(_inline_size(a.type) for a in arguments)
        if size > MOST_BYTES - MORE_BYTES:
            diagnostics.error(
                routine.span, f"the {message} of '{routine.name}' has up to {size} bytes; a message"
                f" has at most {MOST_BYTES - MORE_BYTES}",
            )


def _inline_size(t: Type) -> int:
    """Bytes in the message itself, as far as they are known."""
    sizes = {Shape.PORT: 12, Shape.OOL: 16, Shape.OOL_PORTS: 16}
    if t.shape in (Shape.PORTS, Shape.OOL_LIST):
        return 16 * t.count
    return sizes.get(t.shape, t.size or 0)


def _no_results_one_way(routine: Routine, diagnostics: Diagnostics) -> None:
    if not routine.one_way:
        return
    for argument in routine.arguments:
        if argument.returned or argument.kind in USER_TOKENS:
            diagnostics.error(
                argument.span,
                f"simpleroutine '{routine.name}' has no reply for '{argument.name}' to come in",
            )


def _companions(routine: Routine, diagnostics: Diagnostics) -> None:
    """nameCnt and its like must not meet an argument of that name."""
    names = {a.name: a for a in routine.arguments}
    for argument in routine.arguments:
        made = [argument.count_name] if argument.counted else []
        if argument.polymorphic:
            made.append(argument.name + "Poly")
        if argument.dealloc == "maybe":
            made.append(argument.name + "Dealloc")
        if argument.type.list_of_varying:
            made.append(argument.name + "Subs")
        for name in made:
            if name in names:
                diagnostics.error(
                    names[name].span, f"'{name}' is made by argument '{argument.name}'",
                    [(argument.span, f"'{argument.name}' is declared here")],
                )


def _port_kinds(argument: Argument, diagnostics: Diagnostics) -> None:
    if argument.kind not in PORT_KINDS:
        return
    if argument.type.shape is not Shape.PORT:
        diagnostics.error(
            argument.span, f"the {argument.kind} '{argument.name}' must be a single port right"
        )
    elif argument.type.received not in SENDABLE:
        diagnostics.error(
            argument.span,
            f"the {argument.kind} '{argument.name}' must be a send or send-once right",
        )


def _number_kinds(argument: Argument, diagnostics: Diagnostics) -> None:
    if argument.kind not in NUMBER_KINDS:
        return
    kinds = {argument.type.sent, argument.type.received}
    if argument.type.shape is not Shape.DATA or kinds != {"MACH_MSG_TYPE_INTEGER_32"}:
        diagnostics.error(
            argument.span, f"the {argument.kind} '{argument.name}' must be a 32-bit integer"
        )


def _token(argument: Argument, diagnostics: Diagnostics) -> None:
    """What the trailer has is passed by value, as it is."""
    size = TOKEN_SIZES.get(TOKENS[argument.kind][2]) if argument.kind in TOKENS else None
    t = argument.type
    if size is not None and (t.size != size or t.shape not in (Shape.DATA, Shape.STRUCT)):
        diagnostics.error(
            argument.span,
            f"the {argument.kind} '{argument.name}' must be a struct[n] of {size} bytes",
        )


def _inout(argument: Argument, diagnostics: Diagnostics) -> None:
    t = argument.type
    if argument.kind != "inout":
        return
    if t.shape in INLINE_VARIABLE:
        diagnostics.error(
            argument.span, f"'{argument.name}' is an inline variable array and cannot be 'inout'"
        )


def _native(argument: Argument, diagnostics: Diagnostics) -> None:
    shape = argument.type.shape
    if shape not in NATIVE:
        return
    if not (argument.sent or argument.returned):
        diagnostics.error(
            argument.span, f"'{argument.name}' must be 'in', 'out' or 'inout' to have this type"
        )
    elif shape is not Shape.POINTER and argument.kind != "in":
        form = "ValueOf" if shape is Shape.VALUE else "PointerToIfNot"
        diagnostics.error(argument.span, f"'{form}' can only be 'in'")


def _translation(argument: Argument, diagnostics: Diagnostics) -> None:
    t = argument.type
    if t.trans_type == t.server_type or t.shape in NATIVE:
        return
    if (argument.sent or argument.kind == "requestport") and not t.intran:
        diagnostics.warn(
            "translation", argument.span, f"'{argument.name}' has a translated type, but no intran"
        )
    if argument.returned and not t.outtran:
        diagnostics.warn(
            "translation", argument.span, f"'{argument.name}' has a translated type, but no outtran"
        )


def _implementation(argument: Argument, diagnostics: Diagnostics) -> None:
    if argument.kind in ("userimpl", "serverimpl"):
        diagnostics.error(
            argument.span,
            f"'{argument.kind}' names no member of the trailer; use a token direction such as"
            " 'serveraudittoken'",
        )


def _retcode(routine: Routine, diagnostics: Diagnostics) -> None:
    argument = next((a for a in routine.arguments if a.retcode), None)
    if argument is not None and not routine.one_way:
        diagnostics.error(argument.span, "'retcode' belongs to a simpleroutine")


def _special_reply_port(routine: Routine, diagnostics: Diagnostics, kernel: bool) -> None:
    if routine.special_reply_port and kernel:
        diagnostics.error(
            routine.span, "'usespecialreplyport' does not go with kerneluser or kernelserver"
        )


def _kernel_user(routine: Routine, diagnostics: Diagnostics) -> None:
    for argument in routine.arguments:
        if argument.overwrite:
            diagnostics.error(argument.span, "'overwrite' does not go with kerneluser")


def _time_out(routine: Routine, diagnostics: Diagnostics) -> None:
    timed = routine.wait_time or routine.send_time or routine.of_kind("waittime", "sendtime")
    moves = [a for a in routine.arguments if a.sent and a.type.descriptor]
    if timed and moves and routine.consume_on_send_error == "none":
        diagnostics.warn(
            "timeout", routine.span,
            f"routine '{routine.name}' can time out and then leaks the rights in its request;"
            " see 'consumeonsenderror'",
        )
