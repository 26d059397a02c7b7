# SPDX-License-Identifier: BSD-2-Clause
"""C that fills in a descriptor: both stubs send rights and memory. One assignment sets all of its
bytes, for those that are not named are zero."""

from mig.c_writer import Writer
from mig.ir import Argument
from mig.signature import Side


def right(out: Writer, side: Side, place: str, value: str, how: str) -> None:
    """The right VALUE in the descriptor at PLACE, sent as HOW says."""
    _assign(out, side, place, "port", {
        "name": value, "disposition": how, "type": "MACH_MSG_PORT_DESCRIPTOR",
    })


def memory(
    out: Writer, side: Side, place: str, argument: Argument, value: str, goes: str, size: str
) -> None:
    """SIZE bytes at VALUE; GOES is whether the sender's go away."""
    copy = "PHYSICAL" if argument.physical else "VIRTUAL"
    _assign(out, side, place, "ool", {
        "address": _address(side, value), "deallocate": goes, "copy": f"MACH_MSG_{copy}_COPY",
        "type": "MACH_MSG_OOL_DESCRIPTOR", "size": size,
    })


def rights(
    out: Writer, side: Side, place: str, value: str, goes: str, count: str, how: str
) -> None:
    """An array of COUNT rights at VALUE, each sent as HOW says."""
    _assign(out, side, place, "ool_ports", {
        "address": _address(side, value), "deallocate": goes, "copy": "MACH_MSG_VIRTUAL_COPY",
        "disposition": how, "type": "MACH_MSG_OOL_PORTS_DESCRIPTOR", "count": count,
    })


def _address(side: Side, value: str) -> str:
    return value if side.in_kernel else f"(void *){value}"


def _assign(out: Writer, side: Side, place: str, kind: str, members: dict[str, str]) -> None:
    prefix = "ipc" if side.in_kernel else "mach_msg"
    with out.literal(place, f"{prefix}_{kind}_descriptor_t"):
        for name, value in members.items():
            out.line(f".{name} = {value},")
