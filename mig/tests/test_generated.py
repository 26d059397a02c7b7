# SPDX-License-Identifier: BSD-2-Clause
"""Generated code: it compiles without warnings, for every standard and in both views. That it works
is test_loopback.py's matter."""

import glob
import os
import re
import unittest

from support import CASES, HERE, INCLUDES, LOOPBACK, ROOT, WARNINGS, FolderTest, clang, needs_clang, run_mig

LOCAL = ["-I.", "-I" + CASES]
CASE_FILES = ("torture", "ownership", "regions")


@needs_clang
class Generated(FolderTest):
    def generate(self, case: str, *arguments: str) -> None:
        result = run_mig(self.folder, *arguments, os.path.join(CASES, case))
        self.assertEqual(result.returncode, 0, result.stderr)

    def test_no_warnings(self):
        for case in CASE_FILES:
            self.generate(f"{case}.defs", "-n", "--async", "-header", f"{case}.h", "-sheader",
                          f"{case}_server.h", "-user", "user.c", "-server", "server.c")
            for standard in ("c17", "c23"):
                for source in ("user.c", "server.c"):
                    clang(self.folder, f"-std={standard}", "-O2", *WARNINGS, *LOCAL, *INCLUDES,
                          "-c", source)

    def test_one_file_for_each_routine_compiles(self):
        self.generate("torture.defs", "-n", "-header", "torture.h", "-i", "one_")
        for source in glob.glob(os.path.join(self.folder, "one_*.c")):
            clang(self.folder, "-std=c17", *WARNINGS, "-Wno-unused-function", *LOCAL, *INCLUDES,
                  "-fsyntax-only", source)

    def test_kernel_stubs(self):
        self.generate("kernel.defs", "-n", "-sheader", "kernel_s.h", "-server", "kernel_s.c")
        kernel = ["-I" + LOOPBACK, INCLUDES[-1]]
        for standard in ("c17", "c23"):
            clang(self.folder, f"-std={standard}", "-O2", "-ffreestanding", *WARNINGS, *LOCAL,
                  *kernel, "-c", "kernel_s.c")
        text = self.read("kernel_s.c")
        self.assertIn("{ 0, 0 }, /* skipped */", text)
        self.assertIn(".end = 5207,", text)

    def test_callers_in_the_kernel(self):
        self.generate("kernel_user.defs", "-n", "-header", "caller.h", "-user", "caller.c")
        kernel = ["-I" + LOOPBACK, INCLUDES[-1]]
        for standard in ("c17", "c23"):
            clang(self.folder, f"-std={standard}", "-O2", "-ffreestanding", *WARNINGS, *LOCAL,
                  *kernel, "-c", "caller.c")

    def test_both_views_have_one_layout(self):
        """The kernel's message structs have the user's sizes and offsets."""
        self.generate("kernel.defs", "-n", "-user", "user.c", "-server", "server.c")

        def figures(name: str) -> list[str]:
            return re.findall(r"_Static_assert\((?:offsetof|sizeof)\(__.*?\) == \d+",
                              self.read(name))

        self.assertEqual(figures("user.c"), figures("server.c"))
        self.assertGreater(len(figures("user.c")), 40)


@needs_clang
class Interfaces(FolderTest):
    """The system's own interfaces."""

    def test_all_are_read(self):
        for path in sorted(glob.glob(os.path.join(ROOT, "idl", "*.defs"))):
            for mode in ([], ["-DKERNEL_SERVER=1"]):
                result = run_mig(self.folder, "--check-only", *INCLUDES, *mode, path)
                self.assertEqual(result.stderr, "", path)


if __name__ == "__main__":
    unittest.main()
