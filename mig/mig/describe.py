# SPDX-License-Identifier: BSD-2-Clause
"""An interface as JSON: routines, arguments and the layout of their messages, for other tools."""

import json
from typing import Any

from mig import layout, model
from mig.ir import Argument, Interface, Routine
from mig.layout import Item, Message

Json = dict[str, Any]  # an object as the json module gives and takes it


def as_json(interface: Interface) -> str:
    """Its layout, for other tools, and the whole of it, for the verbs."""
    return json.dumps(describe(interface) | {"model": model.dump(interface)}, indent=2) + "\n"


def as_lines(interfaces: list[Json]) -> str:
    """The same for several, one routine a line, so that differences can be read."""
    out = []
    for described in interfaces:
        facts = json.dumps({k: v for k, v in described.items() if k != "routines"})
        routines = ",\n".join("  " + json.dumps(r) for r in described["routines"])
        out.append(f'{facts[:-1]}, "routines": [\n{routines}\n]}}')
    return "[\n" + ",\n".join(out) + "\n]\n"


def describe(interface: Interface) -> Json:
    return {
        "subsystem": interface.name,
        "base": interface.base,
        "ids": len(interface.slots),
        "kernel_server": interface.kernel_server,
        "kernel_user": interface.kernel_user,
        "largest_reply": layout.largest_reply(interface),
        "routines": [_routine(r) for r in interface.routines],
    }


def _routine(routine: Routine) -> Json:
    out = {
        "name": routine.name,
        "id": routine.id,
        "one_way": routine.one_way,
        "arguments": [_argument(a) for a in routine.arguments],
        "request": _message(layout.request(routine)),
    }
    if not routine.one_way:
        out["reply_id"] = routine.id + 100
        out["reply"] = _message(layout.reply(routine))
    return out


def _argument(argument: Argument) -> Json:
    t = argument.type
    return {
        "name": argument.name,
        "kind": argument.kind,
        "type": t.name,
        "travels": t.shape.value,
        "count": t.count,
        "variable": t.variable,
        "element_size": t.element_size,
        "sent": t.sent,
        "received": t.received,
        "deallocate": argument.dealloc,
    }


def _message(message: Message) -> Json:
    return {
        "size": message.size,
        "minimum": message.minimum,
        "descriptors": message.descriptors,
        "members": [_member(i) for i in message.items],
    }


def _member(item: Item) -> Json:
    return {
        "name": item.name,
        "role": item.role.value,
        "offset": item.offset,
        "size": item.size,
        "packed": item.variable,
    }
