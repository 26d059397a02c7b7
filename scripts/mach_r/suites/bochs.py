# SPDX-License-Identifier: BSD-2-Clause
"""Processors that QEMU does not have: Bochs pretends to one with x2APIC mode, PCID and INVPCID. It takes
many times as long, so that only what depends on these runs there."""

import os
import pathlib
import pty
import select
import shutil
import subprocess
import tempfile
import time

from mach_r import execute, image, machine, tap
from mach_r.suites import Job

_PRESET = "debug"
_TIMEOUT = 600
_CPUS = 2

# A power-off is a "panic" of Bochs, with which it ends.
_CONFIGURATION = """\
cpu: model=corei7_haswell_4770, count=1:{cpus}:1, ips=200000000, reset_on_triple_fault=0
memory: guest=256, host=256
romimage: file=/usr/share/bochs/BIOS-bochs-latest
vgaromimage: file=/usr/share/bochs/VGABIOS-lgpl-latest
ata0: enabled=1, ioaddr1=0x1f0, ioaddr2=0x3f0, irq=14
ata0-master: type=cdrom, path={folder}/mach_r.iso, status=inserted
boot: cdrom
com1: enabled=1, mode=file, dev={folder}/serial
log: {folder}/log
error: action=ignore
info: action=ignore
debug: action=ignore
panic: action=fatal
display_library: term
clock: sync=none
"""


def _watch(words, folder):
    """Run Bochs, for which there has to be a terminal, until it ends or the time is over."""
    ours, its = pty.openpty()
    process = subprocess.Popen(
        words, stdin=subprocess.DEVNULL, stdout=its, stderr=its, cwd=folder,
        env={**os.environ, "TERM": "vt100"},
    )
    os.close(its)
    deadline = time.monotonic() + _TIMEOUT
    while process.poll() is None and time.monotonic() < deadline:
        try:
            if select.select([ours], [], [], 1)[0]:
                os.read(ours, 65536)
        except OSError:  # the other end is closed
            break
    process.kill()
    process.wait()
    os.close(ours)


def _boot(contents):
    """Boot CONTENTS; what came over the serial line. The last bytes may be missing."""
    with tempfile.TemporaryDirectory(prefix="mach_r-") as name:
        folder = pathlib.Path(name)
        image.write_temporary(contents, folder)
        (folder / "configuration").write_text(
            _CONFIGURATION.format(cpus=_CPUS, folder=folder), encoding="ascii"
        )
        (folder / "go").write_text("c\nq\n", encoding="ascii")  # for its debugger
        _watch(["bochs", "-q", "-f", "configuration", "-unlock", "-rc", "go"], folder)
        serial = folder / "serial"
        return machine.plain(serial.read_bytes()) if serial.exists() else ""


class Programs(Job):
    """One boot: programs that change maps, move between processors, and stop these."""

    name = "bochs/programs"
    presets = (_PRESET,)
    packages = ("bochs", "bochs-term", "bochsbios", "vgabios")
    programs = ("memory", "vm_calls", "ool", "tasks", "threads", "processors")

    def run(self):
        if shutil.which("bochs") is None:
            return [tap.Case(f"{self.name}/skipped", True, skipped=True)]
        contents = image.Contents(_PRESET, sets=("system", "test"))
        lines = [f"/tests/{name}" for name in self.programs]
        execute.add_commands(contents.archive, "\n".join([*lines, "echo end"]))
        texts = _boot(contents).split("TAP version 13\n")
        if len(texts) <= len(self.programs):
            texts += ["it did not come here"] * len(self.programs)
        started = f"Processors: {_CPUS}\n" in texts[0]
        cases = [tap.Case(f"{self.name}/all_processors_run", started, texts[0][-3000:])]
        for name, text in zip(self.programs, texts[1:]):
            cases += tap.parse(text, f"{self.name}/{name}")
        return cases


def jobs(word):
    """The one job, if it or one of its programs has WORD in its name."""
    job = Programs()
    return [job] if any(word in f"{job.name}/{program}" for program in job.programs) else []
