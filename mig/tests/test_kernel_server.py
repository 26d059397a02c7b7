# SPDX-License-Identifier: BSD-2-Clause
"""Stubs in the kernel, of servers and of callers, keep the ownership contract: the programs in
kernel_server count.

Then the programs themselves are tested: a stub that keeps or gives up too much must stop them.
"""

import os
import subprocess
import unittest

from support import CASES, HERE, INCLUDES, LOOPBACK, FolderTest, clang, needs_clang, run_mig

PROGRAMS = os.path.join(HERE, "kernel_server")
FLAGS = ["-std=gnu23", "-g", "-w", "-fno-sanitize-recover=all", "-I.", "-I" + PROGRAMS,
         "-I" + CASES, "-I" + LOOPBACK, INCLUDES[-1]]
TAKEN = "if (RetCode == KERN_SUCCESS || RetCode == MIG_NO_REPLY) {\n        "
# What a fault looks like: text of the stubs, what stands there instead.
SERVER_FAULTS = {
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


CALLER_FAULTS = {
    "reply that is refused": ("    mach_msg_destroy_from_kernel(reply);\n", ""),
    "its representation": ("if (!is_native(&Out0P->NDR))", "if (false)"),
    "its remote port": ("msgh_remote_port != MACH_PORT_NULL", "msgh_remote_port == 9"),
    "its size": ("msgh_size != sizeof(", "msgh_size < sizeof("),
    "right of another kind": ("Out0P->h[i_].disposition != MACH_MSG_TYPE_PORT_SEND", "false"),
    "memory of another size": ("Out0P->e.size != Out0P->eCnt", "false"),
    "error without a code": ("error->RetCode == KERN_SUCCESS", "false"),
    "lost right": ("    *g = Out0P->g.name;\n", ""),
    "lost memory": ("    g[i] = Out0P->g[i].address;\n", ""),
    "bound": ("if (eCnt > 5)", "if (false)"),
    "memory of the message": ("    mig_deallocate(memory, ", "    (void)("),
}


class KernelTest(FolderTest):
    """The stubs of CASE for SIDE, linked to the PROGRAM that counts."""

    case, side, program = "", "", ""

    def setUp(self) -> None:
        super().setUp()
        header = {"server": "-sheader", "user": "-header"}[self.side]
        result = run_mig(self.folder, "-n", f"-{self.side}", "stubs.c", header,
                         f"{self.program}.h", os.path.join(CASES, f"{self.case}.defs"))
        self.assertEqual(result.returncode, 0, result.stderr)

    def run_program(self, sanitizers: str = "address,undefined") -> subprocess.CompletedProcess:
        sources = [os.path.join(PROGRAMS, name) for name in
                   (f"{self.program}.c", "counting_kernel.c")]
        clang(self.folder, *FLAGS, f"-fsanitize={sanitizers}", "stubs.c", *sources, "-o", "program")
        return subprocess.run(["./program"], cwd=self.folder, capture_output=True, text=True,
                              check=False)

    def check_faults(self, faults: dict[str, tuple[str, str]]) -> None:
        good = self.read("stubs.c")
        for fault, (text, instead) in faults.items():
            with self.subTest(fault):
                self.assertIn(text, good)
                self.write("stubs.c", good.replace(text, instead))
                self.assertNotEqual(self.run_program().returncode, 0)


@needs_clang
class KernelServer(KernelTest):
    case, side, program = "kernel", "server", "kernel_server"

    def test_nothing_is_left(self) -> None:
        result = self.run_program()
        self.assertEqual(result.returncode, 0, result.stderr[:4000])

    def test_faults(self) -> None:
        self.check_faults(SERVER_FAULTS)


@needs_clang
class KernelUser(KernelTest):
    case, side, program = "kernel_user", "user", "kernel_user"

    def test_nothing_is_left(self) -> None:
        """And no byte of a request is undefined."""
        for sanitizers in ("address,undefined", "memory"):
            result = self.run_program(sanitizers)
            self.assertEqual(result.returncode, 0, result.stderr[:4000])

    def test_faults(self) -> None:
        self.check_faults(CALLER_FAULTS)


if __name__ == "__main__":
    unittest.main()
