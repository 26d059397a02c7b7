# SPDX-License-Identifier: BSD-2-Clause
"""How rights are sent in a loop-back program (emit_loopback), and as what they arrive."""

from mig.ir import Argument, Type
from mig.words import POLYMORPHIC

# As what a right arrives, if that is not said; mostly as a send right.
ARRIVES = {
    "MACH_MSG_TYPE_MOVE_RECEIVE": "MACH_MSG_TYPE_PORT_RECEIVE",
    "MACH_MSG_TYPE_MOVE_SEND_ONCE": "MACH_MSG_TYPE_PORT_SEND_ONCE",
    "MACH_MSG_TYPE_MAKE_SEND_ONCE": "MACH_MSG_TYPE_PORT_SEND_ONCE",
}


class Rights:
    """The dispositions of an argument's rights, as C expressions."""

    def sending(self, argument: Argument, tag: str) -> str:
        """The disposition with which a right is sent."""
        sent = declared(argument.type, "sent")
        return self.chosen_disposition(argument, tag) if sent == POLYMORPHIC else sent

    def chosen_disposition(self, argument: Argument, tag: str) -> str:
        """How a right is sent where the sender may choose: so that the declared one arrives."""
        received = declared(argument.type, "received")
        if received == "MACH_MSG_TYPE_PORT_SEND_ONCE":
            return "MACH_MSG_TYPE_MAKE_SEND_ONCE"
        if received == "MACH_MSG_TYPE_PORT_RECEIVE":
            return "MACH_MSG_TYPE_MOVE_RECEIVE"
        return f"loop_disposition({tag})"

    def arriving_disposition(self, argument: Argument) -> str:
        received = declared(argument.type, "received")
        if received == POLYMORPHIC:
            return ARRIVES.get(declared(argument.type, "sent"), "MACH_MSG_TYPE_PORT_SEND")
        return received


def declared(t: Type, way: str) -> str:
    """`sent` or `received` of a right or of what an array of rights holds."""
    inner: Type | None = t
    while inner is not None:
        how: str = inner.sent if way == "sent" else inner.received
        if how:
            return how
        inner = inner.element
    return POLYMORPHIC
