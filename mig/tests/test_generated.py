# SPDX-License-Identifier: BSD-2-Clause
"""Generated code: it compiles without warnings, and it works.

Every routine of cases/torture.defs is called over the loop-back with random arguments, with each
return code, with damaged requests and with damaged replies, under sanitizers; rights, memory and
every byte that leaves are accounted for.
"""

import glob
import os
import re
import subprocess
import unittest

from support import CASES, HERE, INCLUDES, ROOT, WARNINGS, FolderTest, clang, needs_clang, run_mig

LOOPBACK = os.path.join(os.path.dirname(HERE), "runtime", "loopback")
LOCAL = ["-I.", "-I" + CASES, "-I" + LOOPBACK]
RUNTIME = [os.path.join(LOOPBACK, n) for n in
           ("loopback.c", "loopback_kernel.c", "loopback_values.c")]
ROUNDS = "60"
SANITIZERS = {
    "address": ["-O0", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"],
    "memory": ["-O1", "-fsanitize=memory"],
    "none": ["-O2"],
}


@needs_clang
class Generated(FolderTest):
    def generate(self, case: str, *arguments: str) -> None:
        result = run_mig(self.folder, *arguments, os.path.join(CASES, case))
        self.assertEqual(result.returncode, 0, result.stderr)

    def stubs(self) -> None:
        self.generate(
            "torture.defs", "-n", "--async", "-header", "torture.h", "-sheader", "torture_server.h",
            "-user", "user.c", "-server", "server.c", "--loopback", "loop.c",
        )

    def test_no_warnings(self):
        self.stubs()
        for standard in ("c17", "c23"):
            for source in ("user.c", "server.c"):
                clang(self.folder, f"-std={standard}", "-O2", *WARNINGS, *LOCAL, *INCLUDES, "-c",
                      source)

    def test_one_file_for_each_routine_compiles(self):
        self.generate("torture.defs", "-n", "-header", "torture.h", "-i", "one_")
        for source in glob.glob(os.path.join(self.folder, "one_*.c")):
            clang(self.folder, "-std=c17", *WARNINGS, "-Wno-unused-function", *LOCAL, *INCLUDES,
                  "-fsyntax-only", source)

    def test_kernel_stubs(self):
        self.generate("kernel.defs", "-n", "-sheader", "kernel_s.h", "-server", "kernel_s.c")
        kernel = ["-I" + os.path.join(HERE, "kernel_include"), INCLUDES[-1]]
        for standard in ("c17", "c23"):
            clang(self.folder, f"-std={standard}", "-O2", "-ffreestanding", *WARNINGS, *LOCAL,
                  *kernel, "-c", "kernel_s.c")
        text = self.read("kernel_s.c")
        self.assertIn("0, /* skipped */", text)
        self.assertIn(".end = 5206,", text)

    def test_both_views_have_one_layout(self):
        """The kernel's message structs have the user's sizes and offsets."""
        self.generate("kernel.defs", "-n", "-user", "user.c", "-server", "server.c")

        def figures(name: str) -> list[str]:
            return re.findall(r"_Static_assert\((?:offsetof|sizeof)\(__.*?\) == \d+",
                              self.read(name))

        self.assertEqual(figures("user.c"), figures("server.c"))
        self.assertGreater(len(figures("user.c")), 40)

    def loop(self, sanitizer: str) -> None:
        self.stubs()
        flags = SANITIZERS[sanitizer]
        for source in ("user.c", "server.c"):
            clang(self.folder, "-std=c23", "-g", *flags, *LOCAL, *INCLUDES, "-c", source)
        try:
            clang(self.folder, "-std=gnu23", "-g", *flags, *LOCAL, *INCLUDES, "loop.c",
                  *RUNTIME, "user.o", "server.o", "-o", "loop")
        except AssertionError as error:
            if "libclang_rt" in str(error):
                self.skipTest("the sanitizer's library is not installed")
            raise
        self.run_program("loop")

    def run_program(self, name: str) -> None:
        result = subprocess.run(
            [os.path.join(self.folder, name), ROUNDS], capture_output=True, text=True, check=False
        )
        self.assertEqual(result.returncode, 0, result.stderr[:4000])
        self.assertIn(f"{ROUNDS} rounds passed", result.stdout)

    def test_loop_back_with_address_sanitizer(self):
        self.loop("address")

    def test_loop_back_with_memory_sanitizer(self):
        self.loop("memory")

    def test_loop_back_optimised(self):
        self.loop("none")

    def test_loop_back_sees_what_it_must_see(self):
        """Stubs with a fault of each kind make the loop-back program stop."""
        self.stubs()
        faults = {
            "stale padding": ("server.c", "item[size++] = 0;", "size++;"),
            "no count check": ("server.c", "if (room != 0) {", "if (false) {"),
            "leaked reply": ("user.c", "    mach_msg_destroy(reply);\n", ""),
            "wrong size": ("server.c", "OutP->Head.msgh_size = ", "OutP->Head.msgh_size = 4 + "),
            "memory not freed": ("server.c", "    mig_deallocate(", "    (void)("),
            "id not checked": ("user.c", "Out0P->Head.msgh_id != ", "0 == "),
            "late error lost": ("server.c", "InP->RetCode = code;", "InP->RetCode = 0;"),
            "late reply's id": ("server.c", "msgh_id = 5102;", "msgh_id = 5103;"),
            "reply port not sent": ("user.c", "msgh_local_port = reply_port;",
                                    "msgh_local_port = 0;"),
        }
        for fault, (name, good, bad) in faults.items():
            with self.subTest(fault):
                text = self.read(name)
                self.assertIn(good, text)
                self.write(name, text.replace(good, bad))
                clang(self.folder, "-std=gnu23", "-w", "-O0", *LOCAL, *INCLUDES, "user.c",
                      "server.c", "loop.c", *RUNTIME, "-o", "loop")
                with self.assertRaises(AssertionError):
                    self.run_program("loop")
                self.write(name, text)


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
