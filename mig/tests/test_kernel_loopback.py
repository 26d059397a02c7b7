# SPDX-License-Identifier: BSD-2-Clause
"""Stubs of the kernel's servers keep the ownership contract: each routine of each interface that the
kernel serves, and of the cases that have every layout and every way rights change hands, is called
with each return code over the loop-back.

Every file is read twice, as programs read it and with KERNEL_SERVER. The callers are the user stubs of
the one; the other gives the kernel's stubs, under a kernel that counts ports, copies of memory,
arrays of ports and translated objects, and routines that take and make them as the contract says.

Then the programs themselves are tested: a fault in the stubs, of each kind, must stop them.
"""

import glob
import os
import re
import subprocess
import tempfile
import unittest
from concurrent.futures import ThreadPoolExecutor

from support import CASES, HERE, INCLUDES, LOOPBACK, ROOT, clang, needs_clang, run_mig
from test_loopback import Fault, read_faults

from mig import native

OWN = ("torture", "ownership")
# What programs can call and the kernel has not: processor sets are not made here.
UNSERVED = {"processor_set_create", "processor_set_destroy", "processor_set_max_priority",
            "processor_set_policy_control", "processor_set_policy_disable",
            "processor_set_policy_enable"}
IN_KERNEL = "-DKERNEL_SERVER=1"
TASK_FLAGS = ["-std=gnu23", "-g", "-w", "-I.", "-I" + CASES, "-I" + LOOPBACK, *INCLUDES]
KERNEL_FLAGS = ["-std=gnu23", "-g", "-w", IN_KERNEL, "-I.", "-I" + CASES, "-I" + LOOPBACK,
                "-I" + os.path.join(ROOT, "kernel"), INCLUDES[-1]]
CHECKED = ["-O0", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"]


def kernel_interfaces() -> list[str]:
    """The .defs files in idl/ that the kernel serves."""
    found = []
    for path in sorted(glob.glob(os.path.join(ROOT, "idl", "*.defs"))):
        with open(path, encoding="utf-8") as stream:
            if re.search(r"^\s*kernelserver$", stream.read(), re.MULTILINE | re.IGNORECASE):
                found.append(path)
    return found


class Kernel:
    """Programs in a folder: what all of them share is compiled once."""

    def __init__(self, folder: str, flags: list[str]):
        self.folder, self.flags = folder, flags
        shared = [*native.LOOPBACK_FILES, "loopback_kobject.c"]
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            self.shared = list(pool.map(self.compile_shared, shared))

    def compile_shared(self, name: str) -> str:
        source = os.path.join(LOOPBACK, name)
        clang(self.folder, *TASK_FLAGS, *self.flags, "-c", source, "-o", name + ".o")
        return name + ".o"

    def generate(self, path: str) -> str:
        """Both halves of a program; its name."""
        name = os.path.basename(path).removesuffix(".defs")
        for arguments in (
            ["-header", f"{name}.h", "-user", f"{name}_user.c", "--loopback", f"{name}_loop.c"],
            [IN_KERNEL, "-sheader", f"{name}_server.h", "-server", f"{name}_server.c",
             "--loopback", f"{name}_served.c"],
        ):
            result = run_mig(self.folder, "-n", "-q", *INCLUDES, *arguments, path)
            assert result.returncode == 0, result.stderr
        return name

    def compile(self, name: str) -> None:
        """All parts of the program NAME."""
        for part in ("user", "loop"):
            clang(self.folder, *TASK_FLAGS, *self.flags, "-DLOOP_SERVED_ELSEWHERE", "-c",
                  f"{name}_{part}.c")
        for part in ("server", "served"):
            self.compile_kernel(name, f"{name}_{part}")

    def compile_kernel(self, name: str, source: str) -> None:
        types = os.path.join(CASES, f"{name}_types.h")
        if name not in OWN:
            types = os.path.join(HERE, "loopback", "kernel_types.h")
        headers = ["-include", types]
        if name not in OWN:
            headers += ["-include", "kern/mig_types.h"]
        clang(self.folder, *KERNEL_FLAGS, *self.flags, *headers, "-include", f"{name}_served.h",
              "-c", f"{source}.c")

    def run(self, name: str, rounds: int, server: str = "") -> subprocess.CompletedProcess:
        """Link and run the program NAME, perhaps with another object for the stubs."""
        objects = [f"{name}_{part}.o" for part in ("user", "loop", "served")]
        objects.append(f"{server or name + '_server'}.o")
        program = f"./{server or name}.program"
        clang(self.folder, *self.flags, *objects, *self.shared, "-o", program)
        return subprocess.run([program, str(rounds)], cwd=self.folder, capture_output=True,
                              text=True, check=False, timeout=300)


@needs_clang
class KernelLoopback(unittest.TestCase):
    def test_each_stub_with_each_return_code(self) -> None:
        files = [os.path.join(CASES, f"{name}.defs") for name in OWN] + kernel_interfaces()
        self.assertGreater(len(files), 15)
        with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(os.cpu_count()) as pool:
            kernel = Kernel(folder, CHECKED)
            names = [kernel.generate(path) for path in files]

            def work(name: str) -> subprocess.CompletedProcess:
                kernel.compile(name)
                return kernel.run(name, 6)

            unserved = set()
            for name, result in zip(names, pool.map(work, names)):
                with self.subTest(name):
                    self.assertEqual(result.returncode, 0, result.stderr[:2000])
                    self.assertIn("6 rounds passed", result.stdout)
                    unserved |= set(re.findall("(.*) is not served", result.stdout))
            self.assertEqual(unserved, UNSERVED)


@needs_clang
class KernelFaults(unittest.TestCase):
    """Each fault stops its program; without any, it passes."""

    def test_each(self) -> None:
        with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(os.cpu_count()) as pool:
            kernel = Kernel(folder, ["-O0"])
            for name in OWN:
                kernel.generate(os.path.join(CASES, f"{name}.defs"))
                kernel.compile(name)
                self.assertEqual(kernel.run(name, 3).returncode, 0)

            def is_seen(fault: Fault) -> bool:
                source = make_fault(folder, fault)
                kernel.compile_kernel(fault.program, source)
                return kernel.run(fault.program, 3, source).returncode != 0

            faults = read_faults("kernel_faults.txt")
            self.assertGreater(len(faults), 20)
            seen = pool.map(is_seen, faults)
            unseen = [fault.name for fault, is_seen in zip(faults, seen) if not is_seen]
        self.assertEqual(unseen, [])


def make_fault(folder: str, fault: Fault) -> str:
    """The program's stubs with FAULT, in a file of their own; its name."""
    with open(os.path.join(folder, f"{fault.program}_server.c"), encoding="utf-8") as stream:
        text = stream.read()
    assert fault.good in text, fault.good
    name = "fault_" + re.sub(r"\W", "_", fault.name)
    with open(os.path.join(folder, f"{name}.c"), "w", encoding="utf-8") as stream:
        stream.write(text.replace(fault.good, fault.bad))
    return name


if __name__ == "__main__":
    unittest.main()
