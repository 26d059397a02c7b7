# SPDX-License-Identifier: BSD-2-Clause
"""What the screen shows: text mode, a frame buffer under BIOS, and UEFI."""

import pathlib
import tempfile
import time

from mach_r import build, glass, image, machine, tap
from mach_r.suites import Job
from mach_r.suites.dialogue import PROMPT

_PRESET = "release"
_KERNEL = ["Mach_R kernel v", "Memory: ", "Loading initrd...", "Starting init..."]
_SHELL = ["", "Mach_R shell v", "Type 'help' for commands", ""]

# What is done, and the command and its answer with which it is done.
_STEPS = {
    "keeps the kernel's lines": (None, []),
    "shows what is typed and printed": ("echo one; echo two", ["one", "two"]),
    "survives the end of the console server": ("kill console", []),
    "goes on below": ("echo three", ["three"]),
}


def _text(files):
    """The image as it is."""


def _pixels(files):
    """A frame buffer under BIOS as well."""
    name = "boot/grub/grub.cfg"
    text = files[name]
    assert b"gfxpayload=text" in text
    text = text.replace(b"gfxpayload=text", b"gfxpayload=1024x768x32")
    files[name] = text.replace(b"set timeout=0\n", b"set timeout=0\ninsmod all_video\n")


class _Wrong(Exception):
    """The screen does not show what it should."""


class Screen(Job):
    """One kind of screen, from the kernel's first line to a console that was started anew."""

    presets = (_PRESET,)

    def __init__(self, label, change, options, seconds):
        self.name = f"image/screen-{label}"
        self._change, self._options, self._seconds = change, options, seconds

    def run(self):
        files = image.Contents(_PRESET).files()
        self._change(files)
        with tempfile.TemporaryDirectory(prefix="mach_r-") as folder:
            picture = image.write_files(files, pathlib.Path(folder))
            with machine.Machine(picture, self._options) as qemu:
                return list(self._cases(qemu))

    def _cases(self, qemu):
        """The steps, until one fails."""
        shown = [*_KERNEL, *_SHELL]
        for name, (command, answer) in _STEPS.items():
            if command is not None:
                qemu.send(command + "\r")
                shown += [f"shell> {command}", *answer]
            try:
                self._expect(qemu, [*shown, "shell>"])
            except _Wrong as wrong:
                yield tap.Case(f"{self.name}/{name}", False, str(wrong))
                return
            yield tap.Case(f"{self.name}/{name}", True)

    def _expect(self, qemu, wanted):
        """Wait for the prompt, and until the lines on the screen begin as those WANTED."""
        deadline = time.monotonic() + self._seconds
        if qemu.expect(PROMPT, self._seconds) is None:
            raise _Wrong(f"no prompt in {self._seconds} s\n{qemu.tail()}")
        while True:
            lines = [line.replace(glass.CURSOR, "").rstrip() for line in glass.lines(qemu)]
            if _agree(lines, wanted):
                return
            # The serial line may be ahead of the screen.
            if time.monotonic() > deadline:
                raise _Wrong("the screen shows\n" + "\n".join(lines).rstrip())
            qemu.read(time.monotonic() + 0.2)


def _agree(lines, wanted):
    """Whether LINES begin as WANTED, and nothing follows."""
    if any(lines[len(wanted):]):
        return False
    return all(line.startswith(text) and (text or not line)
               for line, text in zip(lines, wanted, strict=False))


def jobs(word):
    """All of them; those whose name has WORD."""
    chosen = [
        Screen("text", _text, machine.Options(), 60),
        Screen("pixels", _pixels, machine.Options(), 60),
        Screen("uefi", _text, machine.Options(uefi=True), 120),
    ]
    return [job for job in chosen if any(word in f"{job.name}/{step}" for step in _STEPS)]
