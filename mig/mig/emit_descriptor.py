# SPDX-License-Identifier: BSD-2-Clause
"""C that fills in a descriptor, each of its bytes: both stubs send rights and memory."""

from mig.c_writer import Writer
from mig.ir import Argument
from mig.signature import Side


def right(out: Writer, side: Side, place: str, how: str) -> None:
    """All but the name of the right in the descriptor at PLACE, which is sent as HOW says."""
    if not side.in_kernel:
        out.line(f"{place}.pad1 = 0;")
    out.line(f"{place}.pad2 = 0;")
    out.line(f"{place}.disposition = {how};")
    out.line(f"{place}.type = MACH_MSG_PORT_DESCRIPTOR;")


def memory(
    out: Writer, side: Side, place: str, argument: Argument, value: str, goes: str, size: str
) -> None:
    """SIZE bytes at VALUE; GOES is whether the sender's go away."""
    copy = "PHYSICAL" if argument.physical else "VIRTUAL"
    _region(out, side, place, value, goes)
    out.line(f"{place}.copy = MACH_MSG_{copy}_COPY;")
    out.line(f"{place}.pad1 = 0;")
    out.line(f"{place}.type = MACH_MSG_OOL_DESCRIPTOR;")
    out.line(f"{place}.size = {size};")


def rights(
    out: Writer, side: Side, place: str, value: str, goes: str, count: str, how: str
) -> None:
    """An array of COUNT rights at VALUE, each sent as HOW says."""
    _region(out, side, place, value, goes)
    out.line(f"{place}.copy = MACH_MSG_VIRTUAL_COPY;")
    out.line(f"{place}.disposition = {how};")
    out.line(f"{place}.type = MACH_MSG_OOL_PORTS_DESCRIPTOR;")
    out.line(f"{place}.count = {count};")


def _region(out: Writer, side: Side, place: str, value: str, goes: str) -> None:
    out.line(f"{place}.address = {value if side.in_kernel else f'(void *){value}'};")
    out.line(f"{place}.deallocate = {goes};")
