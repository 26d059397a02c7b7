# SPDX-License-Identifier: BSD-2-Clause
"""Processors that the firmware's table names and that are not there, cannot be reached, or are too many:
that is reported, and the system goes on with the others."""

import pathlib
import struct
import tempfile

from mach_r import execute, image, machine, tap
from mach_r.suites import Job

_PRESET = "debug"
_END = "the programs come to their end"


def _madt(ids):
    """The body of a multiple APIC description table, with the local APICs IDS and QEMU's I/O APIC."""
    body = struct.pack("<II", 0xFEE00000, 1)
    for number, apic in enumerate(ids):
        if apic < 256:
            body += struct.pack("<BBBBI", 0, 8, number, apic, 1)
        else:
            body += struct.pack("<BBHIII", 9, 16, 0, apic, 1, number)
    return body + struct.pack("<BBBBII", 1, 12, 0, 0, 0xFEC00000, 0)


def _left_out(what, ids):
    """The lines that say so of the processors IDS."""
    return [b"processor with APIC id %d %s: it is left out" % (id, what) for id in ids]


class LeftOut(Job):
    """One boot of a machine with SMP processors, the numbers of whose local APICs are IDS in the
    firmware's table, or what QEMU says there. SAID is what has to be printed, case by case; the PROGRAMS
    run afterwards."""

    presets = (_PRESET,)

    def __init__(self, label, smp, ids, said, programs):
        self.name = f"image/{label}"
        self._smp, self._ids, self._said, self._programs = smp, ids, said, programs

    def cases(self):
        return [*self._said, _END, *self._programs]

    def run(self):
        contents = image.Contents(_PRESET, sets=("system", "test"))
        commands = "\n".join(f"/tests/{name}" for name in self._programs)
        execute.add_commands(contents.archive, commands)
        with tempfile.TemporaryDirectory(prefix="mach_r-") as folder:
            extra = ()
            if self._ids:
                table = pathlib.Path(folder) / "madt"
                table.write_bytes(_madt(self._ids))
                extra = ("-acpitable", f"sig=APIC,rev=3,data={table}")
            picture = image.write_temporary(contents, pathlib.Path(folder))
            with machine.Machine(picture, machine.Options(smp=self._smp, extra=extra)) as qemu:
                return self._watch(qemu)

    def _watch(self, qemu):
        """Follow the machine to its end."""
        cases = []
        for name, patterns in self._said.items():
            missing = [text for text in patterns if qemu.expect(text, 60) is None]
            cases.append(tap.Case(f"{self.name}/{name}", not missing, f"{missing}\n{qemu.tail()}"))
        ended = qemu.expect(rb"init: exec finished with status 0\r*\n", 240) is not None
        cases.append(tap.Case(f"{self.name}/{_END}", ended, qemu.tail()))
        texts = machine.plain(bytes(qemu.output)).split("TAP version 13")[1:]
        for name, text in zip(self._programs, texts):
            cases += tap.parse(text, f"{self.name}/{name}")
        return cases


# QEMU has the numbers 0 to 3. Without x2APIC mode there are eight bits for a number: who took 256 for one
# would reset processor 0, with 258 processor 2; and 255 is all of them.
_IDS = (0, 9, 1, 250, 2, 255, 256, 258, 3, 77)


def jobs(word):
    """Both; those whose name, or a case's, has WORD."""
    chosen = [
        LeftOut("absent_processors", 4, _IDS, {
            "who cannot be reached is reported": _left_out(b"cannot be reached", (255, 256, 258)),
            "who does not come up is reported": _left_out(b"does not start", (9, 250, 77)),
            "the others run": [rb"Processors: 4\r?\n"],
        }, ("processors", "policies", "switches")),
        LeftOut("too_many_processors", 65, (), {
            "how many are used is reported": [b"65 processors: 64 of them are used"],
            "64 run": [rb"Processors: 64\r?\n"],
        }, ("processors",)),
    ]
    return [job for job in chosen if any(word in f"{job.name}/{case}" for case in job.cases())]
