# SPDX-License-Identifier: BSD-2-Clause
"""Server stubs of the kernel keep the ownership contract: kernel_server/kernel_server.c counts.

Then the program itself is tested: a stub that keeps or gives up too much must stop it.
"""

import os
import subprocess
import unittest

from support import CASES, HERE, INCLUDES, FolderTest, clang, needs_clang, run_mig

PROGRAM = os.path.join(HERE, "kernel_server", "kernel_server.c")
FLAGS = ["-std=gnu23", "-g", "-w", "-fsanitize=address,undefined", "-fno-sanitize-recover=all",
         "-I.", "-I" + CASES, "-I" + os.path.join(HERE, "kernel_include"), INCLUDES[-1]]
TAKEN = "if (RetCode == KERN_SUCCESS || RetCode == MIG_NO_REPLY) {\n        "
# What a fault looks like: text of the stubs, what stands there instead.
FAULTS = {
    "results that are refused": ("        discard_results(&OutP->Head);\n", ""),
    "their request": ("In0P->Head.msgh_bits &= ~MACH_MSGH_BITS_COMPLEX;", ";"),
    "translated right": ("    ipc_port_release_send(In0P->c.name);", "    ;"),
    "translated right without a reply": (
        TAKEN + "if (IP_VALID", "if (RetCode == KERN_SUCCESS) {\n        if (IP_VALID"),
    "object": ("    object_release(b);", "    ;"),
    "lent memory": ("vm_map_copy_discard(In0P->b.address);\n    In0P->b.address = 0;",
                    "vm_map_copy_discard(In0P->b.address);"),
    "lent array": (TAKEN + "mig_free", "if (RetCode != KERN_SUCCESS) {\n        mig_free"),
    "any count": ("OutP->fCnt > 3 || ", ""),
    "unlimited count": ("OutP->iCnt > 9", "false"),
}


@needs_clang
class KernelServer(FolderTest):
    def setUp(self) -> None:
        super().setUp()
        result = run_mig(self.folder, "-n", "-server", "server.c", "-sheader", "kernel_server.h",
                         os.path.join(CASES, "kernel.defs"))
        self.assertEqual(result.returncode, 0, result.stderr)
        clang(self.folder, *FLAGS, "-c", PROGRAM, "-o", "program.o")

    def run_program(self) -> subprocess.CompletedProcess:
        clang(self.folder, *FLAGS, "server.c", "program.o", "-o", "program")
        return subprocess.run(["./program"], cwd=self.folder, capture_output=True, text=True,
                              check=False)

    def test_nothing_is_left(self) -> None:
        result = self.run_program()
        self.assertEqual(result.returncode, 0, result.stderr[:4000])

    def test_faults(self) -> None:
        good = self.read("server.c")
        for fault, (text, instead) in FAULTS.items():
            with self.subTest(fault):
                self.assertIn(text, good)
                self.write("server.c", good.replace(text, instead))
                self.assertNotEqual(self.run_program().returncode, 0)


if __name__ == "__main__":
    unittest.main()
