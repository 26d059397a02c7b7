# SPDX-License-Identifier: BSD-2-Clause
"""The kernel's unit tests inside the kernel, in QEMU: kernel-test.elf prints TAP and ends QEMU."""

import pathlib
import tempfile

from mach_r import build, image, machine, tap
from mach_r.suites import Job, sources

_TIMEOUT = 300
_PASSED = 1  # QEMU's status when the kernel gives isa-debug-exit a 0


class KernelTests(Job):
    """One boot of kernel-test.elf."""

    def __init__(self, preset, smp, cpu):
        self.name = f"kernel/{preset}-smp{smp}"
        self.presets = (preset,)
        # Virtual time that goes with the instructions: a slow host cannot make time slices long.
        self._options = machine.Options(
            smp=smp, cpu=cpu, extra=(*machine.DEBUG_EXIT, "-icount", "shift=0,sleep=off")
        )

    def run(self):
        contents = image.Contents(self.presets[0], "kernel-test", "test debug_exit", sets=())
        with tempfile.TemporaryDirectory(prefix="mach_r-") as folder:
            picture = image.write_temporary(contents, pathlib.Path(folder))
            with machine.Machine(picture, self._options) as qemu:
                status = qemu.finish(_TIMEOUT)
                output = machine.plain(qemu.output)
        cases = tap.parse(output, self.name)
        if status != _PASSED:
            what = "it did not end" if status is None else f"QEMU's status is {status}"
            what += ":\n" + output[-3000:]
            cases.append(tap.Case(f"{self.name}/end", False, what, whole=True))
        return cases


def jobs(word):
    """One processor and several; with and without debug assertions and newer processors' checks."""
    chosen = [
        KernelTests("debug", 1, ""),
        KernelTests("debug", 4, ""),
        KernelTests("release", 4, "max,+smep,+smap,+umip"),
    ]
    units = sorted((build.ROOT / "kernel" / "test").glob("test_*.c"))
    return [job for job in chosen if sources.mentions(word, job.name, units)]
