# SPDX-License-Identifier: BSD-2-Clause
"""Stubs that report their messages (-L), with the library's functions that print the reports."""

import os
import re
import subprocess
import unittest

from support import CASES, HERE, INCLUDES, ROOT, WARNINGS, FolderTest, clang, needs_clang, run_mig

LOG = os.path.join(HERE, "log")
LOGGED = os.path.join(LOG, "logged.defs")
LOCAL = ["-I.", "-I" + LOG, "-I" + CASES, *INCLUDES]
# As on Apple's system: a reply that says no more than an error, and the reply to a one-way message,
# are not reported.
REPORTS = """\
user.c: user sends request 5900: 44 bytes
server.c: server receives request 5900: 44 bytes
server.c: server sends reply 6000: 40 bytes
user.c: user receives reply 6000: 40 bytes
user.c: user sends request 5900: 36 bytes
server.c: server receives request 5900: 36 bytes
user.c: user sends request 5901: 36 bytes
server.c: server receives request 5901: 36 bytes
user.c: user sends request 5902: 88 bytes, 3 descriptors: 1 rights, out of line 3 rights and 8 bytes
server.c: server receives request 5902: 88 bytes, 3 descriptors: 1 rights, out of line 3 rights and 8 bytes
server.c: server sends reply 6002: 56 bytes, 1 descriptors: 0 rights, out of line 0 rights and 2 bytes
user.c: user receives reply 6002: 56 bytes, 1 descriptors: 0 rights, out of line 0 rights and 2 bytes
server.c: server refuses a request to asked
server.c: server has no routine 5999
"""


@needs_clang
class Log(FolderTest):
    def generate(self, path: str, *arguments: str) -> None:
        name = os.path.splitext(os.path.basename(path))[0]
        result = run_mig(self.folder, "-n", *arguments, "-header", f"{name}.h", "-user", "user.c",
                         "-sheader", f"{name}_server.h", "-server", "server.c", *INCLUDES, path)
        self.assertEqual((result.returncode, result.stderr), (0, ""))

    def reports(self, *flags: str) -> str:
        clang(self.folder, "-std=c23", "-fsanitize=address,undefined", *flags, *LOCAL, "user.c",
              "server.c", os.path.join(LOG, "log.c"), os.path.join(HERE, "task_library.c"),
              os.path.join(ROOT, "libmach", "rpc", "mig_log.c"), "-o", "program")
        result = subprocess.run([os.path.join(self.folder, "program")], capture_output=True,
                                text=True, check=False)
        self.assertEqual(result.returncode, 0, result.stderr)
        return re.sub(r"(?m)^(\w+\.c):\d+:", r"\1:", result.stderr)

    def test_what_is_reported(self):
        self.generate(LOGGED, "-L")
        self.assertEqual(self.reports("-DMIG_DEBUG=1"), REPORTS)
        self.assertEqual(self.reports(), "")
        self.assertEqual(self.reports("-DMIG_DEBUG=0"), "")

    def test_only_if_asked_for(self):
        for arguments in ([], ["-L", "-l"]):
            self.generate(LOGGED, *arguments)
            self.assertNotIn("MIG_DEBUG", self.read("user.c") + self.read("server.c"))

    def test_every_form_compiles(self):
        self.generate(os.path.join(CASES, "torture.defs"), "-L", "--async")
        for source in ("user.c", "server.c"):
            clang(self.folder, "-std=c17", "-DMIG_DEBUG=1", "-O2", *WARNINGS, *LOCAL, "-c", source)


if __name__ == "__main__":
    unittest.main()
