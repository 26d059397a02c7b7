# SPDX-License-Identifier: BSD-2-Clause
"""Stubs in the kernel, of its servers and of its callers, keep the ownership contract: each routine
of each interface that the kernel serves or calls, and of the cases that have every layout and every
way rights change hands, is called with each return code, with sends that fail, and with replies that
are lost or damaged, over the loop-back.

Every file is read twice, as programs read it and with KERNEL_SERVER or KERNEL_USER. One half of the
program is of the one, the other of the other; the kernel's half runs under a kernel that counts
ports, copies of memory, arrays of ports and translated objects, and takes and makes them as the
contract says.

Then the programs themselves are tested: a fault in the stubs, of each kind, must stop them.
"""

import glob
import os
import re
import subprocess
import tempfile
import unittest
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from support import CASES, INCLUDES, LOOPBACK, ROOT, clang, needs_clang, run_mig
from test_loopback import Fault, read_faults

from mig import native

OWN = ("torture", "ownership", "promised", "uncommon", "regions")
# What programs can call and the kernel, as Darwin's, has not: idl/README.md.
UNSERVED = {
    "etap_trace_thread", "host_register_mach_voucher_attr_manager",
    "host_register_well_known_mach_voucher_attr_manager", "kmod_control", "kmod_create", "kmod_destroy",
    "lock_set_create", "lock_set_destroy", "processor_set_create", "processor_set_destroy",
    "processor_set_max_priority", "processor_set_policy_control", "processor_set_policy_disable",
    "processor_set_policy_enable", "task_get_emulation_vector", "task_policy", "task_sample",
    "task_set_emulation", "task_set_emulation_vector", "task_set_policy", "task_set_ras_pc",
    "task_zone_info", "thread_sample", "vm_allocate_cpm",
}
# With these a program reads all of mach_exc.defs that the kernel calls.
HANDLER = ("-DMACH_EXC_SERVER_TASKIDTOKEN=1", "-DMACH_EXC_SERVER_TASKIDTOKEN_STATE=1",
           "-DMACH_EXC_SERVER_BACKTRACE=1")
TASK_FLAGS = ["-std=gnu23", "-g", "-w", "-I.", "-I" + CASES, "-I" + LOOPBACK, *INCLUDES]
KERNEL_FLAGS = ["-std=gnu23", "-g", "-w", "-I.", "-I" + CASES, "-I" + LOOPBACK,
                "-I" + os.path.join(ROOT, "kernel"), INCLUDES[-1]]
CHECKED = ["-O0", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"]
UNDEFINED = ["-O1", "-fsanitize=memory"]


def interfaces_with(modifier: str) -> list[str]:
    """The .defs files in idl/ whose subsystem has MODIFIER when the kernel reads it."""
    found = []
    for path in sorted(glob.glob(os.path.join(ROOT, "idl", "*.defs"))):
        with open(path, encoding="utf-8") as stream:
            if re.search(rf"^\s*{modifier}$", stream.read(), re.MULTILINE | re.IGNORECASE):
                found.append(path)
    return found


class Half(NamedTuple):
    """What is in the kernel, and what is not."""

    modifier: str
    define: str
    generated: tuple[str, str]  # the kernel's half: stubs and routines, or stubs and callers
    others: tuple[str, str]
    elsewhere: str  # with what the other half is compiled


SERVED = Half("kernelserver", "-DKERNEL_SERVER=1", ("server", "served"), ("user", "loop"),
              "-DLOOP_SERVED_ELSEWHERE")
CALLED = Half("kerneluser", "-DKERNEL_USER=1", ("user", "loop"), ("server", "served"),
              "-DLOOP_CALLED_ELSEWHERE")


class Kernel:
    """Programs in a folder: what all of them share is compiled once."""

    def __init__(self, folder: str, half: Half, flags: list[str]):
        self.folder, self.half, self.flags = folder, half, flags
        self.write_types()
        shared = [*native.LOOPBACK_FILES, "loopback_kobject.c"]
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            self.shared = list(pool.map(self.compile_shared, shared))

    def write_types(self) -> None:
        """A header with the C types that stubs in the kernel find in <kern/mig_kernel.h>, for which
        the loop-back has another."""
        with open(os.path.join(ROOT, "kernel/kern/mig_kernel.h"), encoding="utf-8") as stream:
            types = re.findall("^#include <mach.*>\n", stream.read(), re.MULTILINE)
        with open(os.path.join(self.folder, "kernel_types.h"), "w", encoding="utf-8") as stream:
            stream.writelines([*types, "#include <kern/mig_types.h>\n"])

    def compile_shared(self, name: str) -> str:
        source = os.path.join(LOOPBACK, name)
        clang(self.folder, *TASK_FLAGS, *self.flags, "-c", source, "-o", name + ".o")
        return name + ".o"

    def generate(self, path: str, *options: str) -> str:
        """Both halves of a program; its name."""
        name, half = os.path.basename(path).removesuffix(".defs"), self.half
        for where, (stubs, rest), defines in (
            ("task", half.others, HANDLER), ("kernel", half.generated, [half.define, *options]),
        ):
            result = run_mig(
                self.folder, "-n", "-q", *INCLUDES, *defines, "-header", f"{name}_{where}.h",
                "-sheader", f"{name}_{where}_server.h", f"-{stubs}", f"{name}_{stubs}.c",
                "--loopback", f"{name}_{rest}.c", path,
            )
            assert result.returncode == 0, result.stderr
        return name

    def compile(self, name: str) -> None:
        """All parts of the program NAME."""
        for part in self.half.others:
            clang(self.folder, *TASK_FLAGS, *self.flags, self.half.elsewhere, "-c",
                  f"{name}_{part}.c")
        for part in self.half.generated:
            self.compile_kernel(name, f"{name}_{part}")

    def compile_kernel(self, name: str, source: str) -> None:
        headers = ["-include", f"{name}_types.h" if name in OWN else "kernel_types.h"]
        if self.half is SERVED:
            headers += ["-include", f"{name}_served.h"]
        clang(self.folder, *KERNEL_FLAGS, self.half.define, *self.flags, *headers, "-c",
              f"{source}.c")

    def run(self, name: str, rounds: int, stubs: str = "") -> subprocess.CompletedProcess:
        """Link and run the program NAME, perhaps with another object for the kernel's stubs."""
        own, rest = self.half.generated
        objects = [f"{name}_{part}.o" for part in (rest, *self.half.others)]
        objects.append(f"{stubs or f'{name}_{own}'}.o")
        program = f"./{stubs or name}.program"
        clang(self.folder, *self.flags, *objects, *self.shared, "-o", program)
        return subprocess.run([program, str(rounds)], cwd=self.folder, capture_output=True,
                              text=True, check=False, timeout=300)


@needs_clang
class KernelLoopback(unittest.TestCase):
    def loop(self, half: Half, flags: list[str], paths: list[str], *options: str) -> set[str]:
        """The programs of PATHS pass; what they said is not served."""
        unserved: set[str] = set()
        with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(os.cpu_count()) as pool:
            kernel = Kernel(folder, half, flags)
            names = [kernel.generate(path, *options) for path in paths]

            def work(name: str) -> subprocess.CompletedProcess:
                kernel.compile(name)
                return kernel.run(name, 6)

            for name, result in zip(names, pool.map(work, names)):
                with self.subTest(name):
                    self.assertEqual(result.returncode, 0, result.stderr[:2000])
                    self.assertIn("6 rounds passed", result.stdout)
                    unserved |= set(re.findall("(.*) is not served", result.stdout))
        return unserved

    def test_each_server_stub_with_each_return_code(self) -> None:
        paths = own_cases() + interfaces_with("kernelserver")
        self.assertGreater(len(paths), 15)
        self.assertEqual(self.loop(SERVED, CHECKED, paths), UNSERVED)

    def test_each_callers_stub_with_each_reply(self) -> None:
        paths = own_cases() + interfaces_with("kerneluser")
        self.assertGreater(len(paths), 8)
        self.assertEqual(self.loop(CALLED, CHECKED, paths), set())

    def test_callers_whose_messages_are_in_memory_of_their_own(self) -> None:
        self.loop(CALLED, CHECKED, own_cases(), "-maxonstack", "0")

    def test_callers_send_no_undefined_byte(self) -> None:
        self.loop(CALLED, UNDEFINED, own_cases())


def own_cases() -> list[str]:
    return [os.path.join(CASES, f"{name}.defs") for name in OWN]


@needs_clang
class KernelFaults(unittest.TestCase):
    """Each fault stops its program; without any, it passes."""

    def check(self, half: Half, file: str, least: int) -> None:
        faults = read_faults(file)
        self.assertGreater(len(faults), least)
        with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(os.cpu_count()) as pool:
            kernel = Kernel(folder, half, ["-O0"])
            for name in {fault.program for fault in faults}:
                kernel.generate(os.path.join(CASES, f"{name}.defs"))
                kernel.compile(name)
                self.assertEqual(kernel.run(name, 3).returncode, 0)

            def is_seen(fault: Fault) -> bool:
                source = make_fault(folder, fault)
                kernel.compile_kernel(fault.program, source)
                return kernel.run(fault.program, 3, source).returncode != 0

            seen = pool.map(is_seen, faults)
            unseen = [fault.name for fault, is_seen in zip(faults, seen) if not is_seen]
        self.assertEqual(unseen, [])

    def test_of_servers(self) -> None:
        self.check(SERVED, "kernel_faults.txt", 20)

    def test_of_callers(self) -> None:
        self.check(CALLED, "kernel_caller_faults.txt", 20)


def make_fault(folder: str, fault: Fault) -> str:
    """The program's stubs with FAULT, in a file of their own; its name."""
    with open(os.path.join(folder, f"{fault.program}_{fault.side}.c"), encoding="utf-8") as stream:
        text = stream.read()
    assert fault.good in text, fault.good
    name = "fault_" + re.sub(r"\W", "_", fault.name)
    with open(os.path.join(folder, f"{name}.c"), "w", encoding="utf-8") as stream:
        stream.write(text.replace(fault.good, fault.bad))
    return name


if __name__ == "__main__":
    unittest.main()
