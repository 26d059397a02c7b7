# SPDX-License-Identifier: BSD-2-Clause
"""One routine of a loop-back program (emit_loopback), as the server has it: it checks what arrived,
takes it, and makes the results. In the kernel, rights and memory are pointers (loopback_terms)."""

from mig import layout
from mig.c_writer import Writer
from mig.ir import TOKENS, Argument, Routine, Shape, Type
from mig.loopback_case import Case
from mig.loopback_counts import ROOM
from mig.loopback_rights import declared
from mig.loopback_table import Table
from mig.loopback_terms import KERNEL, TASK
from mig.signature import Parameter, Side, carried_type, parameters, value_type
from mig.words import POLYMORPHIC


class Served(Case):
    """The server's side of a routine: what must arrive, and what goes back."""

    def __init__(self, out: Writer, routine: Routine, in_kernel: bool = False):
        super().__init__(out, routine)
        if in_kernel:
            self.terms = KERNEL
            self.server = parameters(routine, Side.KERNEL)

    def sending(self, argument: Argument, tag: str) -> str:
        if self.terms.moves:
            return self.arriving_disposition(argument)
        return super().sending(argument, tag)

    def chosen_disposition(self, argument: Argument, tag: str) -> str:
        if self.terms.moves:
            return self.arriving_disposition(argument)
        return super().chosen_disposition(argument, tag)

    def tables(self) -> list[Table]:
        """What the judge knows of the routine's messages."""
        tables = [Table(self.out, layout.request(self.routine), self.tag, self.bound, self._room)]
        if not self.routine.one_way:
            reply = layout.reply(self.routine)
            tables.append(Table(self.out, reply, self._out_tag, self.bound, self._room))
        for table in tables:
            table.write()
        return tables

    def _out_tag(self, argument: Argument) -> str:
        return f"TAG_OUT + {self.tag(argument)}"

    def _room(self, argument: Argument) -> str:
        """How many elements the caller has room for, where its stub looks at that."""
        if argument.overwrite and argument.type.variable and not argument.sent:
            return str(argument.type.count or ROOM)
        t = argument.type
        limited = argument.count_in_out and self.bound(argument) > 1
        limited = t.variable and (limited or t.shape in (Shape.PORTS, Shape.OOL_LIST))
        return self.capacity(argument) if limited and argument.kind == "out" else ""

    def write(self) -> None:
        out = self.out
        heads = [str(p) for p in self.server]
        with out.function("kern_return_t", self.routine.server_name, heads):
            with out.block("if (!loop_enter())"):
                out.line("return KERN_FAILURE;")
            if self.routine.retcode_argument is not None:
                self._coded(self.routine.retcode_argument)
            for parameter in self.server:
                self._server_check(parameter)
            taken = [a for a in self.routine.arguments if self._is_taken(a)]
            objects = [a for a in self.routine.arguments if _changes_object(a)]
            if taken or objects:
                with out.block("if (loop_takes())"):
                    for argument in taken:
                        self._take(argument)
                    for argument in objects:
                        self._take_object(argument)
            if any(a.returned for a in self.routine.arguments):
                with out.block("if (loop_sets_results())"):
                    for parameter in self.server:
                        if parameter.argument.returned:
                            self._server_result(parameter)
            out.line("return loop.result;")

    def _is_taken(self, argument: Argument) -> bool:
        """The routine gets what came. In the kernel, of a right that is translated it gets the
        object only."""
        t = argument.type
        translated = self.terms.moves and bool(t.intran) and t.shape is Shape.PORT
        return argument.sent and t.descriptor and not translated

    def _take_object(self, argument: Argument) -> None:
        """The reference is the routine's; what goes back as it is, goes with its right."""
        out, t, place = self.out, argument.type, f"*{argument.name}"
        with out.block("if (loop.course != LOOP_IDLE)"):
            out.line(f"{t.destructor}({place});")
        if self.terms.moves and t.shape is Shape.PORT:
            with out.block("else"):
                name = self.terms.name_of(f"({place})")
                out.line(f"(void)loop_own({name}, {self.arriving_disposition(argument)});")

    def _coded(self, code: Argument) -> None:
        """A code came in place of everything else."""
        with self.out.block("if (loop.course == LOOP_CODED)"):
            self.out.line(f"LOOP_CHECK({code.name} == loop_code());")
            for parameter in self.server:
                argument = parameter.argument
                if argument is not code and argument.sent:
                    scalar = parameter.pointer or parameter.role != "value"
                    if scalar or argument.type.shape is not Shape.STRUCT:
                        self.out.line(f"LOOP_CHECK(!{parameter.name});")
            self.out.line("return loop.result;")

    def _take(self, argument: Argument) -> None:
        """The routine takes what came; if it does nothing, an inout argument goes back as it is."""
        place = self._server_place(argument)
        if not argument.returned:
            self.give_back(argument, place, f"{argument.name}Subs", False)
            return
        with self.out.block("if (loop.course != LOOP_IDLE)"):
            self.give_back(argument, place, f"{argument.name}Subs", False)
        with self.out.block("else"):
            self._pass_on(argument, place)

    def _pass_on(self, argument: Argument, place: str) -> None:
        out, t = self.out, argument.type
        goes = argument.dealloc == "yes" or argument.freed_by_stub or self.terms.gives
        given = "true" if goes else "false"
        came = how = ""
        if t.port:
            came = how = self.arriving_disposition(argument)
            if declared(t, "sent") != POLYMORPHIC and not self.terms.moves:
                how = declared(t, "sent")
        match t.shape:
            case Shape.PORT:
                out.line(f"loop_pass_on({place}, {came}, {how});")
            case Shape.PORTS:
                with out.loop("loop_i", self.elements(argument, False)):
                    name = self.terms.name_of(f"{place}[loop_i]")
                    out.line(f"loop_pass_on({name}, {came}, {how});")
            case Shape.OOL_PORTS:
                with out.loop("loop_i", self.elements(argument, False)):
                    name = self.terms.name_of(f"{self.terms.array(place)}[loop_i]")
                    out.line(f"loop_pass_on({name}, {came}, {how});")
            case Shape.OOL_LIST:
                self._pass_on_list(argument, given, f"{came}, {how}")
        if t.out_of_line and t.shape is not Shape.OOL_LIST:
            out.line(f"loop_pass_on_memory({place}, {given});")

    def _pass_on_list(self, argument: Argument, given: str, how: str) -> None:
        out, name, element = self.out, argument.name, argument.type.element
        assert element is not None
        with out.loop("loop_i", self.elements(argument, False)):
            if element.shape is Shape.OOL_PORTS:
                n = f"{name}Subs[loop_i]" if element.variable else str(element.count)
                with out.loop("loop_k", n):
                    right = self.terms.name_of(f"{self.terms.array(f'{name}[loop_i]')}[loop_k]")
                    out.line(f"loop_pass_on({right}, {how});")
            out.line(f"loop_pass_on_memory((void *){name}[loop_i], {given});")

    def _server_place(self, argument: Argument) -> str:
        t = argument.type
        place = argument.name
        if argument.returned and (t.by_value or t.shape is Shape.POINTER):
            place = f"(*{place})"
        elif t.shape is Shape.POINTER:
            place = f"(*{place})"
        if t.shape is Shape.PORT:
            return self.terms.name_of(place)
        return f"(void *){place}" if t.shape in (Shape.OOL, Shape.OOL_PORTS) else place

    def _server_check(self, parameter: Parameter) -> None:
        argument, out = parameter.argument, self.out
        t, tag = argument.type, str(self.tag(argument))
        if argument.kind in TOKENS:
            self.check_token(argument, f"&{argument.name}", f"sizeof({argument.name})")
        elif argument.kind.endswith("port"):
            self._check_header_port(parameter)
        elif argument is self.routine.retcode_argument:
            out.line(f"LOOP_CHECK({argument.name} == 0);")
        elif parameter.role == "count" and argument.sent:
            star = "*" if parameter.pointer else ""
            out.line(f"LOOP_CHECK({star}{parameter.name} == {self.elements(argument, False)});")
        elif parameter.role == "count":
            grows = t.out_of_line and t.shape is not Shape.OOL_LIST
            room = "0" if grows else self.capacity(argument)
            out.line(f"LOOP_CHECK(*{parameter.name} == {room});")
        elif parameter.role == "poly" and argument.sent and t.shape is not Shape.PORTS:
            star = "*" if parameter.pointer else ""
            arrives = self.arriving_disposition(argument)
            out.line(f"LOOP_CHECK({star}{parameter.name} == {arrives});")
        elif parameter.role == "value" and t.shape is Shape.OPTIONAL:
            absent, name = f"{argument.name} == {t.absent}", argument.name
            out.line(f"LOOP_CHECK(({absent}) == (loop.seed % 2 == 0));")
            out.line(f"LOOP_CHECK({absent} || loop_is({name}, sizeof(*{name}), {tag}));")
        elif parameter.role == "value" and argument.sent:
            self.check(argument, self._server_place(argument), tag, False)
        else:
            out.line(f"(void){parameter.name};")

    def _check_header_port(self, parameter: Parameter) -> None:
        argument, out = parameter.argument, self.out
        request = argument.kind == "requestport"
        if parameter.role != "value":
            how = "MACH_MSG_TYPE_PORT_SEND" if request else "loop_reply_disposition()"
            out.line(f"LOOP_CHECK({parameter.name} == {how});")
        elif argument.type.intran:
            out.line(f"(void){parameter.name};")
        else:
            port = "LOOP_REQUEST_PORT" if request else "loop_reply_right()"
            out.line(f"LOOP_CHECK({self.terms.name_of(parameter.name)} == {port});")

    def _server_result(self, parameter: Parameter) -> None:
        argument, out = parameter.argument, self.out
        t, name, tag = argument.type, argument.name, f"TAG_OUT + {self.tag(argument)}"
        match parameter.role:
            case "value":
                self._server_value(argument, tag)
            case "poly" if parameter.pointer:
                out.line(f"*{name}Poly = {self.chosen_disposition(argument, tag)};")
            case "count":
                out.line(f"*{parameter.name} = {self.given(argument, True)};")
            case "dealloc":
                out.line(f"*{name}Dealloc = TRUE;")
        assert t is not None

    def _server_value(self, argument: Argument, tag: str) -> None:
        out, t, name = self.out, argument.type, argument.name
        if t.is_object:
            with out.block("if (loop.result == KERN_SUCCESS)"):
                self._server_object(argument, tag)
            return
        match t.shape:
            case Shape.DATA | Shape.STRUCT | Shape.POINTER:
                self.fill_value(argument, name, f"sizeof(*{name})", tag)
            case Shape.ARRAY:
                out.line(f"loop_fill({name}, {t.size}, {tag});")
            case Shape.VAR:
                size = f"{self.elements(argument, True)} * {t.element_size}"
                self.fill_value(argument, name, size, tag)
            case Shape.STRING | Shape.VAR_STRING:
                out.line(f"loop_result_string({name}, {t.count}, {tag});")
            case Shape.PORT:
                kind = value_type(argument, Side.KERNEL)
                out.line(f"*{name} = {self._owned(argument, tag, kind)};")
            case Shape.PORTS:
                given = self.given(argument, True)
                count = f"{given} < {t.count} ? {given} : {t.count}"
                # Names behind the count must not travel: nobody has rights for them.
                self.fill_ports(name, str(t.count), tag)
                how = self.sending(argument, tag)
                out.line(self.terms.own_all(name, f"({count})", how))
            case Shape.OOL | Shape.OOL_PORTS:
                with out.block(""):
                    out.line(f"const uint32_t loop_n = {self.given(argument, True)};")
                    self.memory_block(argument, t, "loop_m", "loop_n", tag)
                    out.line(f"*{name} = {self.terms.of_memory('loop_m', t.server_type)};")
            case Shape.OOL_LIST:
                assert t.element is not None
                given = self.given(argument, True)
                with out.loop("loop_i", f"({given} < {t.count} ? {given} : {t.count})"
                              if t.variable else t.count):
                    own = f"{tag} + 10 * loop_i"
                    out.line(f"const uint32_t loop_n = {self.list_given(t, own)};")
                    self.memory_block(argument, t.element, "loop_m", "loop_n", own)
                    memory = self.terms.of_memory("loop_m", t.element.server_type)
                    out.line(f"{name}[loop_i] = {memory};")
                    if t.element.variable:
                        out.line(f"{name}Subs[loop_i] = loop_n;")

    def _owned(self, argument: Argument, tag: str, kind: str) -> str:
        """A right to send, of C type KIND."""
        own = f"loop_own({self.port(argument, tag)}, {self.sending(argument, tag)})"
        return self.terms.named(own, kind)

    def _server_object(self, argument: Argument, tag: str) -> None:
        """An object with a reference, made of what will travel."""
        out, t = self.out, argument.type
        kind = carried_type(t, Side.KERNEL if self.terms.moves else Side.SERVER)
        if t.shape is Shape.PORT:
            out.line(f"const {kind} loop_v = {self._owned(argument, tag, kind)};")
        else:
            out.line(f"{kind} loop_v;")
            self.fill_value(argument, "&loop_v", "sizeof(loop_v)", tag)
        out.line(f"*{argument.name} = {t.intran}(loop_v);")


def _changes_object(argument: Argument) -> bool:
    return argument.sent and argument.returned and argument.type.is_object
