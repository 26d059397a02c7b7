# SPDX-License-Identifier: BSD-2-Clause
"""One server stub: check the request, translate, call the routine, pack the reply.

Out arguments go straight into the reply buffer where C allows it, each at its place in the largest
form of the message; after the call, what stands behind an array that is not full moves up.
"""

from contextlib import ExitStack

from mig import emit_log, emit_structs, layout
from mig.access import Access, Names, region_limit
from mig.c_writer import Writer
from mig.emit_arguments import Arguments
from mig.emit_reply import ReplyPacker
from mig.emit_hand_out import trailer_faults
from mig.emit_unpack import RequestChecker, packed_size
from mig.ir import Argument, Routine, Shape
from mig.layout import Message, Role
from mig.signature import Side


class ServerStub:
    def __init__(self, out: Writer, routine: Routine, side: Side, traced: bool = False):
        self.out = out
        self.routine = routine
        self.side = side
        self.traced = traced
        self.request = layout.request(routine)
        self.reply = layout.reply(routine)
        names = Names(routine, side)
        self.incoming = Access(self.request, names, "In0P", "In")
        self.outgoing = Access(self.reply, names, "OutP", "Out")
        self.arguments = Arguments(out, routine, side, self.incoming)
        self.i, self.call = self.arguments.i, self.arguments.call
        self.packer = ReplyPacker(out, routine, side, self.reply, self.arguments, names)

    def write(self) -> None:
        emit_structs.part_structs(self.out, self.request, self.side)
        RequestChecker(self.out, self.routine, self.request, self.side).write()
        self.out.step(emit_structs.title(self.routine))
        head = ["mach_msg_header_t *InHeadP", "mach_msg_header_t *OutHeadP"]
        if self.side is Side.KERNEL:
            head = [f"struct ipc_kobject_call *{self.call}"]
        with self.out.function("static void", f"_X{self.routine.name}", head):
            self._declarations()
            self._check()
            self._trailer()
            self._prepare()
            self._call()
            self._clean_up()
            self._answer()

    def _returns_values(self) -> bool:
        return any(a.returned for a in self.routine.arguments)

    def _declarations(self) -> None:
        out = self.out
        source, target = "InHeadP", "OutHeadP"
        if self.side is Side.KERNEL:
            source, target = f"{self.call}->request", f"{self.call}->reply"
        out.assign(f"{self.request.name} *In0P", f"({self.request.name} *){source}")
        out.assign(f"{self.reply.name} *OutP", f"({self.reply.name} *){target}")
        out.line("kern_return_t RetCode;")

    def _fail(self, code: str) -> None:
        self.out.line(f"answer_error(&OutP->Head, {code});")
        self.out.line("return;")

    def _check(self) -> None:
        out = self.out
        if self.routine.retcode_argument is not None:
            self._retcode()
        out.step("Check the request.")
        out.line(f"RetCode = check_request_{self.routine.name}(In0P);")
        with out.block("if (RetCode != KERN_SUCCESS)"):
            if self.traced:
                emit_log.refused(out, self.routine.name)
            self._fail("RetCode")
        for item in self.request.variable_items:
            if self.request.part_of(item) + 1 < len(self.request.parts):
                if self._part_used(self.request.part_of(item) + 1):
                    packed_size(out, self.incoming, item)
                    self.incoming.next_part(out, item)

    def _part_used(self, number: int) -> bool:
        """Something at or behind part NUMBER is read by the stub."""
        roles = (Role.VALUE, Role.COUNT, Role.CAPACITY, Role.SUBS, Role.PRESENT)
        return any(i.role in roles for part in self.request.parts[number:] for i in part.items)

    def _retcode(self) -> None:
        """An error message in place of the request: the routine gets its code and zeros."""
        out = self.out
        out.step("A return code came in place of the data.")
        code = self.incoming.names("codeP")
        out.assign(f"const mig_reply_error_t *{code}", "(const void *)In0P")
        out.line(f"if (({code}->Head.msgh_bits & MACH_MSGH_BITS_COMPLEX) == 0 &&")
        with out.block(f"    {code}->Head.msgh_size == sizeof(*{code}))"):
            with out.block(f"if (!is_native(&{code}->NDR))"):
                self._fail("MIG_TYPE_ERROR")
            self.arguments.translate_port()
            zeros = self.arguments.zeros(f"{code}->RetCode")
            out.wrapped(f"RetCode = {self.routine.server_name}(", zeros, ");")
            self.arguments.destroy_port()
            self._fail("RetCode")

    def _trailer(self) -> None:
        tokens = self.routine.server_tokens
        if not tokens:
            return
        out = self.out
        out.step("The trailer is there and reaches far enough.")
        trailer, wrong = "const mach_msg_max_trailer_t *TrailerP", trailer_faults(tokens)
        if self.side is Side.KERNEL:
            out.assign(trailer, f"mig_kernel_trailer({self.call})")
            wrong.insert(0, "TrailerP == 0")
        else:
            start = "(const char *)In0P + round_msg(In0P->Head.msgh_size)"
            out.assign(trailer, f"(const void *)({start})")
        out.condition_block(wrong, lambda: self._fail("MIG_TRAILER_ERROR"))

    def _prepare(self) -> None:
        self.arguments.translate()
        if self._returns_values():
            self.out.step("Results that the routine does not set are null.")
            self.packer.initialise()

    def _call(self) -> None:
        values = self.arguments.values(self.packer.out_values())
        self._trace(self.request, "In0P", emit_log.RECEIVED)
        self.out.step("Call the routine.")
        self.out.wrapped(f"RetCode = {self.routine.server_name}(", values, ");")

    # After the call -----------------------------------------------------------------------

    def _clean_up(self) -> None:
        freed = [a for a in self.routine.arguments if a.freed_by_stub]
        if freed:
            self.out.step("Free the memory that came in.")
        for argument in freed:
            self._free(argument)
        self.arguments.destroy()
        self._release_translated()

    def _free(self, argument: Argument) -> None:
        """Data goes in every case. An array of rights goes only if the routine took the rights;
        otherwise whoever destroys the request frees rights and array together. What the routine
        sends back stays."""
        item = self.request.item(Role.DESCRIPTOR, argument)
        assert item is not None
        index = f"[{self.i}]" if item.dimension else ""
        place = self.incoming(item) + index
        with ExitStack() as blocks:
            if item.dimension:
                blocks.enter_context(self.out.loop(self.i, item.dimension))
            if argument.returned:
                cast = "" if self.side is Side.KERNEL else "(void *)"
                replaced = f"{cast}{argument.name}{index} != {place}.address"
                if item.dimension and argument.type.variable:
                    replaced = f"{self.i} >= {self._result_count(argument)} || {replaced}"
                goes = f"if (RetCode != KERN_SUCCESS || {replaced})"
                blocks.enter_context(self.out.block(goes))
            self._free_one(place, argument.type.port)

    def _free_one(self, place: str, ports: bool) -> None:
        out = self.out
        kernel = self.side is Side.KERNEL
        if not ports:
            if kernel:
                out.line(f"vm_map_copy_discard({place}.address);")
            else:
                out.line(f"mig_deallocate((vm_address_t){place}.address, {place}.size);")
            out.line(f"{place}.address = 0;")
            out.line(f"{place}.size = 0;")
            return
        with out.block("if (RetCode == KERN_SUCCESS || RetCode == MIG_NO_REPLY)"):
            if kernel:
                out.line(f"mig_free_port_array({place}.address, {place}.count);")
            else:
                size = f"{place}.count * sizeof(mach_port_t)"
                out.line(f"mig_deallocate((vm_address_t){place}.address, {size});")
            out.line(f"{place}.address = 0;")
            out.line(f"{place}.count = 0;")

    def _release_translated(self) -> None:
        """In the kernel, the routine saw the translated object, so the right that came is ours."""
        if self.side is not Side.KERNEL:
            return
        chosen = [
            a for a in self.routine.arguments
            if a.sent and a.type.intran and a.type.shape is Shape.PORT
        ]
        if not chosen:
            return
        self.out.step("The routine saw objects, not rights: release the rights.")
        with self.out.block("if (RetCode == KERN_SUCCESS || RetCode == MIG_NO_REPLY)"):
            for argument in chosen:
                item = self.request.item(Role.DESCRIPTOR, argument)
                assert item is not None
                self._release_right(self.incoming(item), argument.type.received)

    def _release_right(self, place: str, received: str) -> None:
        """The right in the descriptor PLACE, of the kind RECEIVED or of that which it says."""
        releases = {
            "MACH_MSG_TYPE_PORT_SEND": "ipc_port_release_send",
            "MACH_MSG_TYPE_PORT_SEND_ONCE": "ipc_port_release_send_once",
        }
        with self.out.block(f"if (IP_VALID({place}.name))"):
            if received in releases:
                self.out.line(f"{releases[received]}({place}.name);")
            else:
                self.out.line(f"ipc_port_release_right({place}.name, {place}.disposition);")

    def _answer(self) -> None:
        out = self.out
        out.step("Answer.")
        if not self._returns_values():
            out.line("answer_error(&OutP->Head, RetCode);")
            self._trace_answer()
            return
        with out.block("if (RetCode != KERN_SUCCESS)"):
            self._destroy_changed()
            self._fail("RetCode")
        self.packer.descriptors()
        self._check_results()
        self.packer.pack()
        self._trace_answer()

    def _destroy_changed(self) -> None:
        """Objects that came and would have gone back; without a reply, they are the routine's."""
        changed = [a for a in self.packer.results if a.sent and a.type.is_object]
        if changed:
            self.out.comment("What would have gone back is not the routine's, unless it answers later.")
            with self.out.block("if (RetCode != MIG_NO_REPLY)"):
                self.arguments.destroy_all(changed)

    def _trace(self, message: Message, pointer: str, event: tuple[str, str]) -> None:
        if self.traced:
            emit_log.trace(self.out, message, pointer, event)

    def _trace_answer(self) -> None:
        if not self.routine.one_way:
            self._trace(self.reply, "OutP", emit_log.ANSWERS)

    def _check_results(self) -> None:
        """Counts of the routine's results; a wrong one is the server's own mistake."""
        counts = self._limited_counts()
        if counts:
            wrong = [f"{count} > {self._limit(a)}" for count, a in counts.items()]
            self.out.condition_block(wrong, self._refuse_results)
        for argument in self.packer.results:
            if limit := region_limit(argument.type):
                self._check_regions(argument, limit)

    def _check_regions(self, argument: Argument, limit: str) -> None:
        """The counts of a list's regions."""
        t, subs = argument.type, f"OutP->{argument.name}Subs[{self.i}]"
        with self.out.loop(self.i, self._result_count(argument) if t.variable else t.count):
            self.out.condition_block([f"{subs} > {limit}"], self._refuse_results)

    def _limited_counts(self) -> dict[str, Argument]:
        """Counts of the reply, each with the argument that allows it least."""
        counts: dict[str, Argument] = {}
        for argument in self.routine.arguments:
            if not self._limit(argument):
                continue
            count = self._result_count(argument)
            if count not in counts or _most(argument) < _most(counts[count]):
                counts[count] = argument
        return counts

    def _refuse_results(self) -> None:
        if self.reply.complex:
            self.out.line("discard_results(&OutP->Head);")
        # Those that are rights by now have gone with the reply.
        results = self.packer.results
        self.arguments.destroy_all([a for a in results if not a.type.descriptor])
        if self.request.complex:
            self.out.comment("The routine succeeded, so the request's rights are not ours to free.")
            self.out.line("In0P->Head.msgh_bits &= ~MACH_MSGH_BITS_COMPLEX;")
        self._fail("MIG_ARRAY_TOO_LARGE")

    def _result_count(self, argument: Argument) -> str:
        return self.outgoing.largest(self.packer.count_item(argument))

    def _limit(self, argument: Argument) -> str:
        """The most elements that the count of a result may say; empty if any number is right."""
        t = argument.type
        if not argument.returned or not t.variable or t.shape is Shape.VAR_STRING:
            return ""
        if t.count:
            return str(t.count)
        if t.shape is Shape.OOL and t.element_size > 1:
            return f"UINT32_MAX / {t.element_size}"
        return ""


def _most(argument: Argument) -> int:
    return argument.type.count or 0xFFFFFFFF // argument.type.element_size
