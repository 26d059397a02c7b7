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
FEW = PRELUDE.replace("subsystem test", "subsystem few") + """
import "torture_types.h";
type ints_t = array[*:16] of int;
type bytes_t = array[*:33] of char;
type word_t = c_string[30];
type page_t = ^ array[12] of int;
routine counted(p : mach_port_t; a : ints_t);
routine counting(p : mach_port_t; out b : bytes_t);
routine named(p : mach_port_t; c : word_t);
routine remembered(p : mach_port_t; d : page_t);
"""


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
        result = run_mig(self.folder, "fuzz", "--runs", "5000", "--seeds", "seeds", *INCLUDES, *paths)
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
    def test_limits(self):
        for limit in (["--run", "1"], ["--runs", "20000"]):
            result = run_mig(self.folder, "fuzz", *limit, *LOCAL, TORTURE)
            self.assertEqual(result.returncode, 0, result.stderr[:4000])
            self.assertIn("torture: Done", result.stdout)
        self.assertIn("torture: Done 20000 runs", result.stdout)

    def test_kernel_servers_are_left_out(self):
        kernel = os.path.join(CASES, "kernel.defs")
        result = run_mig(self.folder, "fuzz", "-o", ".", kernel)
        self.assertEqual(result.returncode, 0)
        self.assertIn("warning: 'kernel_case' is left out: its stubs are for a kernel", result.stderr)
        self.assertEqual(os.listdir(self.folder), [])

    def build(self) -> None:
        """The harness of few.defs, with the stubs that lie there."""
        flags = ["-std=gnu23", "-w", "-O1", "-fsanitize=fuzzer,address,undefined",
                 "-fno-sanitize-recover=all", "-I.", "-I" + RUNTIME, *LOCAL]
        clang(self.folder, *flags, "few/server.c", "few/fuzz.c",
              os.path.join(RUNTIME, "fuzz.c"), "-Ifew", "-o", "program")

    def fuzz(self) -> int:
        """Its status after a fixed number of inputs."""
        return subprocess.run(
            ["./program", "-runs=500000", "-seed=1", "-max_len=200", "-len_control=0", "new",
             "seeds/few"], cwd=self.folder, capture_output=True, check=False).returncode

    def test_it_finds_what_is_missing(self):
        """Without a check of the stubs, the harness stops."""
        self.write("few.defs", FEW)
        os.mkdir(os.path.join(self.folder, "new"))
        for verb in (["loopback", "--rounds", "2", "--seeds", "seeds"], ["fuzz", "-o", "."]):
            result = run_mig(self.folder, *verb, *LOCAL, "few.defs")
            self.assertEqual(result.returncode, 0, result.stderr)
        good = self.read("few/server.c")
        faults = {
            "count in a request": ("if (In0P->aCnt > 16)", "if (false)"),
            "count of a result": ("if (OutP->bCnt > 33)", "if (false)"),
            "string without an end": ("!is_terminated(", "is_terminated(0, 0) && !("),
            "size of memory": (".size != ", ".size == 77 + "),
        }
        for fault, (check, none) in faults.items():
            with self.subTest(fault):
                self.assertIn(check, good)
                self.write("few/server.c", good.replace(check, none))
                self.build()
                self.assertNotEqual(self.fuzz(), 0)


if __name__ == "__main__":
    unittest.main()
