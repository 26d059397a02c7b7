# SPDX-License-Identifier: BSD-2-Clause
"""An interface as plain data and back: `model` of `mig --json`.

All that the compiler understood of a .defs file is in it, except the places in the file; so each verb
gives the same for the JSON as for the file. What has its default value is left out.
"""

import dataclasses
import json
import types
import typing
from enum import Enum
from typing import Any

from mig.diagnostics import SourceLine, Span
from mig.ir import Argument, Interface, Routine

SAME_COUNT = "same_count"  # an argument that refers to another one, by name


def dump(value: Any) -> Any:
    """VALUE, of the classes of ir, as what the json module takes."""
    if isinstance(value, Enum):
        return value.name
    if isinstance(value, (list, tuple)):
        return [dump(v) for v in value]
    if isinstance(value, dict):
        return {k: dump(v) for k, v in value.items()}
    if not dataclasses.is_dataclass(value):
        return value
    out = {}
    for field in dataclasses.fields(value):
        member = getattr(value, field.name)
        if isinstance(member, Span) or _is_default(field, member):
            continue
        out[field.name] = member.name if field.name == SAME_COUNT else dump(member)
    return out


def _is_default(field: "dataclasses.Field[Any]", value: Any) -> bool:
    if field.default_factory is not dataclasses.MISSING:
        return bool(value == field.default_factory())
    return field.default is not dataclasses.MISSING and bool(value == field.default)


def load(path: str) -> Interface:
    """The interface in the file PATH, which `mig --json` wrote; ValueError: it is none."""
    with open(path, encoding="utf-8") as stream:
        try:
            place = Span(SourceLine(path, 1, ""), 1)
            interface = _load(Interface, json.load(stream)["model"], place)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"'{path}' is not what 'mig --json' writes") from error
    assert isinstance(interface, Interface)
    return interface


def _load(kind: Any, value: Any, place: Span) -> Any:
    """VALUE as an object of KIND, a type or a hint for one."""
    if typing.get_origin(kind) in (typing.Union, types.UnionType):
        kind = next(k for k in typing.get_args(kind) if k is not types.NoneType)
        return None if value is None else _load(kind, value, place)
    inside = typing.get_args(kind)
    match typing.get_origin(kind):
        case x if x is list:
            return [_load(inside[0], v, place) for v in value]
        case x if x is tuple:
            return tuple(_load(k, v, place) for k, v in zip(inside, value))
        case x if x is dict:
            return {k: _load(inside[1], v, place) for k, v in value.items()}
    if dataclasses.is_dataclass(kind):
        return _load_object(kind, value, place)
    return kind[value] if isinstance(kind, type) and issubclass(kind, Enum) else value


def _load_object(kind: Any, value: Any, place: Span) -> Any:
    hints = typing.get_type_hints(kind)
    members = {}
    for field in dataclasses.fields(kind):
        if hints[field.name] in (Span, Span | None):
            members[field.name] = place
        elif field.name in value and field.name != SAME_COUNT:
            members[field.name] = _load(hints[field.name], value[field.name], place)
    found = kind(**members)
    if isinstance(found, Routine):
        _join_counts(found.arguments, value["arguments"])
    return found


def _join_counts(arguments: list[Argument], values: list[dict[str, Any]]) -> None:
    for argument, value in zip(arguments, values):
        if SAME_COUNT in value:
            named = (a for a in arguments if a.name == value[SAME_COUNT])
            argument.same_count = next(named)
