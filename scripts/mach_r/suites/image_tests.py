# SPDX-License-Identifier: BSD-2-Clause
"""Whole images: dialogues under BIOS and UEFI, all sizes of machine, broken images, the scripts."""

import dataclasses
import pathlib
import subprocess
import tempfile

from mach_r import build, image, machine, tap
from mach_r.suites import Job, dialogue

_PRESET = "release"
_FOLDER = build.ROOT / "tests" / "image"
_HARD = "max,+smep,+smap,+umip"


def hold(cases, prefix, options, timeout):
    """Boot a machine and go through the dialogue of CASES; what was not reached has failed."""
    with tempfile.TemporaryDirectory(prefix="mach_r-") as folder:
        picture = image.write_temporary(image.Contents(_PRESET), pathlib.Path(folder))
        with machine.Machine(picture, options) as qemu:
            results = dialogue.hold(cases, qemu, prefix, timeout)
    for name, _ in cases[len(results):]:
        results.append(tap.Case(f"{prefix}/{name}", False, "not reached"))
    return results


class Dialogue(Job):
    """One dialogue with one kind of machine."""

    def __init__(self, label, script, options, timeout=60):
        self.name = f"image/{label}"
        self.presets = (_PRESET,)
        self._script, self._options, self._timeout = _FOLDER / script, options, timeout

    def cases(self):
        return [name for name, _ in dialogue.load(self._script)]

    def run(self):
        cases = dialogue.load(self._script)
        return hold(cases, self.name, self._options, self._timeout)


class Servers(Job):
    """The dialogues that servers have in their own folders: all in one boot."""

    name = "image/servers"
    presets = (_PRESET,)

    def __init__(self, word):
        self.scripts = [
            path for path in sorted((build.ROOT / "servers").glob("*/tests/*.dialogue"))
            if word in f"{self.name}/{path.stem}"
        ]

    def run(self):
        cases = [("the prompt comes", [])]
        for path in self.scripts:
            cases += [(f"{path.stem}: {name}", steps) for name, steps in dialogue.load(path)]
        return hold(cases, self.name, machine.Options(), 60)


class Broken(Job):
    """Images with a fault: the system says in one line what is wrong, and nothing else happens."""

    name = "image/broken"
    presets = (_PRESET,)

    def cases(self):
        return list(_FAULTS)

    def run(self):
        return [self._boot(name, change, said) for name, (change, said) in _FAULTS.items()]

    def _boot(self, name, change, said):
        """Boot an image whose files CHANGE has damaged, and wait for the line SAID."""
        files = image.Contents(_PRESET).files()
        change(files)
        with tempfile.TemporaryDirectory(prefix="mach_r-") as folder:
            picture = image.write_files(files, pathlib.Path(folder))
            with machine.Machine(picture, machine.Options()) as qemu:
                passed = qemu.expect(said, 30) is not None
                return tap.Case(f"{self.name}/{name}", passed, qemu.tail())


def _no_program(files):
    files["boot/init"] = b"this is no program\n" * 100


def _half_program(files):
    files["boot/init"] = files["boot/init"][:5000]


def _no_archive(files):
    files["boot/initrd.tar"] = b"\x5a" * 100000


def _half_archive(files):
    files["boot/initrd.tar"] = files["boot/initrd.tar"][:100000]


def _without(line):
    """A change that takes a line out of grub.cfg."""

    def change(files):
        text = files["boot/grub/grub.cfg"]
        assert line in text
        files["boot/grub/grub.cfg"] = text.replace(line, b"")

    return change


_FAULTS = {
    "init is no program": (_no_program, rb"(?i)init.*\bELF\b"),
    "init is cut off": (_half_program, rb"(?i)init.*\bELF\b"),
    "archive is no archive": (_no_archive, rb"(?i)initrd.*(tar|archive)"),
    "archive is cut off": (_half_archive, rb"(?i)(initrd|archive).*(truncated|ends|damaged|cut)"),
    "no init": (_without(b"module2 /boot/init init\n"), rb"(?i)no.*\binit\b"),
    "no archive": (_without(b"module2 /boot/initrd.tar initrd\n"), rb"(?i)no.*initrd"),
}


@dataclasses.dataclass
class _Call:
    """A command line of a script, and what has to come of it."""

    words: list
    status: int
    output: str


class Scripts(Job):
    """scripts/run --exec and scripts/cc, as a person calls them."""

    name = "image/scripts"
    presets = (_PRESET,)

    def cases(self):
        return list(self._calls(""))

    def run(self):
        with tempfile.TemporaryDirectory(prefix="mach_r-") as folder:
            calls = self._calls(f"{folder}/status")
            return [self._call(name, call) for name, call in calls.items()]

    @staticmethod
    def _calls(program):
        """What is called, in this order; PROGRAM is made by one and used by others."""
        add = ["run", "--add", program, "--exec"]
        return {
            "exec": _Call(["run", "--exec", "echo one\necho two"], 0, "one\ntwo\n"),
            "cc": _Call(["cc", str(_FOLDER / "status.c"), "-o", program], 0, ""),
            "add and status": _Call([*add, "status 42"], 42, "status 42\n"),
            "abort": _Call([*add, "status abort"], 134, "status: aborted\n"),
            "too many processes": _Call(
                [*add, "status crowd\nsleep 999 &\nls /etc\nkill status\nls /bin/ls"], 0,
                "sh: ls: cannot be started: there is no memory for it, or there are too many"
                " processes (kill ends some)\n/bin/ls\n",
            ),
            "timeout": _Call(["run", "--timeout", "6", "--exec", "sleep 1000"], 124, ""),
            "no processors": _Call(["run", "--smp", "0", "--exec", "true"], 2, ""),
            "no time": _Call(["run", "--timeout", "-1", "--exec", "true"], 2, ""),
            "too little memory": _Call(["run", "--memory", "7M", "--exec", "true"], 2, ""),
            "words for time": _Call(["run", "--timeout", "soon", "--exec", "true"], 2, ""),
            "no memory": _Call(["run", "--memory", "much", "--exec", "true"], 2, ""),
        }

    def _call(self, name, call):
        """Run one command line."""
        script, *rest = call.words
        done = subprocess.run(
            [build.ROOT / "scripts" / script, *rest], capture_output=True, text=True, check=False,
            cwd="/", timeout=400,
        )
        passed = (done.returncode, done.stdout) == (call.status, call.output)
        detail = f"status {done.returncode}, output:\n{done.stdout}\n{done.stderr}"
        return tap.Case(f"{self.name}/{name}", passed, detail)


def jobs(word):
    """All of them; those whose name has WORD."""
    options = machine.Options
    chosen = [
        Dialogue("bios", "shell.dialogue", options()),
        Dialogue("uefi", "shell.dialogue", options(uefi=True, smp=2, cpu=_HARD), 120),
        Dialogue("mistakes", "mistakes.dialogue", options()),
        Dialogue("plain", "short.dialogue", options(plain=True)),
        Dialogue("64M", "short.dialogue", options(memory="64M")),
        Dialogue("4G-smp8", "short.dialogue", options(memory="4G", smp=8)),
        Broken(),
        Scripts(),
    ]
    servers = Servers(word)
    named = [job for job in chosen if any(word in f"{job.name}/{case}" for case in job.cases())]
    return named + ([servers] if servers.scripts else [])
