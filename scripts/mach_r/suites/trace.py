# SPDX-License-Identifier: BSD-2-Clause
"""Messages as text in the log of a debug kernel (boot option trace_messages)."""

import pathlib
import re
import tempfile

from mach_r import execute, image, machine, tap
from mach_r.suites import Job

_PRESET = "debug"
_PORT = rb"0x[0-9a-f]+"
_LINE = re.compile(r"^(\S+)\[(\d+)\] ([<>!]) (.*)$", re.MULTILINE)

# What is seen while the system comes up, in this order.
_SEEN = {
    "a call of the kernel": [
        rb"init\[1\] > task_get_special_port\(task=" + _PORT + rb", which_port=4\)\r?\n",
        rb"init\[1\] < task_get_special_port -> \(special_port=send 0x",
    ],
    "memory in a message": [
        rb"init\[1\] > mach_vm_write\(target_task=" + _PORT + rb", data=\d+ bytes at " + _PORT,
    ],
    "rights in a message": [
        rb"init\[1\] > mach_port_insert_right\(task=" + _PORT + rb", poly=copy-send " + _PORT,
    ],
    "an error": [rb"init\[1\] < mach_port_insert_right -> error 21\r?\n"],
    "a call of a server": [
        rb"sh\[\d+\] > io_write\(object=" + _PORT + rb", offset=\d+, flags=0, data=\"shell> \"\)",
        rb"console\[\d+\] < io_write\(object=" + _PORT + rb", offset=\d+, flags=0, data=\"shell> ",
        rb"console\[\d+\] > io_write -> \(written=7\)",
        rb"sh\[\d+\] < io_write -> \(written=7\)",
    ],
}


class Trace(Job):
    """One boot that shows all messages, and two that show those of one task."""

    name = "image/trace"
    presets = (_PRESET,)

    def cases(self):
        return [*_SEEN, "of a program", "that cannot be sent", "and it works as ever", "of a process"]

    def run(self):
        return [*self._all(), *self._of_program(), self._of_process()]

    def _all(self):
        contents = image.Contents(_PRESET, options="trace_messages")
        with tempfile.TemporaryDirectory(prefix="mach_r-") as folder:
            picture = image.write_temporary(contents, pathlib.Path(folder))
            with machine.Machine(picture, machine.Options(smp=2)) as qemu:
                for name, patterns in _SEEN.items():
                    missing = [p for p in patterns if qemu.expect(p, 90) is None]
                    yield self._case(name, not missing, f"{missing}\n{qemu.tail()}")

    def _of_program(self):
        """What malformed sends is mostly refused."""
        text = self._shown("malformed", "/tests/malformed")
        lines = _LINE.findall(text)
        others = {name for name, *_ in lines} - {"malformed"}
        yield self._case("of a program", len(lines) > 50 and not others, f"{others}\n{text[-3000:]}")
        refused = [said for *_, way, said in lines if way == "!" and ": error 0x10000" in said]
        yield self._case("that cannot be sent", len(refused) > 10, text[-3000:])
        passed = "\nok " in text and "not ok" not in text
        yield self._case("and it works as ever", passed, text[-3000:])

    def _of_process(self):
        text = self._shown("1", "true")
        lines = _LINE.findall(text)
        others = {(name, pid) for name, pid, *_ in lines} - {("init", "1")}
        return self._case("of a process", lines and not others, f"{others}\n{text[-3000:]}")

    def _case(self, name, passed, detail):
        return tap.Case(f"{self.name}/{name}", bool(passed), detail)

    @staticmethod
    def _shown(who, commands):
        """What the machine prints while COMMANDS run and messages of WHO are shown."""
        contents = image.Contents(_PRESET, options=f"trace_messages={who}", sets=("system", "test"))
        execute.add_commands(contents.archive, commands)
        output = bytearray()
        execute.run(contents, machine.Options(), 200, output.extend, 60)
        return machine.plain(bytes(output))


def jobs(word):
    """The one job, if it or one of its cases has WORD in its name."""
    trace = Trace()
    return [trace] if any(word in f"{trace.name}/{case}" for case in trace.cases()) else []
