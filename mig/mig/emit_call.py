# SPDX-License-Identifier: BSD-2-Clause
"""One user stub: build the request, send it, receive the reply, check it, hand out what came.

The common path of a simple routine is straight-line code around one mach_msg call.
"""

from mig import emit_structs, layout
from mig.c_writer import Writer
from mig.emit_pack import RequestPacker
from mig.emit_hand_out import hand_out
from mig.emit_unpack import ReplyChecker
from mig.ir import Argument, Routine
from mig.layout import Message
from mig.signature import Side, parameters, poly_form


class UserStub:
    def __init__(self, out: Writer, routine: Routine):
        self.out = out
        self.routine = routine
        self.request = layout.request(routine)
        self.reply = layout.reply(routine)
        self.packer = RequestPacker(out, routine, self.request)

    def write(self) -> None:
        out, routine = self.out, self.routine
        emit_structs.part_structs(out, self.request, Side.USER)
        if not routine.one_way:
            emit_structs.part_structs(out, self.reply, Side.USER)
            ReplyChecker(out, routine, self.reply).write()
        out.step(emit_structs.title(routine))
        heads = [str(p) for p in parameters(routine, Side.USER)]
        with out.function("kern_return_t", routine.user_name, heads):
            self._build()
            if routine.one_way:
                self._send()
            else:
                self._call()
                self._receive()

    def _build(self) -> None:
        self._declarations()
        self.packer.check_counts()
        self.packer.retcode()
        self.packer.descriptors()
        self.packer.body()
        self._header()

    # The message -------------------------------------------------------------------------

    def _declarations(self) -> None:
        out, routine = self.out, self.routine
        trailer = "mach_msg_max_trailer_t" if routine.user_tokens else "mach_msg_trailer_t"
        if routine.one_way:
            with out.block("union", "} Mess;"):
                out.line(f"{self.request.name} In;")
                if routine.retcode_argument:
                    out.line("mig_reply_error_t Error;")
        else:
            with out.block("union", "} Mess;"):
                out.line(f"{self.request.name} In;")
                with out.block("struct", "} Out;"):
                    out.line(f"{self.reply.name} Message;")
                    out.line(f"{trailer} Trailer;")
            out.line(f"{self.reply.name} *Out0P = &Mess.Out.Message;")
            out.line("kern_return_t check_result;")
        out.line(f"{self.request.name} *InP = &Mess.In;")
        out.line("mach_msg_return_t msg_result;")

    def _header(self) -> None:
        out, routine = self.out, self.routine
        port = routine.request_port
        remote = disposition(port)
        local_port, local = self._reply_port()
        bits = f"MACH_MSGH_BITS({remote}, {local})"
        if self.request.complex:
            bits = f"MACH_MSGH_BITS_COMPLEX | {bits}"
        out.step("Address it.")
        out.assign("InP->Head.msgh_bits", bits)
        out.assign("InP->Head.msgh_size", self.packer.size())
        out.line(f"InP->Head.msgh_remote_port = {port.name};")
        out.line("InP->Head.msgh_voucher_port = MACH_PORT_NULL;")
        out.line(f"InP->Head.msgh_id = {routine.id};")
        out.line(f"InP->Head.msgh_local_port = {local_port};")

    def _own_reply_port(self) -> Argument | None:
        return self.routine.of_kind("replyport", "ureplyport")

    def _reply_port(self) -> tuple[str, str]:
        """The reply port's C expression and its disposition."""
        argument = self._own_reply_port()
        if argument is not None:
            return argument.name, disposition(argument)
        if self.routine.one_way:
            return "MACH_PORT_NULL", "0"
        getter = "special_reply_port" if self.routine.special_reply_port else "reply_port"
        return f"mig_get_{getter}()", "MACH_MSG_TYPE_MAKE_SEND_ONCE"

    # Sending and receiving ---------------------------------------------------------------

    def _options(self) -> tuple[str, str]:
        """The option bits and the time-out of the mach_msg call."""
        routine = self.routine
        options = ["MACH_SEND_MSG"]
        if not routine.one_way:
            options.append("MACH_RCV_MSG")
        wait, send = routine.of_kind("waittime"), routine.of_kind("sendtime")
        timeout = "MACH_MSG_TIMEOUT_NONE"
        wait_time = wait.name if wait else routine.wait_time
        send_time = send.name if send else routine.send_time
        if wait_time:
            options.append("MACH_SEND_TIMEOUT")
            options += [] if routine.one_way else ["MACH_RCV_TIMEOUT"]
            timeout = wait_time
        elif send_time:
            options.append("MACH_SEND_TIMEOUT")
            timeout = send_time
        if timeout in (wait and wait.name, send and send.name):
            timeout = f"(mach_msg_timeout_t){timeout}"
        options += emit_structs.trailer_options(routine)
        if routine.special_reply_port and not routine.one_way:
            options.append("__MigSpecialReplyPortMsgOption")
        option = routine.of_kind("msgoption")
        if option or routine.message_option:
            options.append(option.name if option else f"({routine.message_option})")
        text = " | ".join(options)
        return (f"(mach_msg_option_t)({text})" if option else text), timeout

    def _mach_msg(self, receive_size: str, receive_port: str) -> None:
        options, timeout = self._options()
        arguments = ["&InP->Head", options, "InP->Head.msgh_size"]
        arguments += [receive_size, receive_port, timeout, "MACH_PORT_NULL"]
        self.out.wrapped("msg_result = mach_msg(", arguments, ");")

    def _send(self) -> None:
        self.out.step("Send it; there is no reply.")
        self._mach_msg("0", "MACH_PORT_NULL")
        if self.packer.consumes():
            with self.out.block("if (msg_result != MACH_MSG_SUCCESS)"):
                self.packer.consume_on_error()
        self.out.line("return msg_result;")

    def _call(self) -> None:
        out = self.out
        out.step("Send it and wait for the reply.")
        self._mach_msg("(mach_msg_size_t)sizeof(Mess.Out)", "InP->Head.msgh_local_port")
        port = "MACH_PORT_NULL" if self._own_reply_port() else self._reply_port()[0]
        failed = f"rpc_failed(&Mess.Out.Message.Head, msg_result, {port})"
        with out.block("if (msg_result != MACH_MSG_SUCCESS)"):
            if self.packer.consumes():
                self.packer.consume_on_error()
            out.line(f"return {failed};")

    def _receive(self) -> None:
        out, routine = self.out, self.routine
        out.step("Check the reply.")
        out.line(f"check_result = check_reply_{routine.name}(Out0P);")
        with out.block("if (check_result != KERN_SUCCESS)"):
            out.line("return reply_rejected(&Out0P->Head, check_result);")
        hand_out(out, routine, self.reply)
        out.line("return KERN_SUCCESS;")


def disposition(argument: Argument) -> str:
    """How the user stub sends a port of the header."""
    if poly_form(argument, Side.USER):
        return argument.name + "Poly"
    return argument.type.sent
