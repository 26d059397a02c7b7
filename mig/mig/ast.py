# SPDX-License-Identifier: BSD-2-Clause
"""The tree that the parser makes: what was written, in source order, each node with its place."""

from dataclasses import dataclass, field

from mig.diagnostics import Span


@dataclass
class Name:
    text: str
    span: Span


# Type specifications -------------------------------------------------------------------------


@dataclass
class PrimSpec:
    """MACH_MSG_TYPE_x, polymorphic or a number; `received` differs when written A | B."""

    sent: Name
    received: Name


@dataclass
class NameSpec:
    name: Name


@dataclass
class PointerSpec:
    """^ element: out of line."""

    element: "TypeSpec"
    span: Span


@dataclass
class ArraySpec:
    """array[bound] of element; variable if written with * or without a bound."""

    element: "TypeSpec"
    bound: int | None
    variable: bool
    span: Span


@dataclass
class StructSpec:
    """struct[count] of element: fixed, passed by value."""

    element: "TypeSpec"
    count: int
    span: Span


@dataclass
class RecordSpec:
    """GNU: struct { type name; ... }, C alignment."""

    members: list[tuple[Name, Name]]  # (type, member)
    span: Span


@dataclass
class StringSpec:
    size: int
    variable: bool
    span: Span


@dataclass
class NativeSpec:
    """PointerTo(phrase), PointerToIfNot(phrase, absent) or ValueOf(phrase)."""

    form: str  # "PointerTo", "PointerToIfNot" or "ValueOf"
    phrase: str
    absent: str
    span: Span


@dataclass
class LongSpec:
    """GNU: (type, bits, flags...)."""

    prim: PrimSpec
    bits: int
    span: Span


TypeSpec = (
    PrimSpec | NameSpec | PointerSpec | ArraySpec | StructSpec | RecordSpec | StringSpec
    | NativeSpec | LongSpec
)


@dataclass
class Translation:
    """One clause after a type: ctype, cusertype, cservertype, intran, outtran, destructor, ..."""

    kind: str
    span: Span
    type: Name | None = None  # the C type, or the type a function returns
    function: Name | None = None
    argument: Name | None = None  # the type a function takes


@dataclass
class TransType:
    spec: TypeSpec
    translations: list[Translation] = field(default_factory=list)


# Statements ----------------------------------------------------------------------------------


@dataclass
class Subsystem:
    name: Name
    base: int
    kernel_user: bool
    kernel_server: bool


@dataclass
class Option:
    """serverprefix, waittime, msgoption, ...; the kind is in lower case."""

    kind: str
    value: str
    span: Span


@dataclass
class Import:
    kind: str  # import, uimport, simport, iimport, dimport
    file: str  # with its quotes or angle brackets
    span: Span


@dataclass
class TypeDecl:
    name: Name
    type: TransType


@dataclass
class Skip:
    count: int
    span: Span


@dataclass
class Flag:
    kind: str
    brackets: bool
    span: Span


@dataclass
class Argument:
    direction: Name | None
    name: Name
    type: Name | TypeDecl | NativeSpec
    flags: list[Flag]


@dataclass
class Routine:
    name: Name
    one_way: bool
    arguments: list[Argument]


@dataclass
class FaultyType:
    """A type statement with an error, which was reported: uses of its name are no errors."""

    name: Name


Statement = Subsystem | Option | Import | TypeDecl | Skip | Routine | FaultyType
