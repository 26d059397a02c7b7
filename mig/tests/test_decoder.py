# SPDX-License-Identifier: BSD-2-Clause
"""Decoder tables and mach_msg_describe()."""

import glob
import json
import os
import re
import shutil
import subprocess
import unittest

from support import CASES, HERE, INCLUDES, ROOT, WARNINGS, FolderTest, clang, needs_clang, run_mig

FOLDER = os.path.join(HERE, "describe")
RUNTIME = os.path.join(os.path.dirname(HERE), "runtime")
SANITIZERS = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"]
TEXTS = """\
values(server=0x103, a=65535, b=0x123456789a, c={1, 2, 3}, d=33)
values(server=0x103, a=655...
packed(server=0x103, a="a \\x22path\\x22\\x0a", b={1, 2, 3, 4, 5, 6, 7, 8, ...}, c="name")
packed(server=0x103, a="a \\x22path\\x22\\x0a", b={1, 2, 3, 4, 5, 6, 7, 8, ...}, c="name")
carried(server=0x103, a=copy-send 0x203, b=4 bytes at ADDRESS, c=3 rights (copy-send) at \
ADDRESS, d=7)
carried(server=0x103, a=copy-send 0x203, b=4 bytes at ADDRESS, c=3 rights (copy-send) at \
ADDRESS, d=7)
asked(server=0x103, roomCnt=9)
asked(server=0x103, <too short>)
listed(server=0x103, a=4 bytes at ADDRESS, 5 bytes at ADDRESS, 0 bytes at ADDRESS, \
c=3 rights (copy-send) at ADDRESS, 0 rights (copy-send) at ADDRESS, aSubs={4, 5}, b=7, \
cSubs={3})
listed(server=0x103, a=4 bytes at ADDRESS, 5 bytes at ADDRESS, 0 bytes at ADDRESS, \
c=3 rights (copy-send) at ADDRESS, 0 rights (copy-send) at ADDRESS, aSubs={4, 5}, b=7, \
cSubs={3})
asked -> error 5
asked -> (room={0x11170, 0xffffffff})
asked -> (room={0x11170, 0xffffffff} <too long>)
asked -> (room=<too short>)
message 1 of 52 bytes
"""


@needs_clang
class Describe(FolderTest):
    def build(self, *files: str) -> None:
        result = run_mig(self.folder, "decoder", "-o", "table.c", *INCLUDES, *files)
        self.assertEqual(result.returncode, 0, result.stderr)
        shown = os.path.join(FOLDER, "shown.defs")
        run_mig(self.folder, "-n", "-header", "shown.h", "-user", "user.c", shown)
        clang(self.folder, "-std=c23", "-g", *SANITIZERS, "-I.", "-I" + FOLDER, "-I" + RUNTIME,
              *INCLUDES, "-Wall", "-Wextra", "-Werror", os.path.join(FOLDER, "describe.c"),
              os.path.join(HERE, "task_library.c"), "user.c", "table.c", os.path.join(RUNTIME, "mach_msg_describe.c"), "-o", "program")

    def program(self, *arguments: str) -> str:
        result = subprocess.run(
            [os.path.join(self.folder, "program"), *arguments], capture_output=True, text=True,
            check=False,
        )
        self.assertEqual(result.returncode, 0, result.stderr[:4000])
        return result.stdout

    def test_texts(self):
        self.build(os.path.join(FOLDER, "shown.defs"))
        self.assertEqual(re.sub(r"at 0x[0-9a-f]+", "at ADDRESS", self.program()), TEXTS)

    def test_any_bytes(self):
        """No byte outside the message is read, whatever is in it."""
        self.build(os.path.join(CASES, "torture.defs"), os.path.join(FOLDER, "shown.defs"))
        self.assertEqual(self.program("200000"), "described\n")

    @unittest.skipUnless(shutil.which("gdb"), "needs gdb")
    def test_in_gdb(self):
        """scripts/gdbinit.py: what lies in the memory of a machine that stands still."""
        shown = os.path.join(FOLDER, "shown.defs")
        run_mig(self.folder, "decoder", "-o", "table.c", shown)
        self.write("main.c", "#include <mach/message.h>\n"
                   "struct { mach_msg_header_t head; char rest[16]; } reply = {\n"
                   "    { .msgh_size = 36, .msgh_id = 7103 }, { [8] = 9 } };\n"
                   "char noise[64] = { 1 };\nint main(void)\n{\n    return 0;\n}\n")
        os.mkdir(os.path.join(self.folder, "boot"))
        clang(self.folder, "-g", INCLUDES[-1], "main.c", "-o", "boot/program")
        clang(self.folder, "-std=gnu23", "-fPIC", "-shared", "-I" + RUNTIME, INCLUDES[-1], "table.c",
              os.path.join(RUNTIME, "mach_msg_describe.c"), "-o", "mach_msg_describe.so")
        commands = ("mach-message &reply", "mach-message noise")
        result = subprocess.run(
            ["gdb", "-q", "-batch", "-x", os.path.join(ROOT, "scripts", "gdbinit.py"),
             *(word for command in commands for word in ("-ex", command)), "boot/program"],
            cwd=self.folder, capture_output=True, text=True, check=False)
        self.assertEqual(result.stdout, "asked -> error 9\n", result.stderr)
        self.assertRegex(result.stderr, "no message at 0x[0-9a-f]+: its size would be 0")

    def test_no_library_is_needed(self):
        clang(self.folder, "-std=c23", "-O2", "-ffreestanding", "-nostdlibinc", *WARNINGS,
              "-Wno-conversion", INCLUDES[-1], "-I" + RUNTIME, "-c",
              os.path.join(RUNTIME, "mach_msg_describe.c"))


class Json(FolderTest):
    def test_all_interfaces(self):
        paths = sorted(glob.glob(os.path.join(ROOT, "idl", "*.defs")))
        result = run_mig(self.folder, "decoder", "--json", *INCLUDES, *paths)
        table = json.loads(result.stdout)
        ids = [(f["id"], f["reply"]) for f in table]
        self.assertEqual(ids, sorted(set(ids)))
        # Darwin's memory_entry begins where the replies of its mach_vm do.
        self.assertEqual([f["routine"] for f in table if f["id"] == 4900],
                         ["mach_memory_entry_purgable_control", "mach_vm_allocate"])
        read = next(f for f in table if f["routine"] == "io_read" and f["reply"])
        self.assertEqual([f["kind"] for f in read["fields"]],
                         ["HIDDEN", "RESULT", "COUNT", "PACKED_TEXT"])


if __name__ == "__main__":
    unittest.main()
