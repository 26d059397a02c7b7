# SPDX-License-Identifier: BSD-2-Clause
"""One routine of a loop-back program (emit_loopback), seen by its caller: what is sent, what must
come back; and what caller and server check alike."""

from mig.c_writer import Writer
from mig.ir import NATIVE, TOKENS, Argument, Routine, Shape, Type
from mig.loopback_counts import ROOM, Counts
from mig.loopback_terms import KERNEL_CALLER, TASK
from mig.signature import Parameter, Side, carried_type, declare, parameters, poly_form


class Case(Counts):
    """One routine, its caller's side."""

    terms = TASK

    def __init__(self, out: Writer, routine: Routine, from_kernel: bool = False):
        super().__init__(routine)
        self.out = out
        self.side = Side.USER
        if from_kernel:
            self.terms, self.side = KERNEL_CALLER, Side.KERNEL_USER
        self.user = parameters(routine, self.side)
        self.server = parameters(routine, Side.SERVER)

    # The caller ---------------------------------------------------------------------------

    def caller(self) -> None:
        out, name = self.out, self.routine.name
        with out.function("static void", f"call_{name}", []):
            for parameter in self.user:
                if parameter.role == "value":
                    self.user_value(parameter.argument)
            out.line("const kern_return_t got =")
            call = [self.user_argument(p) for p in self.user]
            out.wrapped(f"    {self.routine.user_name}(", call, ");")
            self.results([a for a in self.routine.arguments if a.returned or self._user_token(a)])
            out.line("loop_end(got);")

    def results(self, arguments: list[Argument]) -> None:
        """What came of the call that returned `got`."""
        if not arguments:
            return
        for argument in arguments:
            if argument.counted and not argument.type.out_of_line and argument.kind == "out":
                self._over_room(argument)
        with self.out.block("if (loop_has_results(got))"):
            for argument in arguments:
                self.user_result(argument)

    def _over_room(self, argument: Argument) -> None:
        """More came than there is room for: the caller learns how much, and gets a part."""
        tag, name = f"TAG_OUT + {self.tag(argument)}", f"a_{argument.name}"
        with self.out.block(f"if (loop_is_over_room({tag}))"):
            self.out.line(f"LOOP_CHECK({name}Cnt == loop.count);")
            if argument.type.shape is Shape.VAR:
                self.check(argument, name, tag, True)

    def _user_token(self, argument: Argument) -> bool:
        return argument.kind in TOKENS and TOKENS[argument.kind][0]

    def user_value(self, argument: Argument) -> None:
        """The variables behind a parameter, filled with what goes in."""
        out, t, name = self.out, argument.type, f"a_{argument.name}"
        if argument is self.routine.retcode_argument:
            out.line(f"const {t.user_type} {name} = loop_code();")
            return
        if argument.kind in ("waittime", "sendtime", "msgoption"):
            out.line(f"const {t.user_type} {name} = 0;")
            return
        if self._user_token(argument):
            out.line(f"{t.user_type} {name} = {{0}};")
            return
        if argument.kind.endswith("port"):
            self._header_port(argument, name)
            return
        self._user_storage(argument, name)
        self._user_companions(argument)

    def _header_port(self, argument: Argument, name: str) -> None:
        """A port of the header, with the right it takes to send it."""
        how = argument.type.sent
        if poly_form(argument, Side.USER):
            self.out.line(f"const mach_msg_type_name_t {name}Poly = "
                          f"{self.chosen_disposition(argument, self.tag(argument))};")
            how = f"{name}Poly"
        port = "LOOP_REQUEST_PORT" if argument.kind == "requestport" else "LOOP_OWN_REPLY_PORT"
        kind = carried_type(argument.type, self.side)
        right = self.terms.named(f"loop_own({port}, {how})", kind)
        self.out.line(f"const {kind} {name} = {right};")

    def _user_storage(self, argument: Argument, name: str) -> None:
        out, t, tag = self.out, argument.type, self.tag(argument)
        carried = carried_type(t, self.side)
        match t.shape:
            case Shape.DATA | Shape.STRUCT | Shape.VALUE | Shape.POINTER | Shape.OPTIONAL:
                kind = t.phrase if t.shape in NATIVE else t.user_type
                out.line(f"{kind} {name};")
                self.fill_value(argument, f"&{name}", f"sizeof({name})", str(tag))
            case Shape.ARRAY | Shape.VAR:
                out.line(f"_Alignas(16) char {name}[{t.size}];")
                self.fill_value(argument, name, f"sizeof({name})", str(tag))
            case Shape.STRING | Shape.VAR_STRING:
                out.line(f"char {name}[{t.count}];")
                out.line(f"loop_string({name}, {t.count}, {tag});")
            case Shape.PORT:
                right = self.terms.named(self.port(argument, tag), carried)
                out.line(f"{carried} {name} = {right};")
                if argument.sent:
                    how = self.sending(argument, tag)
                    out.line(f"(void)loop_own({self.terms.name_of(name)}, {how});")
            case Shape.PORTS:
                out.line(f"{self.terms.right} {name}[{t.count}];")
                self.fill_ports(name, str(t.count), tag)
                if argument.sent:
                    given = self.given(argument, False)
                    count = f"({given} < {t.count} ? {given} : {t.count})"
                    out.line(self.terms.own_all(name, count, self.sending(argument, tag)))
            case Shape.OOL | Shape.OOL_PORTS if argument.overwrite and not argument.sent:
                size = 4 if t.port else t.element_size
                out.line(f"_Alignas(16) char m_{name}[{(t.count or ROOM) * size}] = {{0}};")
                out.line(f"{declare(t.user_type, name)} = ({t.user_type})m_{name};")
            case Shape.OOL | Shape.OOL_PORTS:
                out.line(f"void *m_{name} = NULL;")
                if argument.sent:
                    self._make_memory(argument, t, f"m_{name}", str(tag), False)
                out.line(f"{declare(carried, name)} = ({carried})m_{name};")
            case Shape.OOL_LIST:
                self._user_list(argument, name)

    def _user_list(self, argument: Argument, name: str) -> None:
        out, t, tag = self.out, argument.type, self.tag(argument)
        assert t.element is not None
        kind = carried_type(t.element, self.side)
        # What is behind the caller's elements is unset: reading it is a fault.
        out.line(f"{declare(kind, name)}[{t.count}];")
        out.line(f"mach_msg_type_number_t s_{name}[{t.count}];")
        if not argument.sent:
            return
        with out.loop("loop_i", self.elements(argument, False)):
            out.line(f"const uint32_t loop_n = {self.list_given(t, f'{tag} + 10 * loop_i')};")
            out.line(f"s_{name}[loop_i] = loop_n;")
            self.memory_block(argument, t.element, "loop_m", "loop_n", f"{tag} + 10 * loop_i")
            out.line(f"{name}[loop_i] = ({kind})loop_m;")

    def fill_value(self, argument: Argument, place: str, size: str, tag: str) -> None:
        """Any bytes, or such as are promised."""
        if (bounds := _bounds(argument)) is not None:
            low, high = bounds
            kind = f"__typeof__(*{place})"
            number = f"loop_number({tag}, {low}, {high})"
            self.out.line(f"*({place}) = ({kind.replace('*&', '')}){number};")
            return
        maker = "loop_letters" if argument.utf8 else "loop_fill"
        self.out.line(f"{maker}({place}, {size}, {tag});")

    def fill_ports(self, name: str, count: str, tag: str) -> None:
        with self.out.loop("loop_i", count):
            right = self.terms.named(f"loop_port({tag}, loop_i)", self.terms.right)
            self.out.line(f"{name}[loop_i] = {right};")

    def _make_memory(
        self, argument: Argument, t: Type, place: str, tag: str, returned: bool
    ) -> None:
        """PLACE = memory with the argument's out-of-line data."""
        with self.out.block(""):
            self.out.line(f"const uint32_t loop_n = {self.given(argument, returned)};")
            self.memory_block(argument, t, "loop_m", "loop_n", tag)
            self.out.line(f"{place} = loop_m;")

    def memory_block(
        self, argument: Argument, t: Type, place: str, count: str, tag: str
    ) -> None:
        """Define PLACE: memory for COUNT elements. Lent, unless the message takes it away."""
        given = "false" if argument.dealloc == "no" and not self.terms.gives else "true"
        lends = argument.dealloc == "maybe" and not self.terms.gives
        if lends and not tag.startswith("TAG_OUT"):
            given = self._gives(argument)
        terms = self.terms
        size = terms.right_size if t.shape is Shape.OOL_PORTS else t.element_size
        self.out.line(f"void *{place} = loop_memory({count} * {size}, {given});")
        if t.shape is Shape.OOL_PORTS:
            with self.out.loop("loop_k", count):
                right = terms.named(f"loop_port({tag}, loop_k)", terms.right)
                self.out.line(f"{terms.array(place)}[loop_k] = {right};")
            how = self.sending(argument, tag)
            self.out.line(terms.own_all(place, count, how))
        else:
            self.out.line(f"loop_fill({place}, {count} * {size}, {tag});")

    def _user_companions(self, argument: Argument) -> None:
        out, t, name = self.out, argument.type, f"a_{argument.name}"
        form = poly_form(argument, Side.USER)
        if form:
            value = self.chosen_disposition(argument, self.tag(argument))
            out.line(f"mach_msg_type_name_t {name}Poly = {value};")
        if argument.counted:
            value = self.given(argument, False)
            if argument.kind == "out":
                room = str(t.count or ROOM) if argument.overwrite else "0"
                grows = t.out_of_line and t.shape is not Shape.OOL_LIST
                value = room if grows else self.capacity(argument)
                if t.shape in (Shape.PORTS, Shape.OOL_LIST):
                    value = f"loop_room(TAG_OUT + {self.tag(argument)}, {value})"
            out.line(f"mach_msg_type_number_t {name}Cnt = {value};")

    def user_argument(self, parameter: Parameter) -> str:
        argument, t = parameter.argument, parameter.argument.type
        name = f"a_{argument.name}"
        reference = "&" if parameter.pointer else ""
        match parameter.role:
            case "value" if t.shape in (Shape.ARRAY, Shape.VAR):
                return f"(void *){name}"
            case "value" if t.shape is Shape.OOL_LIST:
                return f"(void *){name}"
            case "value" if t.shape is Shape.OPTIONAL:
                return f"loop.seed % 2 != 0 ? &{name} : {t.absent}"
            case "value":
                return reference + name
            case "poly":
                return f"{reference}{name}Poly"
            case "count":
                return f"{reference}{name}Cnt"
            case "subs":
                return f"s_{name}"
        return self._gives(argument)  # dealloc

    def _gives(self, argument: Argument) -> str:
        """Does the caller give its memory away, where it may choose?"""
        return f"loop_gives({self.tag(argument)})"

    def user_result(self, argument: Argument) -> None:
        name = f"a_{argument.name}"
        if self._user_token(argument):
            self.check_token(argument, f"&{name}", "sizeof(" + name + ")")
            return
        t = argument.type
        place = f"(void *){name}" if t.shape in (Shape.OOL, Shape.OOL_PORTS) else name
        if t.shape is Shape.PORT:
            place = self.terms.name_of(name)
        tag = f"TAG_OUT + {self.tag(argument)}"
        if argument.counted:
            self.out.line(f"LOOP_CHECK({name}Cnt == {self.elements(argument, True)});")
        if poly_form(argument, Side.USER) == "pointer" and t.shape is not Shape.PORTS:
            self.out.line(f"LOOP_CHECK({name}Poly == {self.arriving_disposition(argument)});")
        self.check(argument, place, tag, True)
        self.give_back(argument, place, f"s_{name}", True)

    def check_token(self, argument: Argument, place: str, size: str) -> None:
        field = TOKENS[argument.kind][2]
        out = self.out
        with out.block(""):
            out.line("mach_msg_max_trailer_t trailer;")
            out.line("loop_fill(&trailer, sizeof(trailer), TAG_TOKEN);")
            out.line(f"LOOP_CHECK(memcmp({place}, &trailer.{field}, {size}) == 0);")

    # Both sides ---------------------------------------------------------------------------

    def check(self, argument: Argument, place: str, tag: str, returned: bool) -> None:
        """What arrived at PLACE is what belongs to TAG."""
        out, t = self.out, argument.type
        count = self.elements(argument, returned)
        match t.shape:
            case Shape.DATA | Shape.STRUCT | Shape.VALUE | Shape.POINTER:
                self._check_value(argument, place, tag)
            case Shape.ARRAY:
                out.line(f"LOOP_CHECK(loop_is({place}, {t.size}, {tag}));")
            case Shape.VAR:
                size = f"{count} * {t.element_size}"
                test = "loop_is_letters" if argument.utf8 else "loop_is"
                out.line(f"LOOP_CHECK({test}({place}, {size}, {tag}));")
            case Shape.STRING | Shape.VAR_STRING:
                out.line(f"LOOP_CHECK(loop_is_string({place}, {t.count}, {tag}));")
            case Shape.PORT:
                out.line(f"LOOP_CHECK({place} == {self.port(argument, tag)});")
            case Shape.PORTS:
                self._check_ports(place, count, tag)
            case Shape.OOL:
                size = f"{count} * {t.element_size}"
                out.line(f"LOOP_CHECK(loop_is({place}, {size}, {tag}));")
            case Shape.OOL_PORTS:
                self._check_ports(self.terms.array(place), count, tag)
            case Shape.OOL_LIST:
                self._check_list(argument, place, tag, returned)

    def _check_value(self, argument: Argument, place: str, tag: str) -> None:
        if (bounds := _bounds(argument)) is not None:
            low, high = bounds
            number = f"(__typeof__({place}))loop_number({tag}, {low}, {high})"
            self.out.line(f"LOOP_CHECK({place} == {number});")
            return
        self.out.line(f"LOOP_CHECK(loop_is(&{place}, sizeof({place}), {tag}));")

    def _check_ports(self, place: str, count: str, tag: str) -> None:
        with self.out.loop("loop_i", count):
            name = self.terms.name_of(f"{place}[loop_i]")
            self.out.line(f"LOOP_CHECK({name} == loop_port({tag}, loop_i));")

    def _check_list(self, argument: Argument, place: str, tag: str, returned: bool) -> None:
        t = argument.type
        assert t.element is not None
        out = self.out
        with out.loop("loop_i", self.elements(argument, returned)):
            out.line(f"const uint32_t loop_n = {self.list_count(t, f'{tag} + 10 * loop_i')};")
            if t.element.shape is Shape.OOL_PORTS:
                with out.loop("loop_k", "loop_n"):
                    element = self.terms.name_of(f"{self.terms.array(f'{place}[loop_i]')}[loop_k]")
                    out.line(f"LOOP_CHECK({element} == loop_port({tag} + 10 * loop_i, loop_k));")
            else:
                size = f"loop_n * {t.element.element_size}"
                element = f"(void *){place}[loop_i]"
                out.line(f"LOOP_CHECK(loop_is({element}, {size}, {tag} + 10 * loop_i));")

    def give_back(self, argument: Argument, place: str, subs: str, returned: bool) -> None:
        """The receiver owns rights and memory: release and free them."""
        out, t = self.out, argument.type
        count, how = self.elements(argument, returned), ""
        if t.port:
            how = self.arriving_disposition(argument)
        freed = argument.overwrite if returned else argument.freed_by_stub
        if argument.overwrite:
            out.line(f"LOOP_CHECK({place} == m_a_{argument.name});")
        terms = self.terms
        match t.shape:
            case Shape.PORT:
                out.line(f"loop_release({place}, {how});")
            case Shape.PORTS:
                out.line(terms.release_all(place, count, how))
            case Shape.OOL_PORTS:
                out.line(terms.release_all(terms.array(place), count, how))
                if not freed:
                    out.line(terms.free_array(place, count))
            case Shape.OOL if not freed:
                out.line(terms.free(place, f"{count} * {t.element_size}"))
            case Shape.OOL_LIST:
                self._give_back_list(argument, place, subs, freed, count)

    def _give_back_list(
        self, argument: Argument, place: str, subs: str, freed: bool, count: str
    ) -> None:
        out, element, terms = self.out, argument.type.element, self.terms
        assert element is not None
        ports = element.shape is Shape.OOL_PORTS
        with out.loop("loop_i", count):
            n = f"{subs}[loop_i]" if element.variable else str(element.count)
            one = f"{place}[loop_i]"
            if ports:
                how = self.arriving_disposition(argument)
                out.line(terms.release_all(terms.array(one), n, how))
            if not freed and ports:
                out.line(terms.free_array(f"(void *){one}", n))
            elif not freed:
                out.line(terms.free(f"(void *){one}", f"{n} * {element.element_size}"))


def _bounds(argument: Argument) -> tuple[int, int] | None:
    """A number of which not every value will do: promised, or of another C type elsewhere."""
    translated = argument.type.translated and argument.type.shape is Shape.DATA
    return argument.range or ((0, 0x7fffffff) if translated else None)
