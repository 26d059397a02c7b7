# SPDX-License-Identifier: BSD-2-Clause
"""The kernel's unit tests inside the kernel, in QEMU: kernel-test.elf prints TAP and ends QEMU."""

import pathlib
import re
import tempfile

from mach_r import build, image, machine, tap
from mach_r.suites import Job, sources

_TIMEOUT = 300
_PASSED = 1  # QEMU's status when the kernel gives isa-debug-exit a 0


_LONGEST = re.compile(r"longest hold of a spin lock:\n# (.*) held at most (\d+) ns since (\S+)")
_LONGEST_NS = 250_000  # instructions of a debug kernel, which at the time hold one for 65,000 at most

_OUT_OF_ORDER = (
    r'panic: lock order: lock "space" wanted at \S*kernel/test/ktest_locks\.c:\d+, '
    r'"port" held since \S*kernel/test/ktest_locks\.c:\d+'
)


def _boot(preset, words, options):
    """Boot kernel-test.elf with WORDS on its command line; QEMU's status and the output."""
    contents = image.Contents(preset, "kernel-test", words, sets=())
    with tempfile.TemporaryDirectory(prefix="mach_r-") as folder:
        picture = image.write_temporary(contents, pathlib.Path(folder))
        with machine.Machine(picture, options) as qemu:
            status = qemu.finish(_TIMEOUT)
            return status, machine.plain(qemu.output)


class LockOrder(Job):
    """A debug kernel that takes two locks in the wrong order says which, and where."""

    name = "kernel/debug-lock_order"
    presets = ("debug",)

    def run(self):
        options = machine.Options(extra=machine.DEBUG_EXIT)
        _, output = _boot("debug", "test lock_order debug_exit", options)
        report = re.search(_OUT_OF_ORDER, output)
        stack = report and "ktest_locks_break_order" in output[report.end():]
        return [tap.Case(f"{self.name}/panics_with_both_places", bool(stack), output[-3000:])]


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
        status, output = _boot(self.presets[0], "test debug_exit", self._options)
        cases = tap.parse(output, self.name)
        if self.presets[0] == "debug" and self._options.smp == 1:
            # With more processors the clock goes on while others have QEMU's only thread.
            cases.append(self._lock_bound(output))
        if status != _PASSED:
            what = "it did not end" if status is None else f"QEMU's status is {status}"
            what += ":\n" + output[-3000:]
            cases.append(tap.Case(f"{self.name}/end", False, what, whole=True))
        return cases


    def _lock_bound(self, output):
        """Whether no spin lock was held longer than it may be."""
        longest = _LONGEST.search(output)
        passed = longest is not None and int(longest[2]) <= _LONGEST_NS
        what = longest[0] if longest else "no report of the longest hold"
        return tap.Case(f"{self.name}/spin_locks_are_held_for_a_bounded_time", passed, what)


def jobs(word):
    """One processor and several; with and without debug assertions and newer processors' checks."""
    chosen = [
        KernelTests("debug", 1, ""),
        KernelTests("debug", 4, ""),
        LockOrder(),
        KernelTests("release", 4, "max,+smep,+smap,+umip"),
    ]
    units = sorted((build.ROOT / "kernel" / "test").glob("test_*.c"))
    return [job for job in chosen if sources.mentions(word, job.name, units)]
