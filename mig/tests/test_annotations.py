# SPDX-License-Identifier: BSD-2-Clause
"""Doc comments and annotations: how they are read, and what the stubs check of them."""

import os
import subprocess
import unittest

from support import CASES, HERE, INCLUDES, PRELUDE, WARNINGS, FolderTest, clang, needs_clang
from support import run_mig

from mig import front, options
from mig.diagnostics import Diagnostics

HEAD = PRELUDE + "type text = c_string[*:20];\n"
FLAGS = ["-std=c23", "-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-I.",
         "-I" + CASES, *INCLUDES]


class Comments(FolderTest):
    def interface(self, text: str):
        path = self.write("a.defs", text)
        chosen = options.parse([path])
        return front.read(path, chosen, Diagnostics()).interface

    def routine(self, text: str):
        return self.interface(HEAD + text).routines[0]

    def test_prose_and_tags(self):
        r = self.routine("/**\n * One.\n *\n * Two.\n * @error A when\n *   it fails\n"
                         " * @since 2\n */\nroutine r(p : mach_port_t);")
        self.assertEqual(r.doc.text, "One.\n\nTwo.")
        self.assertEqual([(t.name, t.text) for t in r.doc.tags],
                         [("error", "A when it fails"), ("since", "2")])

    def test_on_one_line(self):
        self.assertEqual(self.routine("/** One. */\nroutine r(p : mach_port_t);").doc.text, "One.")

    def test_other_comments_are_not_read(self):
        for before in ("/* One. */\n", "/** One. */\n\n", "// One.\n", "x */\n"):
            text = HEAD + before.replace("x */", "/** SPDX */") + "routine r(p : mach_port_t);"
            self.assertEqual(self.interface(text).routines[0].doc.text, "", before)

    def test_head_of_the_file(self):
        interface = self.interface("/* SPDX-License-Identifier: X */\n/*\n * All.\n */\n" + HEAD)
        self.assertEqual(interface.doc.text, "All.")

    def test_arguments(self):
        r = self.routine("routine r(p : mach_port_t;\n  /** First. */\n  a : int;\n"
                         "  b : int; /**< Second. */\n  c : int);")
        self.assertEqual([a.doc.text for a in r.arguments], ["", "First.", "Second.", ""])

    def warnings(self, tags: str) -> str:
        self.write("a.defs", HEAD + f"/** {tags} */\nroutine r(p : mach_port_t; count : int;"
                   " t : text; out q : mach_port_t);\n")
        return run_mig(self.folder, "--check-only", "a.defs").stderr

    def test_faults(self):
        faults = {
            "@rnage count 1..2": "unknown annotation '@rnage'; did you mean 'range'?",
            "@range coumt 1..2": "names 'coumt', which is no argument; did you mean 'count'?",
            "@range t 1..2": "'@range' of 't': it is no integer",
            "@range count 2..1": "'@range' of 'count': a range is written LOW..HIGH",
            "@range count few": "a range is written LOW..HIGH",
            "@range count a..b": "a range is written LOW..HIGH",
            "@utf8 count": "it is no text inline",
            "@nonnull count": "it is neither a right nor memory",
            "@nullable t": "it is neither a right nor memory",
            "@consumes q": "only rights and memory that come in can be consumed",
        }
        for tags, message in faults.items():
            found = self.warnings(tags)
            self.assertIn(f"a.defs:7:5: warning: ", found, tags)
            self.assertIn(message, found)
            self.assertIn("[-Wannotation]", found)
        self.assertEqual(self.warnings("@range count 0..0x10, or so"), "")
        self.assertEqual(self.warnings("@nonnull q"), "")

    def test_faults_of_arguments(self):
        self.write("a.defs", HEAD + "routine r(p : mach_port_t;\n/** @since 3 */\na : int);\n")
        self.assertIn("'@since' is no annotation of an argument",
                      run_mig(self.folder, "--check-only", "a.defs").stderr)


@needs_clang
class Checks(FolderTest):
    def setUp(self):
        super().setUp()
        result = run_mig(self.folder, "-n", "-header", "promised.h", "-user", "user.c", "-sheader",
                         "promised_server.h", "-server", "server.c",
                         os.path.join(CASES, "promised.defs"))
        self.assertEqual((result.returncode, result.stderr), (0, ""))

    def run_program(self) -> subprocess.CompletedProcess:
        clang(self.folder, *FLAGS, "user.c", "server.c",
              os.path.join(HERE, "loopback", "promised.c"), os.path.join(HERE, "task_library.c"),
              "-o", "program")
        return subprocess.run([os.path.join(self.folder, "program")], capture_output=True,
                              text=True, check=False)

    def test_promises_are_kept(self):
        for source in ("user.c", "server.c"):
            clang(self.folder, *FLAGS, *WARNINGS, "-c", source)
        result = self.run_program()
        self.assertEqual(result.stdout, "promises kept\n", result.stderr)

    def test_the_program_sees_missing_checks(self):
        faults = {
            "range": ("server.c", "< -3", "< -9"), "text": ("server.c", "0xd800", "0xd900"),
            "right": ("server.c", "right.name == 0", "right.name == 9"),
            "reply": ("user.c", "level > 7", "level > 9"),
        }
        for fault, (name, good, bad) in faults.items():
            text = self.read(name)
            self.assertIn(good, text)
            self.write(name, text.replace(good, bad))
            self.assertEqual(self.run_program().returncode, 1, fault)
            self.write(name, text)


if __name__ == "__main__":
    unittest.main()
