# SPDX-License-Identifier: BSD-2-Clause
"""Asynchronous forms (--async): the halves of a call as functions of their own.

    x_send(...)          client: build and send the request; the reply goes to a port of the caller
    x_decode_reply(m...) client: check a reply that was received, and hand out what it brought
    x_reply(right...)    server: answer later, after the routine returned MIG_NO_REPLY
    x_reply_error(...)   server: the same, with an error
"""

from mig import emit_log, emit_structs, forms, layout
from mig.c_writer import Writer
from mig.emit_pack import RequestPacker
from mig.emit_hand_out import hand_out
from mig.emit_call import UserStub
from mig.ir import Argument, Interface, Routine
from mig.signature import Side, parameters, poly_form

SEND_ONCE = "MACH_MSG_TYPE_MOVE_SEND_ONCE"


def user_prototypes(out: Writer, routine: Routine) -> None:
    send, decode = forms.sending(routine), forms.decoding(routine)
    out.step(f"The two halves of {routine.name}: the request; a reply, consumed in any case.")
    _prototype(out, f"{routine.user_name}_send", [str(p) for p in parameters(send, Side.USER)])
    _prototype(out, f"{routine.user_name}_decode_reply", _decode_head(decode))


def server_prototypes(out: Writer, routine: Routine) -> None:
    reply = forms.replying(routine)
    out.step(f"Late answers to {routine.name}, whose right is consumed; only with")
    out.comment("MIG_ARRAY_TOO_LARGE nothing was sent and everything is still the caller's.")
    _prototype(out, f"{routine.server_name}_reply", [str(p) for p in parameters(reply, Side.USER)])
    _prototype(out, f"{routine.server_name}_reply_error", _error_head(reply))


def _prototype(out: Writer, name: str, head: list[str]) -> None:
    out.lines(emit_structs.prototype("kern_return_t", name, head))


# Client --------------------------------------------------------------------------------------


def user_halves(out: Writer, routine: Routine, traced: bool) -> None:
    """Both functions; the whole call's stub stands before them, with its check and structs."""
    SendStub(out, forms.sending(routine), traced=traced).write()
    decode = forms.decoding(routine)
    message = layout.reply(decode)
    received = forms.free_name("message", decode)
    out.step(f"The reply of {routine.name} has arrived.")
    with out.function("kern_return_t", f"{routine.user_name}_decode_reply", _decode_head(decode)):
        out.assign(f"{message.name} *Out0P", f"({message.name} *){received}")
        out.line(f"const kern_return_t check_result = check_reply_{routine.name}(Out0P);")
        out.blank()
        with out.block("if (check_result != KERN_SUCCESS)"):
            out.line("return reply_rejected(&Out0P->Head, check_result);")
        if traced:
            emit_log.trace(out, message, "Out0P", emit_log.ANSWERED)
        hand_out(out, decode, message)
        out.line("return KERN_SUCCESS;")


def _decode_head(decode: Routine) -> list[str]:
    received = f"mach_msg_header_t *{forms.free_name('message', decode)}"
    return [received] + [str(p) for p in parameters(decode, Side.USER)]


class SendStub(UserStub):
    """The first half: a one-way stub with a reply port."""

    def write(self) -> None:
        self.name = f"{self.routine.user_name}_send"
        self._function(f"Send the request of {self.routine.name} and do not wait.")


# Server --------------------------------------------------------------------------------------


def server_halves(out: Writer, routine: Routine, traced: bool) -> None:
    reply = forms.replying(routine)
    _LateReply(out, reply).write(traced)
    out.step(f"Answer {routine.name} with an error, later.")
    right = reply.request_port
    head = _error_head(reply)
    code = head[-1].split()[-1]
    with out.function("kern_return_t", f"{routine.server_name}_reply_error", head):
        out.line("mig_reply_error_t Mess;")
        out.line("mig_reply_error_t *InP = &Mess;")
        _address(out, right, routine.id + 100, "(mach_msg_size_t)sizeof(Mess)", False)
        out.line("InP->NDR = NDR_record;")
        out.line(f"InP->RetCode = {code};")
        _send_reply(out, right)


def _error_head(reply: Routine) -> list[str]:
    ports = [p for p in parameters(reply, Side.USER) if p.argument is reply.request_port]
    names = {p.name for p in ports}
    code = "code" if "code" not in names else "code_"
    return [str(p) for p in ports] + [f"kern_return_t {code}"]


class _LateReply(RequestPacker):
    """x_reply: packs the reply as a user stub packs a request."""

    def __init__(self, out: Writer, routine: Routine):
        arguments = [a for a in routine.arguments if a.sent]
        super().__init__(out, routine, layout.reply_of(routine, arguments))

    def given(self, argument: Argument) -> str:
        outtran = argument.type.outtran
        return f"{outtran}({argument.name})" if outtran else argument.name

    def write(self, traced: bool) -> None:
        out, routine, message = self.out, self.routine, self.message
        emit_structs.part_structs(out, message, Side.SERVER)
        out.step(f"Answer {routine.name}, later.")
        head = [str(p) for p in parameters(routine, Side.USER)]
        with out.function("kern_return_t", f"{routine.server_name}_reply", head):
            out.line(f"{message.name} Mess;")
            out.line(f"{message.name} *InP = &Mess;")
            self.check_counts()
            self.descriptors()
            self.body()
            _address(out, routine.request_port, routine.id + 100, self.size(), message.complex)
            if traced:
                emit_log.trace(out, message, "InP", emit_log.ANSWERS)
            _send_reply(out, routine.request_port)


def _address(out: Writer, right: Argument, number: int, size: str, is_complex: bool) -> None:
    bits = f"MACH_MSGH_BITS({_how(right)}, 0)"
    out.step("Address it.")
    out.assign("InP->Head.msgh_bits", ("MACH_MSGH_BITS_COMPLEX | " if is_complex else "") + bits)
    out.assign("InP->Head.msgh_size", size)
    out.line(f"InP->Head.msgh_remote_port = {right.name};")
    out.line("InP->Head.msgh_local_port = MACH_PORT_NULL;")
    out.line("InP->Head.msgh_voucher_port = MACH_PORT_NULL;")
    out.line(f"InP->Head.msgh_id = {number};")


def _how(right: Argument) -> str:
    return f"{right.name}Poly" if poly_form(right, Side.USER) else right.type.sent


def _send_reply(out: Writer, right: Argument) -> None:
    """A message to a send-once right never waits; a send right's queue may be full, and no server
    waits for that."""
    options = "MACH_SEND_MSG"
    if right.type.sent != SEND_ONCE:
        options += " | MACH_SEND_TIMEOUT"
    arguments = ["&InP->Head", options, "InP->Head.msgh_size", "0", "MACH_PORT_NULL", "0",
                 "MACH_PORT_NULL"]
    out.step("Send it, or destroy what cannot be sent.")
    out.wrapped("const mach_msg_return_t msg_result = mach_msg(", arguments, ");")
    with out.block("if (msg_result != MACH_MSG_SUCCESS)"):
        out.line("mach_msg_destroy(&InP->Head);")
    out.line("return msg_result;")


def name_clash(interface: Interface) -> tuple[Routine, str] | None:
    """A routine that has the name of another one's half."""
    halves = {r.name + s: r for r in forms.asynchronous(interface.routines)
              for s in forms.SUFFIXES}
    for routine in interface.routines:
        if routine.name in halves:
            return routine, halves[routine.name].name
    return None
