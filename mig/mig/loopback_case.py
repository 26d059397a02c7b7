# SPDX-License-Identifier: BSD-2-Clause
"""One routine of a loop-back program (emit_loopback), seen by its caller: what is sent, what must
come back; and what caller and server check alike."""

from mig.c_writer import Writer
from mig.ir import NATIVE, TOKENS, Argument, Routine, Shape, Type
from mig.signature import Parameter, Side, declare, parameters, poly_form


class Case:
    """One routine: `tag` of an argument is its place; of its result, TAG_OUT more."""

    def __init__(self, out: Writer, routine: Routine):
        self.out = out
        self.routine = routine
        self.user = parameters(routine, Side.USER)
        self.server = parameters(routine, Side.SERVER)

    def tag(self, argument: Argument) -> str:
        return str(next(n for n, a in enumerate(self.routine.arguments, 1) if a is argument))

    def _sharers(self, argument: Argument) -> list[Argument]:
        """The arguments that have one count together."""
        owner = argument.same_count or argument
        return [a for a in self.routine.arguments if a is owner or a.same_count is owner]

    def _count(self, argument: Argument, out_tag: bool, limit: str = "") -> str:
        """The number of elements that travel, as both sides know it."""
        owner = argument.same_count or argument
        bounds = [a.type.count or 40 for a in self._sharers(argument)]
        tag = f"{'TAG_OUT + ' if out_tag else ''}{self.tag(owner)}"
        return f"loop_count({tag}, {limit or min(bounds)}, {argument.type.element_size})"

    def capacity(self, argument: Argument) -> str:
        """How many elements the caller has room for."""
        t = argument.type
        if not argument.count_in_out:
            return str(t.count)
        return f"{t.count} - {self.tag(argument)} % {t.count}"

    def elements(self, argument: Argument, returned: bool) -> str:
        """Number of elements of a fixed or variable array, in this direction."""
        t = argument.type
        if not t.variable:
            return str(t.count)
        limit = ""
        shared = len(self._sharers(argument)) > 1
        if returned and not shared and not t.out_of_line:
            limit = self.capacity(argument)
        return self._count(argument, returned, limit)

    # The caller ---------------------------------------------------------------------------

    def caller(self) -> None:
        out, name = self.out, self.routine.name
        head = ["uint32_t seed", "kern_return_t result", "int mutation"]
        with out.function("static void", f"try_{name}", head):
            out.line(f'loop_begin("{name}", seed, result, mutation);')
            for parameter in self.user:
                if parameter.role == "value":
                    self.user_value(parameter.argument)
            out.line("const kern_return_t got =")
            call = [self.user_argument(p) for p in self.user]
            out.wrapped(f"    {self.routine.user_name}(", call, ");")
            results = [a for a in self.routine.arguments if a.returned or self._user_token(a)]
            if results:
                with out.block("if (got == KERN_SUCCESS)"):
                    for argument in results:
                        self.user_result(argument)
            out.line(f"loop_end(got, {'true' if self.routine.one_way else 'false'});")

    def _user_token(self, argument: Argument) -> bool:
        return argument.kind in TOKENS and TOKENS[argument.kind][0]

    def user_value(self, argument: Argument) -> None:
        """The variables behind a parameter, filled with what goes in."""
        out, t, name = self.out, argument.type, f"a_{argument.name}"
        if argument.kind in ("waittime", "sendtime", "msgoption") or argument.retcode:
            out.line(f"const {t.user_type} {name} = 0;")
            return
        if self._user_token(argument):
            out.line(f"{t.user_type} {name} = {{0}};")
            return
        if argument.kind.endswith("port"):
            out.line(f"const {t.user_type} {name} = 0x1203;")
            return
        self._user_storage(argument, name)
        self._user_companions(argument)

    def _user_storage(self, argument: Argument, name: str) -> None:
        out, t, tag = self.out, argument.type, self.tag(argument)
        match t.shape:
            case Shape.DATA | Shape.STRUCT | Shape.VALUE | Shape.POINTER | Shape.OPTIONAL:
                kind = t.phrase if t.shape in NATIVE else t.user_type
                out.line(f"{kind} {name};")
                out.line(f"loop_fill(&{name}, sizeof({name}), {tag});")
            case Shape.ARRAY | Shape.VAR:
                out.line(f"_Alignas(16) char {name}[{t.size}];")
                out.line(f"loop_fill({name}, sizeof({name}), {tag});")
            case Shape.STRING | Shape.VAR_STRING:
                out.line(f"char {name}[{t.count}];")
                out.line(f"loop_string({name}, {t.count}, {tag});")
            case Shape.PORT:
                out.line(f"{t.user_type} {name} = loop_port({tag}, 0);")
            case Shape.PORTS:
                out.line(f"mach_port_t {name}[{t.count}];")
                self.fill_ports(name, str(t.count), tag)
            case Shape.OOL | Shape.OOL_PORTS:
                out.line(f"void *m_{name} = NULL;")
                if argument.sent:
                    self._make_memory(argument, t, f"m_{name}", str(tag), False)
                out.line(f"{declare(t.user_type, name)} = ({t.user_type})m_{name};")
            case Shape.OOL_LIST:
                self._user_list(argument, name)

    def _user_list(self, argument: Argument, name: str) -> None:
        out, t, tag = self.out, argument.type, self.tag(argument)
        assert t.element is not None
        kind = t.element.user_type
        out.line(f"{kind} {name}[{t.count}] = {{0}};")
        out.line(f"mach_msg_type_number_t s_{name}[{t.count}] = {{0}};")
        if not argument.sent:
            return
        with out.loop("loop_i", t.count):
            out.line(f"const uint32_t n = {self.list_count(t, f'{tag} + 10 * loop_i')};")
            out.line(f"s_{name}[loop_i] = n;")
            self.memory_block(argument, t.element, "m", "n", f"{tag} + 10 * loop_i")
            out.line(f"{name}[loop_i] = ({kind})m;")

    def list_count(self, t: Type, tag: str) -> str:
        assert t.element is not None
        if not t.element.variable:
            return str(t.element.count)
        return f"loop_count({tag}, {t.element.count or 40}, {t.element.element_size})"

    def fill_ports(self, name: str, count: str, tag: str) -> None:
        with self.out.loop("loop_i", count):
            self.out.line(f"{name}[loop_i] = loop_port({tag}, loop_i);")

    def _make_memory(
        self, argument: Argument, t: Type, place: str, tag: str, returned: bool
    ) -> None:
        """PLACE = memory with the argument's out-of-line data."""
        with self.out.block(""):
            self.out.line(f"const uint32_t n = {self.elements(argument, returned)};")
            self.memory_block(argument, t, "m", "n", tag)
            self.out.line(f"{place} = m;")

    def memory_block(
        self, argument: Argument, t: Type, place: str, count: str, tag: str
    ) -> None:
        """Define PLACE: memory for COUNT elements. Lent, unless the message takes it away."""
        maker = "loop_lent" if argument.dealloc == "no" else "loop_memory"
        size = 4 if t.shape is Shape.OOL_PORTS else t.element_size
        self.out.line(f"void *{place} = {maker}({count} * {size});")
        if t.shape is Shape.OOL_PORTS:
            with self.out.loop("k", count):
                self.out.line(f"((mach_port_t *){place})[k] = loop_port({tag}, k);")
        else:
            self.out.line(f"loop_fill({place}, {count} * {size}, {tag});")

    def _user_companions(self, argument: Argument) -> None:
        out, t, name = self.out, argument.type, f"a_{argument.name}"
        form = poly_form(argument, Side.USER)
        if form:
            value = self.chosen_disposition(argument, self.tag(argument))
            out.line(f"mach_msg_type_name_t {name}Poly = {value};")
        if argument.counted:
            value = self.elements(argument, False)
            if argument.kind == "out":
                value = "0" if t.out_of_line else self.capacity(argument)
            out.line(f"mach_msg_type_number_t {name}Cnt = {value};")

    def chosen_disposition(self, argument: Argument, tag: str) -> str:
        """How a right is sent where the sender may choose: so that the declared one arrives."""
        once = argument.type.received == "MACH_MSG_TYPE_PORT_SEND_ONCE"
        return "MACH_MSG_TYPE_MAKE_SEND_ONCE" if once else f"loop_disposition({tag})"

    def arriving_disposition(self, argument: Argument) -> str:
        once = argument.type.received == "MACH_MSG_TYPE_PORT_SEND_ONCE"
        return "MACH_MSG_TYPE_PORT_SEND_ONCE" if once else "MACH_MSG_TYPE_PORT_SEND"

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
                if argument.kind.endswith("port"):
                    return "MACH_MSG_TYPE_COPY_SEND"
                return f"{reference}{name}Poly"
            case "count":
                return f"{reference}{name}Cnt"
            case "subs":
                return f"s_{name}"
        return "TRUE"  # dealloc

    def user_result(self, argument: Argument) -> None:
        name = f"a_{argument.name}"
        if self._user_token(argument):
            self.check_token(argument, f"&{name}", "sizeof(" + name + ")")
            return
        t = argument.type
        place = f"(void *){name}" if t.shape in (Shape.OOL, Shape.OOL_PORTS) else name
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
                out.line(f"LOOP_CHECK(loop_is(&{place}, sizeof({place}), {tag}));")
            case Shape.ARRAY:
                out.line(f"LOOP_CHECK(loop_is({place}, {t.size}, {tag}));")
            case Shape.VAR:
                size = f"{count} * {t.element_size}"
                out.line(f"LOOP_CHECK(loop_is({place}, {size}, {tag}));")
            case Shape.STRING | Shape.VAR_STRING:
                out.line(f"LOOP_CHECK(loop_is_string({place}, {t.count}, {tag}));")
            case Shape.PORT:
                out.line(f"LOOP_CHECK({place} == loop_port({tag}, 0));")
            case Shape.PORTS:
                self._check_ports(place, count, tag)
            case Shape.OOL:
                size = f"{count} * {t.element_size}"
                out.line(f"LOOP_CHECK(loop_is({place}, {size}, {tag}));")
            case Shape.OOL_PORTS:
                self._check_ports(f"((mach_port_t *){place})", count, tag)
            case Shape.OOL_LIST:
                self._check_list(argument, place, tag)

    def _check_ports(self, place: str, count: str, tag: str) -> None:
        with self.out.loop("loop_i", count):
            self.out.line(f"LOOP_CHECK({place}[loop_i] == loop_port({tag}, loop_i));")

    def _check_list(self, argument: Argument, place: str, tag: str) -> None:
        t = argument.type
        assert t.element is not None
        out = self.out
        with out.loop("loop_i", t.count):
            out.line(f"const uint32_t n = {self.list_count(t, f'{tag} + 10 * loop_i')};")
            if t.element.shape is Shape.OOL_PORTS:
                with out.loop("k", "n"):
                    element = f"((mach_port_t *){place}[loop_i])[k]"
                    out.line(f"LOOP_CHECK({element} == loop_port({tag} + 10 * loop_i, k));")
            else:
                size = f"n * {t.element.element_size}"
                element = f"(void *){place}[loop_i]"
                out.line(f"LOOP_CHECK(loop_is({element}, {size}, {tag} + 10 * loop_i));")

    def give_back(self, argument: Argument, place: str, subs: str, returned: bool) -> None:
        """The receiver owns rights and memory: release and free them."""
        out, t = self.out, argument.type
        count = self.elements(argument, returned)
        freed = not returned and argument.freed_by_stub
        match t.shape:
            case Shape.PORT:
                out.line(f"loop_release({place});")
            case Shape.PORTS:
                out.line(f"loop_release_all({place}, {count});")
            case Shape.OOL_PORTS:
                out.line(f"loop_release_all((mach_port_t *){place}, {count});")
                if not freed:
                    out.line(f"loop_free({place}, {count} * 4);")
            case Shape.OOL if not freed:
                out.line(f"loop_free({place}, {count} * {t.element_size});")
            case Shape.OOL_LIST:
                assert t.element is not None
                ports = t.element.shape is Shape.OOL_PORTS
                with out.loop("loop_i", t.count):
                    n = f"{subs}[loop_i]" if t.element.variable else str(t.element.count)
                    if ports:
                        out.line(f"loop_release_all((mach_port_t *){place}[loop_i], {n});")
                    if not freed:
                        size = 4 if ports else t.element.element_size
                        out.line(f"loop_free((void *){place}[loop_i], {n} * {size});")
