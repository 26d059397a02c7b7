# SPDX-License-Identifier: BSD-2-Clause
"""Properties that hold for every input: hypothesis makes the inputs.

- what the printer writes reads as the same tree;
- no text, however broken, is more than diagnostics to the compiler;
- layouts are those of a small model of the wire format, written down here on its own;
- the bytes of a message, with every number of elements in its packed arrays, are the model's.

The inputs are the same in every run. MIG_EXAMPLES=5000 asks for more, and for new ones.
"""

import dataclasses
import os
import re
import struct
import sys
import unittest
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support import CASES, HERE, PRELUDE, analyse, interface_of
from trees import WORDS, statements

from mig import ast, front, layout, options, printer, python_client, words
from mig.diagnostics import Diagnostics, Span

sys.path.insert(0, os.path.join(os.path.dirname(HERE), "runtime"))

MORE = int(os.environ.get("MIG_EXAMPLES", "0"))
PROFILE = settings(
    max_examples=MORE or 100, derandomize=not MORE, deadline=None, database=None,
    suppress_health_check=list(HealthCheck),
)


# Trees ---------------------------------------------------------------------------------------


def bare(node: object) -> object:
    """A tree without its places."""
    if isinstance(node, Span):
        return None
    if isinstance(node, (list, tuple)):
        return [bare(n) for n in node]
    if dataclasses.is_dataclass(node):
        members = [(f.name, bare(getattr(node, f.name))) for f in dataclasses.fields(node)]
        return {"node": type(node).__name__} | dict(members)
    return node


def parse(text: str) -> list[ast.Statement]:
    diagnostics = Diagnostics()
    tree = front.parse(text, "test.defs", diagnostics, options.Options())
    assert diagnostics.errors == 0
    return tree


class RoundTrip(unittest.TestCase):
    @PROFILE
    @given(st.lists(statements, max_size=4))
    def test_trees(self, tree):
        text = printer.text(tree)
        self.assertEqual(bare(parse(text)), bare(tree), text)

    def test_files(self):
        for name in ("torture.defs", "kernel.defs"):
            with open(os.path.join(CASES, name), encoding="utf-8") as stream:
                text = re.sub(r"/\*.*?\*/|//[^\n]*|^#.*?$", "", stream.read(), flags=re.S | re.M)
            tree = parse(text)
            self.assertGreater(len(tree), 3)
            self.assertEqual(bare(parse(printer.text(tree))), bare(tree))


# Broken text ---------------------------------------------------------------------------------

with open(os.path.join(CASES, "torture.defs"), encoding="utf-8") as torture:
    GOOD = re.findall(r"\w+|\S", re.sub(r"/\*.*?\*/|^#.*?$", "", torture.read(),
                                        flags=re.S | re.M))
soup = st.lists(st.sampled_from(
    [*WORDS, *sorted(words.PRIMS)[:6], *";;;::,+-*/()=^~<>[]|{}@\"\n#", "0", "7", "0x1F",
     "99999999999", "int", "mach_port_t"]), max_size=60).map(" ".join)


@st.composite
def damaged(draw) -> str:
    """The torture file with tokens gone, doubled, exchanged or replaced."""
    start = draw(st.integers(0, len(GOOD) - 80))
    tokens = GOOD[start : start + draw(st.integers(1, 80))]
    for _ in range(draw(st.integers(0, 4))):
        here, there = (draw(st.integers(0, len(tokens) - 1)) for _ in range(2))
        tokens[here] = draw(st.sampled_from(
            ["", tokens[there], tokens[here] + " " + tokens[there], ";", "in", "samecount", "0"]))
    return " ".join(tokens)


class BrokenText(unittest.TestCase):
    @PROFILE
    @given(st.one_of(soup, damaged(), st.text(max_size=40)), st.sampled_from(("", "apple", "gnu")))
    def test_only_diagnostics(self, text, peer):
        chosen = [f"--peer={peer}"] if peer else []
        interface, messages = analyse(PRELUDE + text, "-Wall", *chosen)
        if interface is None:
            self.assertIn("error: ", messages)
        for line in messages.splitlines():
            self.assertNotIn("Traceback", line)
        if "error: " not in messages:
            for routine in interface.routines:
                layout.request(routine), layout.reply(routine)


# Layouts -------------------------------------------------------------------------------------

NDR = bytes((0, 0, 0, 0, 1, 0, 0, 0))
SCALARS = {"INTEGER_8": 1, "INTEGER_16": 2, "INTEGER_32": 4, "INTEGER_64": 8}


@dataclasses.dataclass
class Thing:
    """One argument, and what the model says of it."""

    kind: str  # scalar, struct, array, packed, string, packed_string, port, ports, memory, rights
    scalar: str
    count: int
    out: bool

    @property
    def element(self) -> int:
        return SCALARS[self.scalar]

    def declaration(self, name: str) -> str:
        element = f"MACH_MSG_TYPE_{self.scalar}"
        spec = {
            "scalar": element,
            "struct": f"struct[{self.count}] of {element}",
            "array": f"array[{self.count}] of {element}",
            "packed": f"array[*:{self.count}] of {element}",
            "string": f"c_string[{self.count}]",
            "packed_string": f"c_string[*:{self.count}]",
            "port": "mach_port_t",
            "ports": f"array[{self.count}] of mach_port_t",
            "memory": f"^ array[] of {element}",
            "rights": "array[] of mach_port_t",
        }[self.kind]
        return f"{'out' if self.out else 'in'} {name} : {name}_t = {spec}"

    def descriptors(self) -> tuple[int, int]:
        """How many, and their size."""
        return {"port": (1, 12), "ports": (self.count, 12), "memory": (1, 16),
                "rights": (1, 16)}.get(self.kind, (0, 0))

    def body(self, name: str) -> list[tuple[str, int, bool]]:
        """(member, bytes, whether it is packed) behind the descriptors."""
        count = (name + "Cnt", 4, False)
        size = self.element * self.count
        return {
            "scalar": [(name, self.element, False)], "struct": [(name, size, False)],
            "array": [(name, size, False)], "packed": [count, (name, size, True)],
            "string": [(name, self.count, False)],
            "packed_string": [(name + "Offset", 4, False), count, (name, self.count, True)],
            "memory": [count], "rights": [count],
        }.get(self.kind, [])


things = st.builds(
    Thing, st.sampled_from(("scalar", "struct", "array", "packed", "string", "packed_string",
                            "port", "ports", "memory", "rights")),
    st.sampled_from(sorted(SCALARS)), st.integers(1, 9), st.booleans(),
)
routines = st.lists(things, max_size=6)


def words_of(size: int) -> int:
    return -(-size // 4) * 4


def model(chosen: list[Thing], reply: bool) -> tuple[dict[str, tuple[int, int]], int, int]:
    """{member: (offset, size)}, the size at most and the size with every packed member empty."""
    found, at, empty = {}, 24, 0
    named = [(f"a{n}", t) for n, t in enumerate(chosen) if t.out == reply]
    rights = [(name, t.descriptors()) for name, t in named if t.descriptors()[0]]
    if rights:
        at += 4
    for name, (number, size) in rights:
        found[name] = (at, number * size)
        at += number * size
    body = [member for name, t in named for member in t.body(name)]
    if body or (reply and not rights):
        found["NDR"] = (at, 8)
        at += 8
    if reply and not rights:
        found["RetCode"] = (at, 4)
        at += 4
    for member, size, packed in body:
        found[member] = (at, size)
        at += words_of(size)
        empty += words_of(size) if packed else 0
    return found, at, at - empty


def routine_text(chosen: list[Thing]) -> str:
    parts = ["p : mach_port_t"] + [t.declaration(f"a{n}") for n, t in enumerate(chosen)]
    return PRELUDE + f"routine r({'; '.join(parts)});"


class Layouts(unittest.TestCase):
    @PROFILE
    @given(routines)
    def test_members(self, chosen):
        routine = interface_of(routine_text(chosen)).routines[0]
        for message in (layout.request(routine), layout.reply(routine)):
            expected, size, minimum = model(chosen, message.reply)
            roles = (layout.Role.HEAD, layout.Role.BODY, layout.Role.PAD)
            members = {i.name: (i.offset, i.size) for i in message.items if i.role not in roles}
            self.assertEqual(members, expected)
            self.assertEqual((message.size, message.minimum), (size, minimum))

    @PROFILE
    @given(routines)
    def test_no_gap_and_whole_words(self, chosen):
        routine = interface_of(routine_text(chosen)).routines[0]
        for message in (layout.request(routine), layout.reply(routine)):
            end = 0
            for item in message.items:
                self.assertEqual(item.offset, end)
                if item.role is not layout.Role.PAD:
                    self.assertEqual(item.offset % 4, 0)
                end += item.size
            self.assertEqual(end, message.size)
            self.assertEqual([i for part in message.parts for i in part.items], message.items)
            for part in message.parts[:-1]:
                self.assertIsNotNone(part.variable)


# Bytes ---------------------------------------------------------------------------------------


@st.composite
def filled(draw) -> tuple[list[Thing], dict[str, Any]]:
    """Arguments that go in, with a value for each."""
    chosen = [dataclasses.replace(t, out=False) for t in draw(routines)]
    values = {}
    for number, thing in enumerate(chosen):
        bits = 8 * thing.element - 1
        numbers = st.integers(-(1 << bits), (1 << bits) - 1)
        names32 = st.integers(0, 0xFFFFFFFF)
        values[f"a{number}"] = draw({
            "scalar": numbers,
            "struct": st.lists(numbers, min_size=thing.count, max_size=thing.count),
            "array": st.lists(numbers, min_size=thing.count, max_size=thing.count),
            "packed": st.lists(numbers, max_size=thing.count),
            "string": st.text("xyz", max_size=thing.count - 1),
            "packed_string": st.text("xyz", max_size=thing.count - 1),
            "port": names32,
            "ports": st.lists(names32, min_size=thing.count, max_size=thing.count),
            "memory": st.tuples(st.integers(0, 1 << 40), st.integers(0, 99).map(
                thing.element.__mul__)),
            "rights": st.tuples(st.integers(0, 1 << 40), st.integers(0, 99)),
        }[thing.kind])
    return chosen, values


def number_bytes(thing: Thing, value: Any) -> bytes:
    numbers = value if isinstance(value, list) else [value]
    return b"".join(n.to_bytes(thing.element, "little", signed=True) for n in numbers)


def body_bytes(thing: Thing, value: Any) -> bytes:
    """What the model puts behind NDR."""
    def padded(data: bytes) -> bytes:
        return data.ljust(words_of(len(data)), b"\0")

    match thing.kind:
        case "scalar" | "struct" | "array":
            return padded(number_bytes(thing, value))
        case "packed":
            return struct.pack("<I", len(value)) + padded(number_bytes(thing, value))
        case "string":
            return padded(value.encode().ljust(thing.count, b"\0"))
        case "packed_string":
            return struct.pack("<II", 0, len(value) + 1) + padded(value.encode() + b"\0")
        case "memory":
            return struct.pack("<I", value[1] // thing.element)
        case "rights":
            return struct.pack("<I", value[1])
    return b""


class Bytes(unittest.TestCase):
    @PROFILE
    @given(filled())
    def test_messages(self, case):
        """The Python client and the model agree on every byte behind the descriptors."""
        chosen, values = case
        client: dict = {}
        exec(python_client.source(interface_of(routine_text(chosen))), client)
        data = client["r"].request(0x103, 0x203, **values)
        body = b"".join(body_bytes(t, v) for t, v in zip(chosen, values.values()))
        rights = sum(number * size for number, size in (t.descriptors() for t in chosen))
        size = 24 + (4 + rights if rights else 0) + (8 + len(body) if body else 0)
        self.assertEqual(struct.unpack_from("<I", data, 4)[0], size)
        self.assertEqual(data[size - len(body) : size], body)
        if body:
            self.assertEqual(data[size - len(body) - 8 : size - len(body)], NDR)
        self.assertEqual(client["r"].parse_request(data), values)
        sizes = model(chosen, False)[1:]
        self.assertTrue(sizes[1] <= size <= sizes[0])


if __name__ == "__main__":
    unittest.main()
