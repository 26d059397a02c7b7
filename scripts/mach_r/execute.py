# SPDX-License-Identifier: BSD-2-Clause
"""Run shell commands in the booted system, without a person.

The boot archive gets /etc/exec; init gives that to the shell, frames its output with two lines on
the console, and powers the machine off.
"""

import dataclasses
import pathlib
import re
import sys
import tempfile
import time

from mach_r import image, ui
from mach_r.machine import Machine, plain

_BEGIN = b"init: exec begins\r*\n"
_DEATH = re.compile(rb"error: (kernel fault|panic): ")
_END = re.compile(b"init: exec finished with status (-?[0-9]+)\r*\n")

# Seconds that a kernel that has died has for saying why.
_LAST_WORDS = 10

# Statuses of our own, as timeout(1) and others use them.
STATUS_TIMEOUT = 124
STATUS_NO_END = 125


def add_commands(archive, commands):
    """Make the system that boots from ARCHIVE run COMMANDS."""
    archive.add("etc/exec", commands.rstrip("\n").encode() + b"\n")


@dataclasses.dataclass
class Outcome:
    """How commands ended."""

    status: int
    answered: bool  # STATUS is the commands' own
    tail: str  # the end of what the machine printed
    after: str = ""  # what it printed after the commands


def run(contents, options, timeout, sink, silence=None):
    """Boot CONTENTS, which has commands in it; give SINK their output (bytes) as it comes.

    The machine has TIMEOUT seconds, and ends earlier when it prints nothing for SILENCE seconds, or when
    its kernel has died.
    """
    silence = timeout if silence is None else silence
    with tempfile.TemporaryDirectory(prefix="mach_r-") as folder:
        picture = image.write_temporary(contents, pathlib.Path(folder))
        with Machine(picture, options) as machine:
            deadline = machine.started + timeout
            status = _follow(machine, deadline, silence, sink)
            if status is not None:
                machine.finish(10)
                after = plain(bytes(_END.split(machine.output, maxsplit=1)[-1]))
                return Outcome(status, True, machine.tail(), after)
            own = STATUS_TIMEOUT if machine.is_running() else STATUS_NO_END
            return Outcome(own, False, machine.tail())


def _follow(machine, deadline, silence, sink):
    """Pass on what MACHINE prints between the two marks; the status from the second, or None."""
    begin = machine.expect(_BEGIN, min(silence, deadline - time.monotonic()))
    if begin is None:
        return None
    position = begin.end()
    while True:
        match = _END.search(machine.output, position)
        if _DEATH.search(machine.output, position):
            silence = min(silence, _LAST_WORDS)
        # Without the mark, the last line may be the beginning of it and has to wait.
        end = match.start() if match else machine.output.rfind(b"\n") + 1
        if end > position:
            sink(machine.output[position:end].replace(b"\r", b""))
            position = end
        if match:
            return int(match.group(1))
        if not machine.read(min(deadline, time.monotonic() + silence)):
            return None


def explain(outcome):
    """Tell a person why there is no status of the commands themselves."""
    late = outcome.status == STATUS_TIMEOUT
    what = "the time is over" if late else "the machine stopped"
    ui.note(f"{what} before the commands ended; the last of its serial line:\n{outcome.tail}")


def to_stdout(data):
    """A sink for run(): standard output."""
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()
