# SPDX-License-Identifier: BSD-2-Clause
"""All message ids of a system: which belong to whom, and whether two mean different things."""

from dataclasses import dataclass

from mig.diagnostics import Diagnostics
from mig.ir import Interface, Routine
from mig.layout import REPLY_ID_OFFSET

# Where this system's own subsystems begin, and how far apart they lie.
FIRST_OWN_BASE = 901000
BASE_STEP = 1000


@dataclass(frozen=True)
class Id:
    """One number on the wire."""

    number: int
    meaning: str  # "request", "reply" or "skipped"
    name: str
    interface: Interface
    routine: Routine | None


def ids_of(interface: Interface) -> list[Id]:
    """Every number of an interface: its requests, skipped places and replies."""
    out = []
    for slot, routine in enumerate(interface.slots):
        number = interface.base + slot
        if routine is None:
            out.append(Id(number, "skipped", "", interface, None))
            continue
        out.append(Id(number, "request", routine.name, interface, routine))
        if not routine.one_way:
            reply = number + REPLY_ID_OFFSET
            out.append(Id(reply, "reply", routine.name, interface, routine))
    return out


def check(interfaces: list[Interface], diagnostics: Diagnostics) -> None:
    """An error for every two routines, or subsystems, that meet."""
    taken: dict[int, Id] = {}
    names: dict[str, Interface] = {}
    for interface in interfaces:
        before = names.setdefault(interface.name, interface)
        if before is not interface:
            diagnostics.error(
                interface.span, f"a second subsystem '{interface.name}'",
                [(before.span, "the first one is here")],
            )
        for entry in ids_of(interface):
            if entry.meaning != "skipped":
                _take(taken, entry, diagnostics)


def _take(taken: dict[int, Id], entry: Id, diagnostics: Diagnostics) -> None:
    before = taken.setdefault(entry.number, entry)
    if before is entry or _answers(before, entry) or _answers(entry, before):
        return
    if _are_darwins(before, entry):
        return
    assert entry.routine is not None and before.routine is not None
    diagnostics.error(
        entry.routine.span,
        f"id {entry.number} of {entry.interface.name}.{entry.name} ({entry.meaning}) is also"
        f" {before.interface.name}.{before.name} ({before.meaning})",
        [(before.routine.span, f"'{before.name}' is declared here")],
    )


def _answers(reply: Id, request: Id) -> bool:
    """REQUEST is the one-way message X_reply by which a server sends the late reply of X."""
    return (
        reply.meaning == "reply" and request.meaning == "request"
        and request.interface.name == f"{reply.interface.name}_reply"
    )


def _are_darwins(one: Id, other: Id) -> bool:
    """A call and the reply to another that Darwin has given one number, as mach_vm and memory_entry: a
    call brings a reply port, which tells them apart."""
    call, reply = (one, other) if one.meaning == "request" else (other, one)
    return (
        call.meaning == "request" and reply.meaning == "reply" and call.number < FIRST_OWN_BASE
        and call.routine is not None and not call.routine.one_way
    )


def free_base(interfaces: list[Interface]) -> int:
    """The first id for a new subsystem: the lowest thousand in which no id is used."""
    used = {e.number // BASE_STEP for i in interfaces for e in ids_of(i)}
    block = FIRST_OWN_BASE // BASE_STEP
    while block in used:
        block += 1
    return block * BASE_STEP


def lines_of(interface: Interface) -> str:
    """`subsystem first-id routine place request-id reply-id`, a line for each routine."""
    return "".join(
        f"{interface.name} {interface.base} {r.name} {r.id - interface.base} {r.id}"
        f" {r.id + REPLY_ID_OFFSET}\n"
        for r in interface.routines
    )


def table(interfaces: list[Interface]) -> str:
    """The registry as text, sorted by number."""
    entries = [e for i in interfaces for e in ids_of(i)]
    entries.sort(key=lambda e: (e.number, e.meaning, e.interface.name))
    width = max((len(e.interface.name) for e in entries), default=0)
    lines = [
        f"{e.number:8} {e.meaning:8} {e.interface.name:{width}} {e.name}".rstrip()
        for e in entries
    ]
    return "".join(line + "\n" for line in lines)
