# SPDX-License-Identifier: BSD-2-Clause
"""System tests: the programs of tests/system and the conformance suite, run by the booted system,
each printing TAP.

All run in one boot, one after the other, which also shows what one leaves behind for the next. If
one takes the machine with it, the machine boots again for those that are left.
"""

import re

from mach_r import build, conformance, execute, image, machine, promised, tap
from mach_r.suites import Job, sources

_FOLDER = build.ROOT / "tests" / "system"
_CONFORMANCE = "conformance"
_SILENCE = 180  # longer than any program computes without a word
_TOTAL = 900
_BEGIN = re.compile(r"test-begin (\S+)\n")
_PROGRAM = re.compile(r"^(CASE\(|int main\()", re.MULTILINE)


# About deadlines: these run only where time goes with the instructions, not with the host's clock.
_COUNTED = ("real_time", "bounds")


def programs(preset):
    """The names of the test programs that were, or will be, built."""
    manifest = build.folder(preset) / "test.manifest"
    text = manifest.read_text(encoding="utf-8") if manifest.exists() else ""
    return re.findall(r"^tests/([^=]+)=", text, re.MULTILINE)


def source_programs(folder=_FOLDER):
    """The names of the test programs that there are sources for, without their common frame."""
    return [
        path.stem for path in sorted(folder.glob("*.c"))
        if not path.stem.startswith("systest") and _PROGRAM.search(path.read_text("utf-8"))
    ] + [_CONFORMANCE]


# What the kernel's routines promise is compared with what they said.
_KERNEL_INTERFACES = (
    "clock", "clock_priv", "device", "host_priv", "host_security", "mach_host", "mach_port",
    "mach_r_host", "mach_vm", "mach_voucher", "memory_entry", "processor", "processor_set",
    "semaphore", "task", "thread_act", "vm_map",
)


class SystemTests(Job):
    """All test programs, or those of ONLY, on one kind of machine."""

    def __init__(self, label, preset, options, word, kernel_options="", only=(), argument=""):
        self.name = f"system/{label}"
        self.presets = (preset,)
        self._only, self._argument = only, argument
        self._options, self._word, self._kernel_options = options, word, kernel_options

    def has(self, program, folder=_FOLDER):
        """Whether PROGRAM is to run here, and it or a case of it has the word in its name."""
        if program not in self._only if self._only else program in _COUNTED:
            return False
        path = conformance.TABLE if program == _CONFORMANCE else folder / f"{program}.c"
        paths = [path] if path.exists() else []
        return sources.mentions(self._word, f"{self.name}/{program}", paths)

    def run(self):
        left = [name for name in programs(self.presets[0]) if self.has(name)]
        cases = []
        self._after = ""
        while left:
            output, outcome = self._boot(left)
            sections = _BEGIN.split(output)[1:]
            begun = dict(zip(sections[::2], sections[1::2]))
            for name, text in begun.items():
                cases += self._verdict(name, text)
            if not outcome.answered:
                last = list(begun)[-1] if begun else left[0]
                what = f"the machine did not go on after {last}:\n{outcome.tail}"
                cases.append(tap.Case(f"{self.name}/{last}/machine", False, what, whole=True))
                begun.setdefault(last, "")
            elif not begun:
                return cases + [self.failure(f"no test program ran:\n{outcome.tail}")]
            left = [name for name in left if name not in begun]
            self._after += outcome.after
        return cases + self._more_cases()

    def _more_cases(self):
        """Cases about what the machine printed after the programs."""
        return []

    def _command(self, name):
        """The command line of the program NAME."""
        return f"/tests/{name} {self._argument}".rstrip()

    def _boot(self, names):
        """Run the programs NAMES in one boot; what they print and how it ended."""
        contents = image.Contents(
            self.presets[0], options=self._kernel_options, sets=("system", "test")
        )
        lines = [
            f"echo test-begin {name}\n{self._command(name)}\necho test-end {name}" for name in names
        ]
        execute.add_commands(contents.archive, "\n".join(lines))
        output = bytearray()
        outcome = execute.run(contents, self._options, _TOTAL, output.extend, _SILENCE)
        return machine.plain(bytes(output)), outcome

    def _verdict(self, name, text):
        """The cases of one program's output."""
        body, end, _ = text.partition(f"test-end {name}")
        cases = tap.parse(body, f"{self.name}/{name}")
        if not end:
            cases.append(tap.Case(f"{self.name}/{name}/end", False, body[-3000:], whole=True))
        return cases


class CallsWithoutMemory(SystemTests):
    """All programs in a kernel each of whose calls runs out of memory first, and which tells at the end
    what its routines said: each error that they promise, and no other."""

    def _more_cases(self):
        seen = promised.results(self._after)
        if self._word:
            return []
        faults = promised.check(seen, _KERNEL_INTERFACES)
        text = "\n".join(f"{name}: {what}" for name, all in sorted(faults.items()) for what in all)
        return [tap.Case(f"{self.name}/promised_errors", not faults, text)]


def jobs(word):
    """One processor and several; with and without debug assertions. What is about processors also
    runs with eight, and where less checking makes other orders likely. What is about messages also
    runs with a sender that wakes the receiver instead of giving it the processor. What is made and
    destroyed is so a million times. All but what takes long runs once more in a kernel each of whose calls runs out of memory first."""
    crowded = ("processors", "stress")
    cycles = ("cycles", "cycles_memory", "cycles_objects")
    slow = ("fuzz", "stress", "many", *_COUNTED)
    quick = tuple(name for name in source_programs() if name not in slow)
    messages = (_CONFORMANCE, "rights", "queues", "port_sets", "notifications")
    long_held = (*messages, "death", "semaphore_ends", "memory", "ool", "many",
                 "donation_chains")
    counted = machine.Options(extra=("-icount", "shift=0,sleep=off"))
    hard = "max,+smep,+smap,+umip"
    chosen = [
        SystemTests("smp1", "release", machine.Options(), word),
        SystemTests("smp4", "debug", machine.Options(smp=4, cpu=hard), word),
        SystemTests("smp8", "debug", machine.Options(smp=8), word, only=crowded),
        SystemTests("smp4-release", "release", machine.Options(smp=4), word, only=crowded),
        *(SystemTests(f"smp1-million-{name}", "release", machine.Options(), word, only=(name,),
                      argument="1000000") for name in cycles),
        SystemTests("smp1-counted", "release", counted, word, only=("real_time",)),
        SystemTests("smp1-bounds", "debug", counted, word, only=(*long_held, "bounds")),
        SystemTests("smp1-no_handoff", "debug", machine.Options(), word, "no_handoff", messages),
        SystemTests("smp4-no_handoff", "debug", machine.Options(smp=4), word, "no_handoff", messages),
        CallsWithoutMemory(
            "smp2-no_memory", "debug", machine.Options(smp=2), word, "fail_allocations", quick
        ),
    ]
    programs_there = source_programs()
    return [job for job in chosen if any(job.has(program) for program in programs_there)]
