# SPDX-License-Identifier: BSD-2-Clause
"""One user stub: build the request, send it, receive the reply, check it, hand out what came.

The common path of a simple routine is straight-line code around one mach_msg call.
"""

from mig import emit_log, emit_structs, layout
from mig.access import Names
from mig.c_writer import Writer
from mig.emit_pack import RequestPacker, header_disposition
from mig.emit_hand_out import hand_out
from mig.emit_unpack import ReplyChecker
from mig.ir import Argument, Routine
from mig.layout import Message
from mig.signature import Side, parameters


TRAILER_SIZES = {"mach_msg_trailer_t": 8, "mach_msg_max_trailer_t": 68}


def trailer_type(routine: Routine) -> str:
    """Of what comes behind a reply: as little as there is, or what its tokens may need."""
    return "mach_msg_max_trailer_t" if routine.user_tokens else "mach_msg_trailer_t"


def fits_on_stack(routine: Routine) -> bool:
    """The messages are within the limit that the .defs file or -maxonstack sets, if there is one."""
    limit, natives = routine.on_stack_limit, routine.user_type_limit
    if limit is None:
        return True
    messages = [(layout.request(routine), 0)]
    if not routine.one_way:
        messages.append((layout.reply(routine), TRAILER_SIZES[trailer_type(routine)]))
    for message, more in messages:
        size = more + sum(i.size or 0 for i in message.items)
        if any(i.size is None for i in message.items):
            if natives is None:
                return False
            size += natives
        if size > limit:
            return False
    return True


class UserStub:
    """One routine's function. Its message is on the stack, or, where the .defs file or
    -maxonstack sets a limit to that, in memory that the function allocates and frees around the
    call."""

    def __init__(
        self, out: Writer, routine: Routine, side: Side = Side.USER, traced: bool = False
    ):
        self.out = out
        self.routine = routine
        self.side = side
        self.traced = traced
        self.request = layout.request(routine)
        self.reply = layout.reply(routine)
        self.packer = RequestPacker(out, routine, self.request, side)
        self.names = Names(routine, side)
        self.name = routine.user_name
        self.trailer = trailer_type(routine)
        self.on_stack = fits_on_stack(routine)
        self.dot = "Mess." if self.on_stack else "Mess->"
        # The variable that holds a reply port which is not the caller's own.
        self.library_port = ""
        if not (routine.one_way or side.in_kernel or self._own_reply_port()):
            self.library_port = self.names("reply_port")

    def write(self) -> None:
        out, routine = self.out, self.routine
        emit_structs.part_structs(out, self.request, self.side)
        if not routine.one_way:
            emit_structs.part_structs(out, self.reply, self.side)
            ReplyChecker(out, routine, self.reply, self.side).write()
        self._function(emit_structs.title(routine))

    def _function(self, title: str) -> None:
        out, name = self.out, self.name
        heads = [str(p) for p in parameters(self.routine, self.side)]
        if self.on_stack:
            out.step(title)
            with out.function("kern_return_t", name, heads):
                self._body()
            return
        kind = f"union {name}_message"
        self._union_type()
        out.step(f"{name} itself, with memory for its messages.")
        with out.function("static kern_return_t", f"{name}_in", [f"{kind} *Mess", *heads]):
            self._body()
        out.step(f"{title}; its messages are too large for the stack")
        with out.function("kern_return_t", name, heads):
            self._allocate()

    def _body(self) -> None:
        self._build()
        if self.routine.one_way:
            self._send()
        else:
            self._call()
            self._receive()

    def _build(self) -> None:
        self._declarations()
        self.packer.check_counts()
        self.packer.retcode(self.dot)
        self.packer.descriptors()
        self.packer.body()
        self._header()

    # The message -------------------------------------------------------------------------

    def _union(self, head: str, tail: str) -> None:
        """Room for the request and then the reply."""
        out = self.out
        with out.block(head, tail):
            out.line(f"{self.request.name} In;")
            if self.routine.one_way:
                if self.routine.retcode_argument:
                    out.line("mig_reply_error_t Error;")
                return
            with out.block("struct", "} Out;"):
                out.line(f"{self.reply.name} Message;")
                out.line(f"{self.trailer} Trailer;")

    def _union_type(self) -> None:
        name = self.name
        self.out.step(f"The messages of {name}, which are too large for the stack.")
        self._union(f"union {name}_message", "};")

    def _allocate(self) -> None:
        out, names, name = self.out, self.names, self.name
        memory, result = names("memory"), names("result")
        kind = f"union {name}_message"
        out.line(f"vm_address_t {memory} = 0;")
        out.blank()
        out.line(f"mig_allocate(&{memory}, sizeof({kind}));")
        with out.block(f"if ({memory} == 0)"):
            out.line("return KERN_RESOURCE_SHORTAGE;")
        passed = [f"({kind} *){memory}"]
        passed += [p.name for p in parameters(self.routine, self.side)]
        out.wrapped(f"const kern_return_t {result} = {name}_in(", passed, ");")
        out.line(f"mig_deallocate({memory}, sizeof({kind}));")
        out.line(f"return {result};")

    def _declarations(self) -> None:
        out, routine = self.out, self.routine
        place = f"{self.dot}In"
        if self.on_stack and routine.one_way and routine.retcode_argument is None:
            out.line(f"{self.request.name} Mess;")
            place = "Mess"
        elif self.on_stack:
            self._union("union", "} Mess;")
            if any(i.size is None for m in (self.request, self.reply) for i in m.items):
                self._promise()
        out.line(f"{self.request.name} *InP = &{place};")
        if not routine.one_way:
            out.line(f"{self.reply.name} *Out0P = &{self.dot}Out.Message;")
            out.line("kern_return_t check_result;")
        out.line("mach_msg_return_t msg_result;")
        send = routine.of_kind("sendtime")
        if send and (routine.of_kind("waittime") or routine.wait_time):
            out.step("The time-out of the whole call is that of sending.")
            out.line(f"(void){send.name};")

    def _promise(self) -> None:
        """The .defs file says how large types of unknown size may be."""
        limit = self.routine.on_stack_limit
        if limit is not None:
            self.out.line(f'_Static_assert(sizeof(Mess) <= {limit}, "UserTypeLimit");')

    def _header(self) -> None:
        out, routine = self.out, self.routine
        port = routine.request_port
        local_port, local = self._reply_port()
        bits = f"MACH_MSGH_BITS({header_disposition(port)}, {local})"
        if self.request.complex:
            bits = f"MACH_MSGH_BITS_COMPLEX | {bits}"
        out.step("Address it.")
        if self.library_port:
            out.assign(f"const mach_port_t {self.library_port}", self._library_port())
        out.assign("InP->Head.msgh_bits", bits)
        out.assign("InP->Head.msgh_size", self.packer.size())
        remote = "MACH_PORT_NULL" if self.side.in_kernel else port.name
        out.line(f"InP->Head.msgh_remote_port = {remote};")
        out.line("InP->Head.msgh_voucher_port = MACH_PORT_NULL;")
        out.line(f"InP->Head.msgh_id = {routine.id};")
        local_port = "MACH_PORT_NULL" if self.side.in_kernel else local_port
        out.line(f"InP->Head.msgh_local_port = {local_port};")

    def _own_reply_port(self) -> Argument | None:
        return self.routine.of_kind("replyport", "ureplyport")

    def _reply_port(self) -> tuple[str, str]:
        """The reply port's C expression and its disposition."""
        argument = self._own_reply_port()
        if argument is not None:
            return argument.name, header_disposition(argument)
        if self.routine.one_way:
            return "MACH_PORT_NULL", "0"
        if self.side.in_kernel:
            return "0", "MACH_MSG_TYPE_MAKE_SEND_ONCE"
        return self.library_port, "MACH_MSG_TYPE_MAKE_SEND_ONCE"

    def _library_port(self) -> str:
        special = "special_" if self.routine.special_reply_port else ""
        return f"mig_get_{special}reply_port()"

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
        if wait_time or send_time:
            timeout = f"(mach_msg_timeout_t){timeout}"
        options += emit_structs.trailer_options(routine)
        if routine.special_reply_port and not routine.one_way:
            options.append("__MigSpecialReplyPortMsgOption")
        option = routine.of_kind("msgoption")
        if option or routine.message_option:
            options.append("" if option else f"({routine.message_option})")
        text = " | ".join(options)
        if option:
            text = f"(mach_msg_option_t){option.name} | {' | '.join(options[:-1])}"
        if len(text) < 60:
            return text, timeout
        name = self.names("options")
        self.out.assign(f"const mach_msg_option_t {name}", text)
        return name, timeout

    def _mach_msg(self, receive_size: str, receive_port: str) -> None:
        options, timeout = self._options()
        if self.side.in_kernel:
            self._from_kernel(options, timeout)
            return
        arguments = ["&InP->Head", options, "InP->Head.msgh_size"]
        arguments += [receive_size, receive_port, timeout, "MACH_PORT_NULL"]
        self.out.wrapped("msg_result = mach_msg(", arguments, ");")

    def _from_kernel(self, options: str, timeout: str) -> None:
        """The kernel finds the ports beside the message, as pointers; without a reply port it
        takes one of its own. What it cannot send it destroys."""
        arguments = ["&InP->Head", self.routine.request_port.name, self._reply_port()[0], options]
        function = "mach_msg_send_from_kernel"
        if self.routine.one_way:
            if self._own_reply_port() is None:
                arguments[2] = "0"
        else:
            function = "mach_msg_rpc_from_kernel"
            arguments.append(f"(mach_msg_size_t)sizeof({self.dot}Out)")
        self.out.wrapped(f"msg_result = {function}(", [*arguments, timeout], ");")

    def _send(self) -> None:
        self.out.step("Send it; there is no reply.")
        self._trace_request()
        self._mach_msg("0", "MACH_PORT_NULL")
        if self.packer.consumes():
            with self.out.block("if (msg_result != MACH_MSG_SUCCESS)"):
                self.packer.consume_on_error()
        self.out.line("return msg_result;")

    def _trace_request(self) -> None:
        if self.traced:
            emit_log.trace(self.out, self.request, "InP", emit_log.SENT)

    def _call(self) -> None:
        out = self.out
        out.step("Send it and wait for the reply.")
        self._trace_request()
        size = f"(mach_msg_size_t)sizeof({self.dot}Out)"
        self._mach_msg(size, self.library_port or "InP->Head.msgh_local_port")
        with out.block("if (msg_result != MACH_MSG_SUCCESS)"):
            self._failed()

    def _failed(self) -> None:
        """The call did not succeed: what becomes of the request and of the reply port."""
        out = self.out
        if self.packer.consumes():
            self.packer.consume_on_error()
        if self.side.in_kernel:
            out.line("return msg_result;")
            return
        port = self.library_port or "MACH_PORT_NULL"
        special = self.routine.special_reply_port and self.library_port
        function = "special_rpc_failed" if special else "rpc_failed"
        out.line(f"return {function}(&Out0P->Head, msg_result, {port});")

    def _receive(self) -> None:
        out, routine = self.out, self.routine
        out.step("Check the reply.")
        out.line(f"check_result = check_reply_{routine.name}(Out0P);")
        with out.block("if (check_result != KERN_SUCCESS)"):
            out.line("return reply_rejected(&Out0P->Head, check_result);")
        if self.traced:
            emit_log.trace(out, self.reply, "Out0P", emit_log.ANSWERED)
        hand_out(out, routine, self.reply, self.side)
        out.line("return KERN_SUCCESS;")
