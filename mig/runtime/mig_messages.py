# SPDX-License-Identifier: BSD-2-Clause
"""Mach messages as bytes: what the modules that `mig --python` writes are made of.

    request = io.io_read.request(port=0x1203, offset=0, amount=10, flags=0)
    values = io.io_read.parse_reply(reply)

Rights are numbers, or pairs of number and disposition; memory out of line is a pair of address and
size; packed arrays are lists of numbers, or bytes where the elements are characters.
"""

import struct
from dataclasses import dataclass

COMPLEX = 0x80000000
REPLY_OFFSET = 100
NDR = bytes((0, 0, 0, 0, 1, 0, 0, 0))
HEADER = struct.Struct("<IIIIIi")
CODES = {1: "b", 2: "h", 4: "i", 8: "q"}
PORT, OOL, OOL_PORTS = 0, 1, 2  # descriptor types
DESCRIPTORS = ("port", "ports", "memory", "rights")
MAKE_SEND_ONCE, MOVE_SEND_ONCE, COPY_SEND = 21, 18, 19


class BadMessage(Exception):
    """The bytes are not the message that the interface describes."""


class RemoteError(Exception):
    """The reply says that the routine failed."""

    def __init__(self, code: int):
        super().__init__(f"error {code}")
        self.code = code


@dataclass(frozen=True)
class Header:
    bits: int
    size: int
    remote: int
    local: int
    voucher: int
    id: int

    @classmethod
    def of(cls, data: bytes) -> "Header":
        if len(data) < HEADER.size:
            raise BadMessage("shorter than a header")
        return cls(*HEADER.unpack_from(data))


class _Reader:
    def __init__(self, data: bytes, at: int):
        self.data, self.at = data, at
        self.counts: dict[str, int] = {}
        self.last_count = 0

    def take(self, size: int) -> bytes:
        if self.at + size > len(self.data):
            raise BadMessage("too short")
        part = self.data[self.at : self.at + size]
        self.at += size
        return part

    def word(self) -> int:
        return struct.unpack("<I", self.take(4))[0]

    def padded(self, size: int) -> bytes:
        part = self.take(size)
        if any(self.take(-size % 4)):
            raise BadMessage("padding is not zero")
        return part


def _numbers(data: bytes, size: int, text: bool):
    if text:
        return data
    return [int.from_bytes(data[i : i + size], "little", signed=True)
            for i in range(0, len(data), size)]


def _bytes_of(value, size: int) -> bytes:
    """Bytes as they are, numbers as so many bytes each."""
    if isinstance(value, (bytes, bytearray)):
        return bytes(value)
    code = CODES[size]
    return b"".join(struct.pack("<" + (code if v < 0 else code.upper()), v) for v in value)


def _pad(data: bytes) -> bytes:
    return data + bytes(-len(data) % 4)


def _port_descriptor(value, how: int) -> bytes:
    name, how = value if isinstance(value, tuple) else (value, how)
    return struct.pack("<IIHBB", name, 0, 0, how, PORT)


class Message:
    """The members of a message in their order; see Message of each kind in the methods below."""

    def __init__(self, fields: list[list]):
        self.fields = fields
        self.descriptors = sum(
            f[3] if f[0] == "ports" else 1 for f in fields if f[0] in DESCRIPTORS
        )

    def names(self) -> list[str]:
        found = [f[1] for f in self.fields if len(f) > 1]
        return list(dict.fromkeys(found))

    # Building -----------------------------------------------------------------------------

    def build(self, number: int, remote: int, local: int, how: int, values: dict) -> bytes:
        """The message's bytes; HOW is the low half of msgh_bits."""
        unknown = set(values) - set(self.names())
        missing = set(self.names()) - set(values)
        if unknown or missing:
            raise TypeError(f"unknown: {sorted(unknown)}; missing: {sorted(missing)}")
        body = struct.pack("<I", self.descriptors) if self.descriptors else b""
        for kind, *rest in self.fields:
            body += getattr(self, "_build_" + kind)(*rest, values=values)
        bits = how | (COMPLEX if self.descriptors else 0)
        size = HEADER.size + len(body)
        return HEADER.pack(bits, size, remote, local, 0, number) + body

    def _build_ndr(self, values):
        return NDR

    def _build_zero(self, values):
        return bytes(4)

    _build_retcode = _build_zero

    def _build_number(self, name, size, signed, values):
        return _pad(values[name].to_bytes(size, "little", signed=values[name] < 0))

    def _build_real(self, name, size, values):
        return struct.pack("<f" if size == 4 else "<d", values[name])

    def _build_block(self, name, size, element, text, values):
        data = _bytes_of(values[name], element)
        if len(data) != size:
            raise ValueError(f"{name} has {len(data)} bytes, not {size}")
        return _pad(data)

    def _build_string(self, name, size, values):
        data = values[name].encode()
        if len(data) >= size:
            raise ValueError(f"{name} is longer than {size - 1} bytes")
        return _pad(data.ljust(size, b"\0"))

    def _build_packed_string(self, name, size, values):
        if len(values[name].encode()) >= size:
            raise ValueError(f"{name} is longer than {size - 1} bytes")
        return _pad(values[name].encode() + b"\0")

    def _build_packed(self, name, element, bound, size, text, values):
        data = _bytes_of(values[name], size)
        if len(data) > element * bound or len(data) % element:
            raise ValueError(f"{name} does not fit {bound} elements of {element} bytes")
        return _pad(data)

    def _build_count(self, name, unit=0, *, values):
        return struct.pack("<I", self._count(name, unit, values[name]))

    def _count(self, name: str, unit: int, value) -> int:
        if unit and isinstance(value, tuple):
            return value[1] // unit
        field = next(f for f in self.fields if f[1:2] == [name] and f[0] != "count")
        if field[0] == "packed_string":
            return len(value.encode()) + 1
        if field[0] == "packed":
            return len(_bytes_of(value, field[4])) // field[2]
        return len(value)

    def _build_port(self, name, how, values):
        return _port_descriptor(values[name], how)

    def _build_ports(self, name, how, count, values):
        if len(values[name]) > count:
            raise ValueError(f"{name} has more than {count} rights")
        padded = list(values[name]) + [0] * (count - len(values[name]))
        return b"".join(_port_descriptor(v, how) for v in padded)

    def _build_memory(self, name, values):
        address, size = values[name]
        return struct.pack("<QBBBBI", address, 0, 1, 0, OOL, size)

    def _build_rights(self, name, how, values):
        address, count = values[name]
        return struct.pack("<QBBBBI", address, 0, 1, how, OOL_PORTS, count)

    # Reading ------------------------------------------------------------------------------

    def parse(self, data: bytes) -> dict:
        """The values in a message of this layout."""
        header = Header.of(data)
        if header.size > len(data) or header.size % 4:
            raise BadMessage("its size is wrong")
        reader = _Reader(data[: header.size], HEADER.size)
        if bool(header.bits & COMPLEX) != bool(self.descriptors):
            raise BadMessage("rights or memory where there are none, or none where there are")
        if self.descriptors and reader.word() != self.descriptors:
            raise BadMessage("another number of descriptors")
        values: dict = {}
        for kind, *rest in self.fields:
            getattr(self, "_parse_" + kind)(*rest, reader=reader, values=values)
        if reader.at != header.size:
            raise BadMessage("too long")
        return values

    def _parse_ndr(self, reader, values):
        if reader.take(8) != NDR:
            raise BadMessage("another data representation")

    def _parse_zero(self, reader, values):
        reader.word()

    def _parse_retcode(self, reader, values):
        code = reader.word()
        if code:
            raise RemoteError(code)

    def _parse_number(self, name, size, signed, reader, values):
        values[name] = int.from_bytes(reader.padded(size), "little", signed=signed)

    def _parse_real(self, name, size, reader, values):
        values[name] = struct.unpack("<f" if size == 4 else "<d", reader.take(size))[0]

    def _parse_block(self, name, size, element, text, reader, values):
        values[name] = _numbers(reader.padded(size), element, text)

    def _parse_string(self, name, size, reader, values):
        data = reader.padded(size)
        if b"\0" not in data:
            raise BadMessage(f"{name} does not end")
        values[name] = data.split(b"\0")[0].decode()

    def _parse_packed_string(self, name, size, reader, values):
        self._bounded(name, reader.last_count, size)
        data = reader.padded(reader.last_count)
        if b"\0" not in data:
            raise BadMessage(f"{name} does not end")
        values[name] = data.split(b"\0")[0].decode()

    def _parse_packed(self, name, element, bound, size, text, reader, values):
        self._bounded(name, reader.last_count, bound)
        values[name] = _numbers(reader.padded(element * reader.last_count), size, text)

    @staticmethod
    def _bounded(name: str, count: int, bound: int) -> None:
        if count > bound:
            raise BadMessage(f"{name} has {count} elements, more than {bound}")

    def _parse_count(self, name, unit=0, *, reader, values):
        reader.last_count = reader.word()
        value = values.get(name)
        if isinstance(value, tuple) and value[1] != reader.last_count * unit:
            raise BadMessage(f"the count of {name} is wrong")
        if isinstance(value, list):
            values[name] = value[: reader.last_count]

    def _descriptor(self, reader, size: int, kind: int, name: str) -> bytes:
        data = reader.take(size)
        if data[11] != kind:
            raise BadMessage(f"{name} is of another type")
        return data

    def _parse_port(self, name, how, reader, values):
        values[name] = struct.unpack_from("<I", self._descriptor(reader, 12, PORT, name))[0]

    def _parse_ports(self, name, how, count, reader, values):
        values[name] = [
            struct.unpack_from("<I", self._descriptor(reader, 12, PORT, name))[0]
            for _ in range(count)
        ]

    def _parse_memory(self, name, reader, values):
        data = self._descriptor(reader, 16, OOL, name)
        values[name] = (int.from_bytes(data[:8], "little"), int.from_bytes(data[12:], "little"))

    def _parse_rights(self, name, how, reader, values):
        data = self._descriptor(reader, 16, OOL_PORTS, name)
        values[name] = (int.from_bytes(data[:8], "little"), int.from_bytes(data[12:], "little"))


class Routine:
    """One call: its messages, built and read."""

    def __init__(self, name: str, number: int, request: Message, reply: Message | None):
        self.name, self.id = name, number
        self.request_message, self.reply_message = request, reply

    def request(self, port: int, reply_port: int = 0, **values) -> bytes:
        """A request as a client sends it."""
        how = COPY_SEND | (MAKE_SEND_ONCE << 8 if self.reply_message else 0)
        return self.request_message.build(self.id, port, reply_port, how, values)

    def parse_request(self, data: bytes) -> dict:
        if Header.of(data).id != self.id:
            raise BadMessage("another id")
        return self.request_message.parse(data)

    def reply(self, port: int = 0, **values) -> bytes:
        """A reply as a server sends it."""
        assert self.reply_message is not None, f"{self.name} has no reply"
        number = self.id + REPLY_OFFSET
        return self.reply_message.build(number, port, 0, MOVE_SEND_ONCE, values)

    def error(self, code: int, port: int = 0) -> bytes:
        """The reply of a routine that failed."""
        body = NDR + struct.pack("<i", code)
        size = HEADER.size + len(body)
        return HEADER.pack(MOVE_SEND_ONCE, size, port, 0, 0, self.id + REPLY_OFFSET) + body

    def parse_reply(self, data: bytes) -> dict:
        """The results; RemoteError if the routine failed."""
        assert self.reply_message is not None, f"{self.name} has no reply"
        header = Header.of(data)
        if header.id != self.id + REPLY_OFFSET:
            raise BadMessage("another id")
        if header.size == 36 and len(data) >= 36 and not header.bits & COMPLEX:
            code = struct.unpack_from("<i", data, 32)[0]
            if code:
                raise RemoteError(code)
        return self.reply_message.parse(data)
