# SPDX-License-Identifier: BSD-2-Clause
"""What an interface means, after names are resolved: types, arguments, routines.

Everything later reads this and nothing writes it: layout turns arguments into message members,
signature turns them into C parameters, the emitters into statements.
"""

from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from mig.diagnostics import Span
from mig.doc_comments import Doc
from mig.words import POLYMORPHIC


class Shape(Enum):
    """How a value of a type travels and how C passes it."""

    DATA = "scalar, inline, by value"
    STRUCT = "fixed block, inline, by value"
    ARRAY = "fixed block, inline, by pointer"
    VAR = "up to n elements, inline and packed"
    STRING = "n bytes, inline"
    VAR_STRING = "up to n bytes, inline and packed"
    PORT = "port descriptor"
    PORTS = "n port descriptors"
    OOL = "out-of-line descriptor"
    OOL_PORTS = "out-of-line ports descriptor"
    OOL_LIST = "n out-of-line descriptors"
    POINTER = "C type of unknown size, inline, by pointer"
    VALUE = "C type of unknown size, inline, by value"
    OPTIONAL = "C type of unknown size, inline or absent"


DESCRIPTORS = {Shape.PORT, Shape.PORTS, Shape.OOL, Shape.OOL_PORTS, Shape.OOL_LIST}
PORT_SHAPES = {Shape.PORT, Shape.PORTS, Shape.OOL_PORTS}
# Shapes that C passes by value when they go in, and so by pointer when they come out.
BY_VALUE = {Shape.DATA, Shape.STRUCT, Shape.PORT, Shape.OOL, Shape.OOL_PORTS}
NATIVE = {Shape.POINTER, Shape.VALUE, Shape.OPTIONAL}
INLINE_VARIABLE = {Shape.VAR, Shape.VAR_STRING}


@dataclass(frozen=True)
class Type:
    """A type: wire form, C names and translation functions."""

    name: str
    shape: Shape
    size: int | None  # bytes inline at most, or of one element out of line; None: C knows
    element: "Type | None" = None
    count: int = 0  # elements, or the bound of a variable array; 0: no bound
    variable: bool = False
    sent: str = ""  # type code or disposition
    received: str = ""
    auto: bool = False  # array[] of ...: the server stub frees the memory after the call
    alignment: int = 1  # of the innermost scalar, as C would align it
    user_type: str = ""
    server_type: str = ""
    trans_type: str = ""
    intran: str = ""
    outtran: str = ""
    destructor: str = ""
    phrase: str = ""  # C type of a native
    absent: str = ""  # the value of PointerToIfNot that is not sent
    span: Span | None = None

    def like(self, **changes: Any) -> "Type":
        """A copy with CHANGES: what dataclasses.replace() makes, in a fifth of the time."""
        made: Type = object.__new__(Type)
        made.__dict__.update(self.__dict__)
        made.__dict__.update(changes)
        return made

    @property
    def descriptor(self) -> bool:
        return self.shape in DESCRIPTORS

    @property
    def port(self) -> bool:
        """Carries rights rather than bytes."""
        if self.shape is Shape.OOL_LIST:
            return self.element is not None and self.element.port
        return self.shape in PORT_SHAPES

    @property
    def out_of_line(self) -> bool:
        return self.shape in (Shape.OOL, Shape.OOL_PORTS, Shape.OOL_LIST)

    @property
    def list_of_varying(self) -> bool:
        """Several regions, each with a number of elements of its own (nameSubs)."""
        varies = self.element is not None and self.element.variable
        return self.shape is Shape.OOL_LIST and varies

    @property
    def by_value(self) -> bool:
        return self.shape in BY_VALUE

    @property
    def translated(self) -> bool:
        return bool(self.intran or self.outtran or self.destructor)

    @property
    def is_object(self) -> bool:
        """The routine has it with a reference, which someone has to give back."""
        return bool(self.intran and self.destructor)

    @property
    def element_size(self) -> int:
        """Bytes of what a count counts."""
        if self.element is not None and self.element.size is not None:
            return self.element.size
        return self.size or 1


@dataclass
class Argument:
    """One declared argument of a routine."""

    name: str
    kind: str  # a direction word; the first argument without one is "requestport"
    type: Type
    span: Span
    dealloc: str = "no"  # "yes", or "maybe": chosen at run time by dealloc[]
    count_in_out: bool = False
    same_count: "Argument | None" = None  # the argument whose count this one shares
    physical: bool = False
    overwrite: bool = False
    retcode: bool = False
    auto: bool = False
    const: bool = False
    server_copy: bool = False
    doc: Doc = field(default_factory=Doc)
    notes: list[tuple[str, str]] = field(default_factory=list)  # annotations, with their text
    range: tuple[int, int] | None = None  # @range
    utf8: bool = False  # @utf8
    nonnull: bool = False  # @nonnull

    @property
    def sent(self) -> bool:
        """Part of the request."""
        return self.kind in ("in", "inout")

    @property
    def returned(self) -> bool:
        """Part of the reply."""
        return self.kind in ("out", "inout")

    @property
    def counted(self) -> bool:
        """Comes with a nameCnt argument and a count word of its own."""
        t = self.type
        return t.variable and t.shape is not Shape.VAR_STRING and self.same_count is None

    @property
    def count_name(self) -> str:
        owner = self.same_count or self
        return owner.name + ("SubsCnt" if owner.type.list_of_varying else "Cnt")

    @property
    def polymorphic(self) -> bool:
        """Some side chooses or learns the disposition at run time."""
        return self.type.port and POLYMORPHIC in (self.type.sent, self.type.received)

    @property
    def freed_by_stub(self) -> bool:
        """The server stub frees the out-of-line memory that came in."""
        return self.sent and self.type.out_of_line and (self.auto or self.type.auto)


TOKENS = {
    # kind: (user side, server side, trailer member, the trailer element's name)
    "msgseqno": (False, True, "msgh_seqno", "SEQNO"),
    "sectoken": (True, True, "msgh_sender", "SENDER"),
    "serversectoken": (False, True, "msgh_sender", "SENDER"),
    "usersectoken": (True, False, "msgh_sender", "SENDER"),
    "audittoken": (True, True, "msgh_audit", "AUDIT"),
    "serveraudittoken": (False, True, "msgh_audit", "AUDIT"),
    "useraudittoken": (True, False, "msgh_audit", "AUDIT"),
    "servercontexttoken": (False, True, "msgh_context", "CTX"),
}


@dataclass
class Routine:
    name: str
    id: int
    one_way: bool
    arguments: list[Argument]
    span: Span
    user_prefix: str = ""
    server_prefix: str = ""
    wait_time: str = ""  # C expression from a waittime statement
    send_time: str = ""
    message_option: str = ""
    special_reply_port: bool = False
    consume_on_send_error: str = "none"
    on_stack_limit: int | None = None  # bytes of a message on the stack of the user stub; None: any
    user_type_limit: int | None = None  # bytes that types of unknown size take, the author promises
    doc: Doc = field(default_factory=Doc)

    @property
    def user_name(self) -> str:
        return self.user_prefix + self.name

    @property
    def server_name(self) -> str:
        return self.server_prefix + self.name

    def of_kind(self, *kinds: str) -> Argument | None:
        return next((a for a in self.arguments if a.kind in kinds), None)

    @property
    def request_port(self) -> Argument:
        port = self.of_kind("requestport")
        assert port is not None
        return port

    @property
    def may_come_back(self) -> bool:
        """The send can time out or be broken off; the request is then back at its sender."""
        timed = self.wait_time or self.send_time or self.message_option
        return bool(timed) or self.of_kind("waittime", "sendtime", "msgoption") is not None

    @property
    def user_tokens(self) -> list[Argument]:
        return [a for a in self.arguments if a.kind in TOKENS and TOKENS[a.kind][0]]

    @property
    def server_tokens(self) -> list[Argument]:
        return [a for a in self.arguments if a.kind in TOKENS and TOKENS[a.kind][1]]

    @property
    def retcode_argument(self) -> Argument | None:
        """The argument that turns the request into an error message: only in complex requests."""
        argument = next((a for a in self.arguments if a.retcode and a.sent), None)
        if argument and any(a.sent and a.type.descriptor for a in self.arguments):
            return argument
        return None


@dataclass(frozen=True)
class Import:
    kind: str
    file: str


@dataclass
class Interface:
    """A whole .defs file."""

    name: str
    base: int
    kernel_user: bool
    kernel_server: bool
    slots: list[Routine | None]  # id - base -> routine; None: skipped
    imports: list[Import]
    demux: str  # serverdemux, or empty
    rcsid: str
    user_prefix: str  # the last one of the file
    server_prefix: str
    types: dict[str, Type] = field(default_factory=dict)
    span: Span | None = None  # of the subsystem's name
    doc: Doc = field(default_factory=Doc)
    halves: bool = False  # the asynchronous forms are wanted too
    counted_by: bool = False  # prototypes say which count an array has
    traced: bool = False  # stubs report their messages

    @property
    def routines(self) -> list[Routine]:
        return [r for r in self.slots if r is not None]

    @property
    def demux_name(self) -> str:
        return self.demux or f"{self.name}_server"
