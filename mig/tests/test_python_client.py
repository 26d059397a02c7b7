# SPDX-License-Identifier: BSD-2-Clause
"""The Python client: what it builds, the C stubs take, and the other way round."""

import importlib.util
import os
import random
import subprocess
import sys
import unittest

from support import HERE, CASES, INCLUDES, FolderTest, clang, needs_clang, run_mig

RUNTIME = os.path.join(os.path.dirname(HERE), "runtime")
sys.path.insert(0, RUNTIME)

from mig_messages import BadMessage, RemoteError  # noqa: E402  (the path must be set first)

SHOWN = os.path.join(HERE, "describe", "shown.defs")


class ClientTest(FolderTest):
    def client(self, path: str):
        result = run_mig(self.folder, "-n", "--python", "client.py", *INCLUDES, path)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        spec = importlib.util.spec_from_file_location(
            "client", os.path.join(self.folder, "client.py"))
        assert spec is not None and spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module


class Messages(ClientTest):
    def test_layout_of_the_reference(self):
        """The worked example: two of 16 numbers, five of 33 characters."""
        data = self.client(os.path.join(CASES, "torture.defs")).r_var.request(
            0x103, 0x203, a=[1, -2], k=7, b=b"hello", z=9, dCnt=4)
        self.assertEqual(len(data), 68)
        self.assertEqual(data[32:].hex(" ", 4), "02000000 01000000 feffffff 07000000 05000000"
                         " 68656c6c 6f000000 09000000 04000000")

    def random_value(self, field: list):
        match field[0]:
            case "number":
                return random.randrange(256 ** field[2]) - (256 ** field[2] // 2 if field[3] else 0)
            case "block" | "packed":
                size = field[2] if field[0] == "block" else field[2] * random.randint(0, field[3])
                element, text = field[-2:]
                data = random.randbytes(size)
                return data if text else [
                    int.from_bytes(data[i:i + element], "little", signed=True)
                    for i in range(0, size, element)]
            case "string" | "packed_string":
                return "x" * random.randrange(field[2])
            case "port":
                return random.randrange(1 << 32)
            case "ports":
                return [random.randrange(99) for _ in range(field[3])]
        return None

    def values(self, message) -> dict:
        units = {f[1]: f[2] for f in message.fields if f[0] == "count" and len(f) > 2}
        out = {}
        for field in message.fields:
            if len(field) < 2 or field[0] == "count":
                continue
            value = self.random_value(field)
            if value is None:
                value = (random.randrange(1 << 64), random.randrange(20) * units.get(field[1], 1))
            out[field[1]] = value
        return out

    def test_everything_comes_back(self):
        random.seed(1)
        client = self.client(os.path.join(CASES, "torture.defs"))
        self.assertGreater(len(client.ROUTINES), 20)
        for routine in client.ROUTINES:
            if routine.name == "shared_count":
                continue  # its two arrays must be equally long
            for _ in range(40):
                values = self.values(routine.request_message)
                self.assertEqual(routine.parse_request(routine.request(1, **values)), values)
                if routine.reply_message:
                    values = self.values(routine.reply_message)
                    self.assertEqual(routine.parse_reply(routine.reply(1, **values)), values)

    def test_damaged_messages(self):
        client = self.client(SHOWN)
        good = client.packed.request(1, a="a", b=[1, 2], c="c")
        for damaged in (good[:-4], good[:20], good[:4] + b"\xff" + good[5:],
                        good[:20] + b"\0" + good[21:], good[:3] + b"\x80" + good[4:],
                        good[:36] + b"\x29" + good[37:], good[:40] + b"aaaa" + good[44:]):
            with self.assertRaises(BadMessage):
                client.packed.parse_request(damaged)
        with self.assertRaisesRegex(RemoteError, "error 5"):
            client.asked.parse_reply(client.asked.error(5))

    def test_wrong_values(self):
        client = self.client(SHOWN)
        for error, values in (
            (TypeError, {"a": "a", "b": []}), (ValueError, {"a": "a", "b": [1] * 13, "c": ""}),
            (ValueError, {"a": "a" * 40, "b": [], "c": ""}),
            (ValueError, {"a": "", "b": [], "c": "c" * 12}),
        ):
            with self.assertRaises(error):
                client.packed.request(1, **values)


@needs_clang
class WithStubs(ClientTest):
    def test_the_decoder_reads_what_python_wrote(self):
        """Bytes from Python, told by the C table."""
        client = self.client(SHOWN)
        run_mig(self.folder, "decoder", "-o", "table.c", SHOWN)
        self.write("main.c", "#include <mach_msg_describe.h>\n#include <stdio.h>\n"
                   "int main(void)\n{\n    static _Alignas(8) char m[400];\n    char text[400];\n"
                   "    fread(m, 1, sizeof(m), stdin);\n"
                   "    mach_msg_describe((mach_msg_header_t *)m, text, sizeof(text));\n"
                   "    puts(text);\n    return 0;\n}\n")
        clang(self.folder, "-std=c23", "-I" + RUNTIME, *INCLUDES, "main.c", "table.c",
              os.path.join(RUNTIME, "mach_msg_describe.c"), "-o", "program")
        for data, text in (
            (client.packed.request(0x103, a="/x", b=[5, 6], c="n"),
             'packed(server=0x103, a="/x", b={5, 6}, c="n")'),
            (client.carried.request(3, a=0x203, b=(0x1000, 4), c=(0x2000, 8), d=1),
             "carried(server=0x3, a=copy-send 0x203, b=4 bytes at 0x1000,"
             " c=8 rights (copy-send) at 0x2000, d=1)"),
            (client.asked.error(9), "asked -> error 9"),
            (client.asked.error(-304), "asked -> error -304"),
            (client.asked.error(0x10000003), "asked -> error 0x10000003"),
            (client.asked.error(-0x80000000), "asked -> error 0x80000000"),
        ):
            result = subprocess.run([os.path.join(self.folder, "program")], input=data,
                                    capture_output=True, check=True)
            self.assertEqual(result.stdout.decode(), text + "\n")


if __name__ == "__main__":
    unittest.main()
