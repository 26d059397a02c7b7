# SPDX-License-Identifier: BSD-2-Clause
"""What headers and stubs have in common: message structs, their assertions, file heads."""

from collections.abc import Callable, Sequence

from mig import emit_log
from mig.c_writer import Writer
from mig.ir import NATIVE, TOKENS, Interface, Routine
from mig.layout import HEADER_SIZE, Item, Message, Role, reply, request
from mig.signature import Side, carried_type, member, parameters

USER_INCLUDES = (
    "mach/boolean.h", "mach/kern_return.h", "mach/mach_types.h", "mach/message.h", "mach/mig.h",
    "mach/mig_errors.h", "mach/ndr.h", "mach/notify.h", "mach/port.h", "mach/std_types.h",
)
KERNEL_INCLUDES = {
    Side.KERNEL: ("kern/mig_kernel.h",), Side.KERNEL_USER: ("kern/mig_kernel.h", "mach/notify.h"),
}


def file_head(out: Writer, interface: Interface, what: str) -> None:
    out.line("/*")
    out.line(f" * {what} of subsystem {interface.name}.")
    out.line(" * Made by mig; change the .defs file instead.")
    out.line(" */")


def source_head(
    interface: Interface, what: str, header: str | None, side: Side,
    declare: Callable[[Writer, Interface], None],
) -> Writer:
    """The beginning of a .c file; without a HEADER to include, what it would DECLARE."""
    out = Writer()
    file_head(out, interface, what)
    rcs_id(out, interface)
    if header is None:
        declare(out, interface)
    else:
        out.line(f'#include "{header}"')
    if not side.in_kernel:
        out.blank()
        out.line("#include <string.h>")
    if interface.traced:
        out.line(f"#include <{emit_log.INCLUDE}>")
    return out


def system_includes(out: Writer, side: Side) -> None:
    for name in KERNEL_INCLUDES.get(side, USER_INCLUDES):
        out.line(f"#include <{name}>")


def imports(out: Writer, interface: Interface, kinds: tuple[str, ...]) -> None:
    """The files that import statements of these KINDS name."""
    chosen = [i for i in interface.imports if i.kind in kinds]
    if chosen:
        out.blank()
    for entry in chosen:
        out.line(f"#include {entry.file}")


def message_structs(out: Writer, interface: Interface, side: Side) -> None:
    """Structs of all requests and replies, and the two unions."""
    name = interface.name
    prefix = interface.user_prefix if side.calls else interface.server_prefix
    for kind, layout in (("Request", request), ("Reply", reply)):
        with _guarded(out, f"__{kind}__{name}_subsystem__defined"):
            if kind == "Request":
                out.comment("Messages in their largest form: a packed array that is not full")
                out.comment("pulls everything behind it nearer to the front.")
            out.raw("#pragma pack(push, 4)")
            for routine in interface.routines:
                message_struct(out, layout(routine), side)
            out.raw("#pragma pack(pop)")
        union = f"__{kind}Union__{prefix}{name}_subsystem"
        with _guarded(out, f"{union}__defined"):
            with out.block(f"union {union}", "};"):
                for routine in interface.routines:
                    out.line(f"__{kind}__{routine.name}_t {kind}_{prefix}{routine.name};")
                if not interface.routines:
                    out.line("mach_msg_header_t Head;")


class _guarded:
    """#ifndef NAME ... #endif, as Apple's headers have it, so that user and server header meet."""

    def __init__(self, out: Writer, name: str):
        self.out, self.name = out, name

    def __enter__(self) -> None:
        self.out.blank()
        self.out.line(f"#ifndef {self.name}")
        self.out.line(f"#define {self.name}")

    def __exit__(self, *_: object) -> None:
        self.out.line(f"#endif /* {self.name} */")


def message_struct(out: Writer, message: Message, side: Side) -> None:
    out.blank()
    with out.block("typedef struct", f"}} {message.name};"):
        for item in message.items:
            out.line(member(item, side))


def layout_assertions(out: Writer, routines: list[Routine], side: Side) -> None:
    """Sizes of the C types and messages of ROUTINES, and offsets, for the .c files. The types come
    first: one of another size is why its messages are wrong too."""
    _type_assertions(out, routines, side)
    for layout in (request, reply):
        for routine in routines:
            _message_assertions(out, layout(routine))


def _message_assertions(out: Writer, message: Message) -> None:
    out.blank()
    for item in message.items:
        if item.offset and item.offset > HEADER_SIZE and item.role is not Role.PAD:
            _assert(out, f"offsetof({message.name}, {item.name}) == {item.offset}", item.name)
    if message.size is not None:
        _assert(out, f"sizeof({message.name}) == {message.size}", f"size of {message.name}")


def _assert(out: Writer, condition: str, text: str) -> None:
    out.wrapped("_Static_assert(", [condition, f'"{text}"'], ");")


def _type_assertions(out: Writer, routines: list[Routine], side: Side) -> None:
    """The size of every C type that travels inline, once each."""
    seen: dict[str, int] = {}
    for routine in routines:
        for message in (request(routine), reply(routine)):
            for item in message.items:
                kind, size = _sized(item, side)
                if kind:
                    seen.setdefault(kind, size)
    if seen:
        out.step("The C types are as large as the .defs file says.")
    for kind, size in seen.items():
        _assert(out, f"sizeof({kind}) == {size}", f"size of {kind} in the .defs file")


def _sized(item: Item, side: Side) -> tuple[str, int]:
    """C type and size of a plain value; empty for everything else."""
    if item.role is not Role.VALUE or item.argument is None or item.size is None:
        return "", 0
    t = item.argument.type
    if item.variable:
        if t.element is None or not t.element.user_type or t.element.size is None:
            return "", 0
        return carried_type(t.element, side), t.element.size
    return ("", 0) if t.shape in NATIVE else (carried_type(t, side), item.size)


def prototype(result: str, name: str, arguments: Sequence[object]) -> str:
    """The text of an extern declaration on as many lines as it needs."""
    out = Writer()
    out.wrapped(f"extern {result} {name}(", [str(a) for a in arguments] or ["void"], ");")
    return out.text().rstrip("\n")


def pads_of(message: Message, item: Item) -> Item | None:
    """The padding member behind ITEM, if it has one."""
    place = next(n for n, i in enumerate(message.items) if i is item)
    following = message.items[place + 1 :][:1]
    return following[0] if following and following[0].role is Role.PAD else None


def argument_words(routine: Routine) -> int:
    """What the routine table says about the number of arguments; Apple counts parameters."""
    return len(parameters(routine, Side.SERVER))


def title(routine: Routine) -> str:
    kind = "simpleroutine" if routine.one_way else "routine"
    return f"{kind} {routine.name}, id {routine.id}"


def rcs_id(out: Writer, interface: Interface) -> None:
    if interface.rcsid:
        out.line(f"__attribute__((used)) static const char rcsid[] = {interface.rcsid};")


def trailer_options(routine: Routine) -> list[str]:
    """What the user stub asks for to get its tokens."""
    elements = []
    for token in routine.user_tokens:
        element = f"MACH_RCV_TRAILER_{TOKENS[token.kind][3]}"
        elements.append(f"MACH_RCV_TRAILER_ELEMENTS({element})")
    if not elements:
        return []
    return ["MACH_RCV_TRAILER_TYPE(MACH_MSG_TRAILER_FORMAT_0)"] + elements


def part_name(message: Message, number: int) -> str:
    """The struct of what follows the NUMBERth packed item."""
    kind = "reply" if message.reply else "request"
    return f"{message.routine.name}_{kind}_part{number}_t"


def part_structs(out: Writer, message: Message, side: Side) -> None:
    """Structs of the parts behind packed items; they begin where the item before really ends."""
    for number, part in enumerate(message.parts):
        if number == 0:
            continue
        before = message.parts[number - 1].variable
        assert before is not None
        kind = "reply" if message.reply else "request"
        out.step(f"What follows {before.name} in a {kind} of {message.routine.name}.")
        out.raw("#pragma pack(push, 4)")
        with out.block("typedef struct", f"}} {part_name(message, number)};"):
            for item in part.items:
                out.line(member(item, side))
        out.raw("#pragma pack(pop)")
