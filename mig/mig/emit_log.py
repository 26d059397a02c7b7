# SPDX-License-Identifier: BSD-2-Clause
"""Stubs that report their messages (-L), as Apple's do: compiled with MIG_DEBUG, they call what
<mach/mig_log.h> declares at four points of a call, and for requests that are refused."""

from collections.abc import Callable

from mig.c_writer import Writer
from mig.ir import Shape
from mig.layout import Item, Message, Role

INCLUDE = "mach/mig_log.h"
SENT = ("MACH_MSG_LOG_USER", "MACH_MSG_REQUEST_BEING_SENT")
ANSWERED = ("MACH_MSG_LOG_USER", "MACH_MSG_REPLY_BEING_RCVD")
RECEIVED = ("MACH_MSG_LOG_SERVER", "MACH_MSG_REQUEST_BEING_RCVD")
ANSWERS = ("MACH_MSG_LOG_SERVER", "MACH_MSG_REPLY_BEING_SENT")
# For the demux.
UNKNOWN_ID = """\
#if defined(MIG_DEBUG) && MIG_DEBUG
    LOG_ERRORS(MACH_MSG_LOG_SERVER, MACH_MSG_ERROR_UNKNOWN_ID, &InHeadP->msgh_id, __FILE__,
               __LINE__);
#endif
"""


def trace(out: Writer, message: Message, pointer: str, event: tuple[str, str]) -> None:
    """Report the MESSAGE at POINTER, which is complete: id, size, descriptors, return code, rights,
    rights out of line, bytes out of line."""
    code = any(item.role is Role.RETCODE for item in message.items)
    arguments = [
        *event, f"{pointer}->Head.msgh_id", f"{pointer}->Head.msgh_size",
        f"{pointer}->msgh_body.msgh_descriptor_count" if message.complex else "0",
        f"(unsigned int){pointer}->RetCode" if code else "0",
        str(sum(item.dimension or 1 for item in _carried(message, Shape.PORT, Shape.PORTS))),
        _sum(pointer, message, Shape.OOL_PORTS, "count"), _sum(pointer, message, Shape.OOL, "size"),
        "__FILE__", "__LINE__",
    ]
    _in_debug(out, lambda: out.wrapped("LOG_TRACE(", arguments, ");"))


def refused(out: Writer, routine: str) -> None:
    """Report a request that ROUTINE does not see."""
    arguments = ["MACH_MSG_LOG_SERVER", "MACH_MSG_ERROR_WHILE_PARSING", f'(void *)"{routine}"',
                 "__FILE__", "__LINE__"]
    _in_debug(out, lambda: out.wrapped("LOG_ERRORS(", arguments, ");"))


def _in_debug(out: Writer, write: Callable[[], None]) -> None:
    out.raw("#if defined(MIG_DEBUG) && MIG_DEBUG")
    write()
    out.raw("#endif")


def _carried(message: Message, *shapes: Shape) -> list[Item]:
    """The message's descriptors of one of SHAPES, lists of them too."""
    found = []
    for item in message.items:
        if item.role is Role.DESCRIPTOR and item.argument is not None:
            t = item.argument.type
            shape = t.element.shape if t.shape is Shape.OOL_LIST and t.element else t.shape
            found += [item] if shape in shapes else []
    return found


def _sum(pointer: str, message: Message, shape: Shape, member: str) -> str:
    terms = []
    for item in _carried(message, shape):
        places = [f"[{n}]" for n in range(item.dimension)] if item.dimension else [""]
        terms += [f"{pointer}->{item.name}{place}.{member}" for place in places]
    return " + ".join(terms) or "0"
