# SPDX-License-Identifier: BSD-2-Clause
"""The verbs that build and run programs: loopback and fuzz."""

import glob
import os
import subprocess
import unittest

from support import CASES, HERE, INCLUDES, PRELUDE, ROOT, FolderTest, clang, needs_clang, run_mig

RUNTIME = os.path.join(os.path.dirname(HERE), "runtime")
TORTURE = os.path.join(CASES, "torture.defs")
LOCAL = ["-I" + CASES, *INCLUDES]


@needs_clang
class System(FolderTest):
    """All interfaces between programs."""

    def test_loopback_and_fuzz(self):
        """Every routine over the loop-back; what it sent is what the fuzzer begins with."""
        paths = sorted(glob.glob(os.path.join(ROOT, "idl", "*.defs")))
        result = run_mig(self.folder, "loopback", "--rounds", "3", "--seeds", "seeds", *INCLUDES,
                         *paths)
        self.assertEqual(result.returncode, 0, result.stderr[:4000])
        passed = [line for line in result.stdout.splitlines() if "3 rounds passed" in line]
        self.assertEqual(len(passed), len(os.listdir(os.path.join(self.folder, "seeds"))))
        self.assertGreaterEqual(len(passed), 20)
        result = run_mig(self.folder, "fuzz", "--run", "1", "--seeds", "seeds", *INCLUDES, *paths)
        self.assertEqual(result.returncode, 0, result.stderr[:4000])
        self.assertEqual(result.stdout.count(": Done"), len(passed))


@needs_clang
class Loopback(FolderTest):
    def test_usage(self):
        result = run_mig(self.folder, "loopback", "--rounds", "few", *LOCAL, TORTURE)
        self.assertIn("'--rounds' needs a number, not 'few'", result.stderr)

    def test_what_does_not_compile(self):
        self.write("a.defs", PRELUDE + 'import "nothing.h";\nroutine r(p : mach_port_t);\n')
        result = run_mig(self.folder, "loopback", *INCLUDES, "a.defs")
        self.assertEqual(result.returncode, 1)
        self.assertIn("'nothing.h' file not found", result.stderr)


@needs_clang
class Fuzz(FolderTest):
    def test_a_while(self):
        result = run_mig(self.folder, "fuzz", "--run", "3", *LOCAL, TORTURE)
        self.assertEqual(result.returncode, 0, result.stderr[:4000])
        self.assertIn("torture: Done", result.stdout)

    def test_kernel_servers_are_left_out(self):
        kernel = os.path.join(CASES, "kernel.defs")
        self.assertEqual(run_mig(self.folder, "fuzz", "-o", ".", kernel).returncode, 0)
        self.assertEqual(os.listdir(self.folder), [])

    def fuzz(self) -> subprocess.CompletedProcess:
        flags = ["-std=gnu23", "-w", "-O1", "-fsanitize=fuzzer,address,undefined",
                 "-fno-sanitize-recover=all", "-I.", "-I" + RUNTIME, *LOCAL]
        clang(self.folder, *flags, "torture/server.c", "torture/fuzz.c",
              os.path.join(RUNTIME, "fuzz.c"), "-Itorture", "-o", "program")
        return subprocess.run(
            ["./program", "-max_total_time=15", "-max_len=9000", "-seed=1"], cwd=self.folder,
            capture_output=True, text=True, check=False)

    def test_it_finds_what_is_missing(self):
        """Without a check of the stubs, the harness stops soon."""
        self.assertEqual(run_mig(self.folder, "fuzz", "-o", ".", *LOCAL, TORTURE).returncode, 0)
        good = self.read("torture/server.c")
        faults = {
            "count in a request": ("if (In0P->aCnt > 16)", "if (false)"),
            "count of a result": ("OutP->aCnt > 33 || OutP->cCnt > 7 || ", ""),
            "string without an end": ("!is_terminated(", "is_terminated(0, 0) && ("),
            "size of memory": (".size != ", ".size == 77 + "),
        }
        for fault, (check, none) in faults.items():
            with self.subTest(fault):
                self.assertIn(check, good)
                self.write("torture/server.c", good.replace(check, none))
                self.assertNotEqual(self.fuzz().returncode, 0)


if __name__ == "__main__":
    unittest.main()
